//! Statements of an entry and of what became of it.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::SqliteConnection;

use kit::review::Fact;
use kit::{CaseId, Error, FileId, Hours, OrganizationId, PersonId, Result, Scope, User, day};

use super::acts::changes;
use crate::declaration::pages::{dates, optional};
use crate::ledger::{NewEntry, Source, source_label};
use crate::read::kind_label;

/// An entry of the ledger (never a reversal), and what became of it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Detail {
    pub id: i64,
    pub person_id: PersonId,
    pub name: String,
    pub masked: String,
    pub organization_id: OrganizationId,
    pub department_id: Option<OrganizationId>,
    pub organization: String,
    pub year: i32,
    pub category_id: i64,
    pub category: String,
    pub kind: String,
    pub title: String,
    pub organizer: String,
    pub started_on: String,
    pub ended_on: String,
    pub hours: Hours,
    pub source: String,
    pub certificate_number: String,
    pub recognised_by: String,
    pub recorded_at: String,
    pub declaration_id: Option<i64>,
    pub plan_id: Option<i64>,
    pub case_id: Option<CaseId>,
    /// The revoked entry in whose place it stands.
    pub corrects_id: Option<i64>,
    /// The entry that stands in its place.
    pub corrected_by: Option<i64>,
    /// `revoked` or `corrected`; none: it stands.
    pub ended: Option<String>,
    pub ended_at: Option<String>,
    pub ended_reason: Option<String>,
    pub ended_by: Option<String>,
}

/// Everything of `Detail`; the caller adds its condition.
const SELECT: &str = "select e.id, e.person_id, p.name,
    substr(i.number, 1, 4) || '************' || substr(i.number, 17) as masked,
    e.organization_id, e.department_id, o.name as organization, e.year, e.category_id,
    c.name as category, e.kind, e.title, e.organizer, e.started_on, e.ended_on, e.hours, e.source,
    e.certificate_number, e.recognised_by, e.recorded_at, e.declaration_id, e.plan_id, e.case_id,
    e.corrects_id, n.id as corrected_by, v.kind as ended, r.recorded_at as ended_at,
    r.reason as ended_reason, v.by_name as ended_by
  from entry e join person p on p.id = e.person_id join identity i on i.id = p.identity_id
  join organization o on o.id = e.organization_id join category c on c.id = e.category_id
  left join entry r on r.reverses_id = e.id left join revocation v on v.entry_id = e.id
  left join entry n on n.corrects_id = e.id";

impl Detail {
    /// Whether it still counts.
    pub fn stands(&self) -> bool {
        self.ended_at.is_none()
    }

    /// The same once more, in its own place: what a correction starts from.
    pub fn again(&self) -> NewEntry {
        NewEntry {
            person: self.person_id,
            year: self.year,
            category: self.category_id,
            kind: self.kind.clone(),
            title: self.title.clone(),
            organizer: self.organizer.clone(),
            started_on: self.started_on.clone(),
            ended_on: self.ended_on.clone(),
            hours: self.hours,
            source: Source::of(&self.source),
            declaration: self.declaration_id,
            recognised_by: self.recognised_by.clone(),
            certificate_number: self.certificate_number.clone(),
            plan: self.plan_id,
            case: self.case_id,
            corrects: Some(self.id),
        }
    }

    /// The lines of its page.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts = vec![
            Fact::new("姓名", format!("{}（{}）", self.name, self.masked)),
            Fact::new("所在单位", &self.organization),
            Fact::new("年度", self.year.to_string()),
            Fact::new("科目类别", &self.category),
            Fact::new("学习项目", &self.title).wide(),
            Fact::new("学习形式", kind_label(&self.kind)),
            Fact::new("起止时间", dates(&self.started_on, &self.ended_on)),
            Fact::new("举办单位", &self.organizer),
            Fact::new("学时", format!("{} 学时", self.hours)),
            Fact::new("来源", source_label(&self.source)),
            Fact::new("认定机构", &self.recognised_by),
            Fact::new("认定时间", day::shown_time(&self.recorded_at)),
        ];
        facts.extend(optional(&[("证书编号", &self.certificate_number)]));
        facts
    }

    /// 已撤销, 已更正 or 有效, and the class of its tag.
    pub fn state(&self) -> (&'static str, &'static str) {
        match self.ended.as_deref() {
            Some("corrected") => ("已更正", "back"),
            _ if !self.stands() => ("已撤销", "back"),
            _ => ("有效", "pass"),
        }
    }

    /// Who ended it, when and why.
    pub fn ended_sentence(&self) -> String {
        let Some(at) = &self.ended_at else { return String::new() };
        ended_sentence(
            self.ended.as_deref().unwrap_or("revoked"),
            self.ended_by.as_deref().unwrap_or_default(),
            at,
            self.ended_reason.as_deref().unwrap_or_default(),
        )
    }
}

