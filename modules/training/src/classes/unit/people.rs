//! One class, and the unit's own people to sign up for it: ticked, or an internal department.

use kit::list::{
    self, Ask, Cell, Column, Extra, Filter, FilterKind, List, MASKED_ID, Order, Search,
};
use kit::{
    Answer, Can, Clock, Db, Done, Error, Form, Page, Permission, PersonId, Result, Settings, trail,
};
use rocket::{State, get, post};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{BASE, group};
use crate::classes::course::{self, Shown};
use crate::classes::enrol::{self, By};
use crate::leaves::{ENROLMENTS, EditEnrolments, ViewEnrolments};

/// People of one batch at most.
const MOST: usize = 300;

const fn column(key: &'static str, title: &'static str, sql: &'static str, cell: Cell) -> Column {
    Column { key, title, sql, cell, order: "" }
}

/// The unit's own people who can be signed up: 在职 and 返聘.
pub static LIST: List = List {
    key: "enrolment-people",
    title: "为本单位人员报名",
    href: BASE,
    leaf: ENROLMENTS,
    from: "person p left join identity i on i.id = p.identity_id \
           left join internal_department n on n.id = p.internal_department_id",
    alias: "p",
    only: "p.state in ('serving', 'rehired')",
    columns: &[
        column("name", "姓名", "p.name", Cell::Text),
        column("number", "身份证号", MASKED_ID, Cell::Text),
        column("internal_department", "内设部门", "coalesce(n.name, '')", Cell::Long),
        column("title", "职称名称", "p.title", Cell::Text),
        column("position", "从事专业或岗位", "p.position", Cell::Long),
        column("phone", "手机", "p.phone", Cell::Text),
    ],
    filters: &[Filter {
        key: "place",
        label: "内设部门",
        kind: FilterKind::Own(
            "select cast(d.id as text), coalesce(p.name || ' / ', '') || d.name \
               from internal_department d left join internal_department p on p.id = d.parent_id \
              where d.organization_id = ? and d.removed_at is null \
              order by coalesce(p.sort, d.sort), coalesce(p.id, d.id), \
                    d.parent_id is not null, d.sort, d.id",
        ),
        sql: "p.internal_department_id = cast(? as integer)",
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
    orders: &[Order { key: "old", label: "登记先后", by: "p.id", descending: false }],
    row: "",
    ops: &[],
    empty: "本单位还没有在职或返聘的人员。请先在“本单位人员”中登记，或用“批量导入”。",
};

#[get("/enrolments/courses/<id>")]
pub async fn page(
    user: Can<ViewEnrolments>,
    id: i64,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let course = Shown::of(course::find(&mut db, id).await?, clock.today());
    let mut extra = Extra {
        crumbs: vec![
            (group(&user.grant).to_owned(), String::new()),
            ("培训报名".to_owned(), BASE.to_owned()),
        ],
        template: Some("training/enrolment_people.html"),
        ..Extra::default()
    };
    if user.grant.may(EditEnrolments::grantable()) && course.open {
        extra.batch = vec![(
            "为勾选的人报名".to_owned(),
            format!("{BASE}/courses/{id}"),
            "btn-primary".to_owned(),
        )];
    }
    let mut grant = user.grant.clone();
    grant.scope = grant.own();
    let places =
        accounts::internal_departments::choices(&mut db, user.organization(), None).await?;
    let signed = signed(&mut db, id, &user).await?;
    let page = list::page(&LIST, &ask, &mut db, &user.user, &grant, clock, settings, extra).await?;
    Ok(page
        .with("course", &course)
        .with("places", &places)
        .with("signed", &signed)
        .with("form", &Form::new())
        .with("editor", &user.grant.may(EditEnrolments::grantable())))
}

/// Names of the unit's own who are signed up already.
async fn signed(
    db: &mut SqliteConnection,
    plan: i64,
    user: &Can<ViewEnrolments>,
) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(
        "select e.name from trainee t join person e on e.id = t.person_id
          where t.plan_id = ? and t.organization_id = ? and t.state = 'signed' order by t.id",
    )
    .bind(plan)
    .bind(user.organization())
    .fetch_all(db)
    .await?)
}

/// Somebody to be signed up, and what is known of it.
#[derive(Debug, Serialize)]
struct Candidate {
    id: PersonId,
    name: String,
    masked: String,
    /// Why he cannot be; none: he can.
    why: Option<String>,
    overlaps: Vec<String>,
}

