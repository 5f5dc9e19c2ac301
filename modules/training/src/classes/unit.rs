//! 培训报名 of a unit: classes one can sign up for, its own people ticked and signed up at once.

pub mod people;
pub mod records;

use kit::access::Grant;
use kit::list::Tab;
use kit::{Can, Clock, Db, OrganizationKind, Page, Permission, Result};
use rocket::{State, get};

use super::find::Asked;
use crate::leaves::{EditEnrolments, ViewEnrolments};

pub const BASE: &str = "/training/enrolments";

/// The menu group of the screen: the bureau's menu is the manual's.
fn group(grant: &Grant) -> &'static str {
    if grant.kind == OrganizationKind::Bureau { "系统管理" } else { "培训管理" }
}

/// 可报名的培训班, 本单位报名记录
fn tabs(records: bool) -> Vec<Tab> {
    let tab = |title: &str, href: String, current| Tab { title: title.to_owned(), href, current };
    vec![
        tab("可报名的培训班", BASE.to_owned(), !records),
        tab("本单位报名记录", format!("{BASE}/records"), records),
    ]
}

#[get("/enrolments?<asked..>")]
pub async fn open(
    user: Can<ViewEnrolments>,
    asked: Asked<'_>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let page = Page::new("training/enrolments.html")
        .with("group", group(&user.grant))
        .with("tabs", &tabs(false))
        .with("editor", &user.grant.may(EditEnrolments::grantable()));
    asked.fill(page, &mut *db.read().await?, clock, true).await
}
