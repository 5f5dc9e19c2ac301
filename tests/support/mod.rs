//! A county in a temporary folder, and browsers to visit it with.
//!
//! `let county = World::new().await.with_employer("甲").await;` then
//! `let mut admin = county.admin().await; admin.get("/start").await.is(200);`

#![allow(dead_code, reason = "each test uses what it needs")]

mod browser;
mod page;
mod people;
mod world;

pub use browser::Browser;
pub use page::Page;
pub use people::id_number;
pub use world::{Folder, World, figment};

/// The first administrator's login, and everybody's own password.
pub const ADMIN: &str = "admin";
pub const PASSWORD: &str = "Kettle-7-marmalade";
