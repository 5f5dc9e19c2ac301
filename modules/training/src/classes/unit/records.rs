//! 本单位报名记录: the unit's own people in classes, what came of it, cancelling.

use kit::access::Grant;
use kit::list::{
    self, Ask, Cell, Column, Extra, Filter, FilterKind, List, MASKED_ID, Order, Search,
};
use kit::{
    Can, Clock, Db, Done, Error, Form, Hours, Page, Permission, PersonId, Result, Settings, day,
    trail,
};
use rocket::{State, get, post};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{BASE, group, tabs};
use crate::classes::enrol::{self, By};
use crate::classes::mine::{by_label, state_of};
use crate::leaves::{ENROLMENTS, EditEnrolments, ViewEnrolments};

const fn column(key: &'static str, title: &'static str, sql: &'static str, cell: Cell) -> Column {
    Column { key, title, sql, cell, order: "" }
}

/// A sign-up's state and its class's in one: `cancelled`, or the class's stage.
const STATE: &str = "case when t.state = 'cancelled' then \
    case t.cancelled_by when 'base' then 'removed' else 'cancelled' end \
    when c.stage = 'cancelled' then 'dropped' else c.stage end";

const STATES: &[(&str, &str, &str)] = &[
    ("approved", "已报名", "pass"),
    ("running", "培训中", "info"),
    ("ended", "已结业", "off"),
    ("declared", "已结业", "off"),
    ("cancelled", "已取消报名", "off"),
    ("removed", "基地已移出", "back"),
    ("dropped", "培训班已取消", "back"),
];

/// 达到要求, 未达到要求, once the class has ended.
const RESULT: &str = "case when c.stage in ('ended', 'declared') then t.result else '' end";

const RESULTS: &[(&str, &str, &str)] =
    &[("pass", "达到要求", "pass"), ("fail", "未达到要求", "back"), ("", "", "")];

/// Everybody signed up while he was of this unit.
pub static LIST: List = List {
    key: "enrolments",
    title: "本单位报名记录",
    href: "/training/enrolments/records",
    leaf: ENROLMENTS,
    from: "trainee t left join plan c on c.id = t.plan_id \
           left join organization b on b.id = t.base_id \
           left join person p on p.id = t.person_id left join identity i on i.id = p.identity_id",
    alias: "t",
    only: "",
    columns: &[
        column("name", "姓名", "p.name", Cell::Link),
        column("number", "身份证号", MASKED_ID, Cell::Text),
        column("course", "培训班", "c.title", Cell::Long),
        column("base", "培训基地", "b.name", Cell::Long),
        column("begins", "开班日期", "c.begins_on", Cell::Day),
        column("ends", "结束日期", "c.ends_on", Cell::Day),
        column(
            "by",
            "报名",
            "t.by",
            Cell::Tag(&[("person", "本人", ""), ("unit", "单位", ""), ("base", "基地", "")]),
        ),
        column("state", "状态", STATE, Cell::Tag(STATES)),
        column("result", "结果", RESULT, Cell::Tag(RESULTS)),
        column(
            "hours",
            "学时",
            "case when c.stage in ('ended', 'declared') then t.hours else 0 end",
            Cell::Hours,
        ),
        column("signed", "报名时间", "t.signed_at", Cell::Minute),
    ],
    filters: &[
        Filter {
            key: "state",
            label: "报名状态",
            kind: FilterKind::Choice(&[("signed", "已报名"), ("cancelled", "已取消")]),
            sql: "t.state = ?",
        },
        Filter {
            key: "stage",
            label: "培训班",
            kind: FilterKind::Choice(&[
                ("approved", "未开班"),
                ("running", "已开班"),
                ("ended", "已结业"),
                ("declared", "已代申报"),
                ("cancelled", "已取消"),
            ]),
            sql: "c.stage = ?",
        },
        Filter { key: "begins", label: "开班日期", kind: FilterKind::Days, sql: "c.begins_on" },
    ],
    search: Some(Search {
        label: "人员",
        placeholder: "姓名、姓名首字母、身份证号或其后四位",
        phrase: "t.person_id in (select rowid from person_search where person_search match ?)",
        number: "i.number = ?",
        number_end: "p.identity_id in (select id from identity where reversed >= ? and reversed < ?)",
        phone: "",
        code: "",
    }),
    orders: &[Order { key: "new", label: "报名先后", by: "t.id", descending: true }],
    row: "/training/enrolments/records/{id}",
    ops: &[("详情", "/training/enrolments/records/{id}")],
    empty: "还没有报名记录。到“可报名的培训班”中选一个班，为本单位人员报名。",
};

