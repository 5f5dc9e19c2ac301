//! Whom a batch moves: ticked page by page, found by name and internal department, or all.

use accounts::internal_departments::choices;
use accounts::people::STATE_TAGS;
use kit::list::{
    self, Ask, Cell, Extra, Filter, FilterKind, Fixed, List, MASKED_ID, Order, Search, Tab,
};
use kit::organization::Organization;
use kit::{Clock, Db, Done, Error, Form, Page, PersonId, Result, Scope, Settings, trail};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::{BATCHES, Editor, address, chosen, crumbs, editable};
use crate::subject::column;
use crate::{LEAF, store};

pub fn routes() -> Vec<Route> {
    routes![all, add, remove, confirm_everybody, everybody]
}

/// People of the unit that is left.
pub static LIST: List = List {
    key: "transfer-people",
    title: "选择调转人员",
    href: BATCHES,
    leaf: LEAF,
    from: "person p left join identity i on i.id = p.identity_id \
           left join internal_department n on n.id = p.internal_department_id",
    alias: "p",
    only: "",
    columns: &[
        column("name", "姓名", "p.name", Cell::Text, ""),
        column("number", "身份证号", MASKED_ID, Cell::Text, ""),
        column("place", "内设部门", "coalesce(n.name, '')", Cell::Long, ""),
        column("title", "职称名称", "p.title", Cell::Text, ""),
        column("position", "从事专业或岗位", "p.position", Cell::Long, ""),
        column("state", "状态", "p.state", Cell::Tag(STATE_TAGS), ""),
    ],
    filters: &[Filter {
        key: "state",
        label: "状态",
        kind: FilterKind::Choice(&[("serving", "在职"), ("rehired", "返聘"), ("retired", "退休")]),
        sql: "p.state = ?",
    }],
    search: Some(Search {
        label: "查找",
        placeholder: "姓名、姓名首字母、身份证号或其后四位",
        phrase: "p.id in (select rowid from person_search where person_search match ?)",
        number: "i.number = ?",
        number_end: "p.identity_id in (select id from identity where reversed >= ? and reversed < ?)",
        phone: "",
        code: "",
    }),
    orders: &[
        Order { key: "old", label: "登记先后", by: "p.id", descending: false },
        Order { key: "new", label: "登记先后", by: "p.id", descending: true },
    ],
    row: "",
    ops: &[],
    empty: "这里没有人员。可以调转的是原单位在职、返聘、退休，没有其他调转申请的人员。",
};

/// Those who may be put on a batch's list: neither on it nor under way otherwise.
const FREE: &str = "p.state in ('serving', 'rehired', 'retired') \
    and not exists (select 1 from transfer_person x where x.transfer_id = ? and x.person_id = p.id) \
    and not exists (select 1 from transfer_person y where y.person_id = p.id and y.state = 'pending')";
const CHOSEN: &str = "p.id in (select x.person_id from transfer_person x where x.transfer_id = ?)";

#[get("/batches/<id>/people?<tab>&<place>")]
#[expect(clippy::too_many_arguments, reason = "guards and parameters of one route")]
async fn all(
    user: Editor,
    id: i64,
    tab: Option<&str>,
    place: Option<i64>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let (_, source) = editable(&mut db, &user, id).await?;
    let there = chosen(&mut db, id).await?;
    let choosing = tab != Some("chosen");
    let here = format!("{}/people", address(id));
    let places = if choosing { choices(&mut db, source.id, None).await? } else { vec![] };
    let place = place.filter(|place| places.iter().any(|one| one.value == place.to_string()));
    let mut grant = user.grant.clone();
    grant.scope = Scope::Organization(source.id);
    let extra = extra(&source, id, there, choosing, place);
    let page = list::page(&LIST, &ask, &mut db, &user.user, &grant, clock, settings, extra).await?;
    let every = match place {
        Some(place) => format!("{}/all?place={place}", address(id)),
        None => format!("{}/all", address(id)),
    };
    Ok(page
        .with("places", &places)
        .with("place", &place.map(|id| id.to_string()).unwrap_or_default())
        .with("here", &here)
        .with("every", &every)
        .with("choosing", &choosing)
        .with("next", &format!("{}/edit", address(id)))
        .with("chosen", &there))
}

fn extra(source: &Organization, id: i64, there: i64, choosing: bool, place: Option<i64>) -> Extra {
    let here = format!("{}/people", address(id));
    let tab = |title: String, href: String, current| Tab { title, href, current };
    let mut fixed = vec![Fixed { sql: if choosing { FREE } else { CHOSEN }, values: vec![id] }];
    if let Some(place) = place {
        fixed.push(Fixed { sql: "p.internal_department_id = ?", values: vec![place] });
    }
    let (title, act) = if choosing { ("加入名单", "add") } else { ("移出名单", "remove") };
    Extra {
        fixed,
        tabs: vec![
            tab("可选人员".to_owned(), here.clone(), choosing),
            tab(format!("已选名单（{there}）"), format!("{here}?tab=chosen"), !choosing),
        ],
        batch: vec![(
            title.to_owned(),
            format!("{}/{act}", address(id)),
            if choosing { "btn-primary" } else { "btn-plain" }.to_owned(),
        )],
        template: Some("transfers/people.html"),
        note: source.name.clone(),
        crumbs: crumbs(&[]).into_iter().map(|crumb| (crumb.title.to_owned(), crumb.href)).collect(),
        ..Extra::default()
    }
}

