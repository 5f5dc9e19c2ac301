//! How far a check or an import is: for the bar of checking.html, with script and without.

use kit::job::Jobs;
use kit::{Can, Db, Result};
use rocket::response::content::RawJson;
use rocket::{Route, State, get, routes};
use serde::Serialize;

use crate::result::grouped;
use crate::store::{self, Import};
use crate::{ViewImports, write};

pub fn routes() -> Vec<Route> {
    routes![look]
}

/// What goes on with an upload.
#[derive(Debug, Serialize)]
pub struct Stage {
    /// `checking` or `writing`
    pub what: &'static str,
    pub done: i64,
    /// 0: not known
    pub total: i64,
    /// 0–100; none while the total is not known.
    pub percent: Option<i64>,
    /// A Chinese sentence.
    pub text: String,
}

impl Stage {
    /// None if nothing goes on: the upload's page shows something else.
    pub fn of(import: &Import, jobs: &Jobs) -> Option<Self> {
        let live = import.job_id.and_then(|id| jobs.live(id));
        let what = match import.state.as_str() {
            "checking" => "checking",
            "checked" if import.job_kind == write::JOB && live.is_some() => "writing",
            _ => return None,
        };
        let (done, total, waits) = match live {
            Some(progress) => {
                let (done, total, said) = progress.now();
                (done, total, said.is_empty())
            }
            None => (import.rows, import.total, false),
        };
        // about so many rows were told at the beginning: a bar never goes beyond its end
        let total = if total > 0 { total.max(done) } else { 0 };
        let percent = (total > 0).then(|| done * 100 / total);
        let mut text = match (what, waits) {
            (_, true) => return Some(Self { what, done, total, percent, text: WAITS.to_owned() }),
            ("writing", _) => format!("已写入 {} 行", grouped(done)),
            _ => format!("已核对 {} 行", grouped(done)),
        };
        if let Some(percent) = percent {
            text.push_str(&format!("，共约 {} 行（{percent}%）", grouped(total)));
        }
        text.push('。');
        Some(Self { what, done, total, percent, text })
    }
}

const WAITS: &str = "正在排队：前面还有别的文件，轮到后自动开始。";

/// The stage as JSON; `null` once the upload's page has something else to show.
#[get("/<id>/progress")]
async fn look(
    user: Can<ViewImports>,
    db: &State<Db>,
    jobs: &State<Jobs>,
    id: i64,
) -> Result<RawJson<String>> {
    let import = store::find_for(&mut *db.read().await?, id, &user.grant).await?;
    Ok(RawJson(serde_json::to_string(&Stage::of(&import, jobs))?))
}
