//! 已在本单位: what each policy would do to the people who are there already, old → new, computed
//! for the page's rows by the check's own code; and after the import what was done to them.

use accounts::changes::{self, Item, PLACE};
use accounts::people::{Fields, state_label};
use kit::{Clock, Db, Result, mask};
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::against::Against;
use crate::check::Checker;
use crate::columns::Column;
use crate::commit;
use crate::effect::{Change, Effect, How};
use crate::importer::Importer;
use crate::parse::CheckedRow;
use crate::policy::Policy;
use crate::store::Import;
use crate::units::Units;
use kit::sheet::{Cell, Row};

/// Rows on a page.
pub const PAGE: i64 = 50;

/// A change as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    label: String,
    before: String,
    after: String,
    how: &'static str,
}

/// A row of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Line {
    number: i64,
    name: String,
    /// Masked.
    id_number: String,
    /// 退休, 离职 or 去世; else empty.
    state: String,
    fill: Vec<Shown>,
    update: Vec<Shown>,
    /// What else there is to say.
    notes: Vec<String>,
}

/// Somebody whom the import has changed.
#[derive(Debug, Clone, Serialize)]
pub struct Done {
    number: i64,
    name: String,
    id_number: String,
    what: &'static str,
    changes: Vec<Shown>,
    /// Of the change request, if one was opened.
    request: String,
    state: &'static str,
}

#[derive(sqlx::FromRow)]
struct Stored {
    number: u32,
    content: String,
    seen: String,
}

/// A page of the known rows of a checked upload, as it would be now.
pub async fn lines(
    db: &Db,
    import: &Import,
    user: &kit::User,
    clock: &Clock,
    page: i64,
) -> Result<Vec<Line>> {
    let mut reader = db.read().await?;
    let stored: Vec<Stored> = sqlx::query_as(
        "select number, content, seen from import_row
          where import_id = ? and verdict = 'known' order by number limit ? offset ?",
    )
    .bind(import.id)
    .bind(PAGE)
    .bind(page.clamp(1, 100_000).saturating_sub(1) * PAGE)
    .fetch_all(&mut *reader)
    .await?;
    if stored.is_empty() {
        return Ok(vec![]);
    }
    let layout = commit::layout(import)?;
    let units = Units::of_import(&mut reader, import).await?;
    let (own, account) = (import.organization_id, Some(user.account));
    let importer = Importer::of(&mut reader, own, import.account_id, account, clock).await?;
    let mut checker =
        Checker::new(clock.today(), layout.clone(), units.clone(), import.create_departments);
    let mut rows = Vec::with_capacity(stored.len());
    let mut seen = Vec::with_capacity(stored.len());
    for one in stored {
        let cells: Vec<Cell> = serde_json::from_str(&one.content)?;
        let row = Row { number: one.number, cells };
        let checked = checker.row(&row);
        rows.push(CheckedRow::new(row, checked));
        seen.push(one.seen);
    }
    Against::known_only(layout.clone(), importer).compare(&mut reader, &units, &mut rows).await?;
    let mut lines = Vec::with_capacity(rows.len());
    for (row, seen) in rows.iter().zip(seen) {
        lines.push(line(&mut reader, row, &seen, &layout).await?);
    }
    Ok(lines)
}

async fn line(
    db: &mut SqliteConnection,
    row: &CheckedRow,
    seen: &str,
    layout: &crate::columns::Layout,
) -> Result<Line> {
    let mut line = Line {
        number: i64::from(row.number),
        name: row.typed(layout, Column::Name).to_owned(),
        id_number: row.id_card.as_ref().map(kit::IdCard::masked).unwrap_or_default(),
        ..Line::default()
    };
    let (Some(known), Some(accepted)) = (&row.known, &row.accepted) else {
        line.notes.push(MOVED.to_owned());
        return Ok(line);
    };
    if matches!(known.state.as_str(), "retired" | "left" | "deceased") {
        state_label(&known.state).clone_into(&mut line.state);
    }
    for (policy, place) in [(Policy::Fill, &mut line.fill), (Policy::Update, &mut line.update)] {
        for change in &Effect::of(policy, known, accepted, layout).changes {
            place.push(shown(&mut *db, change, &accepted.department).await?);
        }
    }
    if known.seen != seen {
        line.notes.push(MOVED.to_owned());
    }
    if let Some(held) = &known.held
        && line.update.iter().any(|change| change.how == "held")
    {
        line.notes.push(held.sentence());
    }
    if accepted.fields.series == kit::dictionary::WITHOUT_TITLE
        && known.fields.series != kit::dictionary::WITHOUT_TITLE
    {
        line.notes.push("文件中是“无职称”，已登记的职称不会因此取消".to_owned());
    }
    Ok(line)
}

