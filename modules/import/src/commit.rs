//! The import itself: the check's own code plus one transaction. What changed since the check is
//! left out and listed.

mod known;
mod registration;

use accounts::people::{self, NewPerson, Origin};
use kit::db::Pools;
use kit::job::Progress;
use kit::{AccountId, Actor, Clock, Error, Event, Modules, OrganizationId, Result, User, trail};
use sqlx::{Sqlite, SqliteConnection, Transaction};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use crate::against::Against;
use crate::by_unit;
use crate::check::{Checker, Level, Problem};
use crate::columns::{Column, Layout};
use crate::departments::{Departments, Found};
use crate::importer::Importer;
use crate::parse::CheckedRow;
use crate::policy::Policy;
use crate::store::{self, Import};
use crate::touch::{self, Touch};
use crate::units::Units;
use kit::sheet::{Cell, Row};

/// People written by one call of `create_many`.
const CHUNK: usize = 2_000;

/// What is chosen when a checked file is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Choice {
    pub policy: Policy,
    /// 全部正确才导入: one row that cannot go in, and none does.
    pub whole: bool,
}

/// Who confirms an import.
#[derive(Clone, Copy)]
pub enum By<'a> {
    User(&'a User),
    /// The command line, which acts as the bureau.
    Command,
}

impl By<'_> {
    fn actor(self) -> Actor {
        match self {
            Self::User(user) => user.actor(),
            Self::Command => Actor::command("import"),
        }
    }

    fn account(self) -> Option<AccountId> {
        match self {
            Self::User(user) => Some(user.account),
            Self::Command => None,
        }
    }
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcome {
    /// People created.
    pub imported: i64,
    /// People who were there and are changed.
    pub updated: i64,
    /// Change requests opened in place of a change.
    pub requested: i64,
    /// Pending registrations passed.
    pub approved: i64,
    /// Good when checked, not any more.
    pub changed: i64,
}

impl Outcome {
    /// Whether anything was written.
    pub fn any(&self) -> bool {
        self.imported + self.updated + self.requested + self.approved > 0
    }
}

/// Writes the good rows of a checked upload.
///
/// # Errors
/// Refused if it is not waiting for that, if nobody is left to import, or once cancelled.
#[expect(clippy::too_many_arguments, reason = "the server, who, what, how, how far")]
pub async fn commit(
    db: &Pools,
    modules: &Modules,
    clock: &Clock,
    by: By<'_>,
    id: i64,
    organization: OrganizationId,
    choice: Choice,
    progress: &Progress,
) -> Result<Outcome> {
    let (tx, outcome) = written(db, modules, clock, by, id, organization, choice, progress).await?;
    tx.commit().await?;
    if let Err(error) = store::forget(db, id, false).await {
        tracing::error!(import = id, %error, "imported rows not removed yet"); // the sweep will
    }
    Ok(outcome)
}

/// As `commit`, up to the word that keeps it: a trial drops the transaction instead.
///
/// # Errors
/// As `commit`.
#[expect(clippy::too_many_arguments, reason = "the server, who, what, how, how far")]
pub async fn written(
    db: &Pools,
    modules: &Modules,
    clock: &Clock,
    by: By<'_>,
    id: i64,
    organization: OrganizationId,
    choice: Choice,
    progress: &Progress,
) -> Result<(Transaction<'static, Sqlite>, Outcome)> {
    let import = store::find(&mut *db.read().await?, id, organization).await?;
    if import.state != "checked" {
        return Err(already(&import.state));
    }
    refuse(&import, choice)?;
    progress.expect(rows(&import, choice.policy));
    progress.at(0);
    progress.say("正在写入");
    let mut tx = db.begin().await?;
    crate::below::still(&mut tx, &import).await?;
    claim(&mut tx, id, choice, clock).await?;
    let outcome = write(
        &mut tx,
        modules,
        clock,
        by,
        &import,
        choice,
        chunks(db.clone(), clock, &import, choice),
        progress,
    )
    .await?;
    Ok((tx, outcome))
}

/// The rows that an import goes through: the good ones and, where the policy looks at them, those
/// who are there already.
pub fn rows(import: &Import, policy: Policy) -> i64 {
    match policy {
        Policy::Fill | Policy::Update => import.valid + import.known,
        Policy::Skip | Policy::Reject => import.valid,
    }
}

/// Turns a checked upload into an imported one.
async fn claim(tx: &mut SqliteConnection, id: i64, choice: Choice, clock: &Clock) -> Result<()> {
    let claimed = sqlx::query(
        "update import set state = 'imported', ended_at = ?, policy = ?, whole = ?
          where id = ? and state = 'checked'",
    )
    .bind(clock.stamp())
    .bind(choice.policy.key())
    .bind(choice.whole)
    .bind(id)
    .execute(tx)
    .await?;
    if claimed.rows_affected() == 0 {
        return Err(already("imported"));
    }
    Ok(())
}

