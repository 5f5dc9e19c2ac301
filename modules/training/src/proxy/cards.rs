//! The base's cards: classes still to be declared, batches sent back.

use kit::module::Card;
use kit::{OrganizationKind, Permission, Result, User};
use sqlx::SqliteConnection;

use super::list::BASE;
use crate::leaves::EditProxies;

/// Cards that count nothing are left out.
pub async fn cards(db: &mut SqliteConnection, user: &User) -> Result<Vec<Card>> {
    let Some(grant) = &user.grant else { return Ok(vec![]) };
    if grant.kind != OrganizationKind::Base || !grant.may(EditProxies::grantable()) {
        return Ok(vec![]);
    }
    let (waiting, rejected): (i64, i64) = sqlx::query_as(
        "select (select count(*) from plan p where p.organization_id = ?1 and p.stage = 'ended'
                  and not exists (select 1 from proxy_declaration d where d.plan_id = p.id
                    and d.state in ('pending', 'rejected'))),
                (select count(*) from proxy_declaration d
                  where d.organization_id = ?1 and d.state = 'rejected')",
    )
    .bind(grant.organization)
    .fetch_one(db)
    .await?;
    let card = |title: &str, count, note: &str, href: String, late| Card {
        title: title.to_owned(),
        count,
        unit: "个".to_owned(),
        note: note.to_owned(),
        href,
        late,
        order: 484,
    };
    let cards = [
        card("待代申报的培训班", waiting, "已结业，还没有提交代申报", format!("{BASE}/new"), false),
        card("代申报被驳回", rejected, "修改后可重新提交", format!("{BASE}?state=rejected"), true),
    ];
    Ok(cards.into_iter().filter(|card| card.count > 0).collect())
}
