//! The demo's declarations of results that are converted: what their rules ask for, and the hours.

use sqlx::SqliteConnection;

use kit::serial::Random;
use kit::{Hours, PersonId, Result};

use crate::declaration::store;
use crate::declaration::suggest;
use crate::rules::Waiting;

/// (种类, 级别, 排名, 数量 in tenths) of a course of this kind; none: time spent, or no rule.
fn facts(random: &mut Random, kind: &str) -> Option<(&'static str, &'static str, String, i64)> {
    let meeting = ["参加", "参加", "参加并宣读论文（2000字以内）", "参加并宣读论文（2000字以上）"];
    match kind {
        "03" => Some(("", "", String::new(), 10 * (1 + random.below(3) as i64))),
        "04" => {
            let level = *random.pick(&["provincial", "provincial", "national"]);
            Some((*random.pick(&meeting), level, String::new(), 0))
        }
        "05" => Some(("", "county", (1 + random.below(4)).to_string(), 0)),
        "06" => Some(("", "", (1 + random.below(3)).to_string(), 0)),
        "07" => {
            let patent = *random.pick(&["实用新型", "发明专利", "外观设计"]);
            Some((patent, "", (1 + random.below(3)).to_string(), 0))
        }
        "09" => Some(("职称、执业资格考试", "", String::new(), 0)),
        _ => None,
    }
}

/// Fills in what the rules ask and what they give; now and then somebody wants more and says why.
pub async fn convert(
    tx: &mut SqliteConnection,
    random: &mut Random,
    person: PersonId,
    id: i64,
    all: bool,
) -> Result<()> {
    let kind = store::own(&mut *tx, person, id).await?.kind;
    let Some((item, level, rank, quantity)) = facts(random, &kind) else { return Ok(()) };
    sqlx::query("update declaration set item = ?, level = ?, rank = ?, quantity = ? where id = ?")
        .bind(item)
        .bind(level)
        .bind(rank)
        .bind(quantity)
        .bind(id)
        .execute(&mut *tx)
        .await?;
    let draft = store::own(&mut *tx, person, id).await?;
    let made = suggest::of_draft(&mut *tx, &draft, Waiting::Counts { but: Some(id) }).await?;
    let Some(hours) = made.hours.filter(|hours| !hours.is_zero()) else { return Ok(()) };
    let (hours, note) = if all && random.chance(15) && hours < Hours::whole(80) {
        (hours + Hours::whole(4), "会议另有半天分组研讨，附日程。")
    } else {
        (hours, "")
    };
    sqlx::query("update declaration set hours = ?, note = ? where id = ?")
        .bind(hours)
        .bind(note)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}
