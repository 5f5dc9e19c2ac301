//! The start page's block of a person's certificates.

use kit::module::Block;
use kit::{Result, User};
use serde_json::json;
use sqlx::SqliteConnection;

use crate::issue::certificates_of;

/// Certificates shown at most.
const MOST: usize = 3;

/// 学时证明 of the person, on his own side.
pub async fn start(db: &mut SqliteConnection, user: &User) -> Result<Vec<Block>> {
    let (Some(person), None) = (user.person, &user.grant) else { return Ok(vec![]) };
    let all = certificates_of(db, person).await?;
    let context = json!({ "count": all.len(), "certificates": &all[..all.len().min(MOST)] });
    Ok(vec![Block { order: 91, template: "verification/start.html", context }])
}
