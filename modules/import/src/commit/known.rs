//! Rows of people who are there already: what the policy does to them, if what the check saw still
//! stands.

use std::collections::HashMap;

use accounts::changes::{self, Above, Asked, Item, PLACE};
use accounts::people::{self, Change};
use kit::{Error, Event, Result};
use sqlx::SqliteConnection;

use super::{By, Writing};
use crate::check::{Level, Problem};
use crate::columns::Column;
use crate::effect::{Decides, Effect, Held, How};
use crate::parse::{CheckedRow, Known};
use crate::policy::Policy;
use crate::touch::Touch;

/// What the check saw and promised of a row about somebody there.
pub struct Promise {
    verdict: String,
    seen: String,
    /// What the chosen policy would do (`effect::Would`).
    would: i64,
}

/// The rows that the check showed as known, or as a registration to be passed.
pub async fn promised(
    tx: &mut SqliteConnection,
    import: i64,
    policy: Policy,
) -> Result<HashMap<u32, Promise>> {
    let rows: Vec<(u32, String, String, i64, i64)> = sqlx::query_as(
        "select number, verdict, seen, fill, renew from import_row
          where import_id = ? and verdict in ('known', 'warn')",
    )
    .bind(import)
    .fetch_all(tx)
    .await?;
    let promise = |(number, verdict, seen, fill, renew)| {
        let would = match policy {
            Policy::Fill => fill,
            Policy::Update => renew,
            Policy::Skip | Policy::Reject => 0,
        };
        (number, Promise { verdict, seen, would })
    };
    Ok(rows.into_iter().map(promise).collect())
}

/// 拒绝: all known rows become failing ones; gives their number.
pub async fn reject(tx: &mut SqliteConnection, import: i64) -> Result<i64> {
    sqlx::query(
        "insert into import_problem (import_id, level, number, place, \"column\", value, message, remedy)
         select import_id, 'error', number, 1000, '身份证号', '', '已在系统中，按所选的“拒绝”没有导入',
                '不用处理；要补充或更新信息的，重新上传并选择“补空”或“更新”'
           from import_row where import_id = ? and verdict = 'known'",
    )
    .bind(import)
    .execute(&mut *tx)
    .await?;
    let turned = sqlx::query(
        "update import_row set verdict = 'error' where import_id = ? and verdict = 'known'",
    )
    .bind(import)
    .execute(tx)
    .await?;
    Ok(turned.rows_affected() as i64)
}