/// As `commit`, in a transaction of the caller's, a file of at most `CHUNK` rows: the demo's.
pub async fn within(
    tx: &mut SqliteConnection,
    modules: &Modules,
    clock: &Clock,
    by: By<'_>,
    import: &Import,
    choice: Choice,
) -> Result<Outcome> {
    refuse(import, choice)?;
    claim(&mut *tx, import.id, choice, clock).await?;
    let units = Units::of_import(&mut *tx, import).await?;
    let mut checker =
        Checker::new(clock.today(), layout(import)?, units, import.create_departments);
    let known = matches!(choice.policy, Policy::Fill | Policy::Update);
    let rows = again(&mut checker, stored(&mut *tx, import.id, 0, known).await?);
    let (sender, receiver) = mpsc::channel(1);
    sender.send(rows).await.map_err(|e| Error::Fault(e.to_string()))?;
    drop(sender);
    write(tx, modules, clock, by, import, choice, receiver, &Progress::new(0)).await
}

/// What stands against the choice before anything is tried.
///
/// # Errors
/// Refused: 全部正确才导入 with failing rows, or nothing that could go in.
pub fn refuse(import: &Import, choice: Choice) -> Result<()> {
    let rejected = if choice.policy == Policy::Reject { import.known } else { 0 };
    let failing = import.failing + rejected;
    if choice.whole && failing > 0 {
        return Err(Error::refused(format!(
            "选择了“全部正确才导入”，但有 {failing} 行不能导入，所以没有写入任何数据。请改好这些行重新上传，或者改选“只导入正确的行”。"
        )));
    }
    let known = match choice.policy {
        Policy::Fill => import.fills,
        Policy::Update => import.updates,
        Policy::Skip | Policy::Reject => 0,
    };
    if import.valid + known == 0 {
        return Err(Error::refused(
            "按现在的选择没有可以导入或修改的人员。请改好需要修改的行重新上传，或者换一种处理方式。",
        ));
    }
    Ok(())
}

/// Ends a checked upload of which nothing goes in (the command has nobody to ask).
pub async fn nothing(db: &Pools, clock: &Clock, id: i64, choice: Choice) -> Result<()> {
    let mut tx = db.begin().await?;
    let rejected = match choice.policy {
        Policy::Reject => known::reject(&mut tx, id).await?,
        _ => 0,
    };
    sqlx::query(
        "update import set state = 'cancelled', ended_at = ?, policy = ?, whole = ?,
           failing = failing + ?, skipped = known - ?
          where id = ? and state = 'checked'",
    )
    .bind(clock.stamp())
    .bind(choice.policy.key())
    .bind(choice.whole)
    .bind(rejected)
    .bind(rejected)
    .bind(id)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Why an upload is not waiting to be imported.
pub fn already(state: &str) -> Error {
    Error::refused(match state {
        "checking" => "文件还在核对，请等核对结束后再导入。",
        "imported" => "这次核对已经导入过了，没有重复导入。",
        "cancelled" => "这次导入已经取消。请重新上传文件。",
        _ => "这次核对没有完成，不能导入。请重新上传文件。",
    })
}

/// The good rows, checked once more (the day or the rules may have changed), in chunks: read and
/// checked beside the transaction that writes them, never all in memory.
fn chunks(
    db: Pools,
    clock: &Clock,
    import: &Import,
    choice: Choice,
) -> mpsc::Receiver<Result<Vec<CheckedRow>>> {
    let (sender, receiver) = mpsc::channel(1);
    let (today, import) = (clock.today(), import.clone());
    tokio::spawn(async move {
        let checked = async {
            let mut reader = db.read().await?;
            let units = Units::of_import(&mut reader, &import).await?;
            let mut checker =
                Checker::new(today, layout(&import)?, units, import.create_departments);
            let known = matches!(choice.policy, Policy::Fill | Policy::Update);
            let mut after = 0;
            loop {
                let stored = stored(&mut reader, import.id, after, known).await?;
                let Some((last, _)) = stored.last() else { return Ok(()) };
                after = *last;
                let work = spawn_blocking(move || (again(&mut checker, stored), checker));
                let (rows, same) = work.await.map_err(|e| Error::Fault(e.to_string()))?;
                checker = same;
                if sender.send(Ok(rows?)).await.is_err() {
                    return Ok(()); // the transaction has failed
                }
            }
        };
        if let Err(error) = checked.await {
            let _ = sender.send(Err(error)).await; // nobody listens if the transaction has failed
        }
    });
    receiver
}

async fn stored(
    db: &mut SqliteConnection,
    id: i64,
    after: u32,
    known: bool,
) -> Result<Vec<(u32, String)>> {
    Ok(sqlx::query_as(
        "select number, content from import_row
          where import_id = ?1 and number > ?2
            and (verdict in ('ok', 'warn') or ?3 and verdict = 'known') order by number limit ?4",
    )
    .bind(id)
    .bind(after)
    .bind(known)
    .bind(CHUNK as i64)
    .fetch_all(db)
    .await?)
}

fn again(checker: &mut Checker, stored: Vec<(u32, String)>) -> Result<Vec<CheckedRow>> {
    stored
        .into_iter()
        .map(|(number, content)| {
            let cells: Vec<Cell> = serde_json::from_str(&content)?;
            let row = Row { number, cells };
            let checked = checker.row(&row);
            Ok(CheckedRow::new(row, checked))
        })
        .collect()
}

/// The columns of an upload's file.
pub fn layout(import: &Import) -> Result<Layout> {
    let titles: Vec<String> = serde_json::from_str(&import.header)?;
    Ok(Layout::of(&titles))
}

/// The writing of one upload.
struct Writing<'a> {
    modules: &'a Modules,
    clock: &'a Clock,
    by: By<'a>,
    actor: Actor,
    import: &'a Import,
    choice: Choice,
    layout: Layout,
    units: Units,
    outcome: Outcome,
    /// Known rows left as they are.
    unchanged: i64,
    failing: Vec<(u32, Problem)>,
    /// What is told of known rows: what of them was not done, though nothing is wrong.
    held: Vec<(u32, Problem)>,
    /// What the chunk's known rows are to be recorded as.
    changed: Vec<people::Change>,
    touches: Vec<Touch>,
}

