//! 指定新管理员 among the unit's own people: found by name, then chosen. What is typed is posted.

use kit::list::MASKED_ID;
use kit::{
    AccountId, Answer, Clock, Db, Done, Error, Form, IdCard, OrganizationId, Page, PersonId,
    Result, initials, trail,
};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use crate::administrators::{self, SUPER};
use crate::units::{AtUnit, Editing};

pub fn routes() -> Vec<Route> {
    routes![ask, choose]
}

/// People shown at once.
const MOST: i64 = 20;

/// Somebody who may be appointed.
#[derive(Debug, Serialize, sqlx::FromRow)]
struct Candidate {
    person: PersonId,
    account: AccountId,
    name: String,
    /// First four and last two characters.
    id_card: String,
    internal_department: String,
    phone: String,
    /// `active`, or `initial`: he has set no password of his own yet.
    state: String,
    /// Holds a right in this unit already.
    holds: bool,
}

#[get("/<id>/administrators/appoint")]
async fn ask(at: AtUnit<Editing>, id: OrganizationId, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let found = at.found(&mut db, id).await?;
    Ok(page(&at, id, &found.name, None, &Form::new()))
}

/// Looks for people, or appoints the one chosen.
#[post("/<id>/administrators/appoint", data = "<form>")]
async fn choose(
    at: AtUnit<Editing>,
    id: OrganizationId,
    mut form: Form,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let found = at.found(&mut tx, id).await?;
    let typed = form.required("q", "姓名或身份证号", 1..=50);
    let candidates = if typed.is_empty() { vec![] } else { search(&mut tx, id, &typed).await? };
    if form.refused() || form.text("person").is_empty() {
        let refused = form.refused();
        let page = page(&at, id, &found.name, Some(&candidates), &form);
        return Ok(if refused { page.refused() } else { page }.into());
    }
    let chosen = form.text("person");
    let chosen = candidates.iter().find(|one| one.person.to_string() == chosen);
    let chosen = chosen.ok_or(Error::NotFound)?;
    if chosen.state != "active" {
        return Err(Error::refused(
            "他还没有首次登录设置密码，不能指定为管理员。请先通知他登录系统设置密码。",
        ));
    }
    let (by, now) = (Some(at.user.account), clock.stamp());
    administrators::appoint(&mut tx, chosen.account, id, &[SUPER], by, &now).await?;
    let text = format!("指定{}为“{}”的管理员", chosen.name, found.name);
    let (act, object) = (at.unit.act("administrator"), at.unit.object(id));
    trail::write(&mut tx, &at.actor(), clock, &act, &object, &text).await?;
    tx.commit().await?;
    let told = format!(
        "已指定{}为“{}”的管理员。他用自己的身份证号和密码登录，在右上角切换到管理身份。",
        chosen.name, found.name
    );
    Ok(Done::to(at.address(id)).ok(told).into())
}

/// The unit's people in service of this name, initials or number who have an account.
async fn search(
    db: &mut SqliteConnection,
    id: OrganizationId,
    typed: &str,
) -> Result<Vec<Candidate>> {
    let mut sql = QueryBuilder::<Sqlite>::new("select p.id as person, a.id as account, p.name, ");
    sql.push(MASKED_ID).push(
        " as id_card, coalesce(n.name, '') as internal_department, p.phone, a.state,
          exists (select 1 from grant g where g.account_id = a.id and g.state <> 'removed'
                   and g.organization_id = p.organization_id) as holds
           from person p join identity i on i.id = p.identity_id
           join account a on a.person_id = p.id and a.state <> 'disabled'
           left join internal_department n on n.id = p.internal_department_id
          where p.state in ('serving', 'rehired') and p.organization_id = ",
    );
    sql.push_bind(id);
    if let Ok(number) = IdCard::stored(&typed.to_ascii_uppercase()) {
        sql.push(" and i.number = ").push_bind(number.number().to_owned());
    } else {
        let Some(phrase) = initials::search_phrase(typed) else { return Ok(vec![]) };
        sql.push(" and p.id in (select rowid from person_search where person_search match ")
            .push_bind(phrase)
            .push(")");
    }
    sql.push(" order by p.id limit ").push_bind(MOST);
    Ok(sql.build_query_as().fetch_all(db).await?)
}

fn page(
    at: &AtUnit<Editing>,
    id: OrganizationId,
    organization: &str,
    candidates: Option<&[Candidate]>,
    form: &Form,
) -> Page {
    Page::new("accounts/administrator_appoint.html")
        .with("crumbs", &at.unit.crumbs("指定新管理员"))
        .with("organization", organization)
        .with("action", &format!("{}/administrators/appoint", at.address(id)))
        .with("new", &format!("{}/administrators/new", at.address(id)))
        .with("back", &at.address(id))
        .with("asked", &candidates.is_some())
        .with("candidates", candidates.unwrap_or_default())
        .with("most", &MOST)
        .with("form", form)
}
