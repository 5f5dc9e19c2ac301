//! Checked rows against the people already recorded, a batch at a time (domain.md §4,
//! Duplicates): used by the check and again, inside its transaction, by the import.

use std::collections::{HashMap, HashSet};

use accounts::registration::{self, Waiting};
use kit::{OrganizationId, PersonId, Result};
use sqlx::SqliteConnection;

use crate::check::Level;
use crate::columns::{Column, Layout};
use crate::departments::Found;
use crate::effect::{Effect, Held, Would};
use crate::importer::Importer;
use crate::parse::{CheckedRow, Known};
use crate::policy::Policy;
use crate::units::Units;

/// What is compared with.
pub struct Against {
    layout: Layout,
    importer: Importer,
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
    /// His latest version.
    version: i64,
    /// Of a change request that waits; empty: none.
    pending: String,
    #[sqlx(flatten)]
    fields: accounts::people::Fields,
}

impl Against {
    pub async fn of(
        db: &mut SqliteConnection,
        units: &Units,
        layout: Layout,
        importer: Importer,
    ) -> Result<Self> {
        let there: Vec<(OrganizationId, String, String)> = sqlx::query_as(
            "select p.organization_id, p.name, p.born from json_each(?) j
               cross join person p on p.organization_id = j.value",
        )
        .bind(serde_json::to_string(&units.all())?)
        .fetch_all(db)
        .await?;
        Ok(Self { layout, importer, there: there.into_iter().collect() })
    }

    /// For rows of people who are there already, which need no namesakes.
    pub fn known_only(layout: Layout, importer: Importer) -> Self {
        Self { layout, importer, there: HashSet::new() }
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
        let mut waiting: HashMap<String, Vec<Waiting>> = HashMap::new();
        for one in registration::waiting(db, &numbers).await? {
            waiting.entry(one.id_number.clone()).or_default().push(one);
        }
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
                None => {
                    let those = waiting.remove(card.number()).unwrap_or_default();
                    self.newcomer(row, units, &phones);
                    self.registered(row, those);
                }
            }
        }
        Ok(())
    }

    /// Somebody who has registered himself and waits: at our own desk the file says yes to him.
    fn registered(&self, row: &mut CheckedRow, those: Vec<Waiting>) {
        let Some(card) = &row.id_card else { return };
        if self.importer.is_himself(card.number()) {
            row.tell(
                &self.layout,
                Level::Error,
                Column::IdNumber,
                "这是您本人，不能由自己的文件登记".to_owned(),
                "删去这一行，在首页注册，或由其他管理员导入",
            );
            return;
        }
        if those.is_empty() {
            return;
        }
        let own = those.iter().find(|one| Some(one.organization_id) == row.unit);
        let Some(own) = own else {
            row.tell(
                &self.layout,
                Level::Error,
                Column::IdNumber,
                "这个人正在其他单位注册审核中，不能导入".to_owned(),
                "请本人先撤回注册；号码填错的，核对身份证后改正",
            );
            return;
        };
        if !self.importer.reviews_at(own.desk_id) {
            row.tell(
                &self.layout,
                Level::Error,
                Column::IdNumber,
                format!("这个人已注册（{}），正在注册审核中", own.number),
                "等审核办完；能审核的人员在“审核注册人员”中通过后，再导入补充资料",
            );
            return;
        }
        let Some(accepted) = &row.accepted else { return };
        if accepted.fields.name != own.name {
            let message =
                format!("与注册 {} 的姓名“{}”不一致（同一身份证号）", own.number, own.name);
            row.tell(
                &self.layout,
                Level::Error,
                Column::Name,
                message,
                "核对姓名和身份证号；注册填错的，在“审核注册人员”中驳回",
            );
            return;
        }
        let message = format!("已注册（{}），正在等待审核，导入时一并通过", own.number);
        let remedy = "不用处理；资料以文件为准，文件中空的用注册时填写的";
        row.tell(&self.layout, Level::Warn, Column::IdNumber, message, remedy);
        row.registration = Some(own.case_id);
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
            let unnamed = row.typed(&self.layout, Column::Unit).trim().is_empty();
            let remedy = match unnamed && !units.name(person.organization_id).is_empty() {
                true => "就是要导入那个单位的，在“所在单位”填写它；否则删去这一行",
                false => "删去这一行；号码填错的，核对身份证后改正",
            };
            row.tell(&self.layout, Level::Error, Column::IdNumber, message, remedy);
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
        let held = match person.pending {
            _ if self.importer.is_himself(&person.number) => Some(Held::Himself),
            number if !number.is_empty() => Some(Held::Pending(number)),
            _ => None,
        };
        let mut known = Known {
            person: person.id,
            state: person.state,
            fields: person.fields,
            place: person.internal_department_id,
            typed_place,
            decides: self.importer.decides(unit),
            seen: format!("{}:{}", person.version, held.as_ref().map_or("", Held::key)),
            held,
            fill: Would::default(),
            renew: Would::default(),
        };
        known.fill = Effect::of(Policy::Fill, &known, accepted, &self.layout).would();
        known.renew = Effect::of(Policy::Update, &known, accepted, &self.layout).would();
        row.known = Some(Box::new(known));
    }

    fn newcomer(&self, row: &mut CheckedRow, units: &Units, phones: &HashSet<String>) {
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
                format!("{}已有姓名、出生日期相同的人，身份证号不同", units.called(unit)),
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
                p.internal_department_id,
                coalesce((select max(v.id) from person_version v where v.person_id = p.id), 0)
                  as version,
                coalesce((select c.number from person_change c
                           where c.person_id = p.id and c.state = 'pending'), '') as pending,
                p.name, p.nation, p.political, p.education, p.degree,
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
