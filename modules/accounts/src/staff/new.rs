//! 新增人员 by hand; one at a time, as an import would.

use kit::{
    Answer, Can, Clock, Db, Done, Error, Event, Form, IdCard, Modules, Page, PersonId, Result,
    trail,
};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::{BASE, crumbs, object};
use crate::credentials::{INITIAL_DAYS, days};
use crate::identity::{self, GIVEN_UP, GIVEN_UP_REMEDY};
use crate::internal_departments;
use crate::people::{self, NewPerson, Origin, form as fields};
use crate::permissions::EditStaff;

pub fn routes() -> Vec<Route> {
    routes![new, create]
}

#[get("/people/new")]
async fn new(user: Can<EditStaff>, db: &State<Db>) -> Result<Page> {
    let form = Form::of([("series", kit::dictionary::WITHOUT_TITLE.to_owned())]);
    page(&mut *db.read().await?, &user, &form, None).await
}

#[post("/people/new", data = "<form>")]
async fn create(
    user: Can<EditStaff>,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let id_card = fields::id_card(&mut form, clock.today());
    let born = id_card.as_ref().map(IdCard::birth);
    let typed = fields::read(&mut form, born, clock.today());
    let organization = user.organization();
    let place = internal_departments::read_place(&mut form, &mut tx, organization, None).await?;
    let known = match &id_card {
        Some(id_card) => known(&mut tx, &user, id_card, &mut form).await?,
        None => None,
    };
    let Some(id_card) = id_card.filter(|_| !form.refused()) else {
        return Ok(page(&mut tx, &user, &form, known).await?.refused().into());
    };
    let person =
        NewPerson { id_card, organization, internal_department: place, fields: typed.clone() };
    let id = people::create(&mut tx, person, Origin::Form, clock).await?;
    let event = Event::PeopleCreated { people: vec![id] };
    modules.deliver(&mut tx, &event, clock).await?;
    let text = format!("新增人员{}", typed.name);
    trail::write(&mut tx, &user.actor(), clock, "accounts.person.create", &object(id), &text)
        .await?;
    let told = told(&mut tx, id, &typed.name).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{BASE}/{id}")).ok(told).into())
}

/// How he signs in: an administrator who was there keeps his account with its password.
async fn told(db: &mut SqliteConnection, id: PersonId, name: &str) -> Result<String> {
    let state: String = sqlx::query_scalar("select state from account where person_id = ?")
        .bind(id)
        .fetch_one(&mut *db)
        .await?;
    if state != "initial" {
        return Ok(format!(
            "已新增{name}。他已有管理员账号，同一账号增加了个人身份，仍用原来的密码登录。"
        ));
    }
    let days = days(db, &INITIAL_DAYS).await?;
    Ok(initial(name, days))
}

fn initial(name: &str, days: i64) -> String {
    let until = match days {
        0 => "一直有效".to_owned(),
        days => format!("{days} 天内有效"),
    };
    format!(
        "已新增{name}。他用身份证号登录，初始密码是身份证号的后六位，{until}，首次登录须设置新密码。"
    )
}

/// Whoever has this number already: in the own unit he is named, elsewhere only told to exist
/// (as the import tells it).
async fn known(
    db: &mut SqliteConnection,
    user: &Can<EditStaff>,
    id_card: &IdCard,
    form: &mut Form,
) -> Result<Option<PersonId>> {
    let Some(id) = people::by_number(&mut *db, id_card).await? else {
        if !identity::given_up(db, &[id_card.number()]).await?.is_empty() {
            form.refuse("number", format!("{GIVEN_UP}。{GIVEN_UP_REMEDY}。"));
        }
        return Ok(None);
    };
    if people::brief(&mut *db, id).await?.state == "moved" {
        let sentence =
            format!("这个人已调出本县，系统中还有他的记录，不能重复登记。{}。", people::BACK);
        form.refuse("number", sentence);
        return Ok(None);
    }
    match people::in_scope(db, id, user.grant.own()).await {
        Ok(id) => {
            form.refuse("number", "这个人已经是本单位人员，不用再新增。请打开他的资料查看或修改。");
            Ok(Some(id))
        }
        Err(Error::NotFound) => {
            form.refuse("number", "这个人已在其他单位登记，请由本人发起调转，不能在这里新增。");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

async fn page(
    db: &mut SqliteConnection,
    user: &Can<EditStaff>,
    form: &Form,
    known: Option<PersonId>,
) -> Result<Page> {
    let places = internal_departments::choices(db, user.organization(), None).await?;
    Ok(Page::new("accounts/person_form.html")
        .with("crumbs", &crumbs(&user.grant, &[("新增人员", "")]))
        .with("title", "新增人员")
        .with("action", &format!("{BASE}/new"))
        .with("back", BASE)
        .with("fresh", &true)
        .with("whole", &true)
        .with("known", &known.map(|id| format!("{BASE}/{id}")))
        .with("options", &fields::Options::new())
        .with("places", &places)
        .with("form", form))
}
