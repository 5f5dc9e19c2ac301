//! Whom a unit declares for: its own people, ticked page by page, or a whole internal department.

use accounts::internal_departments::choices;
use accounts::people::STATE_TAGS;
use kit::list::{self, Ask, Cell, Column, Extra, Fixed, List, MASKED_ID, Order, Search};
use kit::{Can, Clock, Db, Done, Error, Form, Page, PersonId, Result, Settings, trail};
use rocket::{State, get, post};
use sqlx::SqliteConnection;

use super::own_people::{Added, OwnPerson, add as put, all};
use super::store::Staff;
use super::{BASE, roster};
use crate::leaves::{EditStaff, STAFF};

type Editor = Can<EditStaff>;

const fn column(key: &'static str, title: &'static str, sql: &'static str, cell: Cell) -> Column {
    Column { key, title, sql, cell, order: "" }
}

/// People of the unit who can be declared for.
pub static LIST: List = List {
    key: "staff-people",
    title: "选择人员",
    href: BASE,
    leaf: STAFF,
    from: "person p left join identity i on i.id = p.identity_id \
           left join internal_department n on n.id = p.internal_department_id",
    alias: "p",
    only: "p.state in ('serving', 'rehired')",
    columns: &[
        column("name", "姓名", "p.name", Cell::Text),
        column("number", "身份证号", MASKED_ID, Cell::Text),
        column("place", "内设部门", "coalesce(n.name, '')", Cell::Long),
        column("title", "职称名称", "p.title", Cell::Text),
        column("position", "从事专业或岗位", "p.position", Cell::Long),
        column("state", "状态", "p.state", Cell::Tag(STATE_TAGS)),
    ],
    filters: &[],
    search: Some(Search {
        label: "查找",
        placeholder: "姓名、姓名首字母、身份证号或其后四位",
        phrase: "p.id in (select rowid from person_search where person_search match ?)",
        number: "i.number = ?",
        number_end: "p.identity_id in (select id from identity where reversed >= ? and reversed < ?)",
        phone: "",
        code: "",
    }),
    orders: &[Order { key: "old", label: "登记先后", by: "p.id", descending: false }],
    row: "",
    ops: &[],
    empty: "这里没有可以加入的人员：都已在名单中，或者本单位还没有在职、返聘的人员。",
};

/// Not on the roster yet.
const FREE: &str = "not exists (select 1 from roster_row x where x.subject = 'staff' \
    and x.parent_id = ? and x.identity_id = p.identity_id)";

#[get("/staff/<id>/people?<place>")]
pub async fn page(
    user: Editor,
    id: i64,
    place: Option<i64>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let staff = roster::ready(&mut db, user.organization(), id).await?;
    let places = choices(&mut db, user.organization(), None).await?;
    let place = place.filter(|place| places.iter().any(|one| one.value == place.to_string()));
    let mut grant = user.grant.clone();
    grant.scope = grant.own();
    let extra = extra(&staff, place);
    let page = list::page(&LIST, &ask, &mut db, &user.user, &grant, clock, settings, extra).await?;
    Ok(page
        .with("staff", &staff)
        .with("places", &places)
        .with("place", &place.map(|id| id.to_string()).unwrap_or_default()))
}

fn extra(staff: &Staff, place: Option<i64>) -> Extra {
    let mut fixed = vec![Fixed { sql: FREE, values: vec![staff.id] }];
    if let Some(place) = place {
        fixed.push(Fixed {
            sql: "p.internal_department_id in (select id from internal_department where id = ? or parent_id = ?)",
            values: vec![place, place],
        });
    }
    let here = format!("{BASE}/{}", staff.id);
    Extra {
        fixed,
        batch: vec![(
            "加入名单".to_owned(),
            format!("{here}/people/add"),
            "btn-primary".to_owned(),
        )],
        template: Some("credit-hours/staff_people.html"),
        note: staff.title.clone(),
        crumbs: vec![
            ("单位申报记录".to_owned(), BASE.to_owned()),
            ("名单".to_owned(), format!("{here}/roster")),
        ],
        ..Extra::default()
    }
}

/// The ticked ones.
#[post("/staff/<id>/people/add", data = "<form>")]
pub async fn add(
    user: Editor,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let staff = roster::ready(&mut tx, user.organization(), id).await?;
    let wanted: Vec<PersonId> =
        form.list("id").iter().take(200).filter_map(|id| id.parse().ok()).collect();
    let back = Done::to(format!("{BASE}/{id}/people"));
    if wanted.is_empty() {
        return Ok(back.warn("没有勾选人员。请先勾选，再点“加入名单”。"));
    }
    let own = all(&mut tx, user.organization()).await?;
    let people: Vec<OwnPerson> = own.into_iter().filter(|one| wanted.contains(&one.id)).collect();
    if wanted.iter().any(|id| people.iter().all(|one| one.id != *id)) {
        return Err(Error::NotFound); // of another unit
    }
    let added = join(&mut tx, &user, &staff, &people, clock).await?;
    tx.commit().await?;
    Ok(back.ok(format!("已加入名单 {added} 人。")))
}

/// Everybody in service of the internal department `place` and those below it; without it, of
/// the whole unit.
#[post("/staff/<id>/people/all", data = "<form>")]
pub async fn everybody(
    user: Editor,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let staff = roster::ready(&mut tx, user.organization(), id).await?;
    let place: Option<i64> = match form.text("place").as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| Error::NotFound)?),
    };
    let people: Vec<OwnPerson> = sqlx::query_as(
        "select p.id, p.identity_id, '' as number, p.name, coalesce(n.name, '') as place, p.state
           from person p left join internal_department n on n.id = p.internal_department_id
          where p.organization_id = ?1 and p.state in ('serving', 'rehired')
            and (?2 is null or n.id = ?2 or n.parent_id = ?2)
          order by n.sort, n.id, p.id",
    )
    .bind(user.organization())
    .bind(place)
    .fetch_all(&mut *tx)
    .await?;
    let added = join(&mut tx, &user, &staff, &people, clock).await?;
    tx.commit().await?;
    let done = Done::to(format!("{BASE}/{id}/roster"));
    Ok(match added {
        0 => done.warn("没有可以加入的人员：都已在名单中，或者没有在职、返聘的人员。"),
        added => done.ok(format!("已加入名单 {added} 人。没有参加的，勾选后移出。")),
    })
}

async fn join(
    tx: &mut SqliteConnection,
    user: &Editor,
    staff: &Staff,
    people: &[OwnPerson],
    clock: &Clock,
) -> Result<usize> {
    let people: Vec<Added> = people.iter().map(Added::picked).collect();
    let (added, _) = put(&mut *tx, staff, &user.grant.organization_name, &people, false).await?;
    let text = format!("{}：名单加入 {added} 人", staff.called());
    let (name, object) = ("credit-hours.staff.roster", staff.object());
    trail::write(tx, &user.actor(), clock, name, &object, &text).await?;
    Ok(added)
}