/// The ticked ones.
fn ticked(form: &Form) -> Vec<PersonId> {
    form.list("id").iter().take(200).filter_map(|id| id.parse().ok()).collect()
}

#[post("/batches/<id>/add", data = "<form>")]
async fn add(
    user: Editor,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (_, source) = editable(&mut tx, &user, id).await?;
    let mut people = Vec::new();
    for person in ticked(&form) {
        // of another unit: not there
        people.push(
            accounts::people::in_scope(&mut tx, person, Scope::Organization(source.id)).await?,
        );
    }
    let back = Done::to(format!("{}/people", address(id)));
    if people.is_empty() {
        return Ok(back.warn("没有勾选人员。请先勾选，再点“加入名单”。"));
    }
    let added = store::add(&mut tx, id, &people).await?;
    let text = format!("批量调转名单加入 {added} 人");
    let object = format!("transfer:{id}");
    trail::write(&mut tx, &user.actor(), clock, "transfers.list", &object, &text).await?;
    tx.commit().await?;
    Ok(back.ok(format!("已加入名单 {added} 人。")))
}

#[post("/batches/<id>/remove", data = "<form>")]
async fn remove(
    user: Editor,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    editable(&mut tx, &user, id).await?;
    let removed = sqlx::query(
        "delete from transfer_person where transfer_id = ? and state <> 'pending'
            and state <> 'approved' and person_id in (select value from json_each(?))",
    )
    .bind(id)
    .bind(serde_json::to_string(&ticked(&form))?)
    .execute(&mut *tx)
    .await?
    .rows_affected();
    let text = format!("批量调转名单移出 {removed} 人");
    let object = format!("transfer:{id}");
    trail::write(&mut tx, &user.actor(), clock, "transfers.list", &object, &text).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{}/people?tab=chosen", address(id)))
        .ok(format!("已移出名单 {removed} 人。")))
}

/// Everybody of the unit, or of one internal department, who may be put on the list.
async fn free(
    db: &mut SqliteConnection,
    id: i64,
    source: &Organization,
    place: Option<i64>,
) -> Result<Vec<PersonId>> {
    Ok(sqlx::query_scalar(
        "select p.id from person p
          where p.organization_id = ?1 and p.state in ('serving', 'rehired', 'retired')
            and (?2 is null or p.internal_department_id = ?2)
            and not exists (select 1 from transfer_person x
                             where x.transfer_id = ?3 and x.person_id = p.id)
            and not exists (select 1 from transfer_person y
                             where y.person_id = p.id and y.state = 'pending')
          order by p.id",
    )
    .bind(source.id)
    .bind(place)
    .bind(id)
    .fetch_all(db)
    .await?)
}

#[get("/batches/<id>/all?<place>")]
async fn confirm_everybody(
    user: Editor,
    id: i64,
    place: Option<i64>,
    db: &State<Db>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let (_, source) = editable(&mut db, &user, id).await?;
    let places = choices(&mut db, source.id, None).await?;
    let named = places.iter().find(|one| place.is_some_and(|id| one.value == id.to_string()));
    let count = free(&mut db, id, &source, place).await?.len();
    Ok(Page::new("transfers/everybody.html")
        .with("crumbs", &crumbs(&[("全部加入名单", String::new())]))
        .with("unit", &source.name)
        .with("place", &named.map(|one| one.label.clone()).unwrap_or_default())
        .with("id", &place.map(|id| id.to_string()).unwrap_or_default())
        .with("count", &count)
        .with("action", &format!("{}/all", address(id)))
        .with("back", &format!("{}/people", address(id))))
}

#[post("/batches/<id>/all", data = "<form>")]
async fn everybody(
    user: Editor,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (_, source) = editable(&mut tx, &user, id).await?;
    let place = match form.text("place").as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| Error::NotFound)?),
    };
    let people = free(&mut tx, id, &source, place).await?;
    let added = store::add(&mut tx, id, &people).await?;
    let text = format!("批量调转名单加入全部可选的 {added} 人");
    let object = format!("transfer:{id}");
    trail::write(&mut tx, &user.actor(), clock, "transfers.list", &object, &text).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{}/people?tab=chosen", address(id)))
        .ok(format!("已加入名单 {added} 人。请核对名单，再填写目标单位和原因。")))
}
