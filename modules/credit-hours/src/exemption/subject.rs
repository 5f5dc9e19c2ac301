//! The desk of 减免, in the family of 学时审批.

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use kit::list::{Cell, Column, Filter, FilterKind, List, MASKED_ID, Order, Search};
use kit::review::{Case, Check, DecisionField, Fact, Outcome, Panel, Subject};
use kit::{
    Clock, Error, FileId, Form, Grantable, Hours, IdentityId, Modules, OrganizationId, Permission,
    PersonId, Result, organization,
};

use super::store::{self, Exemption};
use super::{force, form};
use crate::declaration::form::sentence;
use crate::revocation::EditRevocations;
use crate::subject::year_panel;

/// The subject 减免.
pub struct Exemptions;

/// An application as it was submitted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Content {
    pub exemption: i64,
    pub person: PersonId,
    pub identity_id: IdentityId,
    pub name: String,
    pub organization_name: String,
    /// The unit that applies for him; none: himself.
    pub by: Option<OrganizationId>,
    pub by_name: String,
    pub year: i32,
    pub kind: String,
    pub kind_name: String,
    pub way: String,
    pub months: i64,
    /// What it comes to.
    pub hours: Hours,
    /// What the year asks without it.
    pub required: Hours,
    pub reason: String,
    pub files: Vec<FileId>,
}

/// What a desk grants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    pub hours: Hours,
    /// Why less than asked for.
    pub reason: String,
}

impl Content {
    /// The stored application and its person as they are now.
    pub async fn of(db: &mut SqliteConnection, one: &Exemption) -> Result<Self> {
        let person = accounts::people::brief(&mut *db, one.person_id).await?;
        let kind_name: Option<String> =
            sqlx::query_scalar("select name from exemption_kind where key = ?")
                .bind(&one.kind)
                .fetch_optional(&mut *db)
                .await?;
        let required = form::required(&mut *db, one.person_id, one.year).await?;
        let by_name = match one.by_id {
            Some(by) => organization::find(&mut *db, by).await?.map(|o| o.name).unwrap_or_default(),
            None => String::new(),
        };
        let files = store::files(db, one.id).await?.into_iter().map(|file| file.id).collect();
        Ok(Self {
            exemption: one.id,
            person: one.person_id,
            identity_id: person.identity,
            name: person.name,
            organization_name: person.organization_name,
            by: one.by_id,
            by_name,
            year: one.year,
            kind: one.kind.clone(),
            kind_name: kind_name.unwrap_or_default(),
            way: one.way.clone(),
            months: one.months,
            hours: form::amount(&one.way, one.months, one.hours, required),
            required,
            reason: one.reason.clone(),
            files,
        })
    }

    fn limit(&self, earlier: Option<&Granted>) -> Hours {
        earlier.map_or(self.hours, |earlier| earlier.hours.min(self.hours))
    }

    /// 全年全部减免（90 学时）, 按月减免 4 个月（30 学时）
    pub fn asked(&self) -> String {
        match self.way.as_str() {
            "full" => format!("全年全部减免（{} 学时）", self.hours),
            "months" => format!("按月减免 {} 个月（{} 学时）", self.months, self.hours),
            _ => format!("减免 {} 学时", self.hours),
        }
    }
}

