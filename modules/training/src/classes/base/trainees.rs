//! 报名名单 of a class: the list and its workbook; adding and removing lie below.

pub mod add;
pub mod remove;

use kit::list::{
    self, Ask, Cell, Column, Extra, Filter, FilterKind, Fixed, List, MASKED_ID, Order, Search,
};
use kit::{Can, Clock, Db, Download, Page, Permission, Result, Settings};
use rocket::{State, get};

use super::{At, own, tabs};
use crate::classes::course::Course;
use crate::leaves::{EditPlans, ExportPlans, PLANS, PrintPlans, ViewPlans};

const fn column(key: &'static str, title: &'static str, sql: &'static str, cell: Cell) -> Column {
    Column { key, title, sql, cell, order: "" }
}

/// What the base should know: he has another unit by now, or is no longer 在职.
const NOTE: &str = "case when p.organization_id <> t.unit_id then '现单位：' || n.name || ' ' else '' end \
    || case p.state when 'retired' then '已退休' when 'left' then '已离职' when 'moved' then '已调出本县' \
       when 'deceased' then '已去世' else '' end";

/// Who is or was signed up for the base's classes; a page shows one class.
pub static LIST: List = List {
    key: "trainees",
    title: "报名名单",
    href: "/training/plans",
    leaf: PLANS,
    from: "trainee_of_base t left join person p on p.id = t.person_id \
           left join identity i on i.id = p.identity_id \
           left join organization u on u.id = t.unit_id \
           left join organization n on n.id = p.organization_id",
    alias: "t",
    only: "",
    columns: &[
        column("name", "姓名", "p.name", Cell::Text),
        column("number", "身份证号", MASKED_ID, Cell::Text),
        column("sex", "性别", "p.sex", Cell::Tag(&[("male", "男", ""), ("female", "女", "")])),
        column("unit", "单位", "u.name", Cell::Long),
        column("title", "职称", "p.title", Cell::Text),
        column("phone", "手机", "p.phone", Cell::Phone),
        column(
            "by",
            "报名",
            "t.by",
            Cell::Tag(&[("person", "本人", ""), ("unit", "单位", ""), ("base", "基地", "")]),
        ),
        column("signed", "报名时间", "t.signed_at", Cell::Minute),
        column("cancelled", "取消时间", "t.cancelled_at", Cell::Minute),
        column(
            "cancelled_by",
            "取消的人",
            "t.cancelled_by",
            Cell::Tag(&[("person", "本人", ""), ("unit", "单位", ""), ("base", "基地", "")]),
        ),
        column("reason", "原因", "t.reason", Cell::Long),
        column("note", "变动", NOTE, Cell::Long),
    ],
    filters: &[
        Filter {
            key: "by",
            label: "报名",
            kind: FilterKind::Choice(&[("person", "本人"), ("unit", "单位"), ("base", "基地")]),
            sql: "t.by = ?",
        },
        Filter {
            key: "signed", label: "报名时间", kind: FilterKind::Times, sql: "t.signed_at"
        },
    ],
    search: Some(Search {
        label: "查找",
        placeholder: "姓名或姓名首字母",
        phrase: "t.person_id in (select rowid from person_search where person_search match ?)",
        // a base sees the masked number only: no search may let it guess the rest
        number: "",
        number_end: "",
        phone: "",
        code: "",
    }),
    orders: &[Order { key: "old", label: "报名先后", by: "t.id", descending: false }],
    row: "",
    ops: &[],
    empty: "还没有人报名。培训班在首页公示，本人和单位都可以报名；也可以点“添加学员”。",
};

const REMOVE: &[(&str, &str)] = &[("移出", "/training/trainees/{id}/remove")];
/// Columns of the other tab.
const SIGNED: &[&str] = &["cancelled", "cancelled_by", "reason"];
const CANCELLED: &[&str] = &["sex", "title", "phone"];

/// What narrows the list to a class.
fn of_class(id: i64, signed: bool) -> Vec<Fixed> {
    let sql = if signed {
        "t.plan_id = ? and t.state = 'signed'"
    } else {
        "t.plan_id = ? and t.state = 'cancelled'"
    };
    vec![Fixed { sql, values: vec![id] }]
}

fn extra(user: &Can<ViewPlans>, course: &Course, signed: bool) -> Extra {
    let plan = format!("/training/plans/{}", course.id);
    let may = |wanted| user.grant.may(wanted);
    let runs = matches!(course.stage.as_str(), "approved" | "running");
    let mut extra = Extra {
        fixed: of_class(course.id, signed),
        tabs: tabs(course, if signed { At::Trainees } else { At::Cancelled }),
        export: signed.then(|| format!("{plan}/trainees/export")),
        title: Some(course.title.clone()),
        note: format!(
            "{}，已报名 {} 人，计划 {} 人",
            course.number, course.signed, course.capacity
        ),
        crumbs: vec![
            ("培训管理".to_owned(), String::new()),
            ("培训计划申报".to_owned(), "/training/plans".to_owned()),
        ],
        hide: if signed { SIGNED } else { CANCELLED },
        ..Extra::default()
    };
    let mut action = |title: &str, path: &str, icon: &str, primary| {
        extra.actions.push((title.to_owned(), format!("{plan}/{path}"), icon.to_owned(), primary));
    };
    if runs && may(EditPlans::grantable()) {
        match course.stage.as_str() {
            "approved" => action("开班", "open", "check", true),
            _ => action("登记结业成绩", "results", "edit", true),
        }
        action("添加学员", "trainees/add", "add", false);
    }
    if course.stage != "cancelled" && may(PrintPlans::grantable()) {
        action("打印签到表", "sign-in-sheets", "print", false);
    }
    action("培训计划", "", "file", false);
    if runs && signed && may(EditPlans::grantable()) {
        extra.ops = Some(REMOVE);
    }
    extra
}

#[get("/plans/<id>/trainees")]
pub async fn signed(
    user: Can<ViewPlans>,
    id: i64,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let course = own(&mut db, id, &user.grant).await?;
    let extra = extra(&user, &course, true);
    list::page(&LIST, &ask, &mut db, &user.user, &user.grant, clock, settings, extra).await
}

#[get("/plans/<id>/trainees/cancelled")]
pub async fn cancelled(
    user: Can<ViewPlans>,
    id: i64,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let course = own(&mut db, id, &user.grant).await?;
    let extra = extra(&user, &course, false);
    list::page(&LIST, &ask, &mut db, &user.user, &user.grant, clock, settings, extra).await
}

#[get("/plans/<id>/trainees/export")]
pub async fn export(
    user: Can<ExportPlans>,
    id: i64,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Download> {
    let course = own(&mut *db.read().await?, id, &user.grant).await?;
    let extra = Extra {
        fixed: of_class(id, true),
        title: Some(format!("{}报名名单", course.title)),
        hide: SIGNED,
        ..Extra::default()
    };
    list::export(&LIST, &ask, db, &user.user, &user.grant, clock, settings, extra).await
}
