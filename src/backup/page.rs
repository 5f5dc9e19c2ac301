//! 备份: the page: what there is, make one now, take one away.

use std::time::Duration;

use kit::db::Pools;
use kit::{
    Action, Can, Clock, Db, Done, Error, Form, Grantable, Page, Result, Settings, day, trail,
};
use rocket::http::Header;
use rocket::response::{self, Responder, Response};
use rocket::tokio::{fs::File, time::timeout};
use rocket::{Request, Route, State, get, post, routes};
use serde::Serialize;

use super::{BACKUP, EditBackups, HOUR, KEEP, NIGHTLY, ViewBackups, last_failure, own, take};
use crate::archive::{self, Made};

/// How long the page waits for a backup before it says that it goes on.
const PATIENCE: Duration = Duration::from_secs(8);

#[derive(Serialize)]
struct Row {
    name: String,
    made: &'static str,
    at: String,
    age: String,
    size: String,
}

#[get("/backup")]
async fn list(
    user: Can<ViewBackups>,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let archives = archive::list(db.folder())?;
    let failure = last_failure(&mut *db.read().await?).await?;
    let failure = failure.filter(|(at, _)| archives.first().is_none_or(|newest| *at > newest.at));
    let rows: Vec<Row> = archives
        .into_iter()
        .map(|archive| Row {
            made: if archive.made == Made::Night { "自动" } else { "手动" },
            age: archive::age(&archive.at, clock),
            size: archive::size_text(archive.size),
            name: archive.name,
            at: archive.at,
        })
        .collect();
    let nightly = settings.on(&NIGHTLY).then(|| {
        format!(
            "每天 {} 点后自动备份，保留最近 {} 份",
            settings.integer(&HOUR),
            settings.integer(&KEEP)
        )
    });
    let edit = Grantable { leaf: BACKUP, action: Action::Edit };
    Ok(Page::new("backup.html")
        .with("rows", &rows)
        .with("nightly", &nightly)
        .with("busy", &archive::busy(db.folder()))
        .with("failure", &failure.map(|(at, text)| format!("{}：{text}", day::shown_time(&at))))
        .with("folder", &db.folder().join(archive::FOLDER).display().to_string())
        .with("may_edit", &user.user.may(edit)))
}

#[post("/backup", data = "<_form>")]
async fn create(
    user: Can<EditBackups>,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    if archive::busy(db.folder()) {
        return Ok(Done::to("/backup").warn("另一次备份正在进行，请稍后刷新本页。"));
    }
    let (pools, clock, actor) = (Pools::clone(db), clock.inner().clone(), user.actor());
    let plan = own(db.folder(), Made::Hand, &clock);
    let work = rocket::tokio::spawn(async move {
        let taken = take(&pools, &plan, &actor, &clock).await;
        if let Err(error) = &taken {
            tracing::error!(%error, "backup failed");
        }
        taken
    });
    // it goes on if the page stops waiting
    let Ok(done) = timeout(PATIENCE, work).await else {
        return Ok(
            Done::to("/backup").ok("备份已开始，数据较多，要过一会儿才完成。请稍后刷新本页。")
        );
    };
    let written = done.map_err(|e| Error::Fault(e.to_string()))??;
    let size = archive::size_text(written.size);
    let done =
        Done::to("/backup").ok(format!("备份完成，共 {size}。请下载后另存到移动硬盘或别的电脑。"));
    Ok(match written.manifest.missing.len() {
        0 => done,
        n => done.warn(format!("有 {n} 个证明材料文件在服务器上找不到，没有备份到。请联系系统管理员运行 jxjy doctor 查看。")),
    })
}

#[post("/backup/<name>/download", data = "<_form>")]
async fn download(
    user: Can<EditBackups>,
    name: &str,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Saved> {
    let archive = archive::list(db.folder())?
        .into_iter()
        .find(|archive| archive.name == name)
        .ok_or(Error::NotFound)?;
    let file = File::open(&archive.path).await?;
    let mut tx = db.begin().await?;
    let text = format!("下载备份 {}", archive.name);
    trail::write(&mut tx, &user.actor(), clock, "backup.download", "", &text).await?;
    tx.commit().await?;
    Ok(Saved { file, archive })
}

/// An archive on its way to the browser; read as it is sent.
struct Saved {
    file: File,
    archive: archive::Archive,
}

impl<'r> Responder<'r, 'static> for Saved {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let name = format!("attachment; filename=\"{}\"", self.archive.name);
        let size = usize::try_from(self.archive.size).ok();
        Response::build()
            .header(Header::new("Content-Type", "application/zip"))
            .header(Header::new("Content-Disposition", name))
            .sized_body(size, self.file)
            .ok()
    }
}

pub fn routes() -> Vec<Route> {
    routes![list, create, download]
}
