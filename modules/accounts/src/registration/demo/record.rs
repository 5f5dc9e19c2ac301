//! A registration of the demo county as it would have come: row, attachments, case and steps.

use kit::organization::Organization;
use kit::{CaseId, Clock, FileId, IdCard, OrganizationId, Result, day};
use sqlx::SqliteConnection;
use time::OffsetDateTime;

use super::{End, Maker, SHEET};
use crate::registration::store::{self, Secrets};
use crate::registration::{Content, Kind, What, files, privacy, send};
use crate::{administrators, people};

impl Maker {
    /// Row, case and steps of a registration as they would have come; gives the query code.
    #[expect(clippy::too_many_arguments, reason = "one registration's parts")]
    pub(super) async fn record(
        &mut self,
        tx: &mut SqliteConnection,
        kind: Kind,
        what: What,
        card: Option<&IdCard>,
        chosen: &Organization,
        ago: i64,
        end: End,
    ) -> Result<String> {
        let then = self.then(ago);
        let clock = Clock::fixed(then);
        let id: i64 = sqlx::query_scalar(
            "insert into registration (kind, created_at) values (?, ?) returning id",
        )
        .bind(kind)
        .bind(clock.stamp())
        .fetch_one(&mut *tx)
        .await?;
        let attached = self.attach(&mut *tx, id, kind, &clock).await?;
        let identity_id = match card {
            Some(card) => Some(people::identity(&mut *tx, card).await?),
            None => None,
        };
        let content = Content {
            registration: id,
            kind,
            identity_id,
            organization: chosen.id,
            organization_name: chosen.name.clone(),
            files: attached,
            what,
        };
        let password_hash = match end {
            End::Approved(_) => None,
            _ => Some(self.hash.clone()),
        };
        let secrets = Secrets { password_hash, privacy_version: privacy::VERSION, form_key: None };
        store::write(&mut *tx, &content, chosen.department_id, &secrets, &clock).await?;
        let number = send::number(&mut *tx, &clock).await?;
        let code = kit::serial::code(10)?;
        store::set_code(&mut *tx, id, &number, &code).await?;
        let later = 1 + self.random.below(3) as i64;
        let decided = self.then((ago - later).max(0));
        let decided = decided.min(self.clock.now()).max(then);
        self.open(tx, &content, chosen, &number, then, decided, end).await?;
        Ok(code)
    }

    /// An example of each attachment that the kind needs.
    async fn attach(
        &mut self,
        tx: &mut SqliteConnection,
        id: i64,
        kind: Kind,
        clock: &Clock,
    ) -> Result<Vec<FileId>> {
        let mut attached = vec![];
        for one in kind.attachments().iter().take(usize::from(kind != Kind::Person)) {
            let file: FileId = sqlx::query_scalar(
                "insert into file (sha256, name, mime, size, created_at)
                 values (?, ?, 'application/pdf', ?, ?) returning id",
            )
            .bind(&self.sheet)
            .bind(format!("{}（示例材料）.pdf", one.label))
            .bind(SHEET.len() as i64)
            .bind(clock.stamp())
            .fetch_one(&mut *tx)
            .await?;
            files::attach(&mut *tx, id, file, one.kind).await?;
            attached.push(file);
        }
        Ok(attached)
    }

    #[expect(clippy::too_many_arguments, reason = "one case's parts")]
    async fn open(
        &mut self,
        tx: &mut SqliteConnection,
        content: &Content,
        chosen: &Organization,
        number: &str,
        then: OffsetDateTime,
        decided: OffsetDateTime,
        end: End,
    ) -> Result<()> {
        let (state, act, reason, account) = match end {
            End::Pending => ("pending", "", "", None),
            End::Rejected(reason) => ("rejected", "reject", reason, None),
            End::Withdrawn => ("withdrawn", "withdraw", "", None),
            End::Approved(account) => ("approved", "approve", "", Some(account)),
        };
        let pending = end == End::Pending;
        let (submitted, acted) = (day::stamp(then), day::stamp(decided));
        let case: CaseId = sqlx::query_scalar(
            "insert into review_case (subject, number, state, desk_id, route, stage, account_id,
               organization_id, department_id, title, content, submitted_at, waiting_since,
               decided_at)
             values (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?) returning id",
        )
        .bind(content.kind.subject())
        .bind(number)
        .bind(state)
        .bind(pending.then_some(chosen.id))
        .bind(serde_json::to_string(&[chosen.id])?)
        .bind(account)
        .bind(chosen.id)
        .bind(chosen.department_id)
        .bind(format!("{}（{}）", content.name(), chosen.name))
        .bind(serde_json::to_string(content)?)
        .bind(&submitted)
        .bind(&submitted)
        .bind((!pending).then_some(&acted))
        .fetch_one(&mut *tx)
        .await?;
        sqlx::query(
            "update registration set case_id = ?, number = ?, state = ?, desk_id = ?,
               submitted_at = ?, waiting_since = ?, acted_at = ? where id = ?",
        )
        .bind(case)
        .bind(number)
        .bind(state)
        .bind(pending.then_some(chosen.id))
        .bind(&submitted)
        .bind(if pending { submitted.as_str() } else { "" })
        .bind(if pending { &submitted } else { &acted })
        .bind(content.registration)
        .execute(&mut *tx)
        .await?;
        step(&mut *tx, case, &submitted, "submit", None, content.applicant(), "").await?;
        if !act.is_empty() {
            let by = administrators::of(&mut *tx, chosen.id).await?.into_iter().next();
            let name = match (&by, end) {
                (_, End::Withdrawn) => content.applicant().to_owned(),
                (Some(by), _) => by.name.clone(),
                (None, _) => "管理员".to_owned(),
            };
            let desk = (end != End::Withdrawn).then_some(chosen.id);
            step(&mut *tx, case, &acted, act, desk, &name, reason).await?;
        }
        let leaf = content.kind.subject();
        for file in &content.files {
            sqlx::query(
                "insert into file_link (file_id, leaf, organization_id, department_id)
                 values (?, 'audits.' || ?, ?, ?)",
            )
            .bind(file)
            .bind(leaf)
            .bind(chosen.id)
            .bind(chosen.department_id)
            .execute(&mut *tx)
            .await?;
        }
        Ok(())
    }
}

async fn step(
    tx: &mut SqliteConnection,
    case: CaseId,
    at: &str,
    act: &str,
    desk: Option<OrganizationId>,
    name: &str,
    opinion: &str,
) -> Result<()> {
    sqlx::query(
        "insert into review_step (case_id, round, at, act, name, desk_id, desk_name, opinion)
         values (?1, 1, ?2, ?3, ?4, ?5,
           coalesce((select name from organization where id = ?5), ''), ?6)",
    )
    .bind(case)
    .bind(at)
    .bind(act)
    .bind(name)
    .bind(desk)
    .bind(opinion)
    .execute(tx)
    .await?;
    Ok(())
}
