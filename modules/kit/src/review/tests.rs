//! The engine's promises, with a toy subject on a temporary database.

mod decisions;
mod desks;
mod toy;
mod world;
