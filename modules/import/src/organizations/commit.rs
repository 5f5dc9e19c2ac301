//! The import of a checked file of organizations: the check's own code plus one transaction. What
//! changed since the check is left out and listed.

use std::collections::HashSet;

use accounts::administrators::{self, Credential, NewAdministrator, SUPER};
use accounts::organizations::{self, NewOrganization, adding};
use kit::sheet::{Cell, Row};
use kit::{AccountId, Actor, Clock, Db, Error, Modules, OrganizationId, Result, trail};
use sqlx::SqliteConnection;

use super::against::{self, Importer};
use super::check::{CheckedRow, Checker};
use super::columns::Layout;
use super::{known, upload};
use crate::check::Level;
use crate::commit::already;
use crate::policy::Policy;
use crate::store::{self, Import, KeptProblem};
use crate::touch::{self, Touch};

/// What is chosen when a checked file is imported.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// `Skip` or `Reject`; the bureau's `Fill` and `Update` as well.
    pub policy: Policy,
    /// 全部正确才导入
    pub whole: bool,
}

/// What an import did.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outcome {
    pub imported: i64,
    /// There already, and changed.
    pub updated: i64,
    /// Good when checked, not any more.
    pub changed: i64,
}

/// The columns of an upload's file.
pub fn layout(import: &Import, importer: &Importer) -> Result<Layout> {
    let titles: Vec<String> = serde_json::from_str(&import.header)?;
    Ok(Layout::of(importer.kind, &titles))
}

/// What stands against the choice before anything is tried, as a sentence.
pub fn refusal(import: &Import, choice: Choice) -> Option<String> {
    let rejected = if choice.policy == Policy::Reject { import.known } else { 0 };
    let failing = import.failing + rejected;
    if choice.whole && failing > 0 {
        return Some(format!(
            "选择了“全部正确才导入”，但有 {failing} 行不能导入，所以没有写入任何数据。请改好这些行重新上传，或者不勾选这一项。"
        ));
    }
    let known = match choice.policy {
        Policy::Fill => import.fills,
        Policy::Update => import.updates,
        Policy::Skip | Policy::Reject => 0,
    };
    (import.valid + known == 0).then(|| {
        "按现在的选择没有可以导入或修改的单位。请改好需要修改的行重新上传，或者换一种处理方式。"
            .to_owned()
    })
}

/// Writes the good rows of a checked upload.
///
/// # Errors
/// Refused if it is not waiting for that, or by `refusal`.
pub async fn commit(
    db: &Db,
    modules: &Modules,
    clock: &Clock,
    (actor, account): (&Actor, AccountId),
    import: &Import,
    importer: &Importer,
    choice: Choice,
) -> Result<Outcome> {
    if let Some(sentence) = refusal(import, choice) {
        return Err(Error::refused(sentence));
    }
    let mut reader = db.read().await?;
    let checker = upload::checker(&mut reader, importer.kind, layout(import, importer)?).await?;
    let rows =
        upload::checked(&checker, stored(&mut reader, import.id, choice.policy).await?).await?;
    drop(reader);
    let mut tx = db.begin().await?;
    let claimed = sqlx::query(
        "update import set state = 'imported', ended_at = ?, policy = ?, whole = ?
          where id = ? and state = 'checked'",
    )
    .bind(clock.stamp())
    .bind(choice.policy.key())
    .bind(choice.whole)
    .bind(import.id)
    .execute(&mut *tx)
    .await?;
    if claimed.rows_affected() == 0 {
        return Err(already("imported"));
    }
    let by = By { modules: Some(modules), actor, account, clock, import, importer };
    let outcome = by.write(&mut tx, &checker, rows, choice).await?;
    tx.commit().await?;
    if let Err(error) = store::forget(db, import.id, false).await {
        tracing::error!(import = import.id, %error, "imported rows not removed yet"); // the sweep will
    }
    Ok(outcome)
}

