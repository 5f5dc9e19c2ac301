//! `jxjy import`: the same check and the same import, told to a terminal or a program.

use accounts::organizations;
use kit::db::Pools;
use kit::job::Progress;
use kit::organization::Organization;
use kit::{Actor, Clock, Error, Modules, Result, organization};
use serde::Serialize;

use crate::against::Against;
use crate::check::{Level, Problem};
use crate::columns::Layout;
use crate::parse::{CheckedRow, Parsing, Piece};
use crate::store::{self, NewImport};
use crate::units::Units;
use crate::{commit, run};

/// A problem as `--json` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Told {
    /// As the spreadsheet numbers it; 0 for the file as a whole.
    pub row: i64,
    pub column: String,
    pub value: String,
    pub message: String,
    pub remedy: String,
}

/// What a command did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    pub rows: i64,
    /// Rows that can go in.
    pub valid: i64,
    /// Of these, with something to look at.
    pub warnings: i64,
    /// Already there, passed over.
    pub skipped: i64,
    pub imported: i64,
    pub errors: Vec<Told>,
}

impl Report {
    /// Rows that did not (or would not) go in.
    pub fn failing(&self) -> usize {
        let mut rows: Vec<i64> = self.errors.iter().map(|told| told.row).collect();
        rows.dedup();
        rows.len()
    }
}

/// The organization a name or code stands for; the bureau without one.
///
/// # Errors
/// Refused if there is none.
pub async fn organization(db: &Pools, named: Option<&str>) -> Result<Organization> {
    let mut reader = db.read().await?;
    let found = match named {
        Some(text) => organizations::named(&mut reader, text).await?,
        None => organization::bureau(&mut reader).await?,
    };
    found.ok_or_else(|| match named {
        Some(text) => Error::refused(format!("没有名称或信用代码是“{text}”的单位。请核对后再试。")),
        None => Error::refused("还没有设置人社局。请先启动系统，完成首次设置。"),
    })
}

/// Checks a file without writing anything.
pub async fn check(
    db: &Pools,
    clock: &Clock,
    organization: &Organization,
    bytes: Vec<u8>,
) -> Result<Report> {
    let units = Units::of(&mut *db.read().await?, organization.id, None).await?;
    let mut parsing = Parsing::start(bytes, clock.today(), units.clone(), false);
    let (mut against, mut rows): (Option<Against>, Vec<Verdict>) = (None, vec![]);
    while let Some(piece) = parsing.next().await {
        match piece {
            Piece::Header(header) => {
                against = Some(
                    Against::of(&mut *db.read().await?, &units, Layout::of(&header.titles)).await?,
                );
            }
            Piece::Rows(mut batch) => {
                if let Some(against) = &against {
                    against.compare(&mut *db.read().await?, &units, &mut batch).await?;
                }
                rows.extend(batch.into_iter().map(Verdict::of));
            }
        }
    }
    let end = parsing.end().await.map_err(Error::Invalid)?;
    for (number, problem) in end.late {
        if let Ok(at) = rows.binary_search_by_key(&number, |row| row.number) {
            rows[at].verdict = "error";
            rows[at].errors.push(problem);
        }
    }
    let count =
        |verdicts: &[&str]| rows.iter().filter(|r| verdicts.contains(&r.verdict)).count() as i64;
    let (valid, warnings, skipped) = (count(&["ok", "warn"]), count(&["warn"]), count(&["known"]));
    let total = rows.len() as i64;
    let errors = rows
        .into_iter()
        .flat_map(|row| row.errors.into_iter().map(move |problem| told(row.number, problem)))
        .collect();
    Ok(Report { rows: total, valid, warnings, skipped, imported: 0, errors })
}

/// What remains of a row once it is counted.
struct Verdict {
    number: u32,
    verdict: &'static str,
    errors: Vec<Problem>,
}

impl Verdict {
    fn of(row: CheckedRow) -> Self {
        let verdict = row.verdict();
        let errors = row.problems.into_iter().filter(|p| p.level == Level::Error).collect();
        Self { number: row.number, verdict, errors }
    }
}

fn told(row: u32, problem: Problem) -> Told {
    let Problem { column, value, message, remedy, .. } = problem;
    Told { row: i64::from(row), column: column.title().to_owned(), value, message, remedy }
}

/// Checks a file and imports its good rows.
pub async fn import(
    db: &Pools,
    modules: &Modules,
    clock: &Clock,
    organization: &Organization,
    file_name: &str,
    bytes: Vec<u8>,
    progress: &Progress,
) -> Result<Report> {
    let actor = Actor::command("import");
    let new = NewImport {
        organization: organization.id,
        account: None,
        by_name: &actor.name,
        file_name,
        bytes: &bytes,
        create_departments: false,
        below: false,
        kind: store::PEOPLE,
        batch: None,
    };
    let mut tx = db.begin().await?;
    let id = store::begin(&mut tx, &new, clock).await?;
    let import = store::find(&mut tx, id, organization.id).await?;
    tx.commit().await?;
    run::check(db, clock, &import, bytes, progress).await?;
    let checked = store::find(&mut *db.read().await?, id, organization.id).await?;
    let choice = commit::Choice::default();
    let outcome = if commit::refuse(&checked, choice).is_ok() {
        commit::commit(db, modules, clock, &actor, id, organization.id, choice).await?
    } else {
        commit::nothing(db, clock, id).await?
    };
    let errors: Vec<Told> = sqlx::query_as(
        "select number as row, \"column\", value, message, remedy from import_problem
          where import_id = ? and level = 'error' order by number, place",
    )
    .bind(id)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let after = store::find(&mut *db.read().await?, id, organization.id).await?;
    Ok(Report {
        rows: after.rows,
        valid: after.valid,
        warnings: after.warned,
        skipped: after.skipped,
        imported: outcome.imported,
        errors,
    })
}
