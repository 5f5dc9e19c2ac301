//! Who hears of a correction: the person and the administrators of his unit.

use kit::{
    AccountId, Clock, IdCard, OrganizationId, OrganizationKind, PersonId, Result, message,
    organization,
};
use sqlx::SqliteConnection;

use crate::administrators;
use crate::people::PersonBrief;

/// The person's account.
pub(super) async fn account_of(
    db: &mut SqliteConnection,
    person: PersonId,
) -> Result<Option<AccountId>> {
    Ok(sqlx::query_scalar("select id from account where person_id = ?")
        .bind(person)
        .fetch_optional(db)
        .await?)
}

/// The person and the administrators of his unit hear it.
pub(super) async fn tell(
    tx: &mut SqliteConnection,
    brief: &PersonBrief,
    number: &IdCard,
    reason: &str,
    clock: &Clock,
) -> Result<()> {
    let (title, masked) = ("身份证号已更正", number.masked());
    let own = account_of(&mut *tx, brief.id).await?;
    if let Some(account) = own {
        let password = if brief.account_state == "initial" {
            "初始密码是新号码的后六位。"
        } else {
            "密码不变。"
        };
        let text = format!(
            "人社局已把您的身份证号更正为 {masked}，原因：{reason}。请用新号码登录，{password}以前出具的学时证明已更新，请重新出具。"
        );
        message::send(&mut *tx, account, title, &text, "/verification/mine", clock).await?;
    }
    let text = format!(
        "人社局已把{}的身份证号更正为 {masked}，原因：{reason}。请告诉本人用新号码登录。",
        brief.name
    );
    let href = format!("/accounts/people/{}", brief.id);
    for account in administrators_of(&mut *tx, brief.organization).await? {
        if Some(account) != own {
            message::send(&mut *tx, account, title, &text, &href, clock).await?;
        }
    }
    Ok(())
}

/// The accounts that administer a unit now; of the bureau none: it has done it itself.
async fn administrators_of(
    db: &mut SqliteConnection,
    unit: OrganizationId,
) -> Result<Vec<AccountId>> {
    let found = organization::find(&mut *db, unit).await?;
    if found.is_none_or(|unit| unit.kind == OrganizationKind::Bureau) {
        return Ok(vec![]);
    }
    let all = administrators::of(db, unit).await?;
    Ok(all.into_iter().filter(|one| one.state != "disabled").map(|one| one.account).collect())
}
