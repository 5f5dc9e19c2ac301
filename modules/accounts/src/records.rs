//! The pages of a repeating record: its form and its removal. A person plans changes of his
//! records in a request; his unit makes them at once.

use kit::form::Uploaded;
use kit::{AccountId, Clock, Db, FileId, Form, Page, PersonId, Result, day};
use sqlx::SqliteConnection;

use crate::people::record::{self, Kind, Record};
use crate::units::Crumb;
use crate::uploads;

/// Files of one record at most.
pub const MOST_FILES: usize = 5;

/// What differs between the pages.
pub struct Place {
    pub crumbs: Vec<Crumb>,
    /// 新增职称
    pub title: String,
    pub action: String,
    pub back: String,
    /// What saving does, as a sentence.
    pub told: &'static str,
}

/// The form's page.
pub async fn page(
    db: &mut SqliteConnection,
    place: &Place,
    kind: Kind,
    form: &Form,
    kept: &[FileId],
) -> Result<Page> {
    Ok(Page::new("accounts/record_form.html")
        .with("crumbs", &place.crumbs)
        .with("title", &place.title)
        .with("action", &place.action)
        .with("back", &place.back)
        .with("told", place.told)
        .with("fields", &record::fields(kind))
        .with("kept", &uploads::shown(kit::file::find(db, kept).await?))
        .with("file_limit", &kit::file::EVIDENCE_LIMIT)
        .with("form", form))
}

/// Reads a record and keeps the files that came with it.
#[expect(clippy::too_many_arguments, reason = "one form, each a different thing")]
pub async fn read(
    tx: &mut SqliteConnection,
    db: &Db,
    person: PersonId,
    kind: Kind,
    form: &mut Form,
    arrived: &[Uploaded],
    by: AccountId,
    clock: &Clock,
) -> Result<(Record, Vec<FileId>)> {
    let born: String = sqlx::query_scalar("select born from person where id = ?")
        .bind(person)
        .fetch_one(&mut *tx)
        .await?;
    let record = record::read(form, kind, day::stored_date(&born), clock.today());
    let mut files = uploads::again(&mut *tx, form, by).await?;
    let limit = (files.len(), MOST_FILES);
    files.extend(uploads::keep(tx, db, form, arrived, limit, by, clock).await?);
    Ok((record, files))
}

/// Asks before a record is removed.
pub fn removal(place: &Place, record: &Record) -> Page {
    let sentence = format!(
        "将删除{}“{}”：{}。{}",
        record.kind.label(),
        record.heading(),
        record.line(),
        place.told
    );
    Page::new("accounts/person_confirm.html")
        .with("crumbs", &place.crumbs)
        .with("title", &place.title)
        .with("sentence", &sentence)
        .with("label", "")
        .with("hint", "")
        .with("submit", "确认删除")
        .with("action", &place.action)
        .with("back", &place.back)
        .with("form", &Form::new())
}
