//! 历史学时导入: the template, the upload.

use std::sync::Arc;
use std::time::Duration;

use credit_hours::category;
use kit::access::Grant;
use kit::db::Pools;
use kit::form::Upload;
use kit::job::Jobs;
use kit::{
    Answer, Can, Clock, Db, Done, Download, Error, Form, OrganizationKind, Page, Permission,
    Result, User, trail,
};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::against::Importer;
use super::{EditHistory, ViewHistory, batch, run, template};
use crate::store::{self, HISTORY, NewImport};

/// How long an upload waits for its check before it shows the progress instead.
const PATIENCE: Duration = Duration::from_millis(2_500);

pub fn routes() -> Vec<Route> {
    routes![index, download, upload]
}

#[derive(Serialize, sqlx::FromRow)]
struct Open {
    id: i64,
    file_name: String,
    by_name: String,
    created_at: String,
    state: String,
    valid: i64,
    failing: i64,
}

async fn page(
    user: &User,
    grant: &Grant,
    db: &mut SqliteConnection,
    form: &Form,
    again: Option<i64>,
) -> Result<Page> {
    let open: Vec<Open> = sqlx::query_as(
        "select id, file_name, by_name, created_at, state, valid, failing from import
          where organization_id = ?1 and kind = 'history' and state in ('checking', 'checked')
            and (?2 is null or account_id = ?2)
          order by id desc limit 10",
    )
    .bind(grant.organization)
    .bind(batch::only(user, grant))
    .fetch_all(&mut *db)
    .await?;
    let corrected = match again {
        Some(id) => Some(corrected(&mut *db, id, user, grant).await?),
        None => None,
    };
    let this_year = run::takes_this_year(db).await?;
    Ok(Page::new("import/history_index.html")
        .with("tabs", &crate::tabs(user, "/import/history"))
        .with("organization", &grant.organization_name)
        .with("may_edit", &user.may(EditHistory::grantable()))
        .with("direct", &(grant.kind == OrganizationKind::Bureau))
        .with("whole_county", &batch::unit(grant).is_none())
        .with("this_year", &this_year)
        .with("limit", &kit::sheet::PACKED)
        .with("open", &open)
        .with("corrected", &corrected)
        .with("form", form))
}

/// A batch sent back, which a new file is to correct.
async fn corrected(
    db: &mut SqliteConnection,
    id: i64,
    user: &User,
    grant: &Grant,
) -> Result<batch::Batch> {
    let found = batch::find(db, id, user, grant).await?;
    if found.organization_id != grant.organization || found.person_id.is_some() {
        return Err(Error::NotFound);
    }
    match found.state.as_str() {
        "rejected" | "withdrawn" => Ok(found),
        _ => Err(Error::refused(format!(
            "{} 现在的状态是“{}”，只有已驳回或已撤回的才能重新上传。",
            found.number,
            found.label().0
        ))),
    }
}

#[get("/history?<again>")]
async fn index(user: Can<ViewHistory>, db: &State<Db>, again: Option<i64>) -> Result<Page> {
    page(&user.user, &user.grant, &mut *db.read().await?, &Form::new(), again).await
}

#[get("/history/template")]
async fn download(user: Can<ViewHistory>, db: &State<Db>) -> Result<Download> {
    let categories = category::active(&mut *db.read().await?).await?;
    let names: Vec<String> = categories.into_iter().map(|one| one.name).collect();
    let name = user.grant.organization_name.clone();
    let bytes = rocket::tokio::task::spawn_blocking({
        let name = name.clone();
        move || template::workbook(&name, &names)
    });
    let bytes = bytes.await.map_err(|e| Error::Fault(e.to_string()))??;
    Ok(Download::xlsx(format!("历史学时导入模板-{name}.xlsx"), bytes))
}

#[post("/history", data = "<upload>")]
async fn upload(
    user: Can<EditHistory>,
    db: &State<Db>,
    pools: &State<Arc<Pools>>,
    jobs: &State<Jobs>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let Upload { mut form, mut files } = upload.into_inner();
    let again = form.text("again").parse::<i64>().ok();
    if let Some(sentence) = crate::upload::refused(&files) {
        form.refuse("file", sentence);
        let mut reader = db.read().await?;
        return Ok(page(&user.user, &user.grant, &mut reader, &form, again)
            .await?
            .refused()
            .into());
    }
    let file = files.swap_remove(0);
    let mut tx = db.begin().await?;
    if let Some(batch) = again {
        corrected(&mut tx, batch, &user.user, &user.grant).await?;
    }
    let new = NewImport {
        organization: user.organization(),
        account: Some(user.user.account),
        by_name: &user.user.name,
        file_name: &file.name,
        bytes: &file.bytes,
        create_departments: false,
        below: false,
        kind: HISTORY,
        batch: again,
    };
    let id = store::begin(&mut tx, &new, clock).await?;
    let import = store::find_kind(&mut tx, id, user.organization(), HISTORY).await?;
    let text = format!("上传历史学时文件“{}”，开始核对", import.file_name);
    trail::write(&mut tx, &user.actor(), clock, "import.upload", &format!("import:{id}"), &text)
        .await?;
    let importer = Importer::of(&mut tx, &user.user, &user.grant, clock).await?;
    tx.commit().await?;

    let (ended, wait) = rocket::tokio::sync::oneshot::channel();
    let (background, time, bytes) = (pools.inner().clone(), clock.inner().clone(), file.bytes);
    let object = format!("import:{id}");
    let job = jobs
        .start(&user.user, "import.history", &object, 0, move |progress| async move {
            let told = run::check(&background, &time, &import, &importer, bytes, &progress).await;
            let _ = ended.send(()); // the upload may have stopped waiting
            told
        })
        .await?;
    store::note_job(db, id, job).await?;
    let _ = rocket::tokio::time::timeout(PATIENCE, wait).await;
    Ok(Done::to(format!("/import/history/uploads/{id}")).into())
}