/// What is told of a row whose person has changed since the check.
const MOVED: &str = "核对之后资料有变动，导入时不会修改这一行；请重新上传核对";

async fn shown(db: &mut SqliteConnection, change: &Change, typed: &str) -> Result<Shown> {
    let how = match change.how {
        How::Now => "now",
        How::Asked => "asked",
        How::Held => "held",
    };
    let mut shown = worded(db, &change.item, how).await?;
    if shown.after.is_empty() && matches!(&change.item, Item::Field { field, .. } if field == PLACE)
    {
        shown.after = format!("{typed}（新建）");
    }
    Ok(shown)
}

async fn worded(db: &mut SqliteConnection, item: &Item, how: &'static str) -> Result<Shown> {
    let told = changes::shown(db, item).await?;
    let label = label(&told.label).to_owned();
    Ok(Shown { label, before: told.before, after: told.after, how })
}

/// Labels of what is no reviewed field.
fn label(field: &str) -> &str {
    match field {
        "phone" => "手机号码",
        "email" => "电子邮箱",
        "note" => "备注",
        other => other,
    }
}

/// 学历、手机号码
pub fn titles(items: &[Item]) -> String {
    let titles = changes::titles(items);
    titles.split('、').map(label).collect::<Vec<_>>().join("、")
}

#[derive(sqlx::FromRow)]
struct Touched {
    number: i64,
    what: String,
    before: String,
    after: String,
    state: String,
    name: String,
    id_number: String,
    request: String,
}

/// A page of the people whom an import has changed.
pub async fn done(db: &mut SqliteConnection, import: &Import, page: i64) -> Result<Vec<Done>> {
    let touched: Vec<Touched> = sqlx::query_as(
        "select t.number, t.what, t.before, t.after, t.state, p.name, i.number as id_number,
                case t.what when 'requested' then coalesce(c.number, '') else '' end as request
           from import_touch t
           join person p on p.id = t.object_id
           join identity i on i.id = p.identity_id
           left join review_case c on c.id = t.case_id
          where t.import_id = ? and t.object = 'person'
            and t.what in ('updated', 'requested', 'approved')
          order by t.number, t.what limit ? offset ?",
    )
    .bind(import.id)
    .bind(PAGE)
    .bind(page.clamp(1, 100_000).saturating_sub(1) * PAGE)
    .fetch_all(&mut *db)
    .await?;
    let mut lines = Vec::with_capacity(touched.len());
    for one in touched {
        let items = match one.what.as_str() {
            "requested" => serde_json::from_str(&one.after).unwrap_or_default(),
            _ => differences(&one.before, &one.after),
        };
        let mut changes = Vec::with_capacity(items.len());
        for item in &items {
            let how = if one.what == "requested" { "asked" } else { "now" };
            changes.push(worded(&mut *db, item, how).await?);
        }
        lines.push(Done {
            number: one.number,
            name: one.name,
            id_number: mask::mask_id(&one.id_number),
            what: match one.what.as_str() {
                "requested" => "已提交申请",
                "approved" => "已通过注册",
                _ => "已修改",
            },
            changes,
            request: one.request,
            state: match one.state.as_str() {
                "undone" => "已撤销",
                "kept" => "撤销时保留",
                _ => "",
            },
        });
    }
    Ok(lines)
}

/// Of what was kept of a change; none once that is forgotten.
fn differences(before: &str, after: &str) -> Vec<Item> {
    type Kept = (Fields, Option<i64>);
    let read = |text: &str| serde_json::from_str::<Kept>(text).ok();
    let (Some((old, from)), Some((new, to))) = (read(before), read(after)) else { return vec![] };
    let mut items = changes::differences(&old, &new, (from, to));
    for (field, old, new) in [
        ("phone", old.phone, new.phone),
        ("email", old.email, new.email),
        ("note", old.note, new.note),
    ] {
        if old != new {
            items.push(Item::Field { field: field.to_owned(), old, new });
        }
    }
    items
}
