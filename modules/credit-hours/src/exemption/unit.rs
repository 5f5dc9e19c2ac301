//! 减免申报 of a unit: for its own people, and what they applied for themselves.

use kit::form::Upload;
use kit::list::{
    self, Ask, Cell, Column, Extra, Filter, FilterKind, List, MASKED_ID, Order, Search,
};
use kit::{Answer, Can, Clock, Db, Done, Form, Page, Permission, Result, Settings};
use rocket::{State, get, post};

use super::store::{self, Side};
use super::subject::{SHOWN_STATE, WAY};
use super::{EditUnitExemptions, UNIT, UNIT_EXEMPTIONS, ViewUnitExemptions, edit, form, show};

const STATES: &[(&str, &str, &str)] = &[
    ("draft", "草稿", "info"),
    ("pending", "待审核", "wait"),
    ("approved", "已通过", "pass"),
    ("ended", "已终止", "back"),
    ("rejected", "已驳回", "back"),
    ("withdrawn", "已撤回", "off"),
];

const fn column(key: &'static str, title: &'static str, sql: &'static str, cell: Cell) -> Column {
    Column { key, title, sql, cell, order: "" }
}

/// Of the unit's own people: what it applied for, and what they did, once submitted.
pub static LIST: List = List {
    key: "unit-exemptions",
    title: "减免申报",
    href: UNIT,
    leaf: UNIT_EXEMPTIONS,
    from: "exemption x left join person p on p.id = x.person_id \
           left join identity i on i.id = p.identity_id \
           left join organization b on b.id = x.by_id \
           left join organization d on d.id = x.desk_id \
           left join exemption_kind k on k.key = x.kind",
    alias: "x",
    only: "(x.state <> 'draft' or x.by_id = x.organization_id)",
    columns: &[
        column("name", "姓名", "p.name", Cell::Link),
        column("id_card", "身份证号", MASKED_ID, Cell::Text),
        column("number", "申请编号", "x.number", Cell::Text),
        column("year", "年度", "x.year", Cell::Text),
        column("kind", "减免类别", "coalesce(k.name, '')", Cell::Long),
        column("way", "怎样减免", WAY, Cell::Text),
        column("by", "申请方", "coalesce(b.name, '本人')", Cell::Long),
        column("state", "状态", SHOWN_STATE, Cell::Tag(STATES)),
        column("granted", "核准学时", "x.granted", Cell::Hours),
        column("desk", "正在审核", "coalesce(d.name, '')", Cell::Long),
        Column {
            key: "created_at",
            title: "填写时间",
            sql: "x.created_at",
            cell: Cell::Minute,
            order: "created",
        },
    ],
    filters: &[
        Filter {
            key: "year",
            label: "年度",
            kind: FilterKind::Query(
                "select cast(year as text), cast(year as text) from ledger_year order by year desc",
            ),
            sql: "x.year = cast(? as integer)",
        },
        Filter {
            key: "state",
            label: "状态",
            kind: FilterKind::Choice(&[
                ("draft", "草稿"),
                ("pending", "待审核"),
                ("approved", "已通过"),
                ("ended", "已终止"),
                ("rejected", "已驳回"),
                ("withdrawn", "已撤回"),
            ]),
            sql: "case when x.ended_at <> '' then 'ended' else x.state end = ?",
        },
    ],
    search: Some(Search {
        label: "查找",
        placeholder: "姓名、姓名首字母、身份证号或其后四位、申请编号",
        phrase: "x.person_id in (select rowid from person_search where person_search match ?)",
        number: "x.person_id = (select sp.id from identity si join person sp on sp.identity_id = si.id where si.number = ?)",
        number_end: "x.person_id in (select sp.id from identity si join person sp on sp.identity_id = si.id where si.reversed >= ? and si.reversed < ?)",
        phone: "",
        code: "x.number <> '' and x.number = ?",
    }),
    orders: &[Order {
        key: "created", label: "填写时间", by: "x.created_at", descending: true
    }],
    row: "/credit-hours/unit-exemptions/{id}",
    ops: &[("详情", "/credit-hours/unit-exemptions/{id}")],
    empty: "本单位还没有减免申请。为本单位人员申请，请点“新增减免申请”。",
};

#[get("/unit-exemptions")]
pub async fn all(
    user: Can<ViewUnitExemptions>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let mut extra = Extra::default();
    if user.grant.may(EditUnitExemptions::grantable()) {
        let add = ("新增减免申请".to_owned(), format!("{UNIT}/new"), "add".to_owned(), true);
        extra.actions.push(add);
    }
    let mut grant = user.grant.clone();
    grant.scope = grant.own();
    list::page(&LIST, &ask, &mut db, &user.user, &grant, clock, settings, extra).await
}

#[get("/unit-exemptions/new")]
pub async fn new(
    user: Can<EditUnitExemptions>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let form = Form::of([("year", clock.year().to_string())]);
    edit::page(&mut db, Side::Unit(user.organization()), None, &form, clock).await
}

#[post("/unit-exemptions", data = "<upload>")]
pub async fn create(
    user: Can<EditUnitExemptions>,
    db: &State<Db>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let side = Side::Unit(user.organization());
    edit::save(side, &user.user, None, (db, clock), upload.into_inner()).await
}

#[get("/unit-exemptions/<id>", rank = 2)]
pub async fn shown(
    user: Can<ViewUnitExemptions>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let side = Side::Unit(user.organization());
    let one = store::seen(&mut db, side, id).await?;
    let editor = user.grant.may(EditUnitExemptions::grantable());
    show::page(&mut db, side, &one, editor, clock, settings).await
}

#[get("/unit-exemptions/<id>/edit")]
pub async fn edited(
    user: Can<EditUnitExemptions>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let side = Side::Unit(user.organization());
    let one = store::editable(&mut db, side, id).await?;
    edit::page(&mut db, side, Some(&one), &form::form_of(&one), clock).await
}

#[post("/unit-exemptions/<id>", data = "<upload>")]
pub async fn update(
    user: Can<EditUnitExemptions>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let side = Side::Unit(user.organization());
    edit::save(side, &user.user, Some(id), (db, clock), upload.into_inner()).await
}

#[post("/unit-exemptions/<id>/withdraw", data = "<_form>")]
pub async fn withdraw(
    user: Can<EditUnitExemptions>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    show::withdraw(Side::Unit(user.organization()), &user.user, id, db, clock).await
}

#[post("/unit-exemptions/<id>/remind", data = "<_form>")]
pub async fn remind(
    user: Can<EditUnitExemptions>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    _form: Form,
) -> Result<Done> {
    show::remind(Side::Unit(user.organization()), &user.user, id, db, (clock, settings)).await
}

#[post("/unit-exemptions/<id>/delete", data = "<_form>")]
pub async fn delete(
    user: Can<EditUnitExemptions>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    show::delete(Side::Unit(user.organization()), &user.user, id, db, clock).await
}
