//! 放入内设部门: the ticked people, into one of the unit's own.

use kit::{Answer, Can, Clock, Db, Done, Event, Form, Modules, Page, Result, trail};
use rocket::{Route, State, post, routes};
use sqlx::SqliteConnection;

use super::{BASE, Ticked, crumbs, object, ticked};
use crate::organizations::form::Choice;
use crate::permissions::EditStaff;
use crate::{internal_departments, people};

/// 移出内设部门, as its option is sent.
const OUT: &str = "out";

pub fn routes() -> Vec<Route> {
    routes![place]
}

#[post("/people/place", data = "<form>")]
async fn place(
    user: Can<EditStaff>,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let people = ticked(&mut tx, &user.user, &user.grant, &form).await?;
    if !form.ticked("confirmed") {
        return Ok(page(&mut tx, &user, &people, &form).await?.into());
    }
    let places = places(&mut tx, &user).await?;
    let codes: Vec<&str> = places.iter().map(|place| place.value.as_str()).collect();
    let to = form.choice("internal_department", "内设部门", &codes).parse().ok();
    if form.refused() {
        return Ok(page(&mut tx, &user, &people, &form).await?.refused().into());
    }
    let name = internal_departments::name(&mut tx, to).await?;
    let mut moved = 0;
    for one in &people {
        if !people::place(&mut tx, one.id, to, "place", clock).await? {
            continue;
        }
        moved += 1;
        modules.deliver(&mut tx, &Event::PersonChanged { person: one.id }, clock).await?;
        let text = match to {
            Some(_) => format!("将{}放入内设部门“{name}”", one.name),
            None => format!("将{}移出内设部门", one.name),
        };
        let act = "accounts.person.place";
        trail::write(&mut tx, &user.actor(), clock, act, &object(one.id), &text).await?;
    }
    tx.commit().await?;
    let rest = match people.len() - moved {
        0 => String::new(),
        n => format!("另有 {n} 人原来就在，没有变化。"),
    };
    let told = match to {
        Some(_) => format!("已将 {moved} 人放入“{name}”。{rest}"),
        None => format!("已将 {moved} 人移出内设部门。{rest}"),
    };
    Ok(Done::to(BASE).ok(told).into())
}

/// The unit's own departments, and at the end none; empty if it has none.
async fn places(db: &mut SqliteConnection, user: &Can<EditStaff>) -> Result<Vec<Choice>> {
    let mut places = internal_departments::choices(db, user.organization(), None).await?;
    if !places.is_empty() {
        places.push(Choice { value: OUT.to_owned(), label: "移出内设部门".to_owned() });
    }
    Ok(places)
}

async fn page(
    db: &mut SqliteConnection,
    user: &Can<EditStaff>,
    people: &[Ticked],
    form: &Form,
) -> Result<Page> {
    let places = places(db, user).await?;
    Ok(Page::new("accounts/person_place.html")
        .with("crumbs", &crumbs(&user.grant, &[("放入内设部门", "")]))
        .with("people", people)
        .with("places", &places)
        .with("action", &format!("{BASE}/place"))
        .with("back", BASE)
        .with("form", form))
}