#[expect(clippy::too_many_arguments, reason = "the server, who, what, how, how far")]
async fn write(
    tx: &mut SqliteConnection,
    modules: &Modules,
    clock: &Clock,
    by: By<'_>,
    import: &Import,
    choice: Choice,
    mut chunks: mpsc::Receiver<Result<Vec<CheckedRow>>>,
    progress: &Progress,
) -> Result<Outcome> {
    let layout = layout(import)?;
    let units = Units::of_import(tx, import).await?;
    let (own, uploader) = (import.organization_id, import.account_id);
    let importer = Importer::of(tx, own, uploader, by.account(), clock).await?;
    let against = Against::of(tx, &units, layout.clone(), importer).await?;
    let promised = known::promised(tx, import.id, choice.policy).await?;
    let mut writing = Writing {
        modules,
        clock,
        by,
        actor: by.actor(),
        import,
        choice,
        layout,
        units,
        outcome: Outcome::default(),
        unchanged: 0,
        failing: vec![],
        held: vec![],
        changed: vec![],
        touches: vec![],
    };
    let mut taken = 0;
    while let Some(chunk) = chunks.recv().await {
        progress.check()?;
        let mut chunk = chunk?;
        taken += chunk.len() as i64;
        against.compare(tx, &writing.units, &mut chunk).await?;
        let mut people = Vec::with_capacity(chunk.len());
        let mut numbers = Vec::with_capacity(chunk.len());
        for mut row in chunk {
            let promise = promised.get(&row.number);
            writing.keep_promise(&mut row, promise);
            let department = writing.department(tx, &mut row).await?;
            if row.accepted.is_none() {
                writing.fail(&row);
            } else if row.known.is_some() {
                writing.known(tx, row, department).await?;
            } else if row.registration.is_some() {
                writing.registration(tx, row, department).await?;
            } else if let (Some(accepted), Some(organization)) = (row.accepted, row.unit) {
                numbers.push(row.number);
                people.push(NewPerson {
                    id_card: accepted.id_card,
                    organization,
                    internal_department: department,
                    fields: accepted.fields,
                });
            }
        }
        writing.create(tx, people, numbers).await?;
        writing.change(tx).await?;
        touch::keep(tx, import.id, &std::mem::take(&mut writing.touches)).await?;
        progress.at(taken);
    }
    let promised = rows(import, choice.policy);
    if taken != promised {
        return Err(Error::Fault(format!("{taken} of {promised} rows were read")));
    }
    writing.end(tx).await
}