/// The good rows of an upload, as typed.
async fn stored(db: &mut SqliteConnection, id: i64, policy: Policy) -> Result<Vec<Row>> {
    let stored: Vec<(u32, String)> = sqlx::query_as(
        "select number, content from import_row
          where import_id = ?
            and (verdict in ('ok', 'warn') or ? and verdict = 'known') order by number",
    )
    .bind(id)
    .bind(matches!(policy, Policy::Fill | Policy::Update))
    .fetch_all(db)
    .await?;
    let row = |(number, content): (u32, String)| {
        let cells: Vec<Cell> = serde_json::from_str(&content)?;
        Ok(Row { number, cells })
    };
    stored.into_iter().map(row).collect()
}

/// On whose behalf one upload is written.
pub(super) struct By<'a> {
    /// Who is told of changes; none where nothing is there already.
    pub modules: Option<&'a Modules>,
    pub actor: &'a Actor,
    pub account: AccountId,
    pub clock: &'a Clock,
    pub import: &'a Import,
    pub importer: &'a Importer,
}

impl By<'_> {
    pub(super) async fn write(
        &self,
        tx: &mut SqliteConnection,
        checker: &Checker,
        mut rows: Vec<CheckedRow>,
        choice: Choice,
    ) -> Result<Outcome> {
        against::compare(tx, &mut rows, self.importer, checker).await?;
        let promised: HashSet<u32> = sqlx::query_scalar(
            "select number from import_row where import_id = ? and verdict = 'known'",
        )
        .bind(self.import.id)
        .fetch_all(&mut *tx)
        .await?
        .into_iter()
        .collect();
        let (mut late, mut touches, mut updated) = (vec![], vec![], 0);
        for row in &rows {
            if row.accepted.is_none() || row.known.is_some() != promised.contains(&row.number) {
                late.push((row.number, since(row)));
                continue;
            }
            if row.known.is_some() {
                if let Some(touch) = self.change(tx, row, choice.policy).await? {
                    touches.push(touch);
                    updated += 1;
                }
                continue;
            }
            let id = self.create(tx, row).await?;
            touches.push(Touch::created("organization", id.0, row.number));
        }
        if let (true, Some((number, problem))) = (choice.whole, late.first()) {
            return Err(Error::refused(format!(
                "选择了“全部正确才导入”，但核对之后情况有变化，{} 行不能导入（第 {number} 行{}：{}），所以没有写入任何数据。请重新上传文件核对。",
                late.len(),
                problem.column,
                problem.message
            )));
        }
        if touches.is_empty() {
            return Err(Error::refused(
                "没有可以导入的单位：核对之后情况有变化。请重新上传文件核对。",
            ));
        }
        touch::keep(tx, self.import.id, &touches).await?;
        let imported = touches.len() as i64 - updated;
        let outcome = Outcome { imported, updated, changed: late.len() as i64 };
        store::turn(tx, self.import.id, "error", &late).await?;
        self.end(tx, choice, outcome).await?;
        Ok(outcome)
    }

    /// One organization with its first administrator, who gets his code with the slip.
    async fn create(&self, tx: &mut SqliteConnection, row: &CheckedRow) -> Result<OrganizationId> {
        let Some(accepted) = row.accepted.clone() else {
            return Err(Error::Fault(format!("row {} was not accepted", row.number)));
        };
        let kind = self.importer.kind;
        let new = NewOrganization {
            kind: kind.kind,
            name: accepted.name,
            credit_code: Some(accepted.credit_code),
            parent: row.superior,
            profile: accepted.profile,
        };
        let cause = format!("import:{}", self.import.id);
        let id = organizations::create(&mut *tx, &new, &cause, self.clock).await?;
        let administrator = NewAdministrator {
            organization: id,
            name: accepted.administrator,
            login: accepted.login,
            phone: accepted.phone,
            role: SUPER,
            credential: Credential::None,
            created_by: Some(self.account),
        };
        let account = administrators::create(&mut *tx, &administrator, self.clock).await?;
        sqlx::query(
            "insert into import_administrator (import_id, number, organization_id, account_id)
             values (?, ?, ?, ?)",
        )
        .bind(self.import.id)
        .bind(row.number)
        .bind(id)
        .bind(account)
        .execute(&mut *tx)
        .await?;
        let text = format!(
            "批量导入{}“{}”，首位管理员{}（账号 {}）",
            kind.noun, new.name, administrator.name, administrator.login
        );
        let (act, object) = adding::trailed(kind.kind, "create", id);
        trail::write(tx, self.actor, self.clock, &act, &object, &text).await?;
        Ok(id)
    }

    /// What the policy makes of one that is there already; none if nothing changes.
    async fn change(
        &self,
        tx: &mut SqliteConnection,
        row: &CheckedRow,
        policy: Policy,
    ) -> Result<Option<Touch>> {
        let (Some(known), Some(accepted), Some(modules)) =
            (&row.known, &row.accepted, self.modules)
        else {
            return Ok(None);
        };
        let Some(profile) = known.by(policy) else { return Ok(None) };
        let kind = self.importer.kind;
        let new = NewOrganization {
            kind: kind.kind,
            name: accepted.name.clone(),
            credit_code: Some(accepted.credit_code.clone()),
            parent: known.parent,
            profile: profile.clone(),
        };
        let cause = format!("import:{}", self.import.id);
        organizations::change(&mut *tx, modules, known.id, &new, &cause, self.clock).await?;
        let text = format!(
            "批量导入{}“{}”的资料：{}",
            policy.label(),
            new.name,
            known::changes(&known.profile, profile).join("、")
        );
        let (act, object) = adding::trailed(kind.kind, "change", known.id);
        trail::write(tx, self.actor, self.clock, &act, &object, &text).await?;
        Ok(Some(Touch {
            object: "organization",
            object_id: known.id.0,
            what: "updated",
            number: row.number,
            before: serde_json::to_string(&known.profile)?,
            after: serde_json::to_string(profile)?,
            case: None,
        }))
    }

    /// Counts, and says so in the trail.
    async fn end(&self, tx: &mut SqliteConnection, choice: Choice, outcome: Outcome) -> Result<()> {
        let import = self.import;
        let rejected = choice.policy == Policy::Reject;
        let (out, skipped) = match rejected {
            true => (import.known, 0),
            false => (0, import.known - outcome.updated),
        };
        if rejected {
            reject(tx, import.id).await?;
        }
        sqlx::query(
            "update import set imported = ?, updated = ?, changed = ?, skipped = ?, failing = failing + ?
              where id = ?",
        )
        .bind(outcome.imported)
        .bind(outcome.updated)
        .bind(outcome.changed)
        .bind(skipped)
        .bind(outcome.changed + out)
        .bind(import.id)
        .execute(&mut *tx)
        .await?;
        let left = import.failing + outcome.changed + out + skipped;
        let changed = match outcome.updated {
            0 => String::new(),
            updated => format!("，{} {updated} 个", choice.policy.label()),
        };
        let text = format!(
            "批量导入{} {} 个{changed}（文件“{}”），{left} 行未导入",
            self.importer.kind.noun, outcome.imported, import.file_name
        );
        let object = format!("import:{}", import.id);
        trail::write(tx, self.actor, self.clock, "import.organizations", &object, &text).await
    }
}

/// Why a row that was good is not any more.
fn since(row: &CheckedRow) -> KeptProblem {
    let told = row.problems.iter().find(|one| one.level == Level::Error).map(KeptProblem::from);
    told.unwrap_or_else(|| KeptProblem {
        level: "error",
        column: super::columns::Column::Name.title(),
        value: row.accepted.as_ref().map(|one| one.name.clone()).unwrap_or_default(),
        message: "核对之后情况有变化：这个单位已经由别人登记，或不再是登记的样子".to_owned(),
        remedy: "重新上传这一行核对".to_owned(),
    })
}

/// 拒绝: the rows of organizations that are there already are errors.
async fn reject(tx: &mut SqliteConnection, id: i64) -> Result<()> {
    for sql in [
        "update import_problem set level = 'error', remedy = '删去这一行；要改资料的，在它的页面上编辑'
          where import_id = ? and level = 'skip'",
        "update import_row set verdict = 'error' where import_id = ? and verdict = 'known'",
    ] {
        sqlx::query(sql).bind(id).execute(&mut *tx).await?;
    }
    Ok(())
}
