//! The start page's card of accounts that nobody has used yet.

use kit::module::Card;
use kit::{Clock, Permission, Result, Scope, User};
use sqlx::SqliteConnection;

use super::chosen::Chosen;
use super::{BASE, ViewInactive};

/// 未激活账户 of the caller's scope; red once some are expired, for then nobody can sign in.
pub async fn cards(db: &mut SqliteConnection, user: &User, clock: &Clock) -> Result<Vec<Card>> {
    let Some(grant) = user.grant.as_ref().filter(|g| g.may(ViewInactive::grantable())) else {
        return Ok(vec![]);
    };
    let (count, expired, soon) = Chosen::default().count(db, grant.scope, clock).await?;
    if count == 0 {
        return Ok(vec![]);
    }
    let own = matches!(grant.scope, Scope::Organization(_));
    Ok(vec![Card {
        title: "未激活账户".to_owned(),
        count,
        unit: "人".to_owned(),
        note: match (expired, soon) {
            (0, 0) => "尚未首次登录".to_owned(),
            (0, soon) => format!("{soon} 人的初始密码 7 天内到期"),
            (expired, _) => format!("{expired} 人的初始密码已过期"),
        },
        href: if own { BASE.to_owned() } else { format!("{BASE}/units") },
        late: own && expired > 0,
        order: 900,
    }])
}
