//! The first step: who it is to be, a new account or somebody who has one (3.5).

use kit::{AccountId, Form, IdCard, OrganizationId, PersonId, Result, initials};
use serde::Serialize;
use sqlx::SqliteConnection;
use time::Date;

use super::team::Team;
use crate::administrators::{LOGIN_TAKEN, login_fault};
use crate::contact;

/// Where he sits: of every administrator.
pub struct Place {
    pub internal_department: Option<i64>,
    pub position: String,
}

/// A new account.
pub struct Basics {
    pub login: String,
    pub name: String,
    pub id_card: Option<IdCard>,
    pub phone: String,
    pub email: String,
}

/// Who is to have the right.
pub enum Who {
    New(Basics),
    /// One person, one account: he keeps his own sign-in.
    Known(Known),
}

/// An account that is there already.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Known {
    pub account: AccountId,
    pub name: String,
    /// Of the account.
    pub state: String,
    pub right: Option<String>,
    /// The account is another organization's: its person's, or that of another right.
    #[sqlx(rename = "reaches_beyond")]
    pub foreign: bool,
    pub internal_department: Option<i64>,
    pub position: String,
}

/// Reads the first step; faults are on their fields.
pub async fn read(
    form: &mut Form,
    db: &mut SqliteConnection,
    team: &Team,
    departments: &[i64],
    today: Date,
) -> Result<(Option<Who>, Place)> {
    let place = place(form, departments);
    let who = if form.raw("who") == "person" {
        read_person(form, db, team).await?.map(Who::Known)
    } else {
        read_account(form, db, team, today).await?
    };
    Ok((who, place))
}

/// Internal department and position.
pub fn place(form: &mut Form, departments: &[i64]) -> Place {
    let offered: Vec<String> = departments.iter().map(ToString::to_string).collect();
    let offered: Vec<&str> = offered.iter().map(String::as_str).collect();
    let chosen = form.optional_choice("internal_department", "内设部门", &offered);
    Place {
        internal_department: chosen.parse().ok(),
        position: form.optional("position", "职务", 50),
    }
}

async fn read_account(
    form: &mut Form,
    db: &mut SqliteConnection,
    team: &Team,
    today: Date,
) -> Result<Option<Who>> {
    let name = form.required("name", "姓名", 2..=50);
    let number = form.text("id_number");
    let id_card = match IdCard::parse(&number, today) {
        _ if number.is_empty() => None,
        Ok(card) => Some(card),
        Err(error) => {
            form.refuse("id_number", format!("{}。{}。", error.message(), error.remedy()));
            None
        }
    };
    let phone = contact::mobile(form, "phone", "手机");
    let email = contact::email(form, "email", "邮箱");
    let known = match &id_card {
        Some(card) => account_of(db, team.organization, card).await?,
        None => None,
    };
    if let Some(known) = known {
        if refused_elsewhere(team, &known) {
            // one sentence, whatever else was typed: it must not tell whose number it is
            form.refuse("id_number", ELSEWHERE);
            return Ok(None);
        }
        if known.name != name && !name.is_empty() {
            form.refuse(
                "id_number",
                "这个身份证号已有账号，但姓名与填写的不同。请核对姓名和身份证号后重新填写。",
            );
        }
        refuse_known(form, "id_number", &known);
        return Ok(Some(Who::Known(known)));
    }
    let login = form.required("login", "登录账号", 4..=32);
    if let Some(sentence) = login_fault(&login).filter(|_| !login.is_empty()) {
        form.refuse("login", sentence);
    }
    // told here already; the database has the last word when it is stored
    let taken: bool = sqlx::query_scalar("select exists (select 1 from account where login = ?)")
        .bind(&login)
        .fetch_one(db)
        .await?;
    if taken {
        form.refuse("login", LOGIN_TAKEN);
    }
    Ok(Some(Who::New(Basics { login, name, id_card, phone, email })))
}

/// The answer for the number of another organization's account.
const ELSEWHERE: &str = "这个身份证号的账号属于其他单位，不能在这里添加。请核对号码；需要他兼任的，请由人社局超级管理员办理。";

/// Whether an account is others', and the asker no super administrator of the whole county.
fn refused_elsewhere(team: &Team, known: &Known) -> bool {
    let here = known.right.as_deref().is_some_and(|state| state != "removed");
    known.foreign && !here && !team.over_the_county
}

/// The account that the typed number belongs to, if it is others' and will be refused.
pub async fn foreign(
    form: &Form,
    db: &mut SqliteConnection,
    team: &Team,
    today: Date,
) -> Result<Option<AccountId>> {
    if form.raw("who") == "person" {
        return Ok(None);
    }
    let Ok(card) = IdCard::parse(&form.text("id_number"), today) else { return Ok(None) };
    let known = account_of(db, team.organization, &card).await?;
    Ok(known.filter(|known| refused_elsewhere(team, known)).map(|known| known.account))
}

