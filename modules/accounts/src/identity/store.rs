//! What a correction does, in the act's transaction.

use kit::id_card::Sex;
use kit::{
    AccountId, Actor, Clock, Error, Event, FileId, IdCard, IdentityId, Modules, PersonId, Result,
    day, file, session, trail,
};
use sqlx::SqliteConnection;

use super::tell::{account_of, tell};
use crate::credentials::{self, RESET_DAYS};
use crate::people::{self, PersonBrief, part};
use crate::permissions::IDENTITY;

/// The trail's act, counted for the hourly cap.
pub const ACT: &str = "accounts.identity.correct";

/// What is asked for.
pub(crate) struct Wanted<'a> {
    pub person: PersonId,
    pub number: &'a IdCard,
    pub reason: &'a str,
    pub files: &'a [FileId],
}

/// Corrects a person's ID number; gives the row. Sex and birth follow from the new number; an
/// initial password becomes its last six and lasts as after a reset; all sessions end; certificates
/// hear `Event::IdentityCorrected`. The caller has checked permission and his own password.
///
/// # Errors
/// Refused as `refused` says.
pub(crate) async fn correct(
    tx: &mut SqliteConnection,
    modules: &Modules,
    wanted: &Wanted<'_>,
    actor: &Actor,
    clock: &Clock,
) -> Result<i64> {
    let person = wanted.person;
    let id = change(&mut *tx, wanted, actor, clock).await?;
    let corrected = Event::IdentityCorrected { person, correction: Some(id) };
    modules.deliver(&mut *tx, &corrected, clock).await?;
    modules.deliver(tx, &Event::PersonChanged { person }, clock).await?;
    Ok(id)
}

/// All of it but the events.
pub(super) async fn change(
    tx: &mut SqliteConnection,
    wanted: &Wanted<'_>,
    actor: &Actor,
    clock: &Clock,
) -> Result<i64> {
    let (person, number) = (wanted.person, wanted.number);
    let brief = people::brief(&mut *tx, person).await?;
    let old = people::full_number(&mut *tx, person).await?;
    if let Some(sentence) = refused(&mut *tx, &old, number).await? {
        return Err(Error::refused(sentence));
    }
    absorb(&mut *tx, &brief, number, clock).await?;
    write(&mut *tx, &brief, number, clock).await?;
    let id = keep(&mut *tx, &brief, &old, wanted, actor, clock).await?;
    people::reported(&mut *tx, person, &format!("identity:{id}"), clock).await?;
    let text = format!(
        "更正{}的身份证号：{} 改为 {}，原因：{}",
        brief.name,
        old.masked(),
        number.masked(),
        wanted.reason
    );
    trail::write(&mut *tx, actor, clock, ACT, &format!("person:{person}"), &text).await?;
    tell(tx, &brief, number, wanted.reason, clock).await?;
    Ok(id)
}

/// Why the number cannot become the person's, and what to do; none if it can.
pub async fn refused(
    db: &mut SqliteConnection,
    old: &IdCard,
    number: &IdCard,
) -> Result<Option<String>> {
    if old.number() == number.number() {
        return Ok(Some("新号码与现在登记的号码相同，不用更正。".to_owned()));
    }
    if let Some(id) = people::by_number(&mut *db, number).await? {
        let other = people::brief(db, id).await?;
        return Ok(Some(format!(
            "这个号码已登记在{name}（{}，{}）名下，没有更正。是{name}的号码登记错了的，请先更正他的号码，再来更正这一条；两条是同一个人的，请保留号码正确的那一条，把另一条登记为“离职”并在原因中注明重复。",
            other.organization_name,
            other.state_label,
            name = other.name
        )));
    }
    let waiting: Option<(String, String)> = sqlx::query_as(
        "select r.number, o.name from identity i
           join registration r on r.identity_id = i.id and r.state = 'pending'
           join organization o on o.id = r.organization_id
          where i.number = ? order by r.id limit 1",
    )
    .bind(number.number())
    .fetch_optional(db)
    .await?;
    Ok(waiting.map(|(registration, unit)| {
        format!(
            "这个号码有一条待审核的注册（{registration}，{unit}），没有更正。请先请审核单位驳回这条注册，再来更正。"
        )
    }))
}

