//! 7.1 专技人员信息查询: the county's people, and one person's record.

use credit_hours::{entries, explain, year_totals};
use kit::dictionary::{EDUCATIONS, Entry, PERSON_STATES, TITLE_LEVELS, TITLE_SERIES};
use kit::list::{
    self, Ask, Cell, Column, Extra, Filter, FilterKind, List, MASKED_ID, Order, Search,
};
use kit::{
    Action, Can, Clock, Db, Error, Grantable, Group, Kinds, Leaf, OrganizationId, OrganizationKind,
    Page, Permission, PersonId, Result, Scope, Settings,
};
use rocket::{Route, State, get, routes};
use serde_json::json;
use sqlx::SqliteConnection;

use crate::{PEOPLE_LEAF, ViewPeople};

pub fn routes() -> Vec<Route> {
    routes![all, one]
}

/// (stored, shown, tag) of `person.state`.
const STATES: &[(&str, &str, &str)] = &[
    ("serving", "在职", "pass"),
    ("rehired", "返聘", "pass"),
    ("retired", "退休", "info"),
    ("left", "离职", "wait"),
    ("moved", "调出", "wait"),
    ("deceased", "去世", "info"),
];

/// The people of the caller's scope.
pub const PEOPLE: List = List {
    key: "people",
    title: "专技人员信息查询",
    href: "/queries/people",
    leaf: PEOPLE_LEAF,
    // left joins: with statistics the planner would begin with the few organizations
    from: "person p left join identity i on i.id = p.identity_id
             left join organization o on o.id = p.organization_id
             left join organization d on d.id = p.department_id",
    alias: "p",
    only: "",
    columns: &[
        column("name", "姓名", "p.name", Cell::Link),
        column("sex", "性别", "p.sex", Cell::Tag(&[("male", "男", ""), ("female", "女", "")])),
        column("number", "身份证号", MASKED_ID, Cell::Text),
        column("organization", "所在单位", "o.name", Cell::Long),
        column("department", "主管部门", "coalesce(d.name, '')", Cell::Long),
        column("education", "学历", "p.education", Cell::Tag(EDUCATION_LABELS)),
        column("series", "职称系列", "p.series", Cell::Tag(SERIES_LABELS)),
        column("level", "等级", "p.level", Cell::Tag(LEVEL_LABELS)),
        column("title", "职称名称", "p.title", Cell::Text),
        column("phone", "手机号", "p.phone", Cell::Phone),
        column("state", "状态", "p.state", Cell::Tag(STATES)),
    ],
    filters: &[
        Filter {
            key: "department",
            label: "主管部门",
            kind: FilterKind::Query(
                "select cast(id as text), name from organization where kind = 'department' order by id",
            ),
            sql: "p.department_id = ?",
        },
        Filter {
            key: "series",
            label: "职称系列",
            kind: FilterKind::Choice(SERIES_CHOICES),
            sql: "p.series = ?",
        },
        Filter {
            key: "level",
            label: "职称等级",
            kind: FilterKind::Choice(LEVEL_CHOICES),
            sql: "p.level = ?",
        },
        Filter {
            key: "state",
            label: "人员状态",
            kind: FilterKind::Choice(STATE_CHOICES),
            sql: "p.state = ?",
        },
    ],
    search: Some(Search {
        label: "查找",
        placeholder: "姓名、姓名首字母、身份证号或其后四位、手机号",
        phrase: "p.id in (select rowid from person_search where person_search match ?)",
        number: "i.number = ?",
        number_end: "p.identity_id in (select id from identity where reversed >= ? and reversed < ?)",
        phone: "p.phone <> '' and p.phone = ?",
        code: "",
    }),
    orders: &[
        Order { key: "new", label: "登记先后", by: "p.id", descending: true },
        Order { key: "old", label: "登记先后", by: "p.id", descending: false },
    ],
    row: "/queries/people/{id}",
    ops: &[("学时记录", "/queries/people/{id}"), ("打印学时证明", "/verification/people/{id}")],
    empty: "没有符合条件的人员。请放宽查询条件；新来的人员请用“批量导入”。",
};

const fn column(key: &'static str, title: &'static str, sql: &'static str, cell: Cell) -> Column {
    Column { key, title, sql, cell, order: "" }
}