async fn read_person(
    form: &mut Form,
    db: &mut SqliteConnection,
    team: &Team,
) -> Result<Option<Known>> {
    let Ok(person) = form.text("person").parse::<PersonId>() else {
        form.refuse("person", "请先按姓名查找，再选择一位本单位的人员。");
        return Ok(None);
    };
    let known: Option<Known> = sqlx::query_as(
        "select a.id as account, p.name, a.state, g.state as right, 0 as reaches_beyond,
                p.internal_department_id as internal_department, p.position
           from person p join account a on a.person_id = p.id
           left join grant g on g.account_id = a.id and g.organization_id = p.organization_id
          where p.id = ? and p.organization_id = ? and p.state in ('serving', 'rehired')",
    )
    .bind(person)
    .bind(team.organization)
    .fetch_optional(db)
    .await?;
    match &known {
        None => form.refuse("person", "没有找到这位人员，他可能已离开本单位。请重新查找。"),
        Some(known) => refuse_known(form, "person", known),
    }
    Ok(known)
}

/// The account of an identity number, with its right in this organization.
async fn account_of(
    db: &mut SqliteConnection,
    organization: OrganizationId,
    id_card: &IdCard,
) -> Result<Option<Known>> {
    Ok(sqlx::query_as(
        "select a.id as account, a.name, a.state, g.state as right,
                exists (select 1 from grant e where e.account_id = a.id and e.organization_id <> ?1
                  and e.state <> 'removed')
                  or exists (select 1 from person f where f.id = a.person_id
                       and f.organization_id <> ?1) as reaches_beyond,
                p.internal_department_id as internal_department, coalesce(p.position, '') as position
           from identity i join account a on a.identity_id = i.id
           left join grant g on g.account_id = a.id and g.organization_id = ?1
           left join person p on p.id = a.person_id and p.organization_id = ?1
          where i.number = ?2",
    )
    .bind(organization)
    .bind(id_card.number())
    .fetch_optional(db)
    .await?)
}

fn refuse_known(form: &mut Form, field: &str, known: &Known) {
    if known.right.as_deref().is_some_and(|state| state != "removed") {
        let name = &known.name;
        form.refuse(field, format!("{name}已经是本单位的管理员，请在列表中找到他，编辑或启用。"));
    } else if known.state == "disabled" {
        form.refuse(field, "他的账号已停用，不能设为管理员。请先启用账号。");
    }
}

/// Somebody of the organization who could be appointed.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct Candidate {
    pub id: PersonId,
    pub name: String,
    pub id_card: String,
    pub department: String,
    pub position: String,
    /// Of his account.
    pub state: String,
}

/// How many are offered at once.
pub const MOST: usize = 20;

/// Serving people of the organization by name or initials, without its administrators.
pub async fn candidates(
    db: &mut SqliteConnection,
    organization: OrganizationId,
    typed: &str,
) -> Result<Vec<Candidate>> {
    let Some(phrase) = initials::search_phrase(typed) else { return Ok(vec![]) };
    Ok(sqlx::query_as(
        "select p.id, p.name, substr(i.number, 1, 4) || '************' || substr(i.number, 17)
                  as id_card,
                coalesce(n.name, '') as department, p.position, a.state
           from person p
           join identity i on i.id = p.identity_id
           join account a on a.person_id = p.id
           left join internal_department n on n.id = p.internal_department_id
          where p.id in (select rowid from person_search where person_search match ?1)
            and p.organization_id = ?2 and p.state in ('serving', 'rehired')
            and a.state <> 'disabled'
            and not exists (select 1 from grant g where g.account_id = a.id
                  and g.organization_id = ?2 and g.state <> 'removed')
          order by p.id limit ?3",
    )
    .bind(phrase)
    .bind(organization)
    .bind(MOST as i64 + 1)
    .fetch_all(db)
    .await?)
}

/// One of them, if he is one.
pub async fn candidate(
    db: &mut SqliteConnection,
    organization: OrganizationId,
    id: PersonId,
) -> Result<Option<Candidate>> {
    Ok(sqlx::query_as(
        "select p.id, p.name, substr(i.number, 1, 4) || '************' || substr(i.number, 17)
                  as id_card,
                coalesce(n.name, '') as department, p.position, a.state
           from person p
           join identity i on i.id = p.identity_id
           join account a on a.person_id = p.id
           left join internal_department n on n.id = p.internal_department_id
          where p.id = ? and p.organization_id = ? and p.state in ('serving', 'rehired')",
    )
    .bind(id)
    .bind(organization)
    .fetch_optional(db)
    .await?)
}
