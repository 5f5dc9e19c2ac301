//! A file that names units below, unit by unit: what the check found and what the import did;
//! the units' administrators are told.

use std::collections::HashMap;

use kit::{Actor, Can, Clock, Db, OrganizationId, Page, Result, day};
use rocket::{Route, State, get, routes};
use serde::Serialize;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use crate::ViewImports;
use crate::check::Problem;
use crate::parse::CheckedRow;
use crate::result::{PAGE, Shown, pager_at};
use crate::store;
use crate::units::Units;

pub fn routes() -> Vec<Route> {
    routes![show]
}

/// Rows of each unit while a file is checked.
#[derive(Debug, Default)]
pub struct Tally {
    /// Whether rows may name units at all; else nothing is kept.
    below: bool,
    /// Unit and verdict of each row, by its number, in order.
    rows: Vec<(u32, Option<OrganizationId>, &'static str)>,
}

impl Tally {
    pub fn of(units: &Units) -> Self {
        Self { below: units.below(), rows: vec![] }
    }

    /// Counts a batch, compared with the database already.
    pub fn count(&mut self, rows: &[CheckedRow]) {
        if self.below {
            self.rows.extend(rows.iter().map(|row| (row.number, row.unit, row.verdict())));
        }
    }

    /// Rows that turned out to be failing at the end of the file.
    pub fn late(&mut self, late: &[(u32, Problem)]) {
        for (number, _) in late {
            if let Ok(at) = self.rows.binary_search_by_key(number, |row| row.0) {
                self.rows[at].2 = "error";
            }
        }
    }

    fn sums(&self) -> HashMap<Option<OrganizationId>, [i64; 4]> {
        let mut sums: HashMap<Option<OrganizationId>, [i64; 4]> = HashMap::new();
        for (_, unit, verdict) in &self.rows {
            let sum = sums.entry(*unit).or_default();
            sum[0] += 1;
            match *verdict {
                "ok" | "warn" => sum[1] += 1,
                "known" => sum[2] += 1,
                _ => sum[3] += 1,
            }
        }
        sums
    }

    /// Keeps the sums of an upload: no unit first, then the importing unit, then by name.
    pub async fn keep(&self, tx: &mut SqliteConnection, id: i64, units: &Units) -> Result<()> {
        let mut sums: Vec<(Option<OrganizationId>, &str, [i64; 4])> = self
            .sums()
            .into_iter()
            .map(|(unit, sum)| (unit, unit.map_or("", |unit| units.name(unit)), sum))
            .collect();
        sums.sort_by_key(|(unit, name, _)| (unit.is_some(), *unit != Some(units.own()), *name));
        let first = i64::from(sums.first().is_none_or(|(unit, ..)| unit.is_some()));
        let placed: Vec<_> = (first..).zip(sums).collect();
        for chunk in placed.chunks(1_000) {
            let mut sql: QueryBuilder<Sqlite> = QueryBuilder::new(
                "insert into import_unit (import_id, place, organization_id, name, rows, valid,
                   known, failing) ",
            );
            sql.push_values(chunk, |mut row, (place, (unit, name, sum))| {
                row.push_bind(id).push_bind(place).push_bind(*unit).push_bind(*name);
                for count in sum {
                    row.push_bind(*count);
                }
            });
            sql.build().execute(&mut *tx).await?;
        }
        Ok(())
    }
}

