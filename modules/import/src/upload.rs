//! 批量导入: the template, the upload.

use std::sync::Arc;
use std::time::Duration;

use kit::access::Grant;
use kit::db::Pools;
use kit::form::{Upload, Uploaded};
use kit::job::Jobs;
use kit::{Answer, Can, Clock, Db, Done, Download, Form, Page, Result, User, trail};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;

use crate::store::{self, NewImport};
use crate::units::Units;
use crate::{EditImports, ViewImports, below, run, template};

/// How long an upload waits for its check, an import for its end, before it shows the progress
/// instead.
pub const PATIENCE: Duration = Duration::from_millis(2_500);

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

async fn page(user: &User, grant: &Grant, db: &Db, form: &Form) -> Result<Page> {
    let mut reader = db.read().await?;
    let open: Vec<Open> = sqlx::query_as(
        "select id, file_name, by_name, created_at, state, valid, failing from import
          where organization_id = ? and kind = 'people' and below <= ?
            and state in ('checking', 'checked')
          order by id desc limit 10",
    )
    .bind(grant.organization)
    .bind(below::sees(grant)) // those that go to units below
    .fetch_all(&mut *reader)
    .await?;
    let below = below::reach(&mut reader, grant).await?;
    Ok(Page::new("import/index.html")
        .with("tabs", &crate::tabs(user, "/import"))
        .with("organization", &grant.organization_name)
        .with("below", &below.is_some())
        .with("may_edit", &user.may(crate::edit()))
        .with("limit", &kit::sheet::PACKED)
        .with("open", &open)
        .with("form", form))
}

#[get("/")]
async fn index(user: Can<ViewImports>, db: &State<Db>) -> Result<Page> {
    page(&user.user, &user.grant, db, &Form::new()).await
}

#[get("/template")]
async fn download(user: Can<ViewImports>, db: &State<Db>) -> Result<Download> {
    let mut reader = db.read().await?;
    let below = below::reach(&mut reader, &user.grant).await?;
    let made_for = Units::of(&mut reader, user.organization(), below).await?.template();
    drop(reader);
    let name = format!("专业技术人员导入模板-{}.xlsx", made_for.unit);
    let bytes = rocket::tokio::task::spawn_blocking(move || template::workbook(&made_for));
    let bytes = bytes.await.map_err(|e| kit::Error::Fault(e.to_string()))??;
    Ok(Download::xlsx(name, bytes))
}

/// What is wrong with what was chosen, before it is opened.
pub fn refused(files: &[Uploaded]) -> Option<&'static str> {
    match files.first() {
        None => Some("请选择填好的导入文件。"),
        Some(_) if files.len() > 1 => Some("一次只能上传一个文件。"),
        Some(file) if !file.complete => {
            Some("文件超过 20 MB。请删去图片和多余的工作表，或者分成几个文件上传。")
        }
        Some(_) => None,
    }
}

#[post("/", data = "<upload>")]
async fn upload(
    user: Can<EditImports>,
    db: &State<Db>,
    pools: &State<Arc<Pools>>,
    jobs: &State<Jobs>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let Upload { mut form, mut files } = upload.into_inner();
    if let Some(sentence) = refused(&files) {
        form.refuse("file", sentence);
        return Ok(page(&user.user, &user.grant, db, &form).await?.refused().into());
    }
    let file = files.swap_remove(0);
    let mut tx = db.begin().await?;
    let below = below::reach(&mut tx, &user.grant).await?;
    let id = store::begin(
        &mut tx,
        &NewImport {
            organization: user.organization(),
            account: Some(user.user.account),
            by_name: &user.user.name,
            file_name: &file.name,
            bytes: &file.bytes,
            create_departments: form.ticked("create_departments"),
            below: below.is_some(),
            kind: store::PEOPLE,
            batch: None,
        },
        clock,
    )
    .await?;
    let import = store::find(&mut tx, id, user.organization()).await?;
    let text = format!("上传导入文件“{}”，开始核对", import.file_name);
    trail::write(&mut tx, &user.actor(), clock, "import.upload", &format!("import:{id}"), &text)
        .await?;
    tx.commit().await?;

    let (ended, wait) = rocket::tokio::sync::oneshot::channel();
    let (background, time, bytes) = (pools.inner().clone(), clock.inner().clone(), file.bytes);
    let job = jobs
        .start(&user.user, "import.check", &format!("import:{id}"), 0, move |progress| async move {
            let told = run::check(&background, &time, &import, bytes, &progress).await;
            let _ = ended.send(()); // the upload may have stopped waiting
            told
        })
        .await?;
    store::note_job(db, id, job).await?;
    let _ = rocket::tokio::time::timeout(PATIENCE, wait).await;
    Ok(Done::to(format!("/import/{id}")).into())
}
