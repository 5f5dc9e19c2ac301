//! The release executable driven through a real browser, from an empty folder.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod annual_reports;
mod classes;
mod corrections;
mod demo;
mod import;
mod keyboard;
mod loop_of_hours;
mod notices;
mod organization_changes;
mod plans;
mod proxy;
mod registration;
mod staff_declaration;
mod stage;
mod transfers;
mod transport;
