//! 3.3: how long a base is recognised, and who is reminded before that ends.

pub mod standing;

use kit::module::{Block, Card, Task, TaskContext};
use kit::settings::Kind;
use kit::{
    AccountId, Action, Clock, Grantable, OrganizationId, OrganizationKind, Result, Scope, Setting,
    User, day, message,
};
use serde::Serialize;
use serde_json::json;
use sqlx::SqliteConnection;
use time::Duration;

use crate::credentials;
use crate::organizations::Base;
use crate::permissions::BASES;

/// Days before the end of a base's validity from which it and its superiors are reminded.
pub const REMINDER_DAYS: Setting = Setting {
    key: "accounts.base-reminder",
    group: "继续教育基地",
    label: "基地到期提醒",
    help: "有效期还剩这么多天时，提醒基地的管理员和它的上级。到期后基地不能再申报计划和名册。",
    kind: Kind::Integer { least: 1, most: 365, unit: "天" },
    default: "60",
    check: None,
};

/// What 管理继续教育基地 asks for, for links to it.
pub const VIEW: Grantable = Grantable { leaf: BASES, action: Action::View };

/// The setting as stored.
pub async fn days(db: &mut SqliteConnection) -> Result<i64> {
    credentials::days(db, &REMINDER_DAYS).await
}

/// Today and the last day that is reminded of.
pub async fn window(db: &mut SqliteConnection, clock: &Clock) -> Result<(String, String)> {
    let days = days(db).await?;
    let last = clock.today().saturating_add(Duration::days(days));
    Ok((day::date_text(clock.today()), day::date_text(last)))
}

/// 2026-11-23 as 20261123, for conditions that bind numbers.
pub fn number(day: &str) -> i64 {
    day.replace('-', "").parse().unwrap_or(0)
}

/// How a base stands to its last day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Validity {
    pub until: String,
    /// Days left, the last one included as 0; none when it is over.
    pub left: Option<i64>,
}

/// None while there is nothing to say: no end, or an end further away than `days`.
pub fn validity(base: &Base, days: i64, clock: &Clock) -> Option<Validity> {
    let until = day::stored_date(&base.valid_until)?;
    let left = (until - clock.today()).whole_days();
    (left <= days)
        .then(|| Validity { until: base.valid_until.clone(), left: (left >= 0).then_some(left) })
}

/// Enabled bases of the scope whose validity ends within the setting's days.
pub async fn ending(db: &mut SqliteConnection, scope: Scope, clock: &Clock) -> Result<i64> {
    let (today, last) = window(&mut *db, clock).await?;
    let (department, own) = scope.values();
    Ok(sqlx::query_scalar(
        "select count(*) from base_profile b join organization o on o.id = b.organization_id
          where b.valid_until <> '' and b.valid_until between ?1 and ?2 and o.state = 'active'
            and (?3 is null or o.department_id = ?3) and (?4 is null or o.id = ?4)",
    )
    .bind(today)
    .bind(last)
    .bind(department)
    .bind(own)
    .fetch_one(db)
    .await?)
}

/// Bases of the scope whose validity is over.
pub async fn expired(db: &mut SqliteConnection, scope: Scope, clock: &Clock) -> Result<i64> {
    let (department, own) = scope.values();
    Ok(sqlx::query_scalar(
        "select count(*) from base_profile b join organization o on o.id = b.organization_id
          where b.valid_until <> '' and b.valid_until < ?1
            and (?2 is null or o.department_id = ?2) and (?3 is null or o.id = ?3)",
    )
    .bind(day::date_text(clock.today()))
    .bind(department)
    .bind(own)
    .fetch_one(db)
    .await?)
}

/// 即将到期的基地, for those who see the list.
pub async fn cards(db: &mut SqliteConnection, user: &User, clock: &Clock) -> Result<Vec<Card>> {
    let sees = Grantable { leaf: BASES, action: Action::View };
    let Some(grant) = user.grant.as_ref().filter(|grant| grant.may(sees)) else {
        return Ok(vec![]);
    };
    let count = ending(&mut *db, grant.scope, clock).await?;
    if count == 0 {
        return Ok(vec![]);
    }
    Ok(vec![Card {
        title: "即将到期的基地".to_owned(),
        count,
        unit: "个".to_owned(),
        note: format!("有效期不足 {} 天", days(db).await?),
        href: "/accounts/bases?tab=ending".to_owned(),
        late: false,
        order: 303,
    }])
}