/// Removes the sums of an upload that was never imported.
pub async fn forget(db: &kit::db::Pools, id: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    sqlx::query(
        "delete from import_unit where import_id = ?1
            and not exists (select 1 from import where id = ?1 and state = 'imported')",
    )
    .bind(id)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Counts what an import did unit by unit and tells the administrators of the other units, each
/// once: in the import's own transaction, when all it touched is kept.
pub async fn done(
    tx: &mut SqliteConnection,
    import: &store::Import,
    actor: &Actor,
    clock: &Clock,
) -> Result<()> {
    let sums: Vec<(OrganizationId, String, i64)> = sqlx::query_as(
        "select p.organization_id, t.what, count(*) from import_touch t
           join person p on p.id = t.object_id
          where t.import_id = ? and t.object = 'person' group by p.organization_id, t.what",
    )
    .bind(import.id)
    .fetch_all(&mut *tx)
    .await?;
    let mut did: HashMap<OrganizationId, Did> = HashMap::new();
    for (unit, what, count) in sums {
        let did = did.entry(unit).or_default();
        match what.as_str() {
            "created" | "approved" => did.imported += count,
            "updated" => did.updated += count,
            _ => did.requested += count,
        }
    }
    let mut texts: Vec<(OrganizationId, String)> = vec![];
    let importer: String = sqlx::query_scalar("select name from organization where id = ?")
        .bind(import.organization_id)
        .fetch_one(&mut *tx)
        .await?;
    for (unit, did) in did {
        sqlx::query(
            "update import_unit set imported = ?, updated = ?, requested = ?
              where import_id = ? and organization_id = ?",
        )
        .bind(did.imported)
        .bind(did.updated)
        .bind(did.requested)
        .bind(import.id)
        .bind(unit)
        .execute(&mut *tx)
        .await?;
        if unit != import.organization_id {
            texts.push((unit, did.sentence(&importer)));
        }
    }
    texts.sort_unstable();
    tell(tx, &texts, "为本单位导入人员", actor, clock).await
}

/// Tells the administrators of the other units whose people an import touched that it is undone,
/// each once: in the undo's own transaction.
pub async fn undone(
    tx: &mut SqliteConnection,
    id: i64,
    actor: &Actor,
    clock: &Clock,
) -> Result<()> {
    let units: Vec<(OrganizationId, String, String, i64)> = sqlx::query_as(
        "select u.organization_id, o.name, coalesce(i.ended_at, ''),
                u.imported + u.updated + u.requested
           from import_unit u join import i on i.id = u.import_id
           join organization o on o.id = i.organization_id
          where u.import_id = ? and u.organization_id <> i.organization_id
            and u.imported + u.updated + u.requested > 0
          order by u.place",
    )
    .bind(id)
    .fetch_all(&mut *tx)
    .await?;
    let texts: Vec<(OrganizationId, String)> = units
        .into_iter()
        .map(|(unit, importer, at, people)| {
            let at = day::shown_time(&at);
            let text = format!(
                "{importer}撤销了 {at} 为本单位所做的批量导入，当时涉及 {people} 人。导入之后又有变化的人员保留。"
            );
            (unit, text)
        })
        .collect();
    tell(tx, &texts, "为本单位的导入已撤销", actor, clock).await
}

#[derive(Default)]
struct Did {
    imported: i64,
    updated: i64,
    requested: i64,
}

impl Did {
    fn sentence(&self, importer: &str) -> String {
        let mut did = vec![];
        if self.imported > 0 {
            did.push(format!("导入了 {} 人", self.imported));
        }
        if self.updated > 0 {
            did.push(format!("修改了 {} 人的信息", self.updated));
        }
        if self.requested > 0 {
            did.push(format!("提交了 {} 条信息修改申请", self.requested));
        }
        let login = match self.imported {
            0 => "",
            _ => "新导入的人员用身份证号登录，初始密码是身份证号后六位，请告诉本人。",
        };
        format!("{importer}为本单位{}。{login}", did.join("，"))
    }
}

/// Who holds a right in one of the units now, the importer himself left out.
async fn tell(
    tx: &mut SqliteConnection,
    texts: &[(OrganizationId, String)],
    title: &str,
    actor: &Actor,
    clock: &Clock,
) -> Result<()> {
    sqlx::query(
        "insert into message (account_id, at, title, text, href)
         select a.id, ?1, ?2, j.value ->> 1, '/accounts/people'
           from json_each(?3) j
           cross join grant g on g.organization_id = j.value ->> 0
           join account a on a.id = g.account_id
          where g.state = 'active' and (g.until is null or g.until >= ?4)
            and a.state <> 'disabled' and a.id is not ?5
          order by j.key, a.id",
    )
    .bind(clock.stamp())
    .bind(title)
    .bind(serde_json::to_string(texts)?)
    .bind(day::date_text(clock.today()))
    .bind(actor.account)
    .execute(tx)
    .await?;
    Ok(())
}

/// A unit's line on the page.
#[derive(Serialize, sqlx::FromRow)]
struct Line {
    name: String,
    rows: i64,
    valid: i64,
    known: i64,
    failing: i64,
    imported: i64,
    updated: i64,
    requested: i64,
}

/// How many units the rows of an upload go to, those without any not counted.
pub async fn count(db: &mut SqliteConnection, id: i64) -> Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from import_unit where import_id = ? and place > 0")
        .bind(id)
        .fetch_one(db)
        .await?)
}

// behind /records/<id>, which it would meet at /records/units
#[get("/<id>/units?<page>", rank = 2)]
async fn show(user: Can<ViewImports>, db: &State<Db>, id: i64, page: Option<i64>) -> Result<Page> {
    let mut reader = db.read().await?;
    let import = store::find_for(&mut reader, id, &user.grant).await?;
    let total: i64 = sqlx::query_scalar("select count(*) from import_unit where import_id = ?")
        .bind(id)
        .fetch_one(&mut *reader)
        .await?;
    let page = page.unwrap_or(1).clamp(1, 1 + total / PAGE);
    let lines: Vec<Line> = sqlx::query_as(
        "select name, rows, valid, known, failing, imported, updated, requested from import_unit
          where import_id = ? order by place limit ? offset ?",
    )
    .bind(id)
    .bind(PAGE)
    .bind((page - 1) * PAGE)
    .fetch_all(&mut *reader)
    .await?;
    let done = import.state == "imported";
    let pager = pager_at(&format!("/import/{id}/units?"), page, total);
    Ok(Page::new("import/by_unit.html")
        .with("import", &Shown::of(&import, &user.user)?)
        .with("done", &done)
        .with("lines", &lines)
        .with("pager", &pager))
}
