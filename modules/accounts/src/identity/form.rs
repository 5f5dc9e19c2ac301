//! The form of a correction: the new number, the name again, reason, evidence, one's own password.

use kit::form::Upload;
use kit::{
    Answer, Can, Clock, Db, Done, Error, FileId, Form, IdCard, Modules, Page, PersonId, Result,
    User, id_card, trail,
};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::store::{ACT, refused};
use super::{BASE, Wanted, correct};
use crate::confirm::{count, own_password};
use crate::people::{self, PersonBrief, form as fields};
use crate::permissions::EditIdentity;
use crate::units::Crumb;
use crate::uploads;

pub fn routes() -> Vec<Route> {
    routes![ask, send]
}

/// Corrections of one clerk in an hour, refused ones too: whoever corrects dozens is no clerk, and
/// a refusal tells whose a number is.
const IN_AN_HOUR: i64 = 20;
/// The trail's act of a form that was refused.
const REFUSED: &str = "accounts.identity.refused";
/// Files of one correction.
const MOST_FILES: usize = 10;

#[get("/people/<id>/identity")]
async fn ask(
    user: Can<EditIdentity>,
    id: PersonId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let brief = admitted(&mut db, &user.user, id, clock).await?;
    page(&mut db, &brief, &Form::new(), &[]).await
}

/// The person, if the clerk may correct his number now.
///
/// # Errors
/// Refused for oneself, `TooMany` after too many in an hour.
async fn admitted(
    db: &mut SqliteConnection,
    user: &User,
    id: PersonId,
    clock: &Clock,
) -> Result<PersonBrief> {
    let brief = people::brief(&mut *db, id).await?;
    if user.person == Some(id) {
        return Err(Error::refused(
            "这是您本人，不能自己更正自己的身份证号。请人社局其他有“身份证号更正”权限的人员办理。",
        ));
    }
    let done = count(&mut *db, user.account, ACT, clock).await?;
    if done + count(db, user.account, REFUSED, clock).await? >= IN_AN_HOUR {
        return Err(Error::TooMany(format!(
            "一小时内最多更正 {IN_AN_HOUR} 个身份证号，没有通过的也计算在内。请稍后再办。"
        )));
    }
    Ok(brief)
}

#[post("/people/<id>/identity", data = "<upload>")]
async fn send(
    user: Can<EditIdentity>,
    id: PersonId,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let Upload { mut form, files: arrived } = upload.into_inner();
    let mut reader = db.read().await?;
    let brief = admitted(&mut reader, &user.user, id, clock).await?;
    drop(reader);
    let what = format!("更正{}的身份证号", brief.name);
    own_password(&mut form, db, &user.user, clock, &what).await?;
    let mut tx = db.begin().await?;
    let brief = admitted(&mut tx, &user.user, id, clock).await?;
    let by = user.user.account;
    let mut files = uploads::again(&mut tx, &form, by).await?;
    let limit = (files.len(), MOST_FILES);
    files.extend(uploads::keep(&mut tx, db, &mut form, &arrived, limit, by, clock).await?);
    let Some((number, reason)) = read(&mut tx, &brief, &mut form, &files, clock).await? else {
        let page = page(&mut tx, &brief, &form, &files).await?;
        let text = format!("更正{}的身份证号，填写有误，没有更正", brief.name);
        let object = format!("person:{id}");
        trail::write(&mut tx, &user.actor(), clock, REFUSED, &object, &text).await?;
        // what arrived is kept for the next try
        tx.commit().await?;
        return Ok(page.refused().into());
    };
    let wanted = Wanted { person: id, number: &number, reason: &reason, files: &files };
    let correction = correct(&mut tx, modules, &wanted, &user.actor(), clock).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{BASE}/{correction}")).ok(told(&brief)).into())
}

fn told(brief: &PersonBrief) -> String {
    let password = if brief.account_state == "initial" {
        "初始密码是新号码的后六位"
    } else {
        "密码不变"
    };
    format!(
        "已更正{}的身份证号。请告诉本人：用新号码登录，{password}；以前出具的学时证明已更新，要重新出具。",
        brief.name
    )
}

/// The checked number and the reason; none if the form is refused.
async fn read(
    db: &mut SqliteConnection,
    brief: &PersonBrief,
    form: &mut Form,
    files: &[FileId],
    clock: &Clock,
) -> Result<Option<(IdCard, String)>> {
    let number = fields::id_card(form, clock.today());
    if let Some(number) = &number {
        let old = people::full_number(&mut *db, brief.id).await?;
        if let Some(sentence) = refused(db, &old, number).await? {
            form.refuse("number", sentence);
        } else if !id_card::is_of_a_province(number) {
            let sentence = "前两位不是任何省份的代码。请对照本人身份证核对。";
            form.refuse("number", sentence);
        }
    }
    let name = form.required("name", "姓名", 1..=50);
    if !name.is_empty() && name != brief.name {
        form.refuse(
            "name",
            "与这个人登记的姓名不一致。请核对是不是要更正的人，再照登记的姓名填写。",
        );
    }
    let reason = form.required("reason", "更正原因", 5..=200);
    if files.is_empty() && !form.errors().contains_key("files") {
        form.refuse("files", "请上传证明材料：身份证复印件、户口簿或公安机关证明。");
    }
    Ok(number.filter(|_| !form.refused()).map(|number| (number, reason)))
}

async fn page(
    db: &mut SqliteConnection,
    brief: &PersonBrief,
    form: &Form,
    files: &[FileId],
) -> Result<Page> {
    let crumbs = [
        Crumb::new("系统管理", ""),
        Crumb::new("身份证号更正", BASE),
        Crumb::new(brief.name.as_str(), ""),
    ];
    Ok(Page::new("accounts/identity_form.html")
        .with("crumbs", &crumbs)
        .with("person", brief)
        .with("action", &format!("/accounts/people/{}/identity", brief.id))
        .with("back", &format!("/queries/people/{}", brief.id))
        .with("kept", &uploads::shown(kit::file::find(db, files).await?))
        .with("file_limit", &kit::file::EVIDENCE_LIMIT)
        .with("form", form))
}
