//! The start page's card of accounts that nobody has used yet.

use kit::module::Card;
use kit::{OrganizationKind, Permission, Result, User};
use sqlx::SqliteConnection;

use crate::permissions::ViewStaff;

/// 未激活账号 of the whole county for the bureau, of the own unit for the others: who hands out
/// initial passwords is the unit.
pub async fn cards(db: &mut SqliteConnection, user: &User) -> Result<Vec<Card>> {
    let Some(grant) = user.grant.as_ref().filter(|grant| grant.full) else { return Ok(vec![]) };
    let count: i64 = match grant.kind {
        // counted on its own partial index: 2 ms for 100,000
        OrganizationKind::Bureau => {
            sqlx::query_scalar("select count(*) from account where state = 'initial'")
                .fetch_one(db)
                .await?
        }
        _ => {
            sqlx::query_scalar(
                "select count(*) from person p join account a on a.person_id = p.id
                  where p.organization_id = ? and a.state = 'initial'",
            )
            .bind(grant.organization)
            .fetch_one(db)
            .await?
        }
    };
    // the bureau's count is the county's: those below it are no people of its own
    let own = grant.kind != OrganizationKind::Bureau;
    if count == 0 {
        return Ok(vec![]);
    }
    Ok(vec![Card {
        title: "未激活账号".to_owned(),
        count,
        unit: "人".to_owned(),
        note: "尚未首次登录".to_owned(),
        href: if own && user.may(ViewStaff::grantable()) {
            format!("{}?account=initial", crate::staff::BASE)
        } else {
            "/queries/people".to_owned()
        },
        late: false,
        order: 900,
    }])
}
