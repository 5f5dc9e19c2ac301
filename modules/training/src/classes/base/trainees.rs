//! 报名名单 of a class: the list, adding somebody, removing somebody, the workbook.

use kit::list::{
    self, Ask, Cell, Column, Extra, Filter, FilterKind, Fixed, List, MASKED_ID, Order, Search,
};
use kit::{
    Answer, Can, Clock, Db, Done, Download, Error, Form, IdCard, Page, Permission, PersonId,
    Result, Settings, trail,
};
use rocket::{State, get, post};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{At, own, tabs};
use crate::classes::course::Course;
use crate::classes::enrol::{self, By};
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
        placeholder: "姓名、姓名首字母、身份证号或其末几位",
        phrase: "t.person_id in (select rowid from person_search where person_search match ?)",
        number: "i.number = ?",
        number_end: "p.identity_id in (select id from identity where reversed >= ? and reversed < ?)",
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

#[get("/plans/<id>/trainees/add")]
pub async fn add_page(user: Can<EditPlans>, id: i64, db: &State<Db>) -> Result<Page> {
    let course = own(&mut *db.read().await?, id, &user.grant).await?;
    Ok(adding(&course, &Form::new()))
}

fn adding(course: &Course, form: &Form) -> Page {
    Page::new("training/trainee_add.html").with("course", course).with("form", form)
}

/// Whichever of the two is wrong hears the same: a base is not to find out who has a number.
const NO_SUCH: &str = "没有这样的人员：身份证号和姓名必须都与本系统登记的一致。请与本人核对；\
    还没有登记的，请他先由单位登记或自己注册。";

#[post("/plans/<id>/trainees/add", data = "<form>")]
pub async fn add(
    user: Can<EditPlans>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let course = own(&mut tx, id, &user.grant).await?;
    let Some((person, name)) = named(&mut tx, &mut form, clock).await? else {
        let refused = form.errors().contains_key("");
        if refused {
            let text = format!("向培训班“{}”添加学员：身份证号与姓名对不上", course.title);
            let (actor, object) = (user.actor(), format!("plan:{id}"));
            trail::refused(&mut tx, &actor, clock, "training.trainee.add", &object, &text).await?;
            tx.commit().await?;
        }
        return Ok(adding(&course, &form).refused().into());
    };
    let account = user.user.account;
    let trainee = match enrol::sign_up(&mut tx, id, person, By::Base, account, clock).await? {
        Ok(trainee) => trainee,
        Err(why) => {
            form.refuse("", format!("没有添加{name}：{why}。"));
            return Ok(adding(&course, &form).refused().into());
        }
    };
    let text = format!("将{name}加入培训班“{}”", course.title);
    let object = format!("trainee:{trainee}");
    trail::write(&mut tx, &user.actor(), clock, "training.trainee.add", &object, &text).await?;
    let told =
        format!("{}已把您加入“{}”，{} 开班。", course.base_name, course.title, course.begins_on);
    enrol::tell(&mut tx, person, "基地为您报名了培训班", &told, clock).await?;
    tx.commit().await?;
    Ok(Done::to(format!("/training/plans/{id}/trainees")).ok(format!("已添加{name}。")).into())
}

/// The person whose number and name are both as typed; else the form says what is wrong.
async fn named(
    db: &mut SqliteConnection,
    form: &mut Form,
    clock: &Clock,
) -> Result<Option<(PersonId, String)>> {
    let name = form.required("name", "姓名", 1..=50);
    let number = form.required("number", "身份证号", 1..=30);
    let card = match IdCard::parse(&number, clock.today()) {
        Ok(card) => Some(card),
        Err(error) => {
            form.refuse("number", format!("{error}"));
            None
        }
    };
    let (Some(card), false) = (card, form.refused()) else { return Ok(None) };
    let found: Option<(PersonId, String)> = sqlx::query_as(
        "select p.id, p.name from identity i join person p on p.identity_id = i.id
          where i.number = ?",
    )
    .bind(card.number())
    .fetch_optional(db)
    .await?;
    let found = found.filter(|(_, own)| *own == name);
    if found.is_none() {
        form.refuse("", NO_SUCH);
    }
    Ok(found)
}

/// Somebody signed up, as the page that removes him needs him.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub(super) struct Trainee {
    pub id: i64,
    pub plan_id: i64,
    pub person_id: PersonId,
    pub name: String,
    pub unit: String,
    pub state: String,
}

/// # Errors
/// `NotFound` for absent or another base's.
pub(super) async fn trainee(
    db: &mut SqliteConnection,
    id: i64,
    grant: &kit::access::Grant,
) -> Result<Trainee> {
    sqlx::query_as(
        "select t.id, t.plan_id, t.person_id, p.name, u.name as unit, t.state
           from trainee t join plan c on c.id = t.plan_id join person p on p.id = t.person_id
           join organization u on u.id = t.organization_id
          where t.id = ? and c.organization_id = ?",
    )
    .bind(id)
    .bind(grant.organization)
    .fetch_optional(db)
    .await?
    .ok_or(Error::NotFound)
}

#[get("/trainees/<id>/remove")]
pub async fn remove_page(user: Can<EditPlans>, id: i64, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let trainee = trainee(&mut db, id, &user.grant).await?;
    let course = own(&mut db, trainee.plan_id, &user.grant).await?;
    Ok(removing(&course, &trainee, &Form::new()))
}

fn removing(course: &Course, trainee: &Trainee, form: &Form) -> Page {
    Page::new("training/trainee_remove.html")
        .with("course", course)
        .with("trainee", trainee)
        .with("form", form)
}

#[post("/trainees/<id>/remove", data = "<form>")]
pub async fn remove(
    user: Can<EditPlans>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let trainee = trainee(&mut tx, id, &user.grant).await?;
    let course = own(&mut tx, trainee.plan_id, &user.grant).await?;
    let reason = form.required("reason", "原因", 5..=200);
    if form.refused() {
        return Ok(removing(&course, &trainee, &form).refused().into());
    }
    enrol::cancel(&mut tx, id, By::Base, &reason, clock).await?;
    let name = &trainee.name;
    let text = format!("将{name}移出培训班“{}”，原因：{reason}", course.title);
    let object = format!("trainee:{id}");
    trail::write(&mut tx, &user.actor(), clock, "training.trainee.remove", &object, &text).await?;
    let told = format!("{}把您移出了“{}”的名单，原因：{reason}", course.base_name, course.title);
    enrol::tell(&mut tx, trainee.person_id, "您被移出培训班名单", &told, clock).await?;
    tx.commit().await?;
    let to = format!("/training/plans/{}/trainees", course.id);
    Ok(Done::to(to).ok(format!("已将{name}移出名单，并已告知本人。")).into())
}
