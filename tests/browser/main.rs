//! The release executable driven through a real browser, from an empty folder.

mod loop_of_hours;
mod stage;
