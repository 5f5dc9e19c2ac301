//! Checked rows against the people already recorded, a batch at a time (domain.md §4,
//! Duplicates): used by the check and again, inside its transaction, by the import.

use std::collections::{HashMap, HashSet};

use kit::{OrganizationId, PersonId, Result};
use sqlx::SqliteConnection;

use crate::check::Level;
use crate::columns::{Column, Layout};
use crate::departments::Found;
use crate::parse::{CheckedRow, Known};
use crate::policy::Policy;
use crate::units::Units;

/// What is compared with.
pub struct Against {
    layout: Layout,
    /// (unit, name, birth) of the people of the units a row may name: the same person under
    /// another number?
    there: HashSet<(OrganizationId, String, String)>,
}

#[derive(sqlx::FromRow)]
struct Recorded {
    number: String,
    id: PersonId,
    organization_id: OrganizationId,
    organization_name: String,
    state: String,
    internal_department_id: Option<i64>,
    #[sqlx(flatten)]
    fields: accounts::people::Fields,
}

impl Against {
    pub async fn of(db: &mut SqliteConnection, units: &Units, layout: Layout) -> Result<Self> {
        let there: Vec<(OrganizationId, String, String)> = sqlx::query_as(
            "select p.organization_id, p.name, p.born from json_each(?) j
               cross join person p on p.organization_id = j.value",
        )
        .bind(serde_json::to_string(&units.all())?)
        .fetch_all(db)
        .await?;
        Ok(Self { layout, there: there.into_iter().collect() })
    }

    /// Adds what the database says to each row.
    pub async fn compare(
        &self,
        db: &mut SqliteConnection,
        units: &Units,
        rows: &mut [CheckedRow],
    ) -> Result<()> {
        let mut known = known(db, rows).await?;
        let numbers: Vec<&str> =
            rows.iter().filter_map(|r| r.id_card.as_ref()).map(kit::IdCard::number).collect();
        let given_up = accounts::identity::given_up(db, &numbers).await?;
        let phones = phones(db, rows).await?;
        for row in rows {
            let Some(card) = &row.id_card else { continue };
            match known.remove(card.number()) {
                Some(person) => self.met(row, units, person),
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

    fn met(&self, row: &mut CheckedRow, units: &Units, person: Recorded) {
        if person.state == "moved" {
            // whatever unit he left: the way back is a transfer, not a second record
            row.tell(
                &self.layout,
                Level::Error,
                Column::IdNumber,
                format!("{} 已调出本县，系统中还有他的记录，不能重复登记", person.fields.name),
                accounts::people::BACK,
            );
            return;
        }
        let Some(unit) = row.unit else { return };
        if person.organization_id != unit {
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
        if accepted.fields.name != person.fields.name {
            let message =
                format!("与系统中登记的姓名“{}”不一致（同一身份证号）", person.fields.name);
            row.tell(
                &self.layout,
                Level::Error,
                Column::Name,
                message,
                "核对姓名和身份证号；登记有误的，由本人申请修改信息",
            );
            return;
        }
        let typed_place = match units.departments(unit).find(&accepted.department) {
            Found::One(id) => Some(id),
            _ => None,
        };
        let new_place = !accepted.department.is_empty()
            && (typed_place.is_none() || typed_place != person.internal_department_id);
        let would = |policy: Policy, place: bool| {
            place || policy.merged(&person.fields, &accepted.fields, &self.layout) != person.fields
        };
        row.known = Some(Box::new(Known {
            person: person.id,
            fills: would(Policy::Fill, new_place && person.internal_department_id.is_none()),
            updates: would(Policy::Update, new_place),
            state: person.state,
            fields: person.fields,
            place: person.internal_department_id,
            typed_place,
        }));
    }

    fn newcomer(&self, row: &mut CheckedRow, phones: &HashSet<String>) {
        let (Some(accepted), Some(unit)) = (&row.accepted, row.unit) else { return };
        let fields = &accepted.fields;
        let twin = (unit, fields.name.clone(), kit::day::date_text(accepted.id_card.birth()));
        let shared = phones.contains(&fields.phone);
        let twin = self.there.contains(&twin);
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
async fn known(
    db: &mut SqliteConnection,
    rows: &[CheckedRow],
) -> Result<HashMap<String, Recorded>> {
    let numbers: Vec<&str> =
        rows.iter().filter_map(|r| r.id_card.as_ref()).map(|c| c.number()).collect();
    let found: Vec<Recorded> = sqlx::query_as(
        "select i.number, p.id, p.organization_id, o.name as organization_name, p.state,
                p.internal_department_id, p.name, p.nation, p.political, p.education, p.degree,
                p.series, p.level, p.title, p.titled_on, p.title_certificate, p.school, p.major,
                p.graduated_on, p.started_work_on, p.position, p.phone, p.email, p.note,
                p.native_place, p.employment, p.address
           from json_each(?) j
           cross join identity i on i.number = j.value
           join person p on p.identity_id = i.id
           join organization o on o.id = p.organization_id",
    )
    .bind(serde_json::to_string(&numbers)?)
    .fetch_all(db)
    .await?;
    Ok(found.into_iter().map(|person| (person.number.clone(), person)).collect())
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
