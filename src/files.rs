//! Stored uploads (证明材料) for those who may see them.

use kit::{Db, Download, FileId, Modules, Result, User, file};
use rocket::{Route, State, get, routes};

/// Shown in the browser; with `?save` saved.
#[get("/files/<id>?<save>")]
async fn one(
    id: FileId,
    save: Option<&str>,
    user: User,
    db: &State<Db>,
    modules: &State<Modules>,
) -> Result<Download> {
    let stored = file::visible(&mut *db.read().await?, id, &user, modules).await?;
    file::serve(db, &stored, save.is_some()).await
}

pub fn routes() -> Vec<Route> {
    routes![one]
}
