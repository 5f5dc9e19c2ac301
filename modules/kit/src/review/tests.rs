//! The engine's promises, with a toy subject on a temporary database.
#![expect(clippy::unwrap_used, reason = "tests")]

mod decisions;
mod desks;
mod world;