#[get("/people")]
async fn all(
    user: Can<ViewPeople>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let extra = Extra { note: head_count(&mut db, user.scope()).await?, ..Extra::default() };
    list::page(&PEOPLE, &ask, &mut db, &user.user, &user.grant, clock, settings, extra).await
}

/// 此模块可以掌握本区县的专业技术人员总数 (7.1): from the kept counts.
async fn head_count(db: &mut SqliteConnection, scope: Scope) -> Result<String> {
    let (department, organization) = scope.values();
    let count: i64 = sqlx::query_scalar(
        "select coalesce(sum(c.people), 0)
           from person_count c join organization o on o.id = c.organization_id
          where (? is null or o.department_id = ?) and (? is null or o.id = ?)",
    )
    .bind(department)
    .bind(department)
    .bind(organization)
    .bind(organization)
    .fetch_one(db)
    .await?;
    Ok(format!("共 {count} 人"))
}

#[get("/people/<id>")]
async fn one(
    user: Can<ViewPeople>,
    id: PersonId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let person = find(&mut db, id, user.scope()).await?.ok_or(Error::NotFound)?;
    let year = clock.year();
    let totals = year_totals(&mut db, id, year - 5, year).await?;
    let rows = entries(&mut db, id, year - 5, year).await?;
    let revoked = credit_hours::revoked(&mut db, id, year - 5, year).await?;
    let exemptions = credit_hours::in_force(&mut db, id, year - 5, year).await?;
    let mut years = Vec::with_capacity(totals.len());
    for total in totals.into_iter().rev() {
        let own: Vec<_> = rows
            .iter()
            .filter(|row| row.year == total.year)
            .map(|row| {
                json!({
                    "title": row.title, "kind": row.kind, "started_on": row.started_on,
                    "ended_on": row.ended_on, "organizer": row.organizer,
                    "category": row.category, "hours": row.hours, "source": row.source,
                    "recognised_by": row.recognised_by, "id": row.id, "corrects": row.corrects,
                })
            })
            .collect();
        let categories: Vec<_> = total
            .categories
            .iter()
            .map(|c| json!({"name": c.name, "required": c.required, "done": c.done}))
            .collect();
        let why = match explain(&mut db, id, total.year, clock).await {
            Ok(found) => found.sentences,
            Err(Error::NotFound) => vec![],
            Err(error) => return Err(error),
        };
        years.push(json!({
            "year": total.year, "total": total.total, "required": total.required,
            "complete": total.complete, "categories": categories, "entries": own, "why": why,
            "exempt": total.exempt, "exemption": exemptions.get(&total.year),
            "revoked": revoked.iter().filter(|one| one.year == total.year).collect::<Vec<_>>(),
        }));
    }
    let may_correct = user.user.may(accounts::identity::permission());
    Ok(Page::new("queries/person.html")
        .with("id", &id)
        .with("name", &person.name)
        .with("facts", &person.facts())
        .with("may_print", &user.user.may(verification::print_permission()))
        .with("may_transfer_in", &transfers_in(&user, &person))
        .with("may_correct", &(may_correct && user.user.person != Some(id)))
        .with("entry_base", &entry_base(&user.user))
        .with("corrections", &accounts::identity::of(&mut db, id).await?)
        .with("certificates", &verification::certificates_of(&mut db, id).await?)
        .with("years", &years))
}

/// Where the user may look at one entry; empty: nowhere.
fn entry_base(user: &kit::User) -> &'static str {
    if user.may(crate::ViewLedger::grantable()) {
        "/queries/ledger"
    } else if user.may(credit_hours::ViewRevocations::grantable()) {
        "/credit-hours/entries"
    } else {
        ""
    }
}

/// 外县转入学时, whose screen stands in a module beside this one: named here to link to it.
const TRANSFER_IN: Grantable = Grantable {
    leaf: Leaf {
        key: "import.history",
        title: "",
        group: Group::Import,
        kinds: Kinds::STAFFED.own_unit(),
    },
    action: Action::Edit,
};

/// Whether he may type what the person was recognised elsewhere: his unit, the bureau anybody's.
fn transfers_in(user: &Can<ViewPeople>, person: &Record) -> bool {
    let own = person.organization_id == user.grant.organization;
    let bureau = user.grant.kind == OrganizationKind::Bureau && user.scope() == Scope::County;
    user.user.may(TRANSFER_IN) && person.state != "moved" && (own || bureau)
}

