//! The word that writes a checked upload (bureau), or sends it to the bureau's desk with its
//! evidence (unit).

use kit::form::Upload;
use kit::{Answer, Can, Db, Done, Error, Form, OrganizationKind, Page, Result, file};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::against::Importer;
use super::batch::{self, Batch, By};
use super::result::{self, Again, same_file};
use super::{EditHistory, enter, evidence, send};
use crate::result::Shown;
use crate::store::Import;
use crate::write::{self, Server};

pub fn routes() -> Vec<Route> {
    routes![page, confirm]
}

/// A checked upload of ours.
async fn waiting(db: &mut SqliteConnection, id: i64, user: &Can<EditHistory>) -> Result<Import> {
    let import = result::of(db, id, &user.user, &user.grant).await?;
    if import.state != "checked" {
        return Err(enter::already(&import.state));
    }
    Ok(import)
}

fn direct(user: &Can<EditHistory>) -> bool {
    user.grant.kind == OrganizationKind::Bureau
}

async fn confirmation(
    db: &mut SqliteConnection,
    import: &Import,
    user: &Can<EditHistory>,
    again: Option<&Again>,
    form: &Form,
) -> Result<Page> {
    let files = match batch_of(&mut *db, import).await? {
        Some(batch) => evidence::shown(db, &batch).await?,
        None => vec![],
    };
    Ok(Page::new("import/history_confirm.html")
        .with("import", &Shown::with(import, &user.user, vec![]))
        .with("direct", &direct(user))
        .with("again", &again)
        .with("files", &files)
        .with("most_files", &evidence::MOST)
        .with("file_limit", &file::EVIDENCE_LIMIT)
        .with("form", form))
}

/// The batch that an upload of a unit's becomes: the one it corrects, or its draft.
async fn batch_of(db: &mut SqliteConnection, import: &Import) -> Result<Option<Batch>> {
    match import.batch_id {
        Some(corrected) => Ok(Some(batch::any(db, corrected).await?)),
        None => batch::of_import(db, import.id).await,
    }
}

#[get("/history/uploads/<id>/confirm")]
async fn page(user: Can<EditHistory>, db: &State<Db>, id: i64) -> Result<Page> {
    let mut reader = db.read().await?;
    let import = waiting(&mut reader, id, &user).await?;
    let again = same_file(&mut reader, &import).await?;
    confirmation(&mut reader, &import, &user, again.as_ref(), &Form::new()).await
}

#[post("/history/uploads/<id>/confirm", data = "<upload>")]
async fn confirm(
    user: Can<EditHistory>,
    server: Server,
    db: &State<Db>,
    id: i64,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let Upload { mut form, files } = upload.into_inner();
    let clock = &server.clock;
    let mut reader = db.read().await?;
    let import = waiting(&mut reader, id, &user).await?;
    let again = same_file(&mut reader, &import).await?;
    drop(reader);
    if again.is_some() && !form.ticked("again") {
        form.refuse("again", "这个文件以前导入过。确实要再导入一次的，请勾选“仍要导入”。");
    }
    let by =
        By { organization: user.organization(), account: user.user.account, name: &user.user.name };
    if direct(&user) {
        if form.refused() {
            return refused(db, &import, &user, again.as_ref(), &form).await;
        }
        let mut reader = db.read().await?;
        let importer = Importer::of(&mut reader, &user.user, &user.grant, clock).await?;
        drop(reader);
        let Some(outcome) = begin(&server, &user, &import, importer).await? else {
            return Ok(Done::to(format!("/import/history/uploads/{id}")).into());
        };
        let done = Done::to(format!("/import/history/records/{}", outcome.batch))
            .ok(format!("已导入 {} 条历史学时，本人会收到消息。", outcome.rows));
        return Ok(match outcome.changed {
            0 => done,
            changed => done.warn(format!("核对之后情况有变化，{changed} 行没有导入。")),
        }
        .into());
    }
    if import.valid > send::MOST_ROWS {
        return Err(Error::refused(format!(
            "一次送审最多 {} 行，这个文件有 {} 行。请分成几个文件上传。",
            send::MOST_ROWS,
            import.valid
        )));
    }
    // what was attached stays attached, whatever else is refused
    let mut tx = db.begin().await?;
    let batch = match batch_of(&mut tx, &import).await? {
        Some(batch) => batch,
        None => {
            let new = batch::begin(&mut tx, &by, Some(import.id), None, clock).await?;
            batch::any(&mut tx, new).await?
        }
    };
    let act = evidence::Act::of(&form);
    evidence::take(&mut tx, db, &mut form, &files, &batch, by.account, clock).await?;
    if act == evidence::Act::Submit && batch::files(&mut tx, batch.id).await?.is_empty() {
        form.refuse("evidence", evidence::MISSING);
    }
    tx.commit().await?;
    if form.refused() {
        return refused(db, &import, &user, again.as_ref(), &form).await;
    }
    if act != evidence::Act::Submit {
        return Ok(Done::to(format!("/import/history/uploads/{id}/confirm"))
            .ok("附件已更新。")
            .into());
    }
    let sent = send::send_file(db, clock, &user, &import, batch.id).await?;
    Ok(Done::to(format!("/import/history/records/{}", batch.id)).ok(sent).into())
}

/// Starts the writing into the ledger and waits a while for its end; none if it goes on.
async fn begin(
    server: &Server,
    user: &Can<EditHistory>,
    import: &Import,
    importer: Importer,
) -> Result<Option<enter::Outcome>> {
    let Server { db, clock, .. } = server.clone();
    let (actor, own, name) = (user.actor(), import.clone(), user.user.name.clone());
    let (organization, account) = (user.organization(), user.user.account);
    write::start(server, &user.user, import, import.valid, move |progress| async move {
        let by = By { organization, account, name: &name };
        enter::enter(&db, &clock, &actor, &by, &own, &importer, &progress).await
    })
    .await
}

async fn refused(
    db: &Db,
    import: &Import,
    user: &Can<EditHistory>,
    again: Option<&Again>,
    form: &Form,
) -> Result<Answer> {
    let mut reader = db.read().await?;
    Ok(confirmation(&mut reader, import, user, again, form).await?.refused().into())
}