#[rocket::async_trait]
impl Subject for Exemptions {
    type Content = Content;
    type Decision = Granted;
    const KEY: &'static str = "exemptions";
    const TITLE: &'static str = "学时审批：减免";
    const NOUN: &'static str = "减免申请";
    const LEAF: kit::Leaf = crate::subject::LEAF;
    const LIST: &'static List = &LIST;
    const TABLE: &'static str = "exemption";
    const REASONS: &'static [&'static str] = &[
        "证明材料不齐全，请补充后再提交。",
        "证明材料与申请的减免类别不符。",
        "减免月数与证明材料不一致，请核对。",
        "不符合减免条件。",
    ];
    const FAMILY: &'static [(&'static str, &'static str)] = crate::leaves::FAMILY;
    const PENDING: &'static str = "x.state = 'pending' and x.desk_id = ?";
    const DONE: &'static str = "x.state <> 'draft' and x.desk_id is not ?";

    fn row(&self, content: &Content) -> i64 {
        content.exemption
    }

    async fn route(
        &self,
        db: &mut SqliteConnection,
        content: &Content,
    ) -> Result<Vec<OrganizationId>> {
        // the person's unit of now: a transfer routes a waiting case anew
        let unit: Option<OrganizationId> =
            sqlx::query_scalar("select organization_id from person where id = ?")
                .bind(content.person)
                .fetch_optional(&mut *db)
                .await?;
        let unit = unit.ok_or(Error::NotFound)?;
        let mut desks = organization::desks_above(db, unit).await?;
        // what the unit itself applies for goes to the desk above it
        if content.by == Some(unit) && desks.len() > 1 {
            desks.remove(0);
        }
        Ok(desks)
    }

    async fn facts(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Fact>> {
        let brief = accounts::people::brief(&mut *db, content.person).await?;
        let one = store::find(db, content.exemption).await?;
        let mut facts = vec![
            Fact::new("减免人员", format!("{}（{}）", content.name, brief.id_card)),
            Fact::new("所在单位", &content.organization_name),
            Fact::new("人员状态", &brief.state_label),
            Fact::new("申请方", if content.by.is_some() { &content.by_name } else { "本人" }),
            Fact::new("年度", content.year.to_string()),
            Fact::new("减免类别", &content.kind_name),
            Fact::new("申请减免", content.asked()),
            Fact::new("年度要求", format!("{} 学时", content.required)),
            Fact::new("减免原因", &content.reason).wide(),
        ];
        if let Some(granted) = one.granted {
            let text = format!("{} 学时", Hours::from_tenths(granted));
            facts.push(Fact::new("核准减免", text));
        }
        if !one.ended_at.is_empty() {
            let at = kit::day::shown_time(&one.ended_at);
            let text = format!("{at} 由 {} 终止，原因：{}", one.ended_by, one.ended_reason);
            facts.push(Fact::new("已终止", text).wide());
        }
        Ok(facts)
    }

    async fn evidence(&self, _: &mut SqliteConnection, content: &Content) -> Result<Vec<FileId>> {
        Ok(content.files.clone())
    }

    async fn panels(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Panel>> {
        let mut panel = year_panel(&mut *db, content.person, content.year).await?;
        let one = store::find(db, content.exemption).await?;
        if one.state == "pending" {
            let left = content.required - content.hours;
            panel.sentence += &if left.is_zero() {
                "通过后本年度全部减免，不计入应参加人数。".to_owned()
            } else {
                format!("通过后本年度要求 {left} 学时，各科目按比例减少。")
            };
        }
        Ok(vec![panel])
    }

    async fn checks(
        &self,
        db: &mut SqliteConnection,
        content: &Content,
        _: &Clock,
    ) -> Result<Vec<Check>> {
        let mut checks = vec![];
        if content.hours.is_zero() {
            checks.push(Check::refuse(format!("{} 年度没有学时要求，不用减免", content.year)));
        } else if content.hours < content.required {
            checks.push(Check::ok(format!(
                "申请减免 {} 学时，不超过年度要求的 {} 学时",
                content.hours, content.required
            )));
        } else {
            checks.push(Check::warn("申请减免全年学时"));
        }
        let (person, year) = (content.person, content.year);
        if let Some(former) = store::of_year(&mut *db, person, year).await? {
            if former.id != content.exemption {
                checks.push(Check::warn(format!(
                    "本年度已有减免 {}（{} 学时），通过后由本条代替，不累加",
                    former.number,
                    Hours::from_tenths(former.granted.unwrap_or_default())
                )));
            }
        } else {
            checks.push(Check::ok("本年度没有其他减免"));
        }
        if content.files.is_empty() {
            checks.push(Check::refuse("没有证明材料"));
        }
        let state: String = sqlx::query_scalar("select state from person where id = ?")
            .bind(content.person)
            .fetch_one(db)
            .await?;
        if !kit::dictionary::takes_part(&state) {
            let label = kit::dictionary::PERSON_STATES.label(&state);
            checks.push(Check::warn(format!("人员现在的状态是“{label}”")));
        }
        Ok(checks)
    }

    fn decision_fields(&self, content: &Content, earlier: Option<&Granted>) -> Vec<DecisionField> {
        let limit = content.limit(earlier);
        let field = |name: &str, label: &str, kind: &str| DecisionField {
            name: name.to_owned(),
            label: label.to_owned(),
            kind: kind.to_owned(),
            ..DecisionField::default()
        };
        vec![
            DecisionField {
                value: limit.to_string(),
                hint: format!("不超过 {limit} 学时"),
                min: "0.5".to_owned(),
                max: limit.to_string(),
                step: "0.5".to_owned(),
                ..field("hours", "核准减免学时", "number")
            },
            DecisionField {
                value: earlier.map(|earlier| earlier.reason.clone()).unwrap_or_default(),
                hint: "少于申请时必填".to_owned(),
                ..field("lowered", "减少原因", "text")
            },
        ]
    }

    fn decision_of(
        &self,
        form: &mut Form,
        content: &Content,
        earlier: Option<&Granted>,
    ) -> Option<Granted> {
        let limit = content.limit(earlier);
        let inherited = earlier.map(|earlier| earlier.reason.clone()).unwrap_or_default();
        if form.list("hours").is_empty() {
            return Some(Granted { hours: limit, reason: inherited });
        }
        let hours = match Hours::parse(form.raw("hours")) {
            Ok(hours) if hours.is_zero() => {
                form.refuse("hours", "核准学时要大于 0。不予减免的，请驳回并写明原因。");
                return None;
            }
            Ok(hours) if hours > limit => {
                form.refuse(
                    "hours",
                    format!("核准学时不能超过 {limit} 学时，现在填了 {hours} 学时。"),
                );
                return None;
            }
            Ok(hours) => hours,
            Err(error) => {
                form.refuse("hours", sentence(&error));
                return None;
            }
        };
        let typed = form.optional("lowered", "减少原因", 100);
        if hours < limit && (typed.chars().count() < 2 || typed == inherited) {
            let text = format!("核准 {hours} 学时少于 {limit} 学时，请写明原因，申请人会看到。");
            form.refuse("lowered", text);
        }
        if form.refused() {
            return None;
        }
        let reason = match (hours < content.hours, typed.is_empty()) {
            (false, _) => String::new(),
            (true, true) => inherited,
            (true, false) => typed,
        };
        Some(Granted { hours, reason })
    }

    fn own_href(&self, content: &Content) -> String {
        let base = if content.by.is_some() { super::UNIT } else { super::MINE };
        format!("{base}/{}", content.exemption)
    }

    fn links(&self, case: &Case, content: &Content) -> Vec<(&'static str, String, Grantable)> {
        if case.state == kit::review::CaseState::Approved {
            let href = format!("/credit-hours/ended-exemptions/{}", content.exemption);
            vec![("撤销减免", href, EditRevocations::grantable())]
        } else {
            vec![]
        }
    }

    fn decision_text(&self, decision: &Granted) -> String {
        if decision.reason.is_empty() {
            format!("核准减免 {} 学时", decision.hours)
        } else {
            format!("核准减免 {} 学时（减少原因：{}）", decision.hours, decision.reason)
        }
    }

    async fn approved(
        &self,
        tx: &mut SqliteConnection,
        _: &Case,
        content: Content,
        decision: Granted,
        _: &Modules,
        clock: &Clock,
    ) -> Result<Outcome> {
        if decision.hours > content.hours || decision.hours.is_zero() {
            return Err(Error::refused("核准学时不能超过申请的学时，没有办理。请返回核对。"));
        }
        let one = store::find(&mut *tx, content.exemption).await?;
        // full is full, whatever the year will ask
        let whole = content.way == "full" && decision.hours == content.hours;
        let required = form::required(&mut *tx, one.person_id, one.year).await?;
        let granted = if whole { required } else { decision.hours.min(required) };
        if granted.is_zero() {
            return Err(Error::refused("这一年度现在没有学时要求，不用减免，没有办理。请驳回。"));
        }
        force::begin(tx, &one, (granted, whole), clock).await?;
        Ok(Outcome::default())
    }
}

const STATES: &[(&str, &str, &str)] = &[
    ("pending", "待审核", "wait"),
    ("approved", "已通过", "pass"),
    ("ended", "已终止", "back"),
    ("rejected", "已驳回", "back"),
    ("withdrawn", "已撤回", "off"),
];
/// An approved one that was revoked, or in whose place another stands, is `ended`.
pub const SHOWN_STATE: &str = "case when x.ended_at <> '' then 'ended' else x.state end";
/// 全部, 4 个月, 空
pub const WAY: &str = "case x.way when 'full' then '全年全部' when 'months' then x.months || ' 个月' \
    else '若干学时' end";

const fn column(
    key: &'static str,
    title: &'static str,
    sql: &'static str,
    cell: Cell,
    order: &'static str,
) -> Column {
    Column { key, title, sql, cell, order }
}

/// 减免审批
pub static LIST: List = List {
    key: "exemptions",
    title: "学时审批：减免",
    href: "/desk/exemptions",
    leaf: crate::subject::LEAF,
    from: "exemption x left join person p on p.id = x.person_id \
           left join identity i on i.id = p.identity_id \
           left join organization o on o.id = x.organization_id \
           left join exemption_kind k on k.key = x.kind",
    alias: "x",
    only: "x.state <> 'draft'",
    columns: &[
        column("number", "申请编号", "x.number", Cell::Link, ""),
        column("name", "姓名", "p.name", Cell::Text, ""),
        column("id_card", "身份证号", MASKED_ID, Cell::Text, ""),
        column("organization", "单位", "o.name", Cell::Long, ""),
        column("year", "年度", "x.year", Cell::Text, ""),
        column("kind", "减免类别", "k.name", Cell::Long, ""),
        column("way", "怎样减免", WAY, Cell::Text, ""),
        column("state", "状态", SHOWN_STATE, Cell::Tag(STATES), ""),
        column("granted", "核准学时", "x.granted", Cell::Hours, ""),
        column("waiting", "已等待", "x.waiting_since", Cell::Waiting, "waiting"),
        column("reason", "原因", "x.reason", Cell::Long, ""),
        column("submitted_at", "提交时间", "x.submitted_at", Cell::Minute, "submitted"),
        column("acted_at", "最近办理", "x.acted_at", Cell::Minute, "acted"),
    ],
    filters: &[
        Filter {
            key: "year",
            label: "年度",
            kind: FilterKind::Query(
                "select cast(year as text), cast(year as text) from ledger_year order by year desc",
            ),
            sql: "x.year = ?",
        },
        Filter {
            key: "kind",
            label: "减免类别",
            kind: FilterKind::Query("select key, name from exemption_kind order by sort, key"),
            sql: "x.kind = ?",
        },
        Filter {
            key: "department",
            label: "主管部门",
            kind: FilterKind::Query(
                "select cast(id as text), name from organization where kind = 'department' order by name",
            ),
            sql: "x.department_id = ?",
        },
        Filter {
            key: "state",
            label: "状态",
            kind: FilterKind::Choice(&[
                ("approved", "已通过"),
                ("ended", "已终止"),
                ("rejected", "已驳回"),
                ("withdrawn", "已撤回"),
                ("pending", "待审核"),
            ]),
            sql: "case when x.ended_at <> '' then 'ended' else x.state end = ?",
        },
        Filter {
            key: "submitted",
            label: "提交日期",
            kind: FilterKind::Times,
            sql: "x.submitted_at",
        },
    ],
    search: Some(Search {
        label: "姓名、身份证号或申请编号",
        placeholder: "姓名（可用拼音首字母）、身份证号或后四位、申请编号",
        phrase: "x.person_id in (select rowid from person_search where person_search match ?)",
        number: "x.person_id = (select sp.id from identity si join person sp on sp.identity_id = si.id where si.number = ?)",
        number_end: "x.person_id in (select sp.id from identity si join person sp on sp.identity_id = si.id where si.reversed >= ? and si.reversed < ?)",
        phone: "x.person_id in (select sp.id from person sp where sp.phone <> '' and sp.phone = ?)",
        code: "x.number <> '' and x.number = ?",
    }),
    orders: &[
        Order { key: "waiting", label: "等待时间", by: "x.waiting_since", descending: false },
        Order { key: "submitted", label: "提交时间", by: "x.submitted_at", descending: true },
        Order { key: "acted", label: "办理时间", by: "x.acted_at", descending: true },
    ],
    row: "/desk/exemptions/{id}",
    ops: &[
        ("详情", "/desk/exemptions/{id}"),
        ("通过", "/desk/exemptions/{id}/approve"),
        ("驳回", "/desk/exemptions/{id}/reject"),
    ],
    empty: "没有减免申请。本人或单位提交以后会出现在这里。",
};
