//! 新增管理员 in two steps: basic information, then rights. What was typed travels with the form,
//! so that nothing is stored before the end and nothing is lost on the way.

use kit::{
    AccountId, Answer, Can, Clock, Db, Done, Error, Form, GrantId, Page, PersonId, Result, message,
    trail,
};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::basics::{self, Basics, Candidate, Known, MOST, Place, Who};
use super::team::Team;
use super::terms::{self, Offer};
use super::{BASE, code_page, crumbs, written};
use crate::administrators::{self, Credential, NewAdministrator, Terms};
use crate::organizations::form::Choice;
use crate::permissions::EditAdministrators;
use crate::{confirm, credentials, internal_departments, people};

pub fn routes() -> Vec<Route> {
    routes![new, create]
}

#[get("/administrators/new?<who>&<person>")]
async fn new(
    user: Can<EditAdministrators>,
    who: Option<&str>,
    person: Option<i64>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let team = Team::load(&mut db, &user.grant, clock).await?;
    let mut form = Form::new();
    let known = who == Some("person") || person.is_some();
    form.set("who", if known { "person" } else { "new" });
    if let Some(person) = person {
        form.set("person", person.to_string());
    }
    step_one(&mut db, &team, &form).await
}

#[post("/administrators/new", data = "<form>")]
async fn create(
    user: Can<EditAdministrators>,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut reader = db.read().await?;
    let team = Team::load(&mut reader, &user.grant, clock).await?;
    if matches!(form.raw("act"), "save" | "next")
        && let Some(account) = basics::foreign(&form, &mut reader, &team, clock.today()).await?
    {
        count_a_try(&user, &mut reader, db, clock, account).await?;
    }
    match form.raw("act") {
        "save" => {
            drop(reader);
            save(&user, db, clock, form).await
        }
        "next" => {
            let (who, _) = first(&mut form, &mut reader, &team, clock).await?;
            if form.refused() {
                return Ok(step_one(&mut reader, &team, &form).await?.refused().into());
            }
            let offer = Offer::of(&mut reader, &team).await?;
            terms::preset(&mut form, &offer);
            Ok(step_two(&form, &offer, who.as_ref()).into())
        }
        // 查找 and 上一步: the first step as typed
        _ => Ok(step_one(&mut reader, &team, &form).await?.into()),
    }
}

/// Numbers of other units' accounts one may try in an hour.
const TRIES: i64 = 20;
const TRIED: &str = "accounts.administrator.elsewhere";

/// Writes down that the number of another unit's account was tried.
///
/// # Errors
/// `TooMany` after as many as that in an hour.
async fn count_a_try(
    user: &Can<EditAdministrators>,
    reader: &mut SqliteConnection,
    db: &Db,
    clock: &Clock,
    account: AccountId,
) -> Result<()> {
    if confirm::count(reader, user.user.account, TRIED, clock).await? >= TRIES {
        return Err(Error::TooMany(format!(
            "您在一小时内已有 {TRIES} 次填写了其他单位账号的身份证号，请过一小时再办。"
        )));
    }
    let mut tx = db.begin().await?;
    let object = format!("account:{account}");
    let text = "新增管理员未办理：填写的身份证号的账号属于其他单位";
    trail::refused(&mut tx, &user.actor(), clock, TRIED, &object, text).await?;
    tx.commit().await?;
    Ok(())
}

/// Reads the first step.
async fn first(
    form: &mut Form,
    db: &mut SqliteConnection,
    team: &Team,
    clock: &Clock,
) -> Result<(Option<Who>, Place)> {
    let departments = departments(db, team).await?;
    let ids: Vec<i64> = departments.iter().filter_map(|c| c.value.parse().ok()).collect();
    basics::read(form, db, team, &ids, clock.today()).await
}

/// Stores all of it at once, or shows the step whose field is refused.
async fn save(
    user: &Can<EditAdministrators>,
    db: &Db,
    clock: &Clock,
    mut form: Form,
) -> Result<Answer> {
    let (code, hash) = credentials::one_time().await?;
    let mut tx = db.begin().await?;
    let team = Team::load(&mut tx, &user.grant, clock).await?;
    let (who, place) = first(&mut form, &mut tx, &team, clock).await?;
    let wrong_basics = form.refused();
    let offer = Offer::of(&mut tx, &team).await?;
    let terms = terms::read(&mut form, &team, &offer);
    let (false, Some(who)) = (form.refused(), who) else {
        let page = match wrong_basics {
            true => step_one(&mut tx, &team, &form).await?,
            false => step_two(&form, &offer, None),
        };
        return Ok(page.refused().into());
    };
    let told = terms::told(&team, &offer, &terms);
    match who {
        Who::Known(known) => {
            appoint(&mut tx, user, clock, &known, &place, &terms, &told).await?;
            tx.commit().await?;
            let done = Done::to(BASE)
                .ok(format!("已把{}设为管理员。他仍用自己原来的账号和密码登录。", known.name));
            Ok(match known.state.as_str() {
                "initial" => done.warn("他的账号还没有激活，首次登录并设置密码后才有管理权限。"),
                _ => done,
            }
            .into())
        }
        Who::New(basics) => {
            if let Err(error) =
                open(&mut tx, user, clock, &basics, &place, &terms, (hash, &told)).await
            {
                let Error::Refused(sentence) = error else { return Err(error) };
                form.refuse("login", sentence);
                return Ok(step_one(&mut tx, &team, &form).await?.refused().into());
            }
            let days = credentials::days(&mut tx, &credentials::RESET_DAYS).await?;
            tx.commit().await?;
            let organization = &user.grant.organization_name;
            let told = "已新增管理员。";
            Ok(code_page(told, organization, (&basics.name, &basics.login), (&code, days)).into())
        }
    }
}

