//! A class as its base runs it: who takes part, 开班, results, 结业, papers.

pub mod certificate;
pub mod results;
pub mod roster;
pub mod sheets;
pub mod stage;
pub mod trainees;

use kit::access::Grant;
use kit::list::Tab;
use kit::{Error, Result};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::course::{self, Course};

/// The base's own published plan.
///
/// # Errors
/// `NotFound` for absent, unpublished or another base's.
async fn own(db: &mut SqliteConnection, id: i64, grant: &Grant) -> Result<Course> {
    let course = course::find(db, id).await?;
    if course.base == grant.organization { Ok(course) } else { Err(Error::NotFound) }
}

/// The pages of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Trainees,
    Cancelled,
    Results,
    Roster,
}

/// 报名名单, 已取消的报名; of a running class its results, of an ended one its roster.
fn tabs(course: &Course, at: At) -> Vec<Tab> {
    let running = course.stage == "running";
    let ended = matches!(course.stage.as_str(), "ended" | "declared");
    let all = [
        (At::Trainees, "报名名单", "trainees", true),
        (At::Cancelled, "已取消的报名", "trainees/cancelled", true),
        (At::Results, "结业成绩", "results", running || ended),
        (At::Roster, "代申报名册", "roster", ended),
    ];
    all.into_iter()
        .filter(|(_, _, _, shown)| *shown)
        .map(|(page, title, path, _)| Tab {
            title: title.to_owned(),
            href: format!("/training/plans/{}/{path}", course.id),
            current: page == at,
        })
        .collect()
}

/// What a class's page has beside its own: see `class_head` in class_components.html.
#[derive(Debug, Serialize)]
struct Head {
    id: i64,
    title: String,
    number: String,
    dates: String,
    state: &'static str,
    tag: &'static str,
    tabs: Vec<Tab>,
}

fn head(course: &Course, at: At, today: time::Date) -> Head {
    let (state, tag) = course.standing(today).tag();
    Head {
        id: course.id,
        title: course.title.clone(),
        number: course.number.clone(),
        dates: course.dates(),
        state,
        tag,
        tabs: tabs(course, at),
    }
}
