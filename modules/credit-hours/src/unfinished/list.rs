//! 未完成人员名单: who has not completed a year, with what is missing, waiting and why.

use kit::list::{
    self, Ask, Cell, Column, Extra, Filter, FilterKind, List, Order, Search, Tell, Told,
};
use kit::{
    Can, Clock, Db, Download, OrganizationKind, Page, Permission, PersonId, Result, Scope, Settings,
};
use rocket::{State, get};
use sqlx::SqliteConnection;

use super::explain::explain_all;
use super::{ExportUnfinished, PrintUnfinished, RemindUnfinished, UNFINISHED, ViewUnfinished};
use super::{countdown, standing};

/// Where its screens are.
pub(super) const BASE: &str = "/credit-hours/unfinished";

const fn column(key: &'static str, title: &'static str, sql: &'static str, cell: Cell) -> Column {
    Column { key, title, sql, cell, order: "" }
}

/// Something of the person's waits at a desk, for the year.
const WAITS: &str = "(exists (select 1 from declaration w where w.person_id = y.person_id
      and w.year = y.year and w.state = 'pending')
    or exists (select 1 from roster_row w where w.person_id = y.person_id
      and w.state = 'pending' and w.year = y.year)) = (? = 'yes')";

/// One row a person and year. What no statement can say is told by `tell_unit` or `tell`.
pub static LIST: List = List {
    key: "unfinished",
    title: "未完成人员名单",
    href: BASE,
    leaf: UNFINISHED,
    // left joins: with statistics the planner would begin with the few organizations
    from: "person_year y left join person p on p.id = y.person_id \
           left join organization o on o.id = y.organization_id \
           left join internal_department n on n.id = p.internal_department_id",
    alias: "y",
    only: "y.complete = 0 and y.counted = 1",
    columns: &[
        column("name", "姓名", "p.name", Cell::Link),
        column("organization", "单位", "o.name", Cell::Long),
        column("place", "内设部门", "coalesce(n.name, '')", Cell::Long),
        column("title", "职称名称", "p.title", Cell::Text),
        column("phone", "手机", "p.phone", Cell::Phone),
        column("own_phone", "手机", "''", Cell::Text),
        column("total", "已完成", "y.total", Cell::Hours),
        column("done", "各科目已完成", "''", Cell::Long),
        Column {
            key: "missing",
            title: "还差",
            sql: "y.missing",
            cell: Cell::Hours,
            order: "missing",
        },
        column("waiting", "待审核", "''", Cell::Long),
        column("why", "原因", "''", Cell::Long),
    ],
    filters: &[
        Filter {
            key: "year",
            label: "年度",
            kind: FilterKind::Query(
                "select cast(year as text), cast(year as text) from ledger_year order by year desc",
            ),
            sql: "y.year = ?",
        },
        Filter {
            key: "department",
            label: "主管部门",
            kind: FilterKind::Query(
                "select cast(id as text), name from organization where kind = 'department' order by name",
            ),
            sql: "y.department_id = ?",
        },
        Filter {
            key: "place",
            label: "内设部门",
            kind: FilterKind::Own(
                "select cast(d.id as text), coalesce(p.name || ' / ', '') || d.name \
                   from internal_department d left join internal_department p on p.id = d.parent_id \
                  where d.organization_id = ? and d.removed_at is null \
                  order by coalesce(p.sort, d.sort), coalesce(p.id, d.id), \
                        d.parent_id is not null, d.sort, d.id",
            ),
            sql: "y.person_id in (select i.id from person i where i.internal_department_id = cast(? as integer))",
        },
        Filter {
            key: "lack",
            label: "还差",
            kind: FilterKind::Choice(&[
                ("10", "10 学时以内"),
                ("30", "10 至 30 学时"),
                ("60", "30 至 60 学时"),
                ("more", "60 学时以上"),
            ]),
            sql: "case when y.missing <= 100 then '10' when y.missing <= 300 then '30' \
                    when y.missing <= 600 then '60' else 'more' end = ?",
        },
        Filter {
            key: "waits",
            label: "待审核",
            kind: FilterKind::Choice(&[("yes", "有待审核的"), ("no", "没有待审核的")]),
            sql: WAITS,
        },
        Filter {
            key: "zero",
            label: "0 学时",
            kind: FilterKind::Choice(&[("yes", "只看 0 学时"), ("no", "不含 0 学时")]),
            sql: "(y.total = 0) = (? = 'yes')",
        },
    ],
    search: Some(Search {
        label: "查找",
        placeholder: "姓名、姓名首字母、身份证号或其后四位",
        phrase: "y.person_id in (select rowid from person_search where person_search match ?)",
        number: "y.person_id = (select s.id from identity i join person s on s.identity_id = i.id where i.number = ?)",
        number_end: "y.person_id in (select s.id from identity i join person s on s.identity_id = i.id where i.reversed >= ? and i.reversed < ?)",
        phone: "",
        code: "",
    }),
    orders: &[Order { key: "missing", label: "还差学时", by: "y.missing", descending: true }],
    row: "/credit-hours/unfinished/{id}",
    ops: &[("为什么", "/credit-hours/unfinished/{id}")],
    empty: "这一年度没有未完成的人员。",
};

