//! What a draft may hold at most.

use kit::Form;

use super::{COLUMNS, KEPT, MOST_ROWS};

/// Those that take several sentences.
const LONG: [&str; 4] = ["goal", "audience", "materials", "fee_basis"];

/// Characters of a box at most, of one that takes sentences, of any other and of a table's cell:
/// far above what may be submitted, so that a draft keeps what is still to be shortened.
const MOST_LONG: usize = 4000;
const MOST_SHORT: usize = 200;

/// Refuses what is more than a draft may hold; nothing is cut silently.
pub fn bounded(form: &mut Form) {
    for name in KEPT.into_iter().chain(["fields"]) {
        let most = if LONG.contains(&name) { MOST_LONG } else { MOST_SHORT };
        let count = form.list(name).iter().map(|text| text.chars().count()).max().unwrap_or(0);
        if count > most {
            form.refuse(
                name,
                format!("这里最多 {most} 个字，现在有 {count} 个，没有保存。请删减。"),
            );
        }
    }
    let series = form.list("fields").len();
    if series > MOST_SHORT {
        form.refuse("fields", format!("勾选了 {series} 个系列，没有保存。请重新勾选。"));
    }
    let arrived = COLUMNS.iter().map(|name| form.list(name).len()).max().unwrap_or(0);
    if arrived > MOST_ROWS {
        let text = format!(
            "课程表收到 {arrived} 行，最多 {MOST_ROWS} 行，没有保存。下面只有前 {MOST_ROWS} 行，\
             请合并同一天的课程，或分成几期申报。"
        );
        form.refuse("courses", text);
    }
    for name in COLUMNS {
        let counts = form.list(name).iter().map(|text| text.chars().count());
        let long = counts.take(MOST_ROWS).enumerate().find(|(_, count)| *count > MOST_SHORT);
        if let Some((at, count)) = long {
            let number = at + 1;
            let text = format!(
                "第 {number} 行有一格 {count} 个字，最多 {MOST_SHORT} 个，没有保存。请删减。"
            );
            form.refuse(&format!("{name}-{number}"), text);
        }
    }
}
