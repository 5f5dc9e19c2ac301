//! 撤销减免: the bureau ends one that is in force, with a reason.

use kit::review::AnySubject;
use kit::{Answer, Can, Clock, Db, Done, Error, Form, Hours, Page, Result, message, trail};
use rocket::{State, get, post};
use sqlx::SqliteConnection;

use super::force;
use super::store::{self, Exemption};
use super::subject::{Content, Exemptions};
use crate::revocation::{EditRevocations, account_of, administrators_of, reason};

/// The exemption, if this clerk may end it now.
async fn open(
    db: &mut SqliteConnection,
    user: &Can<EditRevocations>,
    id: i64,
) -> Result<Exemption> {
    let one = store::find(db, id).await?;
    let (department, organization) = user.scope().values();
    let inside = department.is_none_or(|own| one.department_id == Some(own))
        && organization.is_none_or(|own| one.organization_id == own);
    if !inside || one.state != "approved" {
        return Err(Error::NotFound);
    }
    if user.user.person == Some(one.person_id) {
        return Err(Error::refused(
            "这是您本人的减免，不能由自己撤销。请人社局其他有“学时撤销更正”权限的人员办理。",
        ));
    }
    if !one.in_force {
        return Err(Error::refused(format!(
            "{} 已经终止：{}。没有重复办理。",
            one.number, one.ended_reason
        )));
    }
    Ok(one)
}

#[get("/ended-exemptions/<id>")]
pub async fn ask(user: Can<EditRevocations>, id: i64, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let one = open(&mut db, &user, id).await?;
    page(&mut db, &one, &Form::new()).await
}

/// With a reason and one's own password; the year asks for everything again.
#[post("/ended-exemptions/<id>", data = "<form>")]
pub async fn end(
    user: Can<EditRevocations>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut reader = db.read().await?;
    let one = open(&mut reader, &user, id).await?;
    let reason = reason(&mut form, "撤销原因");
    let what = format!("撤销减免 {}", one.number);
    accounts::confirm::own_password(&mut form, db, &user.user, clock, &what).await?;
    if form.refused() {
        return Ok(page(&mut reader, &one, &form).await?.refused().into());
    }
    drop(reader);
    let mut tx = db.begin().await?;
    let one = open(&mut tx, &user, id).await?;
    force::end(&mut tx, &one, &user.user.name, &reason, clock).await?;
    let granted = Hours::from_tenths(one.granted.unwrap_or_default());
    let text =
        format!("撤销 {} 年度减免 {}（{granted} 学时），原因：{reason}", one.year, one.number);
    let object = format!("exemption:{id}");
    trail::write(&mut tx, &user.actor(), clock, "credit-hours.exemption.end", &object, &text)
        .await?;
    tell(&mut tx, &one, &reason, clock).await?;
    tx.commit().await?;
    let told =
        format!("已撤销减免 {}，{} 年度的要求已恢复，本人和单位会收到消息。", one.number, one.year);
    Ok(Done::to(format!("/desk/exemptions/{id}")).ok(told).into())
}

/// The person and his unit.
async fn tell(
    tx: &mut SqliteConnection,
    one: &Exemption,
    reason: &str,
    clock: &Clock,
) -> Result<()> {
    let (title, year, number) = ("减免已撤销", one.year, &one.number);
    let own = account_of(&mut *tx, one.person_id).await?;
    if let Some(account) = own {
        let text = format!(
            "人社局已撤销您 {year} 年度的减免 {number}，原因：{reason}。本年度的学时要求已恢复；以前出具的学时证明写的是出具时的情况。"
        );
        let href = format!("{}/{}", super::MINE, one.id);
        message::send(&mut *tx, account, title, &text, &href, clock).await?;
    }
    let name: String = sqlx::query_scalar("select name from person where id = ?")
        .bind(one.person_id)
        .fetch_one(&mut *tx)
        .await?;
    let text = format!("人社局已撤销{name} {year} 年度的减免 {number}，原因：{reason}。");
    for account in administrators_of(&mut *tx, one.organization_id).await? {
        if Some(account) != own {
            let href = format!("{}/{}", super::UNIT, one.id);
            message::send(&mut *tx, account, title, &text, &href, clock).await?;
        }
    }
    Ok(())
}

async fn page(db: &mut SqliteConnection, one: &Exemption, form: &Form) -> Result<Page> {
    let content = serde_json::to_string(&Content::of(&mut *db, one).await?)?;
    let subject: &dyn AnySubject = &Exemptions;
    Ok(Page::new("credit-hours/exemption_end.html")
        .with("id", &one.id)
        .with("number", &one.number)
        .with("facts", &subject.facts(db, &content).await?)
        .with("form", form))
}