impl Writing<'_> {
    async fn create(
        &mut self,
        tx: &mut SqliteConnection,
        people: Vec<NewPerson>,
        numbers: Vec<u32>,
    ) -> Result<()> {
        if people.is_empty() {
            return Ok(());
        }
        let id = self.import.id;
        let ids = people::create_many(tx, &people, Origin::Import, Some(id), self.clock).await?;
        self.outcome.imported += ids.len() as i64;
        self.touches.extend(
            ids.iter().zip(numbers).map(|(id, number)| Touch::created("person", id.0, number)),
        );
        self.modules.deliver(tx, &Event::PeopleCreated { people: ids }, self.clock).await
    }

    fn fail(&mut self, row: &CheckedRow) {
        let told = row.problems.iter().find(|p| p.level == Level::Error).cloned();
        let problem = told.unwrap_or_else(|| changed(row, &self.layout));
        self.failing.push((row.number, problem));
    }

    /// Counts, lists what is not as promised, and says so in the trail.
    async fn end(mut self, tx: &mut SqliteConnection) -> Result<Outcome> {
        let (import, choice) = (self.import, self.choice);
        if let (true, Some((row, problem))) = (choice.whole, self.failing.first()) {
            return Err(Error::refused(format!(
                "选择了“全部正确才导入”，但核对之后情况有变化，{} 行不能导入（第 {row} 行{}：{}），所以没有写入任何数据。请重新上传文件核对。",
                self.failing.len(),
                problem.column.title(),
                problem.message
            )));
        }
        if !self.outcome.any() {
            return Err(Error::refused(
                "没有可以导入的人员：核对之后情况有变化，这些人都已在系统中。请重新上传文件核对。",
            ));
        }
        let outcome = &mut self.outcome;
        outcome.changed = self.failing.len() as i64;
        store::turn(tx, import.id, "error", &store::late("error", &self.failing)).await?;
        store::note(tx, import.id, &store::late("skip", &self.held)).await?;
        let rejected = match choice.policy {
            Policy::Reject => known::reject(tx, import.id).await?,
            _ => 0,
        };
        let skipped = match choice.policy {
            Policy::Skip => import.known,
            Policy::Fill | Policy::Update => self.unchanged,
            Policy::Reject => 0,
        };
        sqlx::query(
            "update import set imported = ?, updated = ?, requested = ?, approved = ?, changed = ?,
               skipped = ?, failing = failing + ? where id = ?",
        )
        .bind(outcome.imported)
        .bind(outcome.updated)
        .bind(outcome.requested)
        .bind(outcome.approved)
        .bind(outcome.changed)
        .bind(skipped)
        .bind(outcome.changed + rejected)
        .bind(import.id)
        .execute(&mut *tx)
        .await?;
        let out = import.failing + outcome.changed + rejected + skipped;
        let mut did = vec![format!("批量导入 {} 人", outcome.imported)];
        if outcome.approved > 0 {
            did.push(format!("通过注册 {} 人", outcome.approved));
        }
        if outcome.updated > 0 {
            did.push(format!("{} {} 人", choice.policy.label(), outcome.updated));
        }
        if outcome.requested > 0 {
            did.push(format!("提交信息修改申请 {} 条", outcome.requested));
        }
        if import.below {
            by_unit::done(tx, import, &self.actor, self.clock).await?;
        }
        let text = format!("{}（文件“{}”），{out} 行未导入", did.join("，"), import.file_name);
        let object = format!("import:{}", import.id);
        trail::write(tx, &self.actor, self.clock, "import.commit", &object, &text).await?;
        Ok(*outcome)
    }

    /// The row's internal department, made if that was asked for and it is still missing.
    async fn department(
        &mut self,
        tx: &mut SqliteConnection,
        row: &mut CheckedRow,
    ) -> Result<Option<i64>> {
        let (Some(accepted), Some(unit)) = (&row.accepted, row.unit) else { return Ok(None) };
        let name = accepted.department.clone();
        if name.is_empty() || row.known.is_some() && !self.moves(row) {
            return Ok(None);
        }
        match self.units.departments(unit).find(&name) {
            Found::One(id) => Ok(Some(id)),
            Found::None if self.import.create_departments && Departments::can_create(&name) => {
                let id = accounts::internal_departments::add(tx, unit, &name).await?;
                self.units.add(unit, &name, id);
                self.touches.push(Touch::created("internal-department", id, row.number));
                let text = match unit == self.units.own() {
                    true => format!("批量导入时新建内设部门“{name}”"),
                    false => {
                        format!("批量导入时为{}新建内设部门“{name}”", self.units.called(unit))
                    }
                };
                let object = format!("internal-department:{id}");
                trail::write(tx, &self.actor, self.clock, "import.department", &object, &text)
                    .await?;
                Ok(Some(id))
            }
            _ => {
                let message = "这个内设部门在核对之后已停用或改名".to_owned();
                let remedy = "改为在用的部门，重新上传这一行";
                row.tell(&self.layout, Level::Error, Column::Department, message, remedy);
                Ok(None)
            }
        }
    }
}

fn changed(row: &CheckedRow, layout: &Layout) -> Problem {
    Problem {
        column: Column::IdNumber,
        level: Level::Error,
        value: row.typed(layout, Column::IdNumber).to_owned(),
        message: "核对之后情况有变化：这个人已经登记，或不再是本单位的人员".to_owned(),
        remedy: "重新上传这一行核对".to_owned(),
    }
}
