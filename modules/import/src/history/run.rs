//! The check of an upload from its bytes to `checked`: a job on the server.

use credit_hours::category;
use kit::db::Pools;
use kit::job::Progress;
use kit::settings::Kind;
use kit::{Clock, Error, Result, Setting};
use sqlx::SqliteConnection;

use super::against::{self, Importer};
use super::check::Checker;
use super::columns::Layout;
use super::rows::{Parsing, Piece};
use crate::store::{self, Import};

/// Whether files may bring hours of the year that is not over.
pub const THIS_YEAR: Setting = Setting {
    key: "import.history-this-year",
    group: "批量导入",
    label: "历史学时导入可以包含本年度",
    help: "平时不用打开：本年度的学时由本人或单位申报，从外县转入的逐人录入。第一次使用系统、本年度的学时还在旧系统里时，可以打开。",
    kind: Kind::Switch,
    default: "0",
    check: None,
};

/// A checker of today. `this_year`: hours of the year that is not over may come, too.
pub async fn checker(
    db: &mut SqliteConnection,
    clock: &Clock,
    this_year: bool,
    layout: Layout,
) -> Result<Checker> {
    let categories = category::active(db).await?;
    let last_year = clock.year() - i32::from(!this_year);
    Ok(Checker { today: clock.today(), last_year, layout, categories })
}

/// The value of `THIS_YEAR` as stored.
pub async fn takes_this_year(db: &mut SqliteConnection) -> Result<bool> {
    let stored: Option<String> = sqlx::query_scalar("select value from setting where key = ?")
        .bind(THIS_YEAR.key)
        .fetch_optional(db)
        .await?;
    Ok(stored.as_deref().unwrap_or(THIS_YEAR.default) == "1")
}

/// Checks a recorded upload; whatever happens, its row says how it ended.
pub async fn check(
    db: &Pools,
    clock: &Clock,
    import: &Import,
    importer: &Importer,
    bytes: Vec<u8>,
    progress: &Progress,
) -> Result<String> {
    let error = match work(db, clock, import, importer, bytes, progress).await {
        Ok(rows) => return Ok(format!("已核对 {rows} 行。")),
        Err(error) => error,
    };
    let mut tx = db.begin().await?;
    store::fail(&mut tx, import.id, error.sentence(), clock).await?;
    tx.commit().await?;
    store::forget(db, import.id, true).await?;
    Err(error)
}

async fn work(
    db: &Pools,
    clock: &Clock,
    import: &Import,
    importer: &Importer,
    bytes: Vec<u8>,
    progress: &Progress,
) -> Result<i64> {
    progress.say("正在核对");
    let mut reader = db.read().await?;
    let this_year = takes_this_year(&mut reader).await?;
    let checker = checker(&mut reader, clock, this_year, Layout::default()).await?;
    drop(reader);
    let mut parsing = Parsing::start(bytes, checker);
    let (mut layout, mut done) = (Layout::default(), 0);
    while let Some(piece) = parsing.next().await {
        progress.check()?;
        match piece {
            Piece::Header(header) => {
                layout = Layout::of(&header.titles);
                let mut tx = db.begin().await?;
                store::keep_header(&mut tx, import.id, &header).await?;
                tx.commit().await?;
            }
            Piece::Rows(mut rows) => {
                against::compare(&mut *db.read().await?, &mut rows, importer, &layout).await?;
                let kept = rows.iter().map(super::rows::CheckedRow::kept);
                let kept = kept.collect::<Result<Vec<_>>>()?;
                let mut tx = db.begin().await?;
                let still = store::keep_rows(&mut tx, import.id, &kept, clock).await?;
                tx.commit().await?;
                if !still {
                    return Err(Error::refused("已取消。"));
                }
                done += rows.len() as i64;
                progress.at(done);
            }
        }
    }
    let end = parsing.end().await.map_err(Error::Invalid)?;
    if done == 0 {
        let sentence = match end.examples {
            0 => "表头下面没有内容。请填写学时后再上传。",
            _ => "文件里只有示例行，没有要导入的学时。请从第 3 行开始填写后再上传。",
        };
        return Err(Error::Invalid(sentence.to_owned()));
    }
    let mut tx = db.begin().await?;
    if !store::finish(&mut tx, import.id, end.examples, clock).await? {
        return Err(Error::refused("已取消。"));
    }
    if end.hidden > 0 {
        store::tell_of_file(&mut tx, import.id, &kit::sheet::hidden_rows(end.hidden)).await?;
    }
    tx.commit().await?;
    Ok(done)
}
