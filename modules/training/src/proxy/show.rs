//! A batch from the base's side: as it was submitted, its way, its roster, its files.

use kit::Answer;
use kit::review;
use kit::{Can, Clock, Db, Done, Download, FileId, Page, Permission, Result, Settings};
use rocket::{Route, State, get, routes};
use sqlx::SqliteConnection;

use super::content::Content;
use super::list::BASE;
use super::roster::{self, Sums};
use super::store::{self, Proxy};
use super::subject::{self, ProxyDeclarations};
use super::{pages, uploads};
use crate::leaves::{EditProxies, ViewProxies};

pub fn routes() -> Vec<Route> {
    routes![show, one_file]
}

/// Who rejected it last and why; none if it is not rejected.
pub async fn rejection(db: &mut SqliteConnection, proxy: &Proxy) -> Result<Option<String>> {
    if proxy.state != "rejected" {
        return Ok(None);
    }
    Ok(sqlx::query_scalar(
        "select desk_name || '（' || name || '）：' || opinion from review_step
          where case_id = ? and act = 'reject' order by id desc limit 1",
    )
    .bind(proxy.case_id)
    .fetch_optional(db)
    .await?)
}

#[get("/proxies/<id>?<page>", rank = 2)]
async fn show(
    user: Can<ViewProxies>,
    id: i64,
    page: Option<usize>,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Answer> {
    let mut db = db.read().await?;
    let proxy = store::own(&mut db, user.organization(), id).await?;
    let edits = user.user.may(EditProxies::grantable());
    let Some(case) = proxy.case_id else {
        return match edits {
            true => Ok(Done::to(format!("{BASE}/{id}/edit")).into()),
            false => Ok(Done::to(BASE).warn("这份代申报还是草稿，没有提交。").into()),
        };
    };
    let case = review::case(&mut db, case).await?;
    let content: Content = serde_json::from_str(&case.content)?;
    let calendar = review::working_days(&mut db).await?;
    let waited = review::waited(&calendar, &case.waiting_since, clock);
    let steps = review::steps(&mut db, case.id).await?;
    let touched = steps
        .iter()
        .any(|step| step.round == case.round && matches!(step.act.as_str(), "pass" | "take"));
    let pending = edits && proxy.state == "pending";
    let marked = roster::marked(&mut db, id).await?;
    let decided = proxy.state == "approved";
    Ok(Page::new("training/proxy.html")
        .with("proxy", &proxy)
        .with("state", proxy.label().0)
        .with("tag", proxy.label().1)
        .with("facts", &subject::facts(&content))
        .with("roster", &pages::of(&marked, page, &format!("{BASE}/{id}")))
        .with("summary", &Sums::of(&marked).sentence(decided))
        .with("files", &uploads::shown(&mut db, id, &content.files).await?)
        .with("steps", &review::history(&mut db, &ProxyDeclarations, &case, false, clock).await?)
        .with("rejection", &rejection(&mut db, &proxy).await?)
        .with("base", &format!("{BASE}/{id}"))
        .with("back", BASE)
        .with("editable", &(edits && proxy.editable()))
        .with("supplements", &(edits && decided))
        .with("withdrawable", &(pending && !touched))
        .with("remindable", &(pending && waited > settings.integer(&review::OVERDUE_DAYS)))
        .into())
}

/// An attachment: the base's own administrators see it, whoever of them uploaded it.
#[get("/proxies/<id>/files/<wanted>")]
async fn one_file(
    user: Can<ViewProxies>,
    id: i64,
    wanted: FileId,
    db: &State<Db>,
) -> Result<Download> {
    let stored = {
        let mut reader = db.read().await?;
        let proxy = store::own(&mut reader, user.organization(), id).await?;
        store::file_of(&mut reader, proxy.id, wanted).await?
    };
    kit::file::serve(db, &stored, false).await
}
