//! Every promise of the program, through HTTP, on the whole application. One target: it links once.

mod support;

mod access;
mod frame;
mod sign_in;
mod walk;
