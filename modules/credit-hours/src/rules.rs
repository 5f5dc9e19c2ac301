//! 学时规则: how a result of learning is converted to hours (domain.md §5.4).

use kit::{Grantable, Hours, Module, Permission, PersonId, Result, day};
use sqlx::SqliteConnection;

use crate::declaration::{CAP, rules};
use crate::leaves::{EditRules, ViewRules};

/// Hours that somebody wants to have recognised.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub person: PersonId,
    pub year: i32,
    /// A row of `category`.
    pub category: i64,
    /// 学习形式, dictionary code; empty if not known.
    pub kind: &'a str,
    /// `YYYY-MM-DD`
    pub started_on: &'a str,
    pub ended_on: &'a str,
    pub hours: Hours,
    /// Of the same kind and year, wanted in the same act and not stored yet.
    pub besides: Hours,
}

/// The limits in force, read once for many rows.
#[derive(Debug, Clone)]
pub struct Limits;

impl Limits {
    #[expect(clippy::unused_async, reason = "reads the rules' caps")]
    pub async fn load(_db: &mut SqliteConnection) -> Result<Self> {
        Ok(Self)
    }

    /// Why these hours are more than a limit allows, or none: one item, hours of a day.
    #[expect(clippy::unused_async, reason = "reads what the year holds already")]
    pub async fn over(
        &self,
        _db: &mut SqliteConnection,
        wanted: &Wanted<'_>,
    ) -> Result<Option<String>> {
        let cap = Hours::from_tenths(CAP);
        if wanted.hours > cap {
            return Ok(Some(format!("{} 学时超过一项最多 {cap} 学时", wanted.hours)));
        }
        let kind = kit::dictionary::learning_kind(wanted.kind);
        let dates = (day::stored_date(wanted.started_on), day::stored_date(wanted.ended_on));
        if let (Some(kind), (Some(from), Some(to))) = (kind, dates)
            && let Some(most) = rules::most_present(kind, from, to)
            && wanted.hours > most
        {
            return Ok(Some(format!("{} 学时超过这些天最多的 {most} 学时", wanted.hours)));
        }
        Ok(None)
    }
}

/// Its part of the module.
pub struct Rules;

impl Module for Rules {
    fn name(&self) -> &'static str {
        "credit-hours"
    }

    fn title(&self) -> &'static str {
        "学时"
    }

    fn permissions(&self) -> Vec<Grantable> {
        vec![ViewRules::grantable(), EditRules::grantable()]
    }
}
