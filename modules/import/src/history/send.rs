//! A unit's former hours go to the bureau's desk: the good rows as a roster, one case.

use credit_hours::roster::{self, HISTORY as ROSTER, NewRow};
use kit::db::Pools;
use kit::review::{self, Submission};
use kit::{Can, Clock, Error, FileId, PersonId, Result, User, file};
use sqlx::SqliteConnection;

use super::against::{self, Importer};
use super::batch::{self, Batch};
use super::rows::CheckedRow;
use super::subject::{Content, HistoryHours};
use super::tally::Tally;
use super::{EditHistory, enter};
use crate::store::{self, Import};

/// Rows of one case at most: a desk reads them.
pub const MOST_ROWS: i64 = 20_000;

/// Sends a checked upload of a unit's; what changed since the check is left out and listed.
pub async fn send_file(
    db: &Pools,
    clock: &Clock,
    user: &Can<EditHistory>,
    import: &Import,
    batch: i64,
) -> Result<String> {
    let mut chunks = enter::chunks(db.clone(), clock, import);
    let mut tx = db.begin().await?;
    let importer = Importer::of(&mut tx, &user.user, &user.grant, clock).await?;
    enter::claim(&mut tx, import.id, clock).await?;
    let old = batch::any(&mut tx, batch).await?;
    roster::clear(&mut tx, ROSTER, batch).await?;
    let layout = enter::layout(import)?;
    let (mut tally, mut failing) = (Tally::default(), vec![]);
    while let Some(chunk) = chunks.recv().await {
        let mut rows = chunk?;
        against::compare(&mut tx, &mut rows, &importer, &layout).await?;
        failing.extend(enter::left_out(&rows));
        put(&mut tx, batch, &rows, &mut tally).await?;
    }
    if tally.rows() == 0 {
        return Err(Error::refused(enter::NOTHING_LEFT));
    }
    let left = import.failing + failing.len() as i64;
    enter::settle(&mut tx, import.id, &failing, tally.rows()).await?;
    sqlx::query("update history_batch set import_id = ?, left_out = ? where id = ?")
        .bind(import.id)
        .bind(left)
        .bind(batch)
        .execute(&mut *tx)
        .await?;
    let number = submit(&mut tx, &user.user, &old, None, &tally, clock).await?;
    tx.commit().await?;
    if let Err(error) = store::forget(db, import.id, false).await {
        tracing::error!(import = import.id, %error, "submitted rows not removed yet"); // the sweep will
    }
    Ok(format!("{number} 已提交人社局审核，共 {} 行。", tally.rows()))
}

/// Good rows as rows of the batch's roster.
pub async fn put(
    tx: &mut SqliteConnection,
    batch: i64,
    rows: &[CheckedRow],
    tally: &mut Tally,
) -> Result<()> {
    let mut new = Vec::with_capacity(rows.len());
    for row in rows {
        let (Some(whose), Some(accepted)) = (row.person, &row.accepted) else { continue };
        tally.add(whose.id, accepted.year, accepted.hours);
        let accepted = accepted.clone();
        new.push(NewRow {
            number: i64::from(row.number),
            identity: whose.identity,
            person: Some(whose.id),
            name: accepted.name,
            unit: String::new(),
            year: accepted.year,
            category: accepted.category,
            kind: accepted.kind.to_owned(),
            title: accepted.title,
            organizer: accepted.organizer,
            started_on: accepted.started_on,
            ended_on: accepted.ended_on,
            certificate_number: accepted.certificate_number,
            hours: accepted.hours,
            plan: None,
            detail: "{}".to_owned(),
        });
    }
    roster::put(tx, ROSTER, batch, &new).await
}

/// Opens the batch's case, or sends a rejected or withdrawn one again under its number. Its rows
/// are in the roster.
pub async fn submit(
    tx: &mut SqliteConnection,
    user: &User,
    batch: &Batch,
    person: Option<(PersonId, kit::IdentityId, String)>,
    tally: &Tally,
    clock: &Clock,
) -> Result<String> {
    tally.note(&mut *tx, batch.id, clock).await?;
    roster::set_state(&mut *tx, ROSTER, batch.id, "draft", "pending").await?;
    let now = batch::any(&mut *tx, batch.id).await?;
    let files = batch::files(&mut *tx, batch.id).await?;
    link(&mut *tx, &now, &files).await?;
    let number = match batch.number.as_str() {
        "" => batch::number(&mut *tx, clock).await?,
        number => number.to_owned(),
    };
    let title = match &person {
        Some((.., name)) => format!("{name}（{}）外县转入学时", now.organization_name),
        None => format!("{} {} 人历史学时", now.organization_name, tally.people()),
    };
    let content = Content {
        batch: batch.id,
        organization: batch.organization_id,
        organization_name: now.organization_name.clone(),
        file_name: now.file_name.clone(),
        person: person.as_ref().map(|(id, ..)| *id),
        identity_id: person.as_ref().map(|(_, identity, _)| *identity),
        name: person.map(|(.., name)| name).unwrap_or_default(),
        rows: tally.rows(),
        people: tally.people(),
        hours: tally.hours(),
        years: now.years(),
        left_out: now.left_out,
        files,
    };
    let (organization, department) = (now.organization_id, now.department_id);
    let submission = Submission { content, number, title, person: None, organization, department };
    let case = match batch.case_id {
        None => review::submit(&mut *tx, &HistoryHours, submission, user, clock).await?,
        Some(case) => {
            review::resubmit(&mut *tx, &HistoryHours, case, submission, user, clock).await?
        }
    };
    roster::of_case(tx, ROSTER, batch.id, case.id).await?;
    Ok(case.number)
}

/// The bureau's desk sees the files.
pub async fn link(tx: &mut SqliteConnection, batch: &Batch, files: &[FileId]) -> Result<()> {
    for id in files {
        let (unit, department) = (batch.organization_id, batch.department_id);
        file::link(&mut *tx, *id, credit_hours::LEAF, None, unit, department).await?;
    }
    Ok(())
}
