//! One plan from the base's side: what is in force, what is under way, every version, what can be
//! done.

use kit::file::Stored;
use kit::review::{self, Fact, Table};
use kit::{Can, Clock, Db, Hours, Page, Permission, Result, Settings};
use rocket::{State, get};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::content::{Content, content_of};
use super::facts;
use super::files;
use super::list::BASE;
use super::store::{self, Plan, Version, state_label};
use super::subject::TrainingPlans;
use crate::leaves::{EditPlans, ViewPlans};

/// Who rejected a version last and why; none if it is not rejected.
pub async fn rejection(db: &mut SqliteConnection, version: &Version) -> Result<Option<String>> {
    if version.state != "rejected" {
        return Ok(None);
    }
    Ok(sqlx::query_scalar(
        "select desk_name || '（' || name || '）：' || opinion from review_step
          where case_id = ? and act = 'reject' order by id desc limit 1",
    )
    .bind(version.case_id)
    .fetch_optional(db)
    .await?)
}

/// A version as the page lists it.
#[derive(Debug, Serialize)]
struct Line {
    number: String,
    /// 首次申报, 第 2 版（变更）
    what: String,
    state: &'static str,
    tag: &'static str,
    in_force: bool,
    /// Stored time.
    submitted_at: String,
    hours: String,
    href: String,
    current: bool,
}

/// What is shown of a version: as submitted, or as far as it has been written.
struct Seen {
    facts: Vec<Fact>,
    table: Table,
    files: Vec<Stored>,
}

/// What is in force or was approved once is shown plain; what waits, with what it changes.
async fn seen(db: &mut SqliteConnection, version: &Version) -> Result<Seen> {
    let submitted = match version.editable() {
        // what is being written differs from what was submitted
        true => None,
        false => content_of(&mut *db, version.id).await?,
    };
    let Some(content) = submitted else {
        let typed = version.typed()?;
        let categories = credit_hours::category::all(&mut *db).await?;
        let files = files::of(db, version.id).await?;
        return Ok(Seen {
            facts: facts::of_typed(&typed, &categories),
            table: facts::table_of_typed(&typed),
            files,
        });
    };
    let former = match version.state.as_str() {
        "approved" => None,
        _ => former(&mut *db, &content).await?,
    };
    let mut shown = facts::of(&content, former.as_ref());
    if let Some(hours) = version.recognised {
        let at = shown.iter().position(|fact| fact.label == "总学时").map_or(0, |at| at + 1);
        let hours = format!("{} 学时", Hours::from_tenths(hours));
        shown.insert(at, Fact::new("认定学时", hours));
    }
    let files = kit::file::find(db, &content.files).await?;
    Ok(Seen { facts: shown, table: facts::table(&content, former.as_ref()), files })
}

/// What a change was to replace.
pub async fn former(db: &mut SqliteConnection, content: &Content) -> Result<Option<Content>> {
    match content.replaces {
        Some(version) => content_of(db, version).await,
        None => Ok(None),
    }
}

/// `version` looks at another one than the latest.
#[get("/plans/<id>?<version>", rank = 2)]
pub async fn show(
    user: Can<ViewPlans>,
    id: i64,
    version: Option<i64>,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let plan = store::own(&mut db, user.organization(), id).await?;
    let versions = store::versions(&mut db, id).await?;
    let latest = &versions[0];
    let open = versions.iter().find(|one| Some(one.version) == version).unwrap_or(latest);
    let seen = seen(&mut db, open).await?;
    let (mut steps, mut overdue, mut touched) = (vec![], false, false);
    if let Some(case) = open.case_id {
        let case = review::case(&mut db, case).await?;
        steps = review::history(&mut db, &TrainingPlans, &case, false, clock).await?;
        let calendar = review::working_days(&mut db).await?;
        let waited = review::waited(&calendar, &case.waiting_since, clock);
        overdue = waited > settings.integer(&review::OVERDUE_DAYS);
        let acts = review::steps(&mut db, case.id).await?;
        touched = acts
            .iter()
            .any(|step| step.round == case.round && matches!(step.act.as_str(), "pass" | "take"));
    }
    let may = user.grant.may(EditPlans::grantable());
    let pending = may && latest.state == "pending" && open.id == latest.id;
    let state = if plan.stage == "planned" { &latest.state } else { &plan.stage };
    let (label, tag) = state_label(state);
    Ok(Page::new("training/plan.html")
        .with("plan", &plan)
        .with("state", label)
        .with("tag", tag)
        .with("under_way", &under_way(&plan, latest))
        .with("rejection", &rejection(&mut db, latest).await?)
        .with("facts", &seen.facts)
        .with("table", &seen.table)
        .with("files", &files::shown(id, seen.files))
        .with("versions", &lines(&plan, &versions, open))
        .with("open", &(open.id != latest.id).then_some(open.version))
        .with("steps", &steps)
        .with("editable", &(may && latest.editable() && store::closed(&plan).is_none()))
        .with("begun", &(latest.version > 1))
        .with("changeable", &(may && changeable(&plan, latest)))
        .with("copyable", &may)
        .with("cancellable", &(may && plan.stage == "approved"))
        .with("discardable", &(may && latest.state == "draft"))
        .with("withdrawable", &(pending && !touched))
        .with("remindable", &(pending && overdue)))
}

/// Whether a change may be begun.
pub fn changeable(plan: &Plan, latest: &Version) -> bool {
    matches!(plan.stage.as_str(), "approved" | "running") && latest.state == "approved"
}

/// What of an approved plan is being changed, one sentence.
fn under_way(plan: &Plan, latest: &Version) -> Option<String> {
    if plan.stage == "planned" || latest.state == "approved" {
        return None;
    }
    Some(match latest.state.as_str() {
        "pending" => format!("变更 {} 正在审核，通过以前仍按原计划执行。", latest.number),
        "rejected" => format!("变更 {} 被驳回，仍按原计划执行。", latest.number),
        "withdrawn" => format!("变更 {} 已撤回，仍按原计划执行。", latest.number),
        _ => "有一份还没有提交的变更，仍按原计划执行。".to_owned(),
    })
}

fn lines(plan: &Plan, versions: &[Version], open: &Version) -> Vec<Line> {
    let line = |one: &Version| {
        let in_force = plan.version_id == Some(one.id);
        let (state, tag) = match one.state.as_str() {
            "approved" if !in_force => ("已被替代", "off"),
            _ => one.label(),
        };
        Line {
            number: one.number.clone(),
            what: match one.version {
                1 => "首次申报".to_owned(),
                version => format!("第 {version} 版（变更）"),
            },
            state,
            tag,
            in_force,
            submitted_at: one.submitted_at.clone(),
            hours: match one.recognised {
                Some(hours) => Hours::from_tenths(hours).to_string(),
                None => "—".to_owned(),
            },
            href: format!("{BASE}/{}?version={}", plan.id, one.version),
            current: one.id == open.id,
        }
    };
    versions.iter().map(line).collect()
}
