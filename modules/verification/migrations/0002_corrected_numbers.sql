-- A certificate stands as it was printed: one issued before its holder's ID number was corrected
-- shows the number of that day.

alter table certificate add column correction_id integer references identity_correction (id);
create index certificate_correction on certificate (correction_id) where correction_id is not null;
