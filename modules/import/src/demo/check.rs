//! A check in the demo's own transaction; the steps are those of `run`.

use kit::{Clock, Error, Result};
use sqlx::SqliteConnection;

use crate::against::Against;
use crate::columns::Layout;
use crate::importer::Importer;
use crate::parse::{Parsing, Piece};
use crate::store::{self, Import, Kept};
use crate::units::Units;

/// Checks a recorded upload.
///
/// # Errors
/// As `run::check`.
pub async fn within(
    tx: &mut SqliteConnection,
    import: &Import,
    bytes: Vec<u8>,
    clock: &Clock,
) -> Result<()> {
    let units = Units::of_import(&mut *tx, import).await?;
    let (own, uploader) = (import.organization_id, import.account_id);
    let importer = Importer::of(&mut *tx, own, uploader, None, clock).await?;
    let mut parsing = Parsing::start(bytes, clock.today(), units.clone(), false);
    let mut against = None;
    while let Some(piece) = parsing.next().await {
        match piece {
            Piece::Expect(_) => {}
            Piece::Header(header) => {
                store::keep_header(&mut *tx, import.id, &header).await?;
                let layout = Layout::of(&header.titles);
                against = Some(Against::of(&mut *tx, &units, layout, importer.clone()).await?);
            }
            Piece::Rows(mut rows) => {
                if let Some(against) = &against {
                    against.compare(&mut *tx, &units, &mut rows).await?;
                }
                let kept = rows.iter().map(Kept::of).collect::<Result<Vec<_>>>()?;
                store::keep_rows(&mut *tx, import.id, &kept, clock).await?;
            }
        }
    }
    let end = parsing.end().await.map_err(Error::Invalid)?;
    store::turn(&mut *tx, import.id, "error", &store::late("error", &end.late)).await?;
    store::finish(tx, import.id, end.examples, clock).await?;
    Ok(())
}

/// As `store::forget`.
pub async fn forget(tx: &mut SqliteConnection, id: i64, all: bool) -> Result<()> {
    for sql in [
        "delete from import_row
          where import_id = ? and (? or verdict in ('ok', 'warn', 'known'))",
        "delete from import_problem where import_id = ? and (? or level = 'warn')",
    ] {
        sqlx::query(sql).bind(id).bind(all).execute(&mut *tx).await?;
    }
    Ok(())
}