#[get("/enrolments/records")]
pub async fn all(
    user: Can<ViewEnrolments>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let extra = Extra {
        crumbs: vec![(group(&user.grant).to_owned(), String::new())],
        title: Some("培训报名".to_owned()),
        tabs: tabs(true),
        ..Extra::default()
    };
    let mut grant = user.grant.clone();
    grant.scope = grant.own();
    let mut db = db.read().await?;
    list::page(&LIST, &ask, &mut db, &user.user, &grant, clock, settings, extra).await
}

/// A sign-up of the unit's.
#[derive(Debug, Serialize, sqlx::FromRow)]
struct Record {
    id: i64,
    plan: i64,
    title: String,
    stage: String,
    base_name: String,
    begins_on: String,
    ends_on: String,
    signup_until: String,
    person_id: PersonId,
    name: String,
    masked: String,
    state: String,
    by: String,
    signed_at: String,
    cancelled_at: String,
    cancelled_by: String,
    reason: String,
    result: String,
    score: String,
    hours: Hours,
    certificate: String,
    /// Whether he still is of this unit.
    ours: bool,
    unit_now: String,
}

/// # Errors
/// `NotFound` for absent or another unit's.
async fn find(db: &mut SqliteConnection, id: i64, grant: &Grant) -> Result<Record> {
    let mut sql = sqlx::QueryBuilder::new(
        "select t.id, c.id as plan, c.title, c.stage, b.name as base_name, c.begins_on, c.ends_on,
                c.signup_until, t.person_id, p.name, t.state, t.by, t.signed_at, t.cancelled_at,
                t.cancelled_by, t.reason, t.score, t.hours, t.certificate, t.result,
                p.organization_id = t.organization_id as ours, o.name as unit_now, ",
    );
    sql.push(MASKED_ID);
    sql.push(
        " as masked from trainee t join plan c on c.id = t.plan_id
            join organization b on b.id = c.organization_id join person p on p.id = t.person_id
            join identity i on i.id = p.identity_id join organization o on o.id = p.organization_id
           where t.id = ",
    );
    sql.push_bind(id).push(" and t.organization_id = ").push_bind(grant.organization);
    sql.build_query_as().fetch_optional(db).await?.ok_or(Error::NotFound)
}

#[get("/enrolments/records/<id>")]
pub async fn show(
    user: Can<ViewEnrolments>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let record = find(&mut *db.read().await?, id, &user.grant).await?;
    let (label, tag) = state_of(&record.state, &record.stage, &record.cancelled_by);
    let cancellable = record.ours
        && record.state == "signed"
        && record.stage == "approved"
        && record.signup_until >= day::date_text(clock.today());
    Ok(Page::new("training/enrolment.html")
        .with("group", group(&user.grant))
        .with("by", by_label(&record.by))
        .with("over", &matches!(record.stage.as_str(), "ended" | "declared"))
        .with("record", &record)
        .with("label", label)
        .with("tag", tag)
        .with("cancellable", &(cancellable && user.grant.may(EditEnrolments::grantable()))))
}

#[post("/enrolments/records/<id>/cancel", data = "<_form>")]
pub async fn cancel(
    user: Can<EditEnrolments>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let record = find(&mut tx, id, &user.grant).await?;
    if !record.ours {
        return Err(Error::refused(format!(
            "{}已不是本单位人员（现在{}），不能由本单位取消。请本人或基地办理。",
            record.name, record.unit_now
        )));
    }
    enrol::cancel(&mut tx, id, By::Unit, "", clock).await?;
    let text = format!("取消{}参加培训班“{}”", record.name, record.title);
    let object = format!("trainee:{id}");
    trail::write(&mut tx, &user.actor(), clock, "training.enrol.cancel", &object, &text).await?;
    let told = format!("{}取消了您参加“{}”的报名。", user.grant.organization_name, record.title);
    enrol::tell(&mut tx, record.person_id, "单位取消了您的培训报名", &told, clock).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{BASE}/records")).ok(format!("已取消{}的报名。", record.name)))
}
