//! What a base does with a plan beside writing it: 变更, 复制, 取消, 删除草稿.

use kit::review::{self, CaseState};
use kit::{Answer, Can, Clock, Db, Done, Error, Form, Page, Result, trail};
use rocket::{State, get, post};
use sqlx::SqliteConnection;

use super::content::content_in_force;
use super::list::BASE;
use super::store::{self, Plan, Summary, Version};
use super::subject::TrainingPlans;
use super::typed::Typed;
use super::{approve, content, files, show};
use crate::leaves::EditPlans;

type Editor = Can<EditPlans>;

async fn write(
    tx: &mut SqliteConnection,
    user: &Editor,
    plan: &Plan,
    act: &str,
    text: &str,
    clock: &Clock,
) -> Result<()> {
    trail::write(tx, &user.actor(), clock, act, &plan.object(), text).await
}

/// Writes a version's form without its having been typed.
async fn prefill(
    tx: &mut SqliteConnection,
    version: &Version,
    typed: &Typed,
    clock: &Clock,
) -> Result<()> {
    let categories = credit_hours::category::active(&mut *tx).await?;
    let summary = Summary::of_typed(typed, &categories);
    store::save(tx, version, typed, &summary, clock).await
}

/// 变更: the next version, a copy of the one in force. What is already being written goes on.
#[post("/plans/<id>/change", data = "<_form>")]
pub async fn change(
    user: Editor,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let plan = store::own(&mut tx, user.organization(), id).await?;
    let latest = store::latest(&mut tx, id).await?;
    let edit = format!("{BASE}/{id}/edit");
    if latest.editable() && store::closed(&plan).is_none() {
        return Ok(Done::to(edit));
    }
    if !show::changeable(&plan, &latest) {
        let why = store::closed(&plan).unwrap_or_else(|| {
            format!("{} 正在审核，办完以后才能再变更；要修改的请先撤回。", latest.number)
        });
        return Err(Error::refused(why));
    }
    let former = content_in_force(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let version = store::add_version(&mut tx, id, user.user.account, clock).await?;
    files::take_over(&mut tx, former.version_id, version).await?;
    let version = store::latest(&mut tx, id).await?;
    prefill(&mut tx, &version, &Typed::of_content(&former), clock).await?;
    let text = format!("{}：开始变更（第 {} 版）", plan.called(), version.version);
    write(&mut tx, &user, &plan, "training.plan.change", &text, clock).await?;
    tx.commit().await?;
    Ok(Done::to(edit).ok("已带出现在执行的内容。改好后提交审核，通过以前仍按原计划执行。"))
}

/// 复制: a new plan with the same content, without its days and files.
#[post("/plans/<id>/copy", data = "<_form>")]
pub async fn copy(
    user: Editor,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let plan = store::own(&mut tx, user.organization(), id).await?;
    let typed = match content_in_force(&mut tx, id).await? {
        Some(content) => Typed::of_content(&content),
        None => {
            let latest = store::latest(&mut tx, id).await?;
            match content::content_of(&mut tx, latest.id).await? {
                Some(content) => Typed::of_content(&content),
                None => latest.typed()?,
            }
        }
    };
    let (new, _) = store::create(&mut tx, user.organization(), &user.user, clock).await?;
    let version = store::latest(&mut tx, new).await?;
    prefill(&mut tx, &version, &typed.copied(), clock).await?;
    let text = format!("复制{}为新的草稿", plan.called());
    let copied = store::find(&mut tx, new).await?;
    write(&mut tx, &user, &copied, "training.plan.copy", &text, clock).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{BASE}/{new}/edit"))
        .ok("已复制为新的草稿，期数加一。请填写日期并重新上传附件。"))
}

/// 删除草稿; of a change: the plan goes on as it is.
#[post("/plans/<id>/discard", data = "<_form>")]
pub async fn discard(
    user: Editor,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let plan = store::own(&mut tx, user.organization(), id).await?;
    let version = store::editable(&mut tx, &plan).await?;
    if version.case_id.is_none() {
        for file in files::ids(&mut tx, version.id).await? {
            files::detach(&mut tx, &version, file).await?;
        }
    }
    store::discard(&mut tx, &version).await?;
    let change = version.version > 1;
    let text = format!("删除{}的{}", plan.called(), if change { "变更草稿" } else { "草稿" });
    write(&mut tx, &user, &plan, "training.plan.discard", &text, clock).await?;
    tx.commit().await?;
    Ok(match change {
        true => Done::to(format!("{BASE}/{id}")).ok("已放弃没有提交的变更，计划没有变化。"),
        false => Done::to(BASE).ok("已删除草稿。"),
    })
}

/// The page that asks for the reason.
#[get("/plans/<id>/cancel")]
pub async fn cancel_page(user: Editor, id: i64, db: &State<Db>) -> Result<Answer> {
    let mut reader = db.read().await?;
    let plan = store::own(&mut reader, user.organization(), id).await?;
    if plan.stage != "approved" {
        let text = "只有“已通过”、还没有开班的计划可以取消。";
        return Ok(Done::to(format!("{BASE}/{id}")).warn(text).into());
    }
    Ok(asked(&plan, &Form::new()).into())
}

fn asked(plan: &Plan, form: &Form) -> Page {
    Page::new("training/plan_cancel.html").with("plan", plan).with("form", form)
}

/// 取消, with its reason. A change that waits for nobody's decision yet is taken back.
#[post("/plans/<id>/cancel", data = "<form>")]
pub async fn cancel(
    user: Editor,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let plan = store::own(&mut tx, user.organization(), id).await?;
    let reason = form.required("reason", "取消原因", review::REASON);
    if form.refused() {
        return Ok(asked(&plan, &form).refused().into());
    }
    approve::cancel(&mut tx, &plan, &user.grant.organization_name, &reason, clock).await?;
    take_back(&mut tx, &user, id, clock).await?;
    let text = format!("取消{}，原因：{reason}，已报名 {} 人", plan.called(), plan.signed);
    write(&mut tx, &user, &plan, "training.plan.cancel", &text, clock).await?;
    tx.commit().await?;
    let told = match plan.signed {
        0 => String::new(),
        signed => format!("已通知 {signed} 名报名人员。"),
    };
    Ok(Done::to(format!("{BASE}/{id}")).ok(format!("{} 已取消。{told}", plan.number)).into())
}

/// Withdraws a pending change, if no desk has passed it; else the desk is told by its checks.
async fn take_back(
    tx: &mut SqliteConnection,
    user: &Editor,
    plan: i64,
    clock: &Clock,
) -> Result<()> {
    let latest = store::latest(&mut *tx, plan).await?;
    let Some(case) = latest.case_id else { return Ok(()) };
    let case = review::case(&mut *tx, case).await?;
    if case.state != CaseState::Pending {
        return Ok(());
    }
    let steps = review::steps(&mut *tx, case.id).await?;
    let touched = steps
        .iter()
        .any(|step| step.round == case.round && matches!(step.act.as_str(), "pass" | "take"));
    if touched {
        return Ok(());
    }
    review::withdraw(tx, &TrainingPlans, case.id, &user.user, clock).await
}