/// A new account with its right.
async fn open(
    tx: &mut SqliteConnection,
    user: &Can<EditAdministrators>,
    clock: &Clock,
    basics: &Basics,
    place: &Place,
    terms: &Terms,
    (hash, told): (String, &str),
) -> Result<()> {
    let new = NewAdministrator {
        organization: user.organization(),
        name: basics.name.clone(),
        login: basics.login.clone(),
        phone: basics.phone.clone(),
        role: *terms.roles.first().ok_or(Error::NotFound)?,
        credential: Credential::Code(hash),
        created_by: Some(user.user.account),
    };
    let account = administrators::create(&mut *tx, &new, clock).await?;
    let identity = match &basics.id_card {
        Some(card) => Some(people::identity(&mut *tx, card).await?),
        None => None,
    };
    sqlx::query("update account set identity_id = ?, email = ? where id = ?")
        .bind(identity)
        .bind(&basics.email)
        .bind(account)
        .execute(&mut *tx)
        .await?;
    let grant: GrantId = sqlx::query_scalar("select id from grant where account_id = ?")
        .bind(account)
        .fetch_one(&mut *tx)
        .await?;
    settle(tx, grant, place, terms).await?;
    let text = format!("新增管理员{}（账号 {}），{told}", basics.name, basics.login);
    written(tx, &user.actor(), clock, "create", grant, &text).await
}

/// The right for an account that is there already.
async fn appoint(
    tx: &mut SqliteConnection,
    user: &Can<EditAdministrators>,
    clock: &Clock,
    known: &Known,
    place: &Place,
    terms: &Terms,
    told: &str,
) -> Result<()> {
    let (by, at) = (Some(user.user.account), clock.stamp());
    let grant = administrators::appoint(
        &mut *tx,
        known.account,
        user.organization(),
        &terms.roles,
        by,
        &at,
    )
    .await?;
    let position = match place.position.as_str() {
        "" => known.position.clone(),
        typed => typed.to_owned(),
    };
    let internal_department = place.internal_department.or(known.internal_department);
    settle(&mut *tx, grant, &Place { internal_department, position }, terms).await?;
    let organization = &user.grant.organization_name;
    let text =
        format!("您已成为“{organization}”的管理员，{told}。在右上角姓名菜单中切换到管理身份。");
    message::send(&mut *tx, known.account, "您有了管理权限", &text, "", clock).await?;
    let text = format!("把已有账号的{}设为管理员，{told}", known.name);
    written(tx, &user.actor(), clock, "appoint", grant, &text).await
}

async fn settle(
    tx: &mut SqliteConnection,
    grant: GrantId,
    place: &Place,
    terms: &Terms,
) -> Result<()> {
    super::edit::set_place(&mut *tx, grant, place).await?;
    administrators::set_terms(tx, grant, terms).await
}

/// Internal departments that take people.
pub async fn departments(db: &mut SqliteConnection, team: &Team) -> Result<Vec<Choice>> {
    let nodes = internal_departments::nodes(db, team.organization).await?;
    let active = nodes.into_iter().filter(|node| node.state == "active");
    Ok(active.map(|node| Choice { value: node.id.to_string(), label: node.path }).collect())
}

async fn step_one(db: &mut SqliteConnection, team: &Team, form: &Form) -> Result<Page> {
    let typed = form.text("person_name");
    let mut found: Vec<Candidate> = vec![];
    if form.raw("who") == "person" {
        found = basics::candidates(db, team.organization, &typed).await?;
        if let Ok(id) = form.text("person").parse::<PersonId>()
            && !found.iter().any(|one| one.id == id)
        {
            found.extend(basics::candidate(db, team.organization, id).await?);
        }
    }
    let more = found.len() > MOST;
    found.truncate(MOST);
    Ok(Page::new("accounts/own_administrator_basics.html")
        .with("crumbs", &crumbs("新增管理员"))
        .with("action", &format!("{BASE}/new"))
        .with("back", BASE)
        .with("departments", &departments(db, team).await?)
        .with("found", &found)
        .with("more", &more)
        .with("searched", &!typed.is_empty())
        .with("form", form))
}

fn step_two(form: &Form, offer: &Offer, who: Option<&Who>) -> Page {
    let known = match who {
        Some(Who::Known(known)) => known.name.as_str(),
        _ => "",
    };
    Page::new("accounts/own_administrator_rights.html")
        .with("crumbs", &crumbs("新增管理员"))
        .with("action", &format!("{BASE}/new"))
        .with("back", BASE)
        .with("offer", offer)
        .with("known", known)
        .with("form", form)
}