/// What a base's own administrators read on their start page.
pub async fn start(db: &mut SqliteConnection, user: &User, clock: &Clock) -> Result<Vec<Block>> {
    let Some(grant) = user.grant.as_ref().filter(|g| g.kind == OrganizationKind::Base) else {
        return Ok(vec![]);
    };
    let base = crate::organizations::profile(&mut *db, grant.organization).await?.base;
    let days = days(&mut *db).await?;
    let Some(validity) = base.and_then(|base| validity(&base, days, clock)) else {
        return Ok(vec![]);
    };
    let superior = superior(db, grant.organization).await?;
    Ok(vec![Block {
        order: 10,
        template: "accounts/base_validity.html",
        context: json!({ "validity": validity, "superior": superior }),
    }])
}

/// The name of an organization's superior.
async fn superior(db: &mut SqliteConnection, id: OrganizationId) -> Result<String> {
    let name: Option<String> = sqlx::query_scalar(
        "select s.name from organization o join organization s on s.id = o.parent_id where o.id = ?",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    Ok(name.unwrap_or_default())
}

/// Once an hour; each base is reminded once of each last day.
pub const REMINDER: Task = Task {
    name: "accounts.base-reminder",
    every: 3600,
    run: |context: TaskContext| {
        Box::pin(async move {
            let mut tx = context.db.begin().await?;
            remind(&mut tx, &context.clock).await?;
            tx.commit().await?;
            Ok(())
        })
    },
};

#[derive(sqlx::FromRow)]
struct Due {
    id: OrganizationId,
    name: String,
    valid_until: String,
    superior: String,
}

/// Sends a message to the administrators of every base whose validity ends soon and that was not
/// reminded of this last day yet; gives the number of bases.
pub async fn remind(tx: &mut SqliteConnection, clock: &Clock) -> Result<usize> {
    let (today, last) = window(&mut *tx, clock).await?;
    let due: Vec<Due> = sqlx::query_as(
        "select o.id, o.name, b.valid_until, s.name as superior
           from base_profile b
           join organization o on o.id = b.organization_id
           join organization s on s.id = o.parent_id
          where b.valid_until <> '' and b.valid_until between ? and ? and o.state = 'active'
            and not exists (select 1 from base_reminder r
              where r.organization_id = o.id and r.valid_until = b.valid_until)
          order by o.id",
    )
    .bind(today)
    .bind(last)
    .fetch_all(&mut *tx)
    .await?;
    for base in &due {
        let title = format!("基地认定有效期将于 {} 到期", base.valid_until);
        let text = format!(
            "“{}”的认定有效期到 {} 为止，到期后不能再申报培训计划和代申报名册。需要延续的，请联系{}办理。",
            base.name, base.valid_until, base.superior
        );
        for account in administrators(&mut *tx, base.id).await? {
            message::send(&mut *tx, account, &title, &text, "/accounts/unit", clock).await?;
        }
        sqlx::query(
            "insert into base_reminder (organization_id, valid_until, sent_at) values (?, ?, ?)",
        )
        .bind(base.id)
        .bind(&base.valid_until)
        .bind(clock.stamp())
        .execute(&mut *tx)
        .await?;
    }
    Ok(due.len())
}

/// The accounts that hold a right in the base now: who is told about it.
pub async fn administrators(
    db: &mut SqliteConnection,
    id: OrganizationId,
) -> Result<Vec<AccountId>> {
    Ok(sqlx::query_scalar(
        "select account_id from grant where organization_id = ? and state = 'active' order by id",
    )
    .bind(id)
    .fetch_all(db)
    .await?)
}

#[cfg(test)]
mod tests {
    use super::{Validity, validity};
    use crate::organizations::Base;
    use kit::Clock;
    use time::macros::datetime;

    #[test]
    fn a_base_is_reminded_from_the_sixtieth_day_on_and_over_after_its_last() {
        let clock = Clock::fixed(datetime!(2026-11-23 01:00 UTC));
        let base = |until: &str| Base { valid_until: until.to_owned(), ..Base::default() };
        let left = |until: &str| validity(&base(until), 60, &clock).map(|v: Validity| v.left);
        assert_eq!(left(""), None);
        assert_eq!(left("2027-01-23"), None); // 61 days
        assert_eq!(left("2027-01-22"), Some(Some(60)));
        assert_eq!(left("2026-11-23"), Some(Some(0)));
        assert_eq!(left("2026-11-22"), Some(None));
    }
}