fn ended_sentence(kind: &str, by: &str, at: &str, reason: &str) -> String {
    let verb = if kind == "corrected" { "更正" } else { "撤销" };
    let by = if by.is_empty() { "人社局" } else { by };
    format!("{} 由 {by} {verb}，原因：{reason}", day::shown_time(at))
}

/// The entry, or the one that a reversal reverses.
///
/// # Errors
/// `NotFound` if there is none in the scope.
pub async fn find(db: &mut SqliteConnection, id: i64, scope: Scope) -> Result<Detail> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(SELECT);
    sql.push(" where e.id = (select coalesce(reverses_id, id) from entry where id = ");
    sql.push_bind(id).push(")");
    scope.narrow(&mut sql, "e");
    sql.build_query_as().fetch_optional(db).await?.ok_or(Error::NotFound)
}

/// The entry, if this clerk may end it now.
///
/// # Errors
/// `NotFound` outside his scope; refused if it is his own or does not stand any more.
pub async fn open(db: &mut SqliteConnection, id: i64, scope: Scope, user: &User) -> Result<Detail> {
    let one = find(db, id, scope).await?;
    if user.person == Some(one.person_id) {
        return Err(Error::refused(
            "这是您本人的学时，不能由自己撤销或更正。请人社局其他有“学时撤销更正”权限的人员办理。",
        ));
    }
    if !one.stands() {
        return Err(Error::refused(format!(
            "这条学时已不再计入：{}。没有重复办理。",
            one.ended_sentence()
        )));
    }
    Ok(one)
}

/// What a case brought into the ledger, corrections among it: those that stand first, at most
/// `most`; and how many there are in all.
pub async fn of_case(
    db: &mut SqliteConnection,
    case: CaseId,
    scope: Scope,
    most: i64,
) -> Result<(Vec<Detail>, i64)> {
    let mut count = sqlx::QueryBuilder::<sqlx::Sqlite>::new("select count(*) from entry e");
    count.push(" where e.case_id = ").push_bind(case).push(" and e.reverses_id is null");
    scope.narrow(&mut count, "e");
    let all: i64 = count.build_query_scalar().fetch_one(&mut *db).await?;
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(SELECT);
    sql.push(" where e.case_id = ").push_bind(case).push(" and e.reverses_id is null");
    scope.narrow(&mut sql, "e");
    sql.push(" order by r.id is not null, e.id limit ").push_bind(most);
    Ok((sql.build_query_as().fetch_all(db).await?, all))
}

/// Every entry of a case that stands, but those of `own`.
pub async fn standing(
    db: &mut SqliteConnection,
    case: CaseId,
    scope: Scope,
    own: Option<PersonId>,
) -> Result<Vec<i64>> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new("select e.id from entry e");
    sql.push(" where e.case_id = ").push_bind(case).push(" and e.reverses_id is null");
    sql.push(" and not exists (select 1 from entry r where r.reverses_id = e.id)");
    sql.push(" and e.person_id is not ").push_bind(own);
    scope.narrow(&mut sql, "e");
    sql.push(" order by e.id");
    Ok(sql.build_query_scalar().fetch_all(db).await?)
}

/// These entries.
pub async fn these(db: &mut SqliteConnection, entries: &[i64]) -> Result<Vec<Detail>> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(SELECT);
    sql.push(" where e.id in (select value from json_each(");
    sql.push_bind(serde_json::to_string(entries)?).push(")) order by e.id");
    Ok(sql.build_query_as().fetch_all(db).await?)
}

/// An entry that no longer counts, as a person's record shows it.
#[derive(Debug, Clone, Serialize)]
pub struct Revoked {
    pub id: i64,
    pub year: i32,
    pub title: String,
    /// 公需
    pub category: String,
    pub hours: Hours,
    /// 已撤销 or 已更正
    pub state: &'static str,
    /// Who, when and why.
    pub sentence: String,
    pub declaration: Option<i64>,
    /// Of a correction: the entry that counts in its place.
    pub corrected_by: Option<i64>,
}