/// What columns hold that no statement can: the explanation's words, by row of `person_year`.
async fn explained(
    db: &mut SqliteConnection,
    ids: &[i64],
    clock: &Clock,
    phones: bool,
) -> Result<Told> {
    let rows: Vec<(i64, PersonId, i32, String)> = sqlx::query_as(
        "select y.id, y.person_id, y.year, p.phone from json_each(?) j
          cross join person_year y on y.id = j.value join person p on p.id = y.person_id",
    )
    .bind(serde_json::to_string(ids)?)
    .fetch_all(&mut *db)
    .await?;
    let mut told = Told::with_capacity(rows.len());
    let years: std::collections::BTreeSet<i32> = rows.iter().map(|row| row.2).collect();
    for year in years {
        let people: Vec<PersonId> =
            rows.iter().filter(|row| row.2 == year).map(|row| row.1).collect();
        let mut all = explain_all(&mut *db, &people, year, clock).await?;
        for (id, person, _, phone) in rows.iter().filter(|row| row.2 == year) {
            let Some(found) = all.remove(person) else { continue };
            let mut values = vec![
                ("done", found.done_text()),
                ("waiting", found.waiting_text()),
                ("why", found.line),
            ];
            if phones {
                values.push(("own_phone", phone.clone()));
            }
            told.insert(*id, values);
        }
    }
    Ok(told)
}

const TELL: Tell = |db, ids, clock| Box::pin(explained(db, ids, clock, false));
/// A unit sees its own people's phones in full.
const TELL_UNIT: Tell = |db, ids, clock| Box::pin(explained(db, ids, clock, true));

/// What the caller's scope adds: a unit sees its own phones and internal departments, superiors
/// whose people they are.
fn extra(grant: &kit::access::Grant) -> Extra {
    let unit = grant.kind == OrganizationKind::Employer;
    let hide: &[&str] = if unit { &["organization", "phone"] } else { &["place", "own_phone"] };
    Extra {
        hide,
        tell: Some(if unit { TELL_UNIT } else { TELL }),
        export: Some(format!("{BASE}/export")),
        ..Extra::default()
    }
}

/// The year asked for, if there is a ledger of it; else this one.
async fn year_of(db: &mut SqliteConnection, ask: &mut Ask, clock: &Clock) -> Result<i32> {
    let asked: Option<i32> = ask.value("year").and_then(|year| year.parse().ok());
    let known: Option<i32> = sqlx::query_scalar("select year from ledger_year where year = ?")
        .bind(asked)
        .fetch_optional(db)
        .await?;
    let year = known.unwrap_or_else(|| clock.year());
    ask.values.insert("year".to_owned(), year.to_string());
    Ok(year)
}

#[get("/unfinished")]
pub async fn all(
    user: Can<ViewUnfinished>,
    mut ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let year = year_of(&mut db, &mut ask, clock).await?;
    let may = |wanted| user.grant.may(wanted);
    let mut extra = extra(&user.grant);
    let standing = standing::of(&mut db, user.scope(), year).await?;
    extra.note = standing.sentence(year);
    extra.template = Some("credit-hours/unfinished.html");
    if may(PrintUnfinished::grantable()) {
        let to = format!("{BASE}/print?year={year}");
        extra.actions.push(("打印全部名单".to_owned(), to, "print".to_owned(), false));
    }
    if may(RemindUnfinished::grantable()) {
        let act = ("提醒勾选的人".to_owned(), format!("{BASE}/remind"), "btn-primary".to_owned());
        extra.batch.push(act);
    }
    let told = countdown::of(&mut db, year, clock).await?;
    let page = list::page(&LIST, &ask, &mut db, &user.user, &user.grant, clock, settings, extra);
    Ok(page
        .await?
        .with("year", &year)
        .with("people", &(standing.people - standing.complete))
        .with("until", &told.sentence)
        .with("may_remind", &may(RemindUnfinished::grantable())))
}

#[get("/unfinished/export")]
pub async fn export(
    user: Can<ExportUnfinished>,
    mut ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Download> {
    year_of(&mut *db.read().await?, &mut ask, clock).await?;
    list::export(&LIST, &ask, db, &user.user, &user.grant, clock, settings, extra(&user.grant))
        .await
}

/// The row of `person_year` within the scope: (person, year).
pub(super) async fn row(
    db: &mut SqliteConnection,
    id: i64,
    scope: Scope,
) -> Result<Option<(PersonId, i32)>> {
    let (department, organization) = scope.values();
    Ok(sqlx::query_as(
        "select person_id, year from person_year where id = ?
            and (? is null or department_id = ?) and (? is null or organization_id = ?)",
    )
    .bind(id)
    .bind(department)
    .bind(department)
    .bind(organization)
    .bind(organization)
    .fetch_optional(db)
    .await?)
}
