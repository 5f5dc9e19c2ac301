//! 编辑 of an administrator: what is known of him and what he may, on one page.

use kit::{Answer, Can, Clock, Db, Done, Form, GrantId, Page, Result};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::basics::{self, Place};
use super::right::Right;
use super::team::Team;
use super::terms::{self, Offer};
use super::{BASE, add, crumbs, written};
use crate::permissions::EditAdministrators;
use crate::{administrators, contact};

pub fn routes() -> Vec<Route> {
    routes![edit, update]
}

/// Internal department and position of a right.
pub async fn set_place(tx: &mut SqliteConnection, grant: GrantId, place: &Place) -> Result<()> {
    sqlx::query("update grant set internal_department_id = ?, position = ? where id = ?")
        .bind(place.internal_department)
        .bind(&place.position)
        .bind(grant)
        .execute(tx)
        .await?;
    Ok(())
}

/// Whether name, phone and e-mail are this organization's to change: a professional's are his
/// own, and those of an administrator elsewhere are not only ours.
fn own_account(right: &Right) -> bool {
    right.row.person.is_none() && !right.row.elsewhere
}

#[get("/administrators/<id>/edit")]
async fn edit(
    user: Can<EditAdministrators>,
    id: GrantId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let team = Team::load(&mut db, &user.grant, clock).await?;
    let right = team.mine(id)?;
    let row = &right.row;
    let mut form = Form::of([
        ("name", row.name.clone()),
        ("phone", row.phone.clone()),
        ("email", row.email.clone()),
        ("position", row.position.clone()),
        (
            "internal_department",
            row.internal_department_id.map(|id| id.to_string()).unwrap_or_default(),
        ),
    ]);
    terms::fill(&mut form, right);
    let offer = Offer::of(&mut db, &team).await?;
    page(&mut db, &team, right, &offer, &form).await
}

#[post("/administrators/<id>/edit", data = "<form>")]
async fn update(
    user: Can<EditAdministrators>,
    id: GrantId,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let team = Team::load(&mut tx, &user.grant, clock).await?;
    let right = team.mine(id)?;
    let departments = add::departments(&mut tx, &team).await?;
    let ids: Vec<i64> = departments.iter().filter_map(|c| c.value.parse().ok()).collect();
    let place = basics::place(&mut form, &ids);
    let contact = own_account(right).then(|| read_contact(&mut form));
    let offer = Offer::of(&mut tx, &team).await?;
    let terms = terms::read(&mut form, &team, &offer);
    let full = |id: &kit::RoleId| team.role(*id).is_ok_and(|role| role.full);
    let stays = terms.roles.iter().any(full) && terms.until.is_none();
    if !form.refused()
        && !stays
        && let Err(error) = administrators::refuse_the_last_super(&mut tx, id).await
    {
        let kit::Error::Refused(sentence) = error else { return Err(error) };
        form.refuse(if terms.roles.iter().any(full) { "until" } else { "role" }, sentence);
    }
    if form.refused() {
        return Ok(page(&mut tx, &team, right, &offer, &form).await?.refused().into());
    }
    let mut text = format!("修改管理员{}", right.row.name);
    if let Some(contact) = &contact {
        store(&mut tx, right, contact).await?;
        if contact.name != right.row.name {
            text.push_str(&format!("，姓名改为{}", contact.name));
        }
    }
    set_place(&mut tx, id, &place).await?;
    administrators::set_terms(&mut tx, id, &terms).await?;
    let (before, after) = (terms::told_of(&team, right), terms::told(&team, &offer, &terms));
    if before != after {
        text.push_str(&format!("，权限由“{before}”改为“{after}”"));
    }
    written(&mut tx, &user.actor(), clock, "edit", id, &text).await?;
    tx.commit().await?;
    let name = contact.map_or(right.row.name.clone(), |contact| contact.name);
    Ok(Done::to(format!("{BASE}/{id}"))
        .ok(format!("已保存管理员“{name}”。权限的变化从他的下一次操作起生效。"))
        .into())
}

struct Contact {
    name: String,
    phone: String,
    email: String,
}

fn read_contact(form: &mut Form) -> Contact {
    Contact {
        name: form.required("name", "姓名", 2..=50),
        phone: contact::mobile(form, "phone", "手机"),
        email: contact::email(form, "email", "邮箱"),
    }
}

async fn store(tx: &mut SqliteConnection, right: &Right, contact: &Contact) -> Result<()> {
    sqlx::query("update account set name = ?, phone = ?, email = ? where id = ?")
        .bind(&contact.name)
        .bind(&contact.phone)
        .bind(&contact.email)
        .bind(right.row.account)
        .execute(tx)
        .await?;
    Ok(())
}

async fn page(
    db: &mut SqliteConnection,
    team: &Team,
    right: &Right,
    offer: &Offer,
    form: &Form,
) -> Result<Page> {
    Ok(Page::new("accounts/own_administrator_edit.html")
        .with("crumbs", &crumbs("编辑管理员"))
        .with("right", right)
        .with("own_account", &own_account(right))
        .with("action", &format!("{BASE}/{}/edit", right.row.grant))
        .with("back", &format!("{BASE}/{}", right.row.grant))
        .with("departments", &add::departments(db, team).await?)
        .with("offer", offer)
        .with("form", form))
}
