//! Accounts that carry the ID number of somebody who is recorded only now: kept by their owner, or
//! parted from a number that another administrator wrote there.

use kit::trail::{self, Actor};
use kit::{AccountId, Clock, Error, IdCard, OrganizationId, Result, message};
use sqlx::SqliteConnection;

use super::NewPerson;

/// An account without a person whose identity number is one of those asked for.
#[derive(sqlx::FromRow)]
struct Claim {
    number: String,
    account: AccountId,
    login: Option<String>,
    name: String,
    of_person: bool,
    /// Where it ever held rights, as a JSON list.
    organizations: String,
}

/// Parts these people's numbers from accounts that are not theirs: of another name, or with a
/// right, even a former one, in another organization, whose administrators made it and may know
/// its password. Such an account keeps its login and hears it; the person gets his own.
///
/// # Errors
/// Refused if such an account has no login of its own.
pub async fn free(tx: &mut SqliteConnection, people: &[NewPerson], clock: &Clock) -> Result<()> {
    let numbers: Vec<&str> = people.iter().map(|person| person.id_card.number()).collect();
    let claims: Vec<Claim> = sqlx::query_as(
        "select i.number, a.id as account, a.login, a.name, a.person_id is not null as of_person,
                (select json_group_array(g.organization_id) from grant g
                  where g.account_id = a.id) as organizations
           from json_each(?) j
           cross join identity i on i.number = j.value
           join account a on a.identity_id = i.id",
    )
    .bind(serde_json::to_string(&numbers)?)
    .fetch_all(&mut *tx)
    .await?;
    for claim in claims {
        let person = people.iter().find(|person| person.id_card.number() == claim.number);
        let Some(person) = person.filter(|_| !claim.of_person) else { continue };
        let held: Vec<OrganizationId> = serde_json::from_str(&claim.organizations)?;
        if !is_his(&claim.name, &person.fields.name, &held, person.organization) {
            let (login, whose) =
                (claim.login.as_deref(), (person.fields.name.as_str(), &person.id_card));
            part(&mut *tx, claim.account, login, &claim.name, whose, clock).await?;
        }
    }
    Ok(())
}

/// Whether an account with a person's number is taken for his own: his name, and no right, not
/// even a former one, outside his organization.
pub fn is_his(
    account_name: &str,
    name: &str,
    held: &[OrganizationId],
    organization: OrganizationId,
) -> bool {
    account_name == name && held.iter().all(|held| *held == organization)
}

/// Parts an administrator's account (its login and name) from a person's number.
///
/// # Errors
/// Refused if the account has no login of its own.
pub async fn part(
    tx: &mut SqliteConnection,
    account: AccountId,
    login: Option<&str>,
    account_name: &str,
    (name, number): (&str, &IdCard),
    clock: &Clock,
) -> Result<()> {
    let masked = number.masked();
    let Some(login) = login else {
        return Err(Error::refused(format!(
            "身份证号 {masked} 登记在一个没有登录账号的管理员账号上，不能登记为{name}。请先由该管理员的单位给他设登录账号。"
        )));
    };
    sqlx::query("update account set identity_id = null where id = ?")
        .bind(account)
        .execute(&mut *tx)
        .await?;
    let text =
        format!("您账号上登记的身份证号 {masked} 已由本人单位登记，请用登录账号“{login}”登录。");
    message::send(&mut *tx, account, "身份证号已由本人单位登记", &text, "", clock).await?;
    let text = format!(
        "登记人员{name}时，身份证号 {masked} 与管理员账号“{login}”（{account_name}）分开，该账号只用登录账号登录"
    );
    let object = format!("account:{account}");
    trail::write(tx, &Actor::system(), clock, "accounts.identity.part", &object, &text).await
}
