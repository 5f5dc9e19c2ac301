//! Every promise of the program, through HTTP, on the whole application. One target: it links once.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so")]

mod support;

mod access;
mod accounts;
mod annual_reports;
mod classes;
mod commands;
mod conversion_rules;
mod crash;
mod declarations;
mod exemptions;
mod frame;
mod history_hours;
mod hours;
mod identity;
mod import;
mod import_command;
mod import_formats;
mod import_organizations;
mod import_policy;
mod import_progress;
mod import_undo;
mod import_units;
mod leaving;
mod ledger_properties;
mod lists;
mod notices;
mod organization_changes;
mod people;
mod plans;
mod program;
mod proxy_declarations;
mod queries;
mod registration;
mod review;
mod revocation;
mod rights;
mod sign_in;
mod slips;
mod staff_declarations;
mod suggested_hours;
mod transfer_rules;
mod transfers;
mod unfinished;
mod units;
mod verification;
mod walk;
mod years;
