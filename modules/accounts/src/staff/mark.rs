//! 登记状态: 返聘, 退休, 离职, 去世 with date and reason, of one or the ticked; undone again.

use kit::{
    Answer, Can, Clock, Db, Done, Error, Event, Form, Modules, Page, PersonId, Result, day, trail,
};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{BASE, Ticked, crumbs, not_himself, object, own, ticked};
use crate::organizations::form::Choice;
use crate::people::mark::{self, next_states};
use crate::people::state_label;
use crate::permissions::EditStaff;

pub fn routes() -> Vec<Route> {
    routes![one, set_one, set_ticked, confirm_undo, undo]
}

/// What a state means for the person, beside its name.
const MEANS: &[(&str, &str)] = &[
    ("retired", "今年不再列入应参加人数，学时记录保留，可以登录查看"),
    ("rehired", "继续列入应参加人数"),
    (
        "left",
        "今年不再列入应参加人数；可以登录查看学时，不能申报，到新单位后本人通过“人员调转”转入",
    ),
    ("deceased", "账号停用，学时记录保留"),
];

#[derive(Serialize)]
struct Meaning {
    state: &'static str,
    text: &'static str,
}

/// The form for one person.
#[get("/people/<id>/mark")]
async fn one(user: Can<EditStaff>, id: PersonId, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let brief = own(&mut db, &user.grant, id).await?;
    not_himself(&user.user, id)?;
    let people = [Ticked { id, name: brief.name }];
    page(&mut db, &user, &people, Some(id), &Form::new()).await
}

#[post("/people/<id>/mark", data = "<form>")]
async fn set_one(
    user: Can<EditStaff>,
    id: PersonId,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let brief = own(&mut tx, &user.grant, id).await?;
    not_himself(&user.user, id)?;
    let people = [Ticked { id, name: brief.name }];
    let Some(state) = set(&mut tx, &user, &people, &mut form, clock, modules).await? else {
        return Ok(page(&mut tx, &user, &people, Some(id), &form).await?.refused().into());
    };
    tx.commit().await?;
    let told = format!("已登记{}的状态为“{}”。", people[0].name, state_label(&state));
    Ok(Done::to(format!("{BASE}/{id}")).ok(told).into())
}

/// The ticked: first the form, then the act.
#[post("/people/mark", data = "<form>")]
async fn set_ticked(
    user: Can<EditStaff>,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let people = ticked(&mut tx, &user.user, &user.grant, &form).await?;
    if !form.ticked("confirmed") {
        return Ok(page(&mut tx, &user, &people, None, &form).await?.into());
    }
    let Some(state) = set(&mut tx, &user, &people, &mut form, clock, modules).await? else {
        return Ok(page(&mut tx, &user, &people, None, &form).await?.refused().into());
    };
    tx.commit().await?;
    let told = format!("已登记 {} 人的状态为“{}”。", people.len(), state_label(&state));
    Ok(Done::to(BASE).ok(told).into())
}

/// Reads the form and marks them all, or nobody; none if the form is refused.
async fn set(
    tx: &mut SqliteConnection,
    user: &Can<EditStaff>,
    people: &[Ticked],
    form: &mut Form,
    clock: &Clock,
    modules: &Modules,
) -> Result<Option<String>> {
    let offered = offered(&mut *tx, people).await?;
    let state = form.choice("state", "人员状态", &offered);
    let on = form.date("on", "日期");
    if on.is_some_and(|on| on > clock.today()) {
        form.refuse("on", "日期晚于今天。请在当天或以后登记。");
    }
    let reason = form.required("reason", "原因", 2..=200);
    let Some(on) = on.map(day::date_text).filter(|_| !form.refused()) else { return Ok(None) };
    for one in people {
        match mark::mark(&mut *tx, one.id, &state, &on, &reason, &user.actor(), clock).await {
            Err(Error::Refused(sentence)) => {
                form.refuse("state", sentence);
                return Ok(None);
            }
            done => done?,
        }
        modules.deliver(&mut *tx, &Event::PersonChanged { person: one.id }, clock).await?;
        let text =
            format!("登记{}的状态为“{}”（{on}），原因：{reason}", one.name, state_label(&state));
        let act = "accounts.person.mark";
        trail::write(&mut *tx, &user.actor(), clock, act, &object(one.id), &text).await?;
    }
    Ok(Some(state))
}

