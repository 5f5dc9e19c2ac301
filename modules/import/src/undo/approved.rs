//! Registrations that an import approved: somebody applied for himself, and stays.

use std::collections::HashMap;

use kit::Result;
use sqlx::SqliteConnection;

use super::{Part, Stays, Touched, Undoing};

pub struct Approved;

#[rocket::async_trait]
impl Part for Approved {
    fn of(&self) -> (&'static str, &'static str) {
        ("person", "approved")
    }

    fn label(&self) -> &'static str {
        "导入时通过的注册"
    }

    async fn stay(
        &self,
        _: &mut SqliteConnection,
        _: &mut Undoing<'_>,
        touches: &[Touched],
    ) -> Result<HashMap<i64, Stays>> {
        let why = || Stays::Whole("本人提交的注册已审核通过".to_owned());
        Ok(touches.iter().map(|touch| (touch.object_id, why())).collect())
    }

    async fn take(
        &self,
        _: &mut SqliteConnection,
        _: &mut Undoing<'_>,
        _: &[Touched],
    ) -> Result<HashMap<i64, Stays>> {
        Ok(HashMap::new())
    }
}