#[derive(sqlx::FromRow)]
struct Record {
    organization_id: OrganizationId,
    name: String,
    masked: String,
    sex: String,
    born: String,
    organization: String,
    department: Option<String>,
    education: String,
    series: String,
    level: String,
    title: String,
    titled_on: String,
    phone: String,
    state: String,
}

impl Record {
    /// Lines of the facts component.
    fn facts(&self) -> Vec<serde_json::Value> {
        let dash = |text: &str| if text.is_empty() { "—".to_owned() } else { text.to_owned() };
        let level = TITLE_LEVELS.entry(&self.level).map_or("—", |e| e.label);
        let rows = [
            ("姓名", self.name.clone()),
            ("身份证号", self.masked.clone()),
            ("性别", accounts::people::sex_label(&self.sex).to_owned()),
            ("出生日期", self.born.clone()),
            ("所在单位", self.organization.clone()),
            ("主管部门", dash(self.department.as_deref().unwrap_or_default())),
            ("学历", dash(EDUCATIONS.label(&self.education))),
            ("职称", format!("{} · {level}", TITLE_SERIES.label(&self.series))),
            ("职称名称", dash(&self.title)),
            ("取得时间", dash(&self.titled_on)),
            ("手机号", dash(&kit::mask::mask_phone(&self.phone))),
            ("人员状态", PERSON_STATES.label(&self.state).to_owned()),
        ];
        rows.into_iter().map(|(label, value)| json!({"label": label, "value": value})).collect()
    }
}

async fn find(db: &mut SqliteConnection, id: PersonId, scope: Scope) -> Result<Option<Record>> {
    let (department, organization) = scope.values();
    Ok(sqlx::query_as(
        "select p.organization_id, p.name, substr(i.number, 1, 4) || '************' || substr(i.number, 17) as masked,
                p.sex, p.born, o.name as organization, d.name as department, p.education, p.series,
                p.level, p.title, p.titled_on, p.phone, p.state
           from person p
           join identity i on i.id = p.identity_id
           join organization o on o.id = p.organization_id
           left join organization d on d.id = p.department_id
          where p.id = ? and (? is null or p.department_id = ?)
            and (? is null or p.organization_id = ?)",
    )
    .bind(id)
    .bind(department)
    .bind(department)
    .bind(organization)
    .bind(organization)
    .fetch_optional(db)
    .await?)
}

/// (stored, shown, no tag) of a dictionary, for `Cell::Tag`.
const fn labels<const N: usize>(
    entries: &[Entry],
) -> [(&'static str, &'static str, &'static str); N] {
    let mut all = [("", "", ""); N];
    let mut n = 0;
    while n < N {
        all[n] = (entries[n].code, entries[n].label, "");
        n += 1;
    }
    all
}

/// (stored, shown) of a dictionary, for `FilterKind::Choice`.
const fn choices<const N: usize>(entries: &[Entry]) -> [(&'static str, &'static str); N] {
    let mut all = [("", ""); N];
    let mut n = 0;
    while n < N {
        all[n] = (entries[n].code, entries[n].label);
        n += 1;
    }
    all
}

const EDUCATION_LABELS: &[(&str, &str, &str)] =
    &labels::<{ EDUCATIONS.entries.len() }>(EDUCATIONS.entries);
const SERIES_LABELS: &[(&str, &str, &str)] =
    &labels::<{ TITLE_SERIES.entries.len() }>(TITLE_SERIES.entries);
const LEVEL_LABELS: &[(&str, &str, &str)] =
    &labels::<{ TITLE_LEVELS.entries.len() }>(TITLE_LEVELS.entries);
const SERIES_CHOICES: &[(&str, &str)] =
    &choices::<{ TITLE_SERIES.entries.len() }>(TITLE_SERIES.entries);
const LEVEL_CHOICES: &[(&str, &str)] =
    &choices::<{ TITLE_LEVELS.entries.len() }>(TITLE_LEVELS.entries);
const STATE_CHOICES: &[(&str, &str)] =
    &choices::<{ PERSON_STATES.entries.len() }>(PERSON_STATES.entries);