/// A person's entries that were revoked or corrected, the latest year first.
pub async fn revoked(
    db: &mut SqliteConnection,
    person: PersonId,
    from: i32,
    to: i32,
) -> Result<Vec<Revoked>> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(SELECT);
    sql.push(" where e.person_id = ").push_bind(person);
    sql.push(" and e.year between ").push_bind(from).push(" and ").push_bind(to);
    sql.push(" and +e.reverses_id is null and r.id is not null order by e.year desc, e.id");
    let all: Vec<Detail> = sql.build_query_as().fetch_all(db).await?;
    Ok(all
        .into_iter()
        .map(|one| Revoked {
            id: one.id,
            year: one.year,
            category: one.category.trim_end_matches("科目").to_owned(),
            hours: one.hours,
            state: one.state().0,
            sentence: one.ended_sentence(),
            declaration: one.declaration_id,
            corrected_by: one.corrected_by,
            title: one.title,
        })
        .collect())
}

/// Of these entries those that were ended: (已撤销 or 已更正, who, when and why).
pub async fn ended(
    db: &mut SqliteConnection,
    entries: &[i64],
) -> Result<HashMap<i64, (&'static str, String)>> {
    let rows: Vec<(i64, String, String, String, String)> = sqlx::query_as(
        "select v.entry_id, v.kind, v.by_name, r.recorded_at, r.reason
           from json_each(?) j cross join revocation v on v.entry_id = j.value
           join entry r on r.id = v.reversal_id",
    )
    .bind(serde_json::to_string(entries)?)
    .fetch_all(db)
    .await?;
    let told = |(entry, kind, by, at, reason): (i64, String, String, String, String)| {
        let label = if kind == "corrected" { "已更正" } else { "已撤销" };
        (entry, (label, ended_sentence(&kind, &by, &at, &reason)))
    };
    Ok(rows.into_iter().map(told).collect())
}

/// What became of a declaration's entries, a line each, with what was corrected: for its pages.
pub async fn facts(db: &mut SqliteConnection, declaration: i64) -> Result<Vec<Fact>> {
    let all = of_declaration(db, declaration).await?;
    let told = |one: &Detail| {
        let now = all.iter().find(|now| Some(now.id) == one.corrected_by);
        let now = now.map(|now| format!("。{}", changes(one, &now.again()))).unwrap_or_default();
        let sentence = one.ended_sentence();
        let sentence = format!("{}{now}", sentence.trim_end_matches('。'));
        Fact::new(one.state().0, sentence).wide()
    };
    Ok(all.iter().filter(|one| !one.stands()).map(told).collect())
}

/// What a declaration brought into the ledger, corrections among it, oldest first.
async fn of_declaration(db: &mut SqliteConnection, declaration: i64) -> Result<Vec<Detail>> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(SELECT);
    sql.push(" where e.declaration_id = ").push_bind(declaration);
    sql.push(" and +e.reverses_id is null order by e.id");
    Ok(sql.build_query_as().fetch_all(db).await?)
}

/// The entry that stands where a declaration's was corrected.
pub async fn corrected_to(db: &mut SqliteConnection, declaration: i64) -> Result<Option<i64>> {
    let all = of_declaration(db, declaration).await?;
    Ok(all.iter().find(|one| one.stands() && one.corrects_id.is_some()).map(|one| one.id))
}

/// What a declaration's state is shown as, in SQL on its alias `d`: an approved one whose entry was
/// revoked is `revoked`, one whose entry was corrected (and stands) `corrected`.
pub const SHOWN_STATE: &str = "case when d.state = 'approved' then coalesce((select max(v.kind) \
    from revocation v where v.declaration_id = d.id), d.state) else d.state end";

/// The shown state of one.
pub async fn shown_state(db: &mut SqliteConnection, declaration: i64) -> Result<String> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new("select ");
    sql.push(SHOWN_STATE).push(" from declaration d where d.id = ").push_bind(declaration);
    Ok(sql.build_query_scalar().fetch_one(db).await?)
}

/// Files of a correction (the entry that was corrected), in order.
pub async fn files(db: &mut SqliteConnection, entry: i64) -> Result<Vec<FileId>> {
    Ok(sqlx::query_scalar(
        "select file_id from revocation_file where entry_id = ? order by sort, file_id",
    )
    .bind(entry)
    .fetch_all(db)
    .await?)
}
