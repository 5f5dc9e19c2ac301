//! What an approval creates: an organization with its first administrator, or a person with his
//! account. In the verdict's transaction; what is unique is checked by the database here.

use kit::review::{Case, Outcome};
use kit::{
    AccountId, Clock, Error, Event, FileId, IdentityId, Leaf, OrganizationId, OrganizationKind,
    Result, file,
};
use sqlx::SqliteConnection;

use super::{Administrator, Content, What, check, store};
use crate::administrators::{self, Credential, NewAdministrator, SUPER};
use crate::organizations::{self, NewOrganization, Profile};
use crate::people::{self, NewPerson, Origin};
use crate::permissions::{BASES, DEPARTMENTS, EMPLOYERS};

/// The password hash chosen at registration, which leaves the registration.
async fn take_password(tx: &mut SqliteConnection, registration: i64) -> Result<String> {
    let hash: Option<String> =
        sqlx::query_scalar("select password_hash from registration where id = ?")
            .bind(registration)
            .fetch_one(&mut *tx)
            .await?;
    sqlx::query("update registration set password_hash = null where id = ?")
        .bind(registration)
        .execute(tx)
        .await?;
    hash.ok_or_else(|| Error::Fault(format!("registration {registration}: no password")))
}

/// 4.3: the person exists and signs in with the password he chose.
///
/// # Errors
/// Refused if the ID number was recorded meanwhile.
pub async fn approve_person(
    tx: &mut SqliteConnection,
    case: &Case,
    content: Content,
    clock: &Clock,
) -> Result<Outcome> {
    let hash = take_password(&mut *tx, content.registration).await?;
    let What::Person { fields, internal_department, .. } = content.what else {
        return Err(Error::Fault(format!("{}: not a person", case.number)));
    };
    let card = store::id_card(&mut *tx, content.identity_id).await?.ok_or(Error::NotFound)?;
    let unit = content.organization;
    let department = check::internal(&mut *tx, unit, &internal_department).await?;
    let left_out = match department {
        None if !internal_department.is_empty() => vec![format!(
            "本单位没有内设部门“{internal_department}”，{}没有归入内设部门。",
            fields.name
        )],
        _ => vec![],
    };
    let new = NewPerson {
        id_card: card,
        organization: unit,
        internal_department: department,
        fields: *fields,
    };
    let person = people::create(&mut *tx, new, Origin::Registration, clock).await?;
    sqlx::query("update person_version set cause = ? where person_id = ?")
        .bind(cause(case))
        .bind(person)
        .execute(&mut *tx)
        .await?;
    // an administrator who gains the personal side keeps his own password
    sqlx::query(
        "update account set state = 'active', password_hash = ?, initial_until = null,
                password_changed_at = ?
          where person_id = ? and state = 'initial'",
    )
    .bind(hash)
    .bind(clock.stamp())
    .bind(person)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "update file_link set person_id = ? where file_id in (
           select file_id from registration_file where registration_id = ? and removed = 0)",
    )
    .bind(person)
    .bind(content.registration)
    .execute(&mut *tx)
    .await?;
    let account: AccountId = sqlx::query_scalar("select id from account where person_id = ?")
        .bind(person)
        .fetch_one(tx)
        .await?;
    let events = vec![Event::PeopleCreated { people: vec![person] }];
    Ok(Outcome { left_out, events, account: Some(account) })
}

fn cause(case: &Case) -> String {
    format!("registration:{}", case.id)
}

/// 4.1, 4.2, 4.8: the organization exists, its first administrator is its super administrator.
/// `decided` is what the desk makes of the profile (level and validity of a base).
///
/// # Errors
/// Refused if name, credit code or login was taken meanwhile.
pub async fn approve_unit(
    tx: &mut SqliteConnection,
    case: &Case,
    content: Content,
    decided: impl FnOnce(&mut Profile) + Send,
    clock: &Clock,
) -> Result<Outcome> {
    let hash = take_password(&mut *tx, content.registration).await?;
    let (registration, identity) = (content.registration, content.identity_id);
    let (Some(kind), What::Unit { name, credit_code, mut profile, administrator }) =
        (content.kind.organization(), content.what)
    else {
        return Err(Error::Fault(format!("{}: not an organization", case.number)));
    };
    decided(&mut profile);
    let new = NewOrganization {
        kind,
        name,
        credit_code: Some(credit_code),
        parent: Some(content.organization),
        profile: *profile,
    };
    let id = organizations::create(&mut *tx, &new, &cause(case), clock).await?;
    let account = match check::account_of(&mut *tx, identity).await? {
        Some((account, name, _)) if name == administrator.name => {
            administrators::appoint(&mut *tx, account, id, &[SUPER], None, &clock.stamp()).await?;
            account
        }
        Some(_) => {
            return Err(Error::refused(
                "管理员的身份证号与系统中登记的姓名不同，没有办理。请驳回，请申请人核对。",
            ));
        }
        None => open_account(&mut *tx, id, &administrator, identity, hash, clock).await?,
    };
    keep_files(tx, registration, id, kind, account, clock).await?;
    Ok(Outcome { account: Some(account), ..Outcome::default() })
}

/// The first administrator's account, usable at once.
async fn open_account(
    tx: &mut SqliteConnection,
    organization: OrganizationId,
    administrator: &Administrator,
    identity: Option<IdentityId>,
    hash: String,
    clock: &Clock,
) -> Result<AccountId> {
    let new = NewAdministrator {
        organization,
        name: administrator.name.clone(),
        login: administrator.login.clone(),
        phone: administrator.phone.clone(),
        role: SUPER,
        credential: Credential::Password(hash),
        created_by: None,
    };
    let account = administrators::create(&mut *tx, &new, clock).await?;
    if identity.is_some() {
        sqlx::query("update account set identity_id = ? where id = ?")
            .bind(identity)
            .bind(account)
            .execute(tx)
            .await?;
    }
    Ok(account)
}

/// Attachments become the organization's, as rows of their own: those of the case stay with it.
async fn keep_files(
    tx: &mut SqliteConnection,
    registration: i64,
    organization: OrganizationId,
    kind: OrganizationKind,
    account: AccountId,
    clock: &Clock,
) -> Result<()> {
    let department: Option<OrganizationId> =
        sqlx::query_scalar("select department_id from organization where id = ?")
            .bind(organization)
            .fetch_one(&mut *tx)
            .await?;
    let files: Vec<(FileId, String)> = sqlx::query_as(
        "select file_id, kind from registration_file
          where registration_id = ? and removed = 0 order by file_id",
    )
    .bind(registration)
    .fetch_all(&mut *tx)
    .await?;
    for (file, sort) in files {
        let copy: FileId = sqlx::query_scalar(
            "insert into file (sha256, name, mime, size, account_id, created_at)
             select sha256, name, mime, size, ?, ? from file where id = ? returning id",
        )
        .bind(account)
        .bind(clock.stamp())
        .bind(file)
        .fetch_one(&mut *tx)
        .await?;
        sqlx::query(
            "insert into organization_file (organization_id, file_id, kind) values (?, ?, ?)",
        )
        .bind(organization)
        .bind(copy)
        .bind(sort)
        .execute(&mut *tx)
        .await?;
        file::link(&mut *tx, copy, leaf_of(kind), None, organization, department).await?;
    }
    Ok(())
}

/// The screen on which organizations of this kind are managed.
fn leaf_of(kind: OrganizationKind) -> Leaf {
    match kind {
        OrganizationKind::Department => DEPARTMENTS,
        OrganizationKind::Base => BASES,
        _ => EMPLOYERS,
    }
}
