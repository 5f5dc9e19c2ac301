//! Checked rows against the people already recorded, a batch at a time (domain.md §4,
//! Duplicates): used by the check and again, inside its transaction, by the import.

use std::collections::{HashMap, HashSet};

use kit::{OrganizationId, Result};
use sqlx::SqliteConnection;

use crate::check::{Level, Problem};
use crate::columns::{Column, Layout};
use crate::parse::CheckedRow;

/// What is compared with.
pub struct Against {
    organization: OrganizationId,
    layout: Layout,
    /// (name, birth) of the unit's own people: the same person under another number?
    own: HashSet<(String, String)>,
}

#[derive(sqlx::FromRow)]
struct Known {
    number: String,
    name: String,
    organization_id: OrganizationId,
    organization_name: String,
    state: String,
}

impl Against {
    pub async fn of(
        db: &mut SqliteConnection,
        organization: OrganizationId,
        layout: Layout,
    ) -> Result<Self> {
        let own: Vec<(String, String)> =
            sqlx::query_as("select name, born from person where organization_id = ?")
                .bind(organization)
                .fetch_all(db)
                .await?;
        Ok(Self { organization, layout, own: own.into_iter().collect() })
    }

    /// Adds what the database says to each row.
    pub async fn compare(&self, db: &mut SqliteConnection, rows: &mut [CheckedRow]) -> Result<()> {
        let known = known(db, rows).await?;
        let numbers: Vec<&str> =
            rows.iter().filter_map(|r| r.id_card.as_ref()).map(kit::IdCard::number).collect();
        let given_up = accounts::identity::given_up(db, &numbers).await?;
        let phones = phones(db, rows).await?;
        for row in rows {
            let Some(card) = &row.id_card else { continue };
            match known.get(card.number()) {
                Some(person) => self.met(row, person),
                None if given_up.contains(card.number()) => row.tell(
                    &self.layout,
                    Level::Error,
                    Column::IdNumber,
                    accounts::identity::GIVEN_UP.to_owned(),
                    accounts::identity::GIVEN_UP_REMEDY,
                ),
                None => self.newcomer(row, &phones),
            }
        }
        Ok(())
    }

    fn met(&self, row: &mut CheckedRow, person: &Known) {
        if person.state == "moved" {
            // whatever unit he left: the way back is a transfer, not a second record
            row.tell(
                &self.layout,
                Level::Error,
                Column::IdNumber,
                format!("{} 已调出本县，系统中还有他的记录，不能重复登记", person.name),
                accounts::people::BACK,
            );
            return;
        }
        if person.organization_id != self.organization {
            let message = format!("已在 {}，请由本人发起调转", person.organization_name);
            row.tell(
                &self.layout,
                Level::Error,
                Column::IdNumber,
                message,
                "删去这一行；号码填错的，核对身份证后改正",
            );
            return;
        }
        let Some(accepted) = &row.accepted else { return };
        if accepted.fields.name != person.name {
            let message = format!("与系统中登记的姓名“{}”不一致（同一身份证号）", person.name);
            row.tell(
                &self.layout,
                Level::Error,
                Column::Name,
                message,
                "核对姓名和身份证号；登记有误的，由本人申请修改信息",
            );
            return;
        }
        let state = match person.state.as_str() {
            "serving" => String::new(),
            other => format!("（{}）", accounts::people::state_label(other)),
        };
        row.skip = Some(Problem {
            column: Column::IdNumber,
            level: Level::Warn,
            value: row.typed(&self.layout, Column::IdNumber).to_owned(),
            message: format!("{} 已在本单位{state}，将跳过", person.name),
            remedy: "不用处理；要改信息的，由本人申请修改".to_owned(),
        });
    }

    fn newcomer(&self, row: &mut CheckedRow, phones: &HashSet<String>) {
        let Some(accepted) = &row.accepted else { return };
        let fields = &accepted.fields;
        let twin = (fields.name.clone(), kit::day::date_text(accepted.id_card.birth()));
        let shared = phones.contains(&fields.phone);
        let twin = self.own.contains(&twin);
        if shared {
            row.tell(
                &self.layout,
                Level::Warn,
                Column::Phone,
                "系统中已有人登记这个手机号码".to_owned(),
                "核对是否填错；属实可以不改",
            );
        }
        if twin {
            row.tell(
                &self.layout,
                Level::Warn,
                Column::Name,
                "本单位已有姓名、出生日期相同的人，身份证号不同".to_owned(),
                "核对是否同一个人；属实可以不改",
            );
        }
    }
}

/// The recorded people who have one of the rows' numbers.
async fn known(db: &mut SqliteConnection, rows: &[CheckedRow]) -> Result<HashMap<String, Known>> {
    let numbers: Vec<&str> =
        rows.iter().filter_map(|r| r.id_card.as_ref()).map(|c| c.number()).collect();
    let found: Vec<Known> = sqlx::query_as(
        "select i.number, p.name, p.organization_id, o.name as organization_name, p.state
           from json_each(?) j
           cross join identity i on i.number = j.value
           join person p on p.identity_id = i.id
           join organization o on o.id = p.organization_id",
    )
    .bind(serde_json::to_string(&numbers)?)
    .fetch_all(db)
    .await?;
    Ok(found.into_iter().map(|known| (known.number.clone(), known)).collect())
}

/// Those of the rows' phones that somebody has.
async fn phones(db: &mut SqliteConnection, rows: &[CheckedRow]) -> Result<HashSet<String>> {
    // each once, and asked whether, not how often: a switchboard may be everybody's
    let phones: HashSet<&str> = rows
        .iter()
        .filter_map(|r| r.accepted.as_ref())
        .map(|a| a.fields.phone.as_str())
        .filter(|phone| !phone.is_empty())
        .collect();
    let found: Vec<String> = sqlx::query_scalar(
        "select j.value from json_each(?) j
          where exists (select 1 from person p where p.phone = j.value and p.phone <> '')",
    )
    .bind(serde_json::to_string(&phones)?)
    .fetch_all(db)
    .await?;
    Ok(found.into_iter().collect())
}
