//! Registrations of the demo county.
