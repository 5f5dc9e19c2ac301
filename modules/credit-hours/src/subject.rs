//! 5.1 学时审批: a declaration as the review desk handles it.

mod list;

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use kit::dictionary::{DECLARATION_LEVELS, learning_kind};
use kit::list::List;
use kit::module::Group;
use kit::review::{Case, Check, DecisionField, Fact, Meter, Outcome, Panel, Subject};
use kit::{
    Clock, Error, FileId, Form, Hours, IdentityId, Kinds, Leaf, OrganizationId, PersonId, Result,
    day, organization,
};

use crate::declaration::form::sentence;
use crate::declaration::pages::{dates, optional};
use crate::declaration::store::{self, Alike, Draft};
use crate::declaration::{CAP, rules};
use crate::ledger::{self, NewEntry, Source};
use crate::read::{self, YearTotal};

pub use list::{KIND_CELLS, KINDS, LIST};

/// 学时审批 in the menu and the role form.
pub const LEAF: Leaf = Leaf {
    key: "credit-hours.declarations",
    title: "学时审批",
    group: Group::CreditHours,
    kinds: Kinds::STAFFED,
};

/// A declaration as it was submitted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Content {
    pub declaration: i64,
    pub person: PersonId,
    pub identity_id: IdentityId,
    pub name: String,
    pub organization_name: String,
    /// 卫生技术人员 · 中级（主治医师）
    pub person_title: String,
    pub year: i32,
    pub category: i64,
    pub category_name: String,
    pub kind: String,
    pub title: String,
    pub organizer: String,
    pub started_on: String,
    pub ended_on: String,
    pub place: String,
    pub level: String,
    pub rank: String,
    pub certificate_number: String,
    pub note: String,
    pub hours: Hours,
    pub files: Vec<FileId>,
}

/// What a desk recognises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recognition {
    pub hours: Hours,
    /// Why less than declared.
    pub reason: String,
}

impl Content {
    /// The stored declaration and its person as they are now.
    pub async fn of(db: &mut SqliteConnection, draft: &Draft) -> Result<Self> {
        let person = accounts::people::brief(&mut *db, draft.person_id).await?;
        let category: Option<(i64, String)> =
            sqlx::query_as("select id, name from category where id = ?")
                .bind(draft.category_id)
                .fetch_optional(&mut *db)
                .await?;
        let (category, category_name) =
            category.ok_or_else(|| Error::Invalid("请选择科目类别。".to_owned()))?;
        let files = store::files(db, draft.id).await?.into_iter().map(|file| file.id).collect();
        Ok(Self {
            declaration: draft.id,
            person: draft.person_id,
            identity_id: person.identity,
            name: person.name,
            organization_name: person.organization_name,
            person_title: title_text(&person.series_label, &person.level_label, &person.title),
            year: draft.year,
            category,
            category_name,
            kind: draft.kind.clone(),
            title: draft.title.clone(),
            organizer: draft.organizer.clone(),
            started_on: draft.started_on.clone(),
            ended_on: draft.ended_on.clone(),
            place: draft.place.clone(),
            level: draft.level.clone(),
            rank: draft.rank.clone(),
            certificate_number: draft.certificate_number.clone(),
            note: draft.note.clone(),
            hours: Hours::from_tenths(draft.hours),
            files,
        })
    }

    fn alike(&self) -> Alike<'_> {
        Alike {
            id: self.declaration,
            person: self.person,
            kind: &self.kind,
            title: &self.title,
            certificate_number: &self.certificate_number,
            started_on: &self.started_on,
            ended_on: &self.ended_on,
        }
    }

    /// The most a desk may recognise: what was declared, or what an earlier desk left of it.
    fn limit(&self, earlier: Option<&Recognition>) -> Hours {
        earlier.map_or(self.hours, |earlier| earlier.hours.min(self.hours))
    }
}

/// 卫生技术人员 · 中级（主治医师）
pub(crate) fn title_text(series: &str, level: &str, title: &str) -> String {
    let none = |text: &str| text.is_empty() || text == "none";
    match (none(series) || series == "无职称", none(level), title.is_empty()) {
        (true, ..) => "无职称".to_owned(),
        (_, true, true) => series.to_owned(),
        (_, true, false) => format!("{series} · {title}"),
        (_, false, true) => format!("{series} · {level}"),
        (_, false, false) => format!("{series} · {level}（{title}）"),
    }
}

