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

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";
/// What a declaration of kind 02 (培训、研修活动) must come with.
pub const CLASS_PAPERS: [(&str, &str, &[u8]); 3] = [
    ("evidence-02-notice", "培训通知.pdf", PDF),
    ("evidence-02-completion", "证书.pdf", PDF),
    ("evidence-02-unit-proof", "单位证明.pdf", PDF),
];

/// The first administrator's login, and everybody's own password.
pub const ADMIN: &str = "admin";
pub const PASSWORD: &str = "Kettle-7-marmalade";

/// A file of tests/fixtures/sheets.
pub fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/sheets/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}
