//! Rows of people whose own registration waits at the importer's desk: it is passed by the review
//! engine, then what the file says is written over what they typed (domain.md §4, Duplicates, d).

use accounts::people;
use kit::review;
use kit::{Error, Event, Form, PersonId, Result};
use sqlx::{Connection, SqliteConnection};

use super::{By, Writing};
use crate::check::Level;
use crate::columns::Column;
use crate::parse::CheckedRow;
use crate::policy::Policy;
use crate::touch::Touch;

impl Writing<'_> {
    /// Passes a registration, or lists why it cannot be.
    pub(super) async fn registration(
        &mut self,
        tx: &mut SqliteConnection,
        mut row: CheckedRow,
        department: Option<i64>,
    ) -> Result<()> {
        let mut point = tx.begin().await?; // within the import's transaction: a savepoint
        match self.pass(&mut point, &row, department).await {
            Ok(touch) => {
                point.commit().await?;
                self.outcome.approved += 1;
                self.touches.push(touch);
                Ok(())
            }
            Err(error @ (Error::Refused(_) | Error::Forbidden(_) | Error::NotFound)) => {
                point.rollback().await?;
                let sentence = error.sentence().trim_end_matches('。').to_owned();
                let message = format!("注册没有通过：{sentence}");
                let remedy = "在“审核注册人员”中办理这条注册";
                row.tell(&self.layout, Level::Error, Column::IdNumber, message, remedy);
                self.fail(&row);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    async fn pass(
        &self,
        tx: &mut SqliteConnection,
        row: &CheckedRow,
        department: Option<i64>,
    ) -> Result<Touch> {
        let (Some(case), Some(accepted)) = (row.registration, &row.accepted) else {
            return Err(Error::NotFound);
        };
        let By::User(user) = self.by else { return Err(Error::NotFound) };
        let grant = user.grant.as_ref().ok_or(Error::NotFound)?;
        let (modules, clock) = (self.modules, self.clock);
        let key = accounts::registration::PEOPLE;
        let subject =
            modules.subject(key).ok_or_else(|| Error::Fault(format!("no subject {key}")))?;
        let opinion = format!("批量导入第 {} 行", row.number);
        let mut form = Form::new();
        let passed = review::approve(
            &mut *tx, subject, case, user, grant, &mut form, &opinion, modules, clock,
        )
        .await?;
        if passed.is_none() {
            return Err(Error::refused("这条注册需要另外填写审核内容"));
        }
        let person: PersonId = people::by_number(&mut *tx, &accepted.id_card)
            .await?
            .ok_or_else(|| Error::refused("这条注册还要上一级审核"))?;
        let typed = people::fields(&mut *tx, person).await?.ok_or(Error::NotFound)?;
        let mut merged = Policy::Update.merged(&typed, &accepted.fields, &self.layout);
        if merged.series != accepted.fields.series {
            // 无职称: the unit does not confirm the title that he claims
            let file = &accepted.fields;
            merged.series.clone_from(&file.series);
            merged.level.clone_from(&file.level);
            merged.title.clone_from(&file.title);
            merged.titled_on.clone_from(&file.titled_on);
            merged.title_certificate.clone_from(&file.title_certificate);
        }
        let there: Option<i64> =
            sqlx::query_scalar("select internal_department_id from person where id = ?")
                .bind(person)
                .fetch_one(&mut *tx)
                .await?;
        let cause = format!("import:{}", self.import.id);
        let place = department.or(there);
        if !people::change(&mut *tx, person, &merged, place, &cause, clock).await?.is_empty() {
            modules.deliver(&mut *tx, &Event::PersonChanged { person }, clock).await?;
        }
        Ok(Touch {
            object: "person",
            object_id: person.0,
            what: "approved",
            number: row.number,
            before: serde_json::to_string(&(&typed, there))?,
            after: serde_json::to_string(&(&merged, place))?,
            case: Some(case),
        })
    }
}
