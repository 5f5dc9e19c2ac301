//! 重复检测 beside the case: what else the person declared or was given for the same days or the same
//! thing.

use sqlx::SqliteConnection;

use kit::Result;
use kit::review::{Table, TableCell};

use super::Content;
use crate::claims::{self, Likeness};

/// Lines shown at most; the surest come first.
const MOST: usize = 20;

/// The likenesses, or no table.
pub(super) async fn tables(db: &mut SqliteConnection, content: &Content) -> Result<Vec<Table>> {
    let claim = content.claim();
    let mut existing = claims::existing(db, &[content.person]).await?;
    let existing = existing.remove(&content.person).unwrap_or_default();
    let found = claims::likenesses(&existing, &claim);
    if found.is_empty() {
        return Ok(vec![]);
    }
    let columns = [
        ("项目", ""),
        ("来处", ""),
        ("起止时间", ""),
        ("学时", "num"),
        ("状态", ""),
        ("相同之处", ""),
    ];
    let mut table = Table::new("重复检测：相同或日期重叠的学时", &columns);
    table.rows = found.iter().take(MOST).map(row).collect();
    Ok(vec![table])
}

fn row(Likeness { how, one }: &Likeness<'_>) -> Vec<TableCell> {
    let title = match one.declaration {
        Some(id) => TableCell::case(&one.title, format!("/desk/declarations/{id}")),
        None => TableCell::new(&one.title),
    };
    let told =
        if how.certain() { format!("重复：{}", how.told()) } else { how.told().to_owned() };
    vec![
        title,
        TableCell::new(&one.what),
        TableCell::new(crate::declaration::pages::dates(&one.started_on, &one.ended_on)),
        TableCell::new(one.hours.to_string()),
        TableCell::new(&one.state),
        TableCell::new(told),
    ]
}