/// The states that may follow for every one of them.
async fn offered(db: &mut SqliteConnection, people: &[Ticked]) -> Result<Vec<&'static str>> {
    let mut offered: Option<Vec<&'static str>> = None;
    for one in people {
        let state: String = sqlx::query_scalar("select state from person where id = ?")
            .bind(one.id)
            .fetch_one(&mut *db)
            .await?;
        let next = next_states(&state);
        offered = Some(match offered {
            None => next.to_vec(),
            Some(had) => had.into_iter().filter(|state| next.contains(state)).collect(),
        });
    }
    Ok(offered.unwrap_or_default())
}

async fn page(
    db: &mut SqliteConnection,
    user: &Can<EditStaff>,
    people: &[Ticked],
    id: Option<PersonId>,
    form: &Form,
) -> Result<Page> {
    let offered = offered(db, people).await?;
    let choice =
        |state: &&str| Choice { value: (*state).to_owned(), label: state_label(state).to_owned() };
    let states: Vec<Choice> = offered.iter().map(choice).collect();
    let meaning =
        |(state, text): &(&'static str, &'static str)| Meaning { state: state_label(state), text };
    let meanings: Vec<Meaning> =
        MEANS.iter().filter(|(state, _)| offered.contains(state)).map(meaning).collect();
    let back = id.map_or(BASE.to_owned(), |id| format!("{BASE}/{id}"));
    let action = id.map_or(format!("{BASE}/mark"), |id| format!("{BASE}/{id}/mark"));
    Ok(Page::new("accounts/person_mark.html")
        .with("crumbs", &crumbs(&user.grant, &[("登记状态", "")]))
        .with("people", people)
        .with("many", &id.is_none())
        .with("states", &states)
        .with("meanings", &meanings)
        .with("action", &action)
        .with("back", &back)
        .with("form", form))
}

/// Asks why the last mark is taken back.
#[get("/people/<id>/undo")]
async fn confirm_undo(user: Can<EditStaff>, id: PersonId, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let brief = own(&mut db, &user.grant, id).await?;
    not_himself(&user.user, id)?;
    undo_page(&mut db, &user, id, &brief.name, &Form::new()).await
}

#[post("/people/<id>/undo", data = "<form>")]
async fn undo(
    user: Can<EditStaff>,
    id: PersonId,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let brief = own(&mut tx, &user.grant, id).await?;
    not_himself(&user.user, id)?;
    let reason = form.required("reason", "撤销原因", 2..=200);
    if form.refused() {
        return Ok(undo_page(&mut tx, &user, id, &brief.name, &form).await?.refused().into());
    }
    let undone = mark::undo(&mut tx, id, &reason, &user.actor(), clock).await?;
    modules.deliver(&mut tx, &Event::PersonChanged { person: id }, clock).await?;
    let (was, now) = (state_label(&undone.state), state_label(&undone.former_state));
    let text = format!("撤销{}的“{was}”登记，恢复为“{now}”，原因：{reason}", brief.name);
    trail::write(&mut tx, &user.actor(), clock, "accounts.person.undo", &object(id), &text).await?;
    tx.commit().await?;
    let told = format!("已撤销“{was}”登记，{}恢复为“{now}”。", brief.name);
    Ok(Done::to(format!("{BASE}/{id}")).ok(told).into())
}

async fn undo_page(
    db: &mut SqliteConnection,
    user: &Can<EditStaff>,
    id: PersonId,
    name: &str,
    form: &Form,
) -> Result<Page> {
    let last = mark::last(db, id)
        .await?
        .ok_or_else(|| Error::refused("没有可以撤销的状态登记。请返回查看这个人现在的状态。"))?;
    let sentence = format!(
        "将撤销{name}的“{}”登记（{}，原因：{}），恢复为“{}”。",
        state_label(&last.state),
        last.state_on,
        last.reason,
        state_label(&last.former_state)
    );
    let back = format!("{BASE}/{id}");
    Ok(Page::new("accounts/person_confirm.html")
        .with("crumbs", &crumbs(&user.grant, &[(name, &back), ("撤销状态登记", "")]))
        .with("title", "撤销状态登记")
        .with("sentence", &sentence)
        .with("label", "撤销原因")
        .with("hint", "记入操作日志。2–200 字。")
        .with("submit", "确认撤销")
        .with("action", &format!("{BASE}/{id}/undo"))
        .with("back", &back)
        .with("form", form))
}
