//! The check of an upload from its bytes to `checked`: a job on the server, awaited by the command.

use kit::db::Pools;
use kit::job::Progress;
use kit::{Clock, Error, Result};

use crate::against::Against;
use crate::by_unit::Tally;
use crate::columns::Layout;
use crate::importer::Importer;
use crate::parse::{Parsing, Piece};
use crate::store::{self, Import, Kept};
use crate::units::Units;

/// What ends the check when nobody wants it any more.
const CANCELLED: &str = "已取消。";

/// Checks a recorded upload; whatever happens, its row says how it ended.
pub async fn check(
    db: &Pools,
    clock: &Clock,
    import: &Import,
    bytes: Vec<u8>,
    progress: &Progress,
) -> Result<String> {
    let error = match work(db, clock, import, bytes, progress).await {
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
    bytes: Vec<u8>,
    progress: &Progress,
) -> Result<i64> {
    let id = import.id;
    progress.say("正在核对");
    let units = Units::of_import(&mut *db.read().await?, import).await?;
    let (own, uploader) = (import.organization_id, import.account_id);
    let importer = Importer::of(&mut *db.read().await?, own, uploader, None, clock).await?;
    let mut parsing =
        Parsing::start(bytes, clock.today(), units.clone(), import.create_departments);
    let mut tally = Tally::of(&units);
    let mut against = None;
    let mut done = 0;
    while let Some(piece) = parsing.next().await {
        progress.check()?;
        match piece {
            Piece::Expect(rows) => {
                let rows = i64::try_from(rows).unwrap_or(0);
                progress.expect(rows);
                store::expect(db, id, rows).await?;
            }
            Piece::Header(header) => {
                let mut tx = db.begin().await?;
                store::keep_header(&mut tx, id, &header).await?;
                tx.commit().await?;
                let layout = Layout::of(&header.titles);
                let mut reader = db.read().await?;
                against = Some(Against::of(&mut reader, &units, layout, importer.clone()).await?);
            }
            Piece::Rows(mut rows) => {
                if let Some(against) = &against {
                    against.compare(&mut *db.read().await?, &units, &mut rows).await?;
                }
                tally.count(&rows);
                let kept = rows.iter().map(Kept::of).collect::<Result<Vec<_>>>()?;
                let mut tx = db.begin().await?;
                let still = store::keep_rows(&mut tx, id, &kept, clock).await?;
                tx.commit().await?;
                if !still {
                    return Err(Error::refused(CANCELLED));
                }
                done += rows.len() as i64;
                progress.at(done);
            }
        }
    }
    let end = parsing.end().await.map_err(Error::Invalid)?;
    if done == 0 {
        let sentence = if end.examples > 0 {
            "文件里只有示例行，没有要导入的人员。请从第 3 行开始填写后再上传。"
        } else {
            "表头下面没有内容。请填写人员后再上传。"
        };
        return Err(Error::Invalid(sentence.to_owned()));
    }
    let mut tx = db.begin().await?;
    store::turn(&mut tx, id, "error", &store::late("error", &end.late)).await?;
    tally.late(&end.late);
    tally.keep(&mut tx, id, &units).await?;
    if !store::finish(&mut tx, id, end.examples, clock).await? {
        return Err(Error::refused(CANCELLED));
    }
    if end.hidden > 0 {
        store::tell_of_file(&mut tx, id, &kit::sheet::hidden_rows(end.hidden)).await?;
    }
    tx.commit().await?;
    Ok(done)
}
