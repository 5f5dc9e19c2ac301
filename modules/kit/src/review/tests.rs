//! The engine's promises, with a toy subject on a temporary database.

mod decisions;
mod desks;
mod parties;
mod toy;
mod world;