/// The new number may be known from a registration that is over, or from an administrator's
/// account: what points at its row points at the person's from now on, an account is parted from
/// it as when its owner is recorded.
async fn absorb(
    tx: &mut SqliteConnection,
    brief: &PersonBrief,
    number: &IdCard,
    clock: &Clock,
) -> Result<()> {
    let other: Option<IdentityId> = sqlx::query_scalar("select id from identity where number = ?")
        .bind(number.number())
        .fetch_optional(&mut *tx)
        .await?;
    let Some(other) = other else { return Ok(()) };
    let account: Option<(AccountId, Option<String>, String)> =
        sqlx::query_as("select id, login, name from account where identity_id = ?")
            .bind(other)
            .fetch_optional(&mut *tx)
            .await?;
    if let Some((account, login, name)) = account {
        part(&mut *tx, account, login.as_deref(), &name, (&brief.name, number), clock).await?;
    }
    sqlx::query(
        "update review_case set content = json_set(content, '$.identity_id', ?1)
          where id in (select case_id from registration where identity_id = ?2)
            and json_extract(content, '$.identity_id') = ?2",
    )
    .bind(brief.identity)
    .bind(other)
    .execute(&mut *tx)
    .await?;
    sqlx::query("update registration set identity_id = ? where identity_id = ?")
        .bind(brief.identity)
        .bind(other)
        .execute(&mut *tx)
        .await?;
    sqlx::query("delete from identity where id = ?").bind(other).execute(tx).await?;
    Ok(())
}

async fn write(
    tx: &mut SqliteConnection,
    brief: &PersonBrief,
    number: &IdCard,
    clock: &Clock,
) -> Result<()> {
    sqlx::query("update identity set number = ?, reversed = ? where id = ?")
        .bind(number.number())
        .bind(number.reversed())
        .bind(brief.identity)
        .execute(&mut *tx)
        .await?;
    let sex = match number.sex() {
        Sex::Male => "male",
        Sex::Female => "female",
    };
    sqlx::query("update person set sex = ?, born = ?, updated_at = ? where id = ?")
        .bind(sex)
        .bind(day::date_text(number.birth()))
        .bind(clock.stamp())
        .bind(brief.id)
        .execute(&mut *tx)
        .await?;
    let until = credentials::until(&mut *tx, &RESET_DAYS, clock).await?;
    sqlx::query("update account set initial_until = ? where person_id = ? and state = 'initial'")
        .bind(until)
        .bind(brief.id)
        .execute(&mut *tx)
        .await?;
    if let Some(account) = account_of(&mut *tx, brief.id).await? {
        session::end_all(tx, account, None).await?;
    }
    Ok(())
}

/// The row and its evidence, which the bureau sees, and the person.
async fn keep(
    tx: &mut SqliteConnection,
    brief: &PersonBrief,
    old: &IdCard,
    wanted: &Wanted<'_>,
    actor: &Actor,
    clock: &Clock,
) -> Result<i64> {
    let id: i64 = sqlx::query_scalar(
        "insert into identity_correction (person_id, organization_id, department_id, old_number,
           new_number, reason, at, account_id, by_name)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?) returning id",
    )
    .bind(brief.id)
    .bind(brief.organization)
    .bind(brief.department)
    .bind(old.number())
    .bind(wanted.number.number())
    .bind(wanted.reason)
    .bind(clock.stamp())
    .bind(actor.account)
    .bind(&actor.name)
    .fetch_one(&mut *tx)
    .await?;
    for (sort, file) in wanted.files.iter().enumerate() {
        sqlx::query(
            "insert into identity_correction_file (correction_id, file_id, sort) values (?, ?, ?)",
        )
        .bind(id)
        .bind(file)
        .bind(sort as i64)
        .execute(&mut *tx)
        .await?;
        let (unit, department) = (brief.organization, brief.department);
        file::link(&mut *tx, *file, IDENTITY, Some(brief.id), unit, department).await?;
    }
    Ok(id)
}

/// 放开 the old number: it turned out to be another's, who may be recorded with it from now on.
/// The caller writes the trail.
///
/// # Errors
/// Refused if it was released already.
pub(super) async fn release(
    tx: &mut SqliteConnection,
    id: i64,
    reason: &str,
    actor: &Actor,
    clock: &Clock,
) -> Result<()> {
    let changed = sqlx::query(
        "update identity_correction set released_at = ?, released_by = ?, released_reason = ?
          where id = ? and released_at = ''",
    )
    .bind(clock.stamp())
    .bind(&actor.name)
    .bind(reason)
    .bind(id)
    .execute(tx)
    .await?
    .rows_affected();
    if changed == 0 {
        return Err(Error::refused("这个旧号码已经放开，没有重复办理。"));
    }
    Ok(())
}

/// Its evidence, in order.
pub(super) async fn files(db: &mut SqliteConnection, id: i64) -> Result<Vec<FileId>> {
    Ok(sqlx::query_scalar(
        "select file_id from identity_correction_file where correction_id = ? order by sort",
    )
    .bind(id)
    .fetch_all(db)
    .await?)
}
