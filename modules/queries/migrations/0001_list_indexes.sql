-- What the lists of this module stand on beside the owners' own indexes.

create index person_series on person (series, id);
create index person_level on person (level, id);
create index person_state on person (state, id);