impl Writing<'_> {
    /// Turns a row into a failing one if it is not any more what the check has shown.
    pub(super) fn keep_promise(&self, row: &mut CheckedRow, promise: Option<&Promise>) {
        if row.accepted.is_none() {
            return;
        }
        let seen = promise.map_or("", |promise| promise.seen.as_str());
        let was_known = promise.is_some_and(|promise| promise.verdict == "known");
        if row.known.is_some() != was_known || !was_known && row.seen() != seen {
            row.accepted = None; // told as changed
            return;
        }
        let (Some(known), Some(promise)) = (&row.known, promise) else { return };
        let would = match self.choice.policy {
            Policy::Update => known.renew,
            _ => known.fill,
        };
        if known.seen == seen && would.0 == promise.would || !would.any() && promise.would == 0 {
            return;
        }
        let message = match &known.held {
            Some(Held::Pending(number)) if !seen.ends_with(number.as_str()) => {
                format!("核对之后，信息修改申请 {number} 已提交并正在审核，这一行没有修改")
            }
            Some(Held::Himself) => "这是您本人的资料，不能由自己确认导入".to_owned(),
            _ => "核对之后，这位人员的资料又有变动，这一行没有修改".to_owned(),
        };
        let remedy = "重新上传这一行核对，看过现在的资料再导入";
        row.tell(&self.layout, Level::Error, Column::IdNumber, message, remedy);
    }

    /// Whether a known row puts the person into another internal department.
    pub(super) fn moves(&self, row: &CheckedRow) -> bool {
        let (Some(known), Some(accepted)) = (&row.known, &row.accepted) else { return false };
        let effect = Effect::of(self.choice.policy, known, accepted, &self.layout);
        matches!(effect.place(), Some(How::Now | How::Asked))
    }

    /// Does to a recorded person what the policy says.
    pub(super) async fn known(
        &mut self,
        tx: &mut SqliteConnection,
        row: CheckedRow,
        department: Option<i64>,
    ) -> Result<()> {
        let (Some(known), Some(accepted)) = (&row.known, &row.accepted) else { return Ok(()) };
        let effect = Effect::of(self.choice.policy, known, accepted, &self.layout);
        self.tell_held(&row, known, &effect);
        if !effect.would().any() {
            self.unchanged += 1;
            return Ok(());
        }
        self.write_now(&row, known, &effect, department)?;
        self.ask(tx, &row, known, &effect, department).await
    }

    fn tell_held(&mut self, row: &CheckedRow, known: &Known, effect: &Effect) {
        let held = effect.items(How::Held);
        let Some(why) = known.held.as_ref().filter(|_| !held.is_empty()) else { return };
        self.held.push((
            row.number,
            Problem {
                column: Column::Name,
                level: Level::Warn,
                value: row.typed(&self.layout, Column::Name).to_owned(),
                message: format!("没有改：{}", crate::known::titles(&held)),
                remedy: why.sentence(),
            },
        ));
    }

    /// Notes what is written at once: with the rest of the chunk (`change`).
    fn write_now(
        &mut self,
        row: &CheckedRow,
        known: &Known,
        effect: &Effect,
        department: Option<i64>,
    ) -> Result<()> {
        if effect.items(How::Now).is_empty() {
            return Ok(());
        }
        let place = match effect.place() {
            Some(How::Now) => department.or(known.place),
            _ => known.place,
        };
        let (person, new) = (known.person, effect.fields.clone());
        self.touches.push(Touch {
            object: "person",
            object_id: person.0,
            what: "updated",
            number: row.number,
            before: serde_json::to_string(&(&known.fields, known.place))?,
            after: serde_json::to_string(&(&new, place))?,
            case: None,
        });
        let (old, old_place) = (known.fields.clone(), known.place);
        self.changed.push(Change { person, old, new, old_place, place });
        Ok(())
    }

    /// Writes what the chunk's rows change at once.
    pub(super) async fn change(&mut self, tx: &mut SqliteConnection) -> Result<()> {
        let changed = std::mem::take(&mut self.changed);
        if changed.is_empty() {
            return Ok(());
        }
        let cause = format!("import:{}", self.import.id);
        let people = people::change_many(tx, &changed, &cause, self.clock).await?;
        self.outcome.updated += people.len() as i64;
        self.modules.deliver(tx, &Event::PeopleChanged { people }, self.clock).await
    }

    /// One change request of all that others decide.
    async fn ask(
        &mut self,
        tx: &mut SqliteConnection,
        row: &CheckedRow,
        known: &Known,
        effect: &Effect,
        department: Option<i64>,
    ) -> Result<()> {
        let mut items = effect.items(How::Asked);
        for item in &mut items {
            if let (Item::Field { field, new, .. }, Some(id)) = (item, department)
                && field == PLACE
            {
                *new = id.to_string();
            }
        }
        if items.is_empty() {
            return Ok(());
        }
        let By::User(user) = self.by else {
            return Err(Error::Fault("the command line asks for nothing".to_owned()));
        };
        let above = match (known.decides, &user.grant) {
            (Decides::Nothing, Some(grant)) => Some(Above {
                organization: grant.organization,
                name: grant.organization_name.clone(),
                import: self.import.id,
            }),
            _ => None,
        };
        let file: String = self.import.file_name.chars().take(150).collect();
        let reason = format!("批量导入：{file} 第 {} 行", row.number);
        let after = serde_json::to_string(&items)?;
        let asked = Asked { items, reason, files: vec![] };
        let (modules, clock) = (self.modules, self.clock);
        let case = changes::ask(tx, modules, known.person, asked, above, user, clock).await?;
        self.outcome.requested += 1;
        self.touches.push(Touch {
            object: "person",
            object_id: known.person.0,
            what: "requested",
            number: row.number,
            before: String::new(),
            after,
            case: Some(case.id),
        });
        Ok(())
    }
}
