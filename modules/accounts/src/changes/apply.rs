//! What an approval does: exactly the listed changes, if what they replace still stands.

use kit::dictionary::{TitleLevel, WITHOUT_TITLE, titles_of};
use kit::{Clock, Error, Event, PersonId, Result};
use sqlx::SqliteConnection;

use super::item::{self, PLACE, get, label, set, value};
use super::{Content, Item};
use crate::people::record::{self, Record};
use crate::people::{self, Fields};

/// What has changed meanwhile, a sentence each; empty if the request can be carried out.
pub async fn stale(db: &mut SqliteConnection, content: &Content) -> Result<Vec<String>> {
    let fields = people::fields(&mut *db, content.person).await?.ok_or(Error::NotFound)?;
    let mut found = Vec::new();
    for item in &content.items {
        let sentence = match item {
            Item::Field { field, old, new } if field == PLACE => {
                moved(&mut *db, content.person, old, new).await?
            }
            Item::Field { field, old, .. } => match get(&fields, field) {
                Some(now) if now == *old => None,
                Some(now) => Some(differs(&mut *db, field, old, &now).await?),
                None => Some(format!("“{field}”不能通过申请修改")),
            },
            Item::Add { .. } => None,
            Item::Change { id, old, .. } | Item::Remove { id, old } => {
                gone(record::one(&mut *db, content.person, *id).await, old)?
            }
        };
        found.extend(sentence);
    }
    if found.is_empty() {
        let mut after = fields;
        for item in &content.items {
            if let Item::Field { field, new, .. } = item {
                set(&mut after, field, new);
            }
        }
        found.extend(unfit(&after));
    }
    Ok(found)
}

async fn differs(db: &mut SqliteConnection, field: &str, old: &str, now: &str) -> Result<String> {
    let shown = |text: String| if text.is_empty() { "（空）".to_owned() } else { text };
    let old = shown(value(&mut *db, field, old).await?);
    let now = shown(value(db, field, now).await?);
    Ok(format!("“{}”现在是“{now}”，与申请时的“{old}”不同", label(field)))
}

/// The internal department must be as it was, and the new one an active one of his unit.
async fn moved(
    db: &mut SqliteConnection,
    person: PersonId,
    old: &str,
    new: &str,
) -> Result<Option<String>> {
    let now: Option<i64> =
        sqlx::query_scalar("select internal_department_id from person where id = ?")
            .bind(person)
            .fetch_one(&mut *db)
            .await?;
    if now != old.parse().ok() {
        let now = now.map(|id| id.to_string()).unwrap_or_default();
        return Ok(Some(differs(db, PLACE, old, &now).await?));
    }
    if new.is_empty() {
        return Ok(None);
    }
    let there: bool = sqlx::query_scalar(
        "select exists (select 1 from internal_department d
           join person p on p.organization_id = d.organization_id
          where p.id = ? and d.id = cast(? as integer) and d.state = 'active')",
    )
    .bind(person)
    .bind(new)
    .fetch_one(db)
    .await?;
    Ok((!there).then(|| "申请的内设部门已停用或不在现在的单位".to_owned()))
}

fn gone(found: Result<Record>, old: &Record) -> Result<Option<String>> {
    match found {
        Ok(now) if now == *old => Ok(None),
        Ok(_) | Err(Error::NotFound) => {
            Ok(Some(format!("{}“{}”已有变动", old.kind.label(), old.heading())))
        }
        Err(error) => Err(error),
    }
}

/// Series, level and name of the title must fit each other in the end.
fn unfit(fields: &Fields) -> Option<String> {
    if fields.series == WITHOUT_TITLE {
        let bare = fields.level.is_empty() && fields.title.is_empty();
        return (!bare).then(|| "改成“无职称”后仍有等级或名称".to_owned());
    }
    // what was imported before there were rules may stay as it is
    let level = TitleLevel::from_code(&fields.level)?;
    let fits = titles_of(&fields.series, level).contains(&fields.title.as_str());
    (!fits && !fields.title.is_empty()).then(|| "修改后的职称系列、等级和名称不一致".to_owned())
}

/// Carries a request out: fields and internal department in one version, records, and what the
/// modules are to hear.
///
/// # Errors
/// Refused if what it replaces no longer stands.
pub async fn apply(
    tx: &mut SqliteConnection,
    content: &Content,
    cause: &str,
    clock: &Clock,
) -> Result<Vec<Event>> {
    let stale = stale(&mut *tx, content).await?;
    if !stale.is_empty() {
        return Err(Error::refused(format!(
            "{}。没有修改任何内容。请驳回，由申请人按现在的资料重新提交。",
            stale.join("；")
        )));
    }
    let person = content.person;
    let mut fields = people::fields(&mut *tx, person).await?.ok_or(Error::NotFound)?;
    let mut place: Option<i64> =
        sqlx::query_scalar("select internal_department_id from person where id = ?")
            .bind(person)
            .fetch_one(&mut *tx)
            .await?;
    for item in &content.items {
        if let Item::Field { field, new, .. } = item {
            if field == PLACE {
                place = new.parse().ok();
            } else {
                item::set(&mut fields, field, new);
            }
        }
    }
    let changed = people::change(&mut *tx, person, &fields, place, cause, clock).await?;
    for item in &content.items {
        records(&mut *tx, person, item, clock).await?;
    }
    if changed.is_empty() {
        // only further records: the history tells of this decision, too
        people::reported(&mut *tx, person, cause, clock).await?;
    }
    let mut events = vec![Event::PersonChanged { person }];
    if changed.iter().any(|label| label == "姓名") {
        events.push(Event::IdentityCorrected { person, correction: None });
    }
    Ok(events)
}

async fn records(
    tx: &mut SqliteConnection,
    person: PersonId,
    item: &Item,
    clock: &Clock,
) -> Result<()> {
    match item {
        Item::Field { .. } => Ok(()),
        Item::Add { record, files } => {
            let id = record::add(&mut *tx, person, record, clock).await?;
            record::attach(tx, id, files).await
        }
        Item::Change { id, new, files, .. } => {
            record::change(&mut *tx, person, *id, new, clock).await?;
            record::attach(tx, *id, files).await
        }
        Item::Remove { id, .. } => record::remove(tx, person, *id).await,
    }
}