/// The subject 学时申报.
pub struct Declarations;

#[rocket::async_trait]
impl Subject for Declarations {
    type Content = Content;
    type Decision = Recognition;
    const KEY: &'static str = "declarations";
    const TITLE: &'static str = "学时审批";
    const NOUN: &'static str = "学时申报";
    const LEAF: Leaf = LEAF;
    const LIST: &'static List = &LIST;
    const TABLE: &'static str = "declaration";
    const REASONS: &'static [&'static str] = &[
        "证明材料不清晰，请重新上传。",
        "证明材料不齐全，请补充后再提交。",
        "申报学时与证明材料不一致，请核对。",
        "学习形式或科目类别选择有误，请修改。",
        "培训时间与证明材料不一致，请核对。",
    ];
    const PENDING: &'static str = "d.state = 'pending' and d.desk_id = ?";
    const DONE: &'static str = "d.state <> 'draft' and d.desk_id is not ?";

    fn row(&self, content: &Content) -> i64 {
        content.declaration
    }

    async fn route(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<OrganizationId>> {
        // the person's unit of now: a transfer routes a waiting case anew
        let unit: Option<OrganizationId> =
            sqlx::query_scalar("select organization_id from person where id = ?")
                .bind(content.person)
                .fetch_optional(&mut *db)
                .await?;
        organization::desks_above(db, unit.ok_or(Error::NotFound)?).await
    }

    async fn facts(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Fact>> {
        let number: String = sqlx::query_scalar("select number from identity where id = ?")
            .bind(content.identity_id)
            .fetch_one(db)
            .await?;
        let mut facts = vec![
            Fact::new("申报人", format!("{}（{}）", content.name, kit::mask::mask_id(&number))),
            Fact::new("所在单位", &content.organization_name),
            Fact::new("职称", &content.person_title),
            Fact::new("学习年度", content.year.to_string()),
            Fact::new("学习项目", &content.title).wide(),
            Fact::new("学习形式", read::kind_label(&content.kind)),
            Fact::new("科目类别", &content.category_name),
            Fact::new("起止时间", dates(&content.started_on, &content.ended_on)),
            Fact::new("举办单位", &content.organizer),
            Fact::new("申报学时", format!("{} 学时", content.hours)),
            Fact::new("证书编号", &content.certificate_number),
        ];
        facts.extend(optional(&[
            ("地点", &content.place),
            ("级别", DECLARATION_LEVELS.label(&content.level)),
            ("本人排名", &content.rank),
        ]));
        if !content.note.is_empty() {
            facts.push(Fact::new("内容摘要", &content.note).wide());
        }
        Ok(facts)
    }

    async fn evidence(&self, _: &mut SqliteConnection, content: &Content) -> Result<Vec<FileId>> {
        Ok(content.files.clone())
    }

    async fn panels(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Panel>> {
        let mut panel = year_panel(&mut *db, content.person, content.year).await?;
        let totals = read::year_totals(&mut *db, content.person, content.year, content.year).await?;
        let (state, recognised): (String, Option<i64>) =
            sqlx::query_as("select state, recognised from declaration where id = ?")
                .bind(content.declaration)
                .fetch_one(db)
                .await?;
        panel.sentence = match (state.as_str(), recognised, totals.first()) {
            ("approved", Some(hours), _) => {
                format!("本条认定 {} 学时，已计入以上累计。", Hours::from_tenths(hours))
            }
            ("pending", _, Some(year)) => after_sentence(year, content.category, content.hours),
            _ => String::new(),
        };
        Ok(vec![panel])
    }

    async fn checks(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Check>> {
        let alike = content.alike();
        let mut checks = vec![];
        match store::duplicate(&mut *db, &alike).await? {
            Some(found) => checks.push(Check::refuse(format!("{found}。"))),
            None => match store::already_entered(&mut *db, &alike).await? {
                Some(found) => checks.push(Check::warn(format!("{found}。"))),
                None => checks.push(Check::ok("没有重复申报同一项目")),
            },
        }
        checks.extend(sums(content));
        if content.files.is_empty() {
            checks.push(Check::refuse("没有证明材料"));
        }
        let state: String = sqlx::query_scalar("select state from person where id = ?")
            .bind(content.person)
            .fetch_one(db)
            .await?;
        if !kit::dictionary::takes_part(&state) {
            let label = kit::dictionary::PERSON_STATES.label(&state).to_owned();
            checks.push(Check::warn(format!("申报人现在的状态是“{label}”")));
        }
        Ok(checks)
    }

    fn decision_fields(&self, content: &Content, earlier: Option<&Recognition>) -> Vec<DecisionField> {
        let limit = content.limit(earlier);
        let hint = if limit < content.hours {
            format!("申报 {} 学时，前面审核认定 {limit} 学时，不超过它", content.hours)
        } else {
            format!("不超过申报的 {limit} 学时")
        };
        let field = |name: &str, label: &str, kind: &str| DecisionField {
            name: name.to_owned(),
            label: label.to_owned(),
            kind: kind.to_owned(),
            value: String::new(),
            hint: String::new(),
            min: String::new(),
            max: String::new(),
            step: String::new(),
        };
        vec![
            DecisionField {
                value: limit.to_string(),
                hint,
                min: "0.5".to_owned(),
                max: limit.to_string(),
                step: "0.5".to_owned(),
                ..field("hours", "认定学时", "number")
            },
            DecisionField {
                value: earlier.map(|earlier| earlier.reason.clone()).unwrap_or_default(),
                hint: "调低学时时必填".to_owned(),
                ..field("lowered", "调低原因", "text")
            },
        ]
    }

    fn decision_of(
        &self,
        form: &mut Form,
        content: &Content,
        earlier: Option<&Recognition>,
    ) -> Option<Recognition> {
        let limit = content.limit(earlier);
        let inherited = earlier.map(|earlier| earlier.reason.clone()).unwrap_or_default();
        if form.list("hours").is_empty() {
            return Some(Recognition { hours: limit, reason: inherited });
        }
        let hours = match Hours::parse(form.raw("hours")) {
            Ok(hours) if hours.is_zero() => {
                form.refuse("hours", "认定学时要大于 0。不予认定的，请驳回并写明原因。");
                return None;
            }
            Ok(hours) if hours > limit => {
                let whose = if limit < content.hours { "前面审核认定" } else { "申报" };
                form.refuse("hours", format!("认定学时不能超过{whose}的 {limit} 学时，现在填了 {hours} 学时。"));
                return None;
            }
            Ok(hours) => hours,
            Err(error) => {
                form.refuse("hours", sentence(&error));
                return None;
            }
        };
        let typed = form.optional("lowered", "调低原因", 100);
        if hours < limit && (typed.chars().count() < 2 || typed == inherited) {
            form.refuse("lowered", format!("认定 {hours} 学时低于 {limit} 学时，请写明调低的原因，申请人会看到。"));
        }
        if form.refused() {
            return None;
        }
        let reason = match (hours < content.hours, typed.is_empty()) {
            (false, _) => String::new(),
            (true, true) => inherited,
            (true, false) => typed,
        };
        Some(Recognition { hours, reason })
    }

    fn decision_text(&self, decision: &Recognition) -> String {
        if decision.reason.is_empty() {
            format!("认定 {} 学时", decision.hours)
        } else {
            format!("认定 {} 学时（调低原因：{}）", decision.hours, decision.reason)
        }
    }

    async fn passed(
        &self,
        tx: &mut SqliteConnection,
        case: &Case,
        content: &Content,
        _: &Clock,
    ) -> Result<()> {
        let decision: Option<Recognition> = serde_json::from_str(&case.decision)?;
        let opinion = match decision {
            Some(decision) if decision.hours < content.hours => {
                format!("通过，认定 {} 学时", decision.hours)
            }
            _ => "通过".to_owned(),
        };
        sqlx::query("update declaration set opinion = ? where id = ?")
            .bind(opinion)
            .bind(content.declaration)
            .execute(tx)
            .await?;
        Ok(())
    }

    async fn approved(
        &self,
        tx: &mut SqliteConnection,
        case: &Case,
        content: Content,
        decision: Recognition,
        clock: &Clock,
    ) -> Result<Outcome> {
        if decision.hours > content.hours || decision.hours.is_zero() {
            return Err(Error::refused("认定学时不能超过申报学时，没有办理。请返回核对。"));
        }
        let desk = case.desks()?.last().copied().ok_or(Error::NotFound)?;
        let desk = organization::find(&mut *tx, desk).await?.ok_or(Error::NotFound)?;
        sqlx::query("update declaration set recognised = ? where id = ?")
            .bind(decision.hours.tenths())
            .bind(content.declaration)
            .execute(&mut *tx)
            .await?;
        let entry = NewEntry {
            person: content.person,
            year: content.year,
            category: content.category,
            kind: content.kind,
            title: content.title,
            organizer: content.organizer,
            started_on: content.started_on,
            ended_on: content.ended_on,
            hours: decision.hours,
            source: Source::Person,
            declaration: Some(content.declaration),
            recognised_by: desk.name,
        };
        ledger::record(tx, &[entry], clock).await?;
        Ok(Outcome::default())
    }
}

/// Dates and hours against the rules, as the desk reads them.
fn sums(content: &Content) -> Vec<Check> {
    let (Some(from), Some(to)) =
        (day::stored_date(&content.started_on), day::stored_date(&content.ended_on))
    else {
        return vec![Check::refuse("起止日期不完整")];
    };
    let mut checks = Vec::new();
    if to.year() != content.year {
        checks.push(Check::refuse(format!(
            "结束日期 {} 不在 {} 年度内",
            content.ended_on, content.year
        )));
    } else if from.year() != content.year {
        checks.push(Check::warn(format!(
            "{} 开始，跨年度；按结束日期计入 {} 年度",
            content.started_on, content.year
        )));
    } else {
        checks.push(Check::ok("培训时间在学习年度内"));
    }
    let hours = content.hours;
    if let Some(kind) = learning_kind(&content.kind)
        && let Some(most) = rules::most_present(kind, from, to)
    {
        let days = rules::days(from, to).max(1);
        let per_day = Hours::from_tenths((hours.tenths() + days - 1) / days);
        checks.push(if hours > most {
            Check::refuse(format!("{days} 天 {hours} 学时，超过每天 8 学时（最多 {most} 学时）"))
        } else if hours == most {
            Check::warn(format!("{days} 天 {hours} 学时，每天 8 学时，为上限"))
        } else {
            Check::ok(format!("{days} 天 {hours} 学时，平均每天 {per_day} 学时"))
        });
    }
    if hours > Hours::from_tenths(CAP) {
        let cap = Hours::from_tenths(CAP);
        checks.push(Check::refuse(format!("申报 {hours} 学时，超过一条申报最多 {cap} 学时")));
    }
    checks
}

/// 本年度累计: each subject against its minimum, as kept in the ledger.
pub async fn year_panel(db: &mut SqliteConnection, person: PersonId, year: i32) -> Result<Panel> {
    let totals = read::year_totals(db, person, year, year).await?;
    let Some(total) = totals.into_iter().next() else { return Err(Error::NotFound) };
    let meters = total.categories.iter().map(|one| Meter {
        label: one.name.clone(),
        value: one.done.tenths(),
        target: one.required.tenths(),
    });
    let sentence = if total.complete {
        format!("全年 {} 学时，已达到 {} 学时要求。", total.total, total.required)
    } else {
        format!("全年 {} 学时，{}。", total.total, total.missing().join("，"))
    };
    Ok(Panel { title: format!("本年度累计（{year}）"), meters: meters.collect(), sentence })
}

/// 本条通过后专业科目为 64 学时，全年 94 学时，达到 90 学时要求。
fn after_sentence(year: &YearTotal, category: i64, hours: Hours) -> String {
    let mut after = year.clone();
    after.total += hours;
    let mut subject = String::new();
    for one in after.categories.iter_mut().filter(|one| one.id == category) {
        one.done += hours;
        subject = format!("{}为 {} 学时，", one.name, one.done);
    }
    let missing = after.missing();
    let end = if missing.is_empty() {
        format!("达到 {} 学时要求", after.required)
    } else {
        missing.join("，")
    };
    format!("本条通过后{subject}全年 {} 学时，{end}。", after.total)
}

#[cfg(test)]
mod tests;