/// First the page that asks, with everybody's case, then the act.
#[post("/enrolments/courses/<id>", data = "<form>")]
pub async fn sign_up(
    user: Can<EditEnrolments>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let course = course::find(&mut tx, id).await?;
    let people = chosen(&mut tx, &user, &form).await?;
    if !form.ticked("confirmed") {
        let mut candidates = Vec::with_capacity(people.len());
        for (id_of, name, masked) in people {
            let why = enrol::why_not(&mut tx, id, id_of, By::Unit, clock).await?;
            let overlaps = enrol::overlaps(&mut tx, id, id_of).await?;
            candidates.push(Candidate { id: id_of, name, masked, why, overlaps });
        }
        let open = candidates.iter().filter(|one| one.why.is_none()).count();
        return Ok(Page::new("training/enrolment_confirm.html")
            .with("group", group(&user.grant))
            .with("course", &Shown::of(course, clock.today()))
            .with("people", &candidates)
            .with("open", &open)
            .into());
    }
    let (done, left) = enrol_all(&mut tx, &user, &course, &people, clock).await?;
    tx.commit().await?;
    let mut answer = Done::to(format!("{BASE}/courses/{id}"));
    if !done.is_empty() {
        let names = done.join("、");
        answer = answer.ok(format!("已报名 {} 人：{names}。", done.len()));
    }
    if !left.is_empty() {
        answer = answer.warn(format!("未报名 {} 人：{}。", left.len(), left.join("、")));
    }
    Ok(answer.into())
}

/// Signs each up; (names of those who are, name（why） of those who are not).
async fn enrol_all(
    tx: &mut SqliteConnection,
    user: &Can<EditEnrolments>,
    course: &course::Course,
    people: &[(PersonId, String, String)],
    clock: &Clock,
) -> Result<(Vec<String>, Vec<String>)> {
    let (mut done, mut left) = (Vec::new(), Vec::new());
    for (person, name, _) in people {
        let account = user.user.account;
        match enrol::sign_up(&mut *tx, course.id, *person, By::Unit, account, clock).await? {
            Ok(trainee) => {
                let text = format!("为{name}报名培训班“{}”", course.title);
                let (actor, object) = (user.actor(), format!("trainee:{trainee}"));
                trail::write(&mut *tx, &actor, clock, "training.enrol", &object, &text).await?;
                let told = format!(
                    "{}已为您报名“{}”（{}，{} 开班，地点：{}）。",
                    user.grant.organization_name,
                    course.title,
                    course.base_name,
                    course.begins_on,
                    if course.place.is_empty() { "见培训计划公示" } else { &course.place }
                );
                enrol::tell(&mut *tx, *person, "单位为您报名了培训班", &told, clock).await?;
                done.push(name.clone());
            }
            Err(why) => left.push(format!("{name}（{}）", why.replace('您', "该人员"))),
        }
    }
    Ok((done, left))
}

/// Those ticked, or all of the internal department chosen: (id, name, masked number), all of them
/// the organization's own.
///
/// # Errors
/// Refused if nobody is chosen or too many are; `NotFound` if one is somebody else's.
async fn chosen(
    db: &mut SqliteConnection,
    user: &Can<EditEnrolments>,
    form: &Form,
) -> Result<Vec<(PersonId, String, String)>> {
    let mut sql = sqlx::QueryBuilder::new("select p.id, p.name, ");
    sql.push(MASKED_ID);
    sql.push(" from person p join identity i on i.id = p.identity_id where p.organization_id = ");
    sql.push_bind(user.organization());
    let place: Option<i64> = form.text("internal_department").parse().ok();
    let ids: Vec<PersonId> = form.list("id").iter().filter_map(|id| id.parse().ok()).collect();
    let by_place = ids.is_empty();
    match place {
        Some(place) if by_place => {
            sql.push(
                " and p.internal_department_id in (select id from internal_department where id = ",
            );
            sql.push_bind(place).push(" or parent_id = ").push_bind(place);
            sql.push(") and p.state in ('serving', 'rehired')");
        }
        _ => {
            sql.push(" and p.id in (select value from json_each(");
            sql.push_bind(serde_json::to_string(&ids)?).push("))");
        }
    }
    sql.push(" order by p.id limit ").push_bind(MOST as i64 + 1);
    let people: Vec<(PersonId, String, String)> = sql.build_query_as().fetch_all(db).await?;
    let distinct: std::collections::HashSet<PersonId> = ids.iter().copied().collect();
    if !by_place && people.len() < distinct.len().min(MOST + 1) {
        return Err(Error::NotFound);
    }
    if people.is_empty() {
        return Err(Error::Invalid(
            "没有勾选人员，或者所选内设部门没有在职或返聘的人员。请返回列表勾选后再报名。"
                .to_owned(),
        ));
    }
    if people.len() > MOST {
        return Err(Error::refused(format!("一次最多为 {MOST} 人报名，请分几次办理。")));
    }
    Ok(people)
}
