//! A person's transfer goes its way: submitted, or sent again under its number.

use accounts::people::PersonBrief;
use kit::review::{self, Case, Submission};
use kit::{Clock, Done, FileId, OrganizationId, Person, Result, User};
use sqlx::SqliteConnection;

use super::MINE;
use crate::content::Content;
use crate::form::Asked;
use crate::store::{self, Settled, Transfer};
use crate::subject::TransferRequests;

/// Submits what the person asks for; told with the desk that has it.
pub async fn send(
    tx: &mut SqliteConnection,
    transfer: &Transfer,
    brief: &PersonBrief,
    asked: Asked,
    former_first: bool,
    person: &Person,
    clock: &Clock,
) -> Result<Done> {
    let case = ask(&mut *tx, transfer, brief, &asked, former_first, &person.user, clock).await?;
    let desk = desk(tx, case.desk_id).await?;
    let done = Done::to(format!("{MINE}/{}", transfer.id))
        .ok(format!("已提交，申请编号 {}，等待{desk}审核。同意以前单位不变。", case.number));
    Ok(if case.unattended {
        done.warn("审核单位暂时无人审核，已转上一级。")
    } else {
        done
    })
}

/// The name of a desk.
async fn desk(db: &mut SqliteConnection, desk: Option<OrganizationId>) -> Result<String> {
    let Some(desk) = desk else { return Ok(String::new()) };
    Ok(kit::organization::find(db, desk).await?.map(|o| o.name).unwrap_or_default())
}

/// Opens the case of a person's transfer, or opens a rejected or withdrawn one again.
pub async fn ask(
    tx: &mut SqliteConnection,
    transfer: &Transfer,
    brief: &PersonBrief,
    asked: &Asked,
    former_first: bool,
    by: &User,
    clock: &Clock,
) -> Result<Case> {
    let (id, to) = (transfer.id, &asked.to);
    let files: Vec<FileId> =
        store::files(&mut *tx, id).await?.into_iter().map(|file| file.id).collect();
    let settled = Settled {
        from: brief.organization,
        to,
        people: 1,
        names: &brief.name,
        reason: &asked.reason,
        effective_on: &asked.effective_on,
    };
    store::settle(&mut *tx, id, &settled, clock).await?;
    let mut others = vec![brief.organization];
    others.extend(brief.department);
    store::show_files(&mut *tx, &files, Some(brief.id), to, &others).await?;
    let content = Content {
        transfer: id,
        person: Some(brief.id),
        identity_id: Some(brief.identity),
        names: brief.name.clone(),
        from: brief.organization,
        from_name: brief.organization_name.clone(),
        to: to.id,
        to_name: to.name.clone(),
        // who has left already has nobody to let him go
        former_first: former_first && kit::dictionary::takes_part(&brief.state),
        wish: asked.wish.clone(),
        reason: asked.reason.clone(),
        effective_on: asked.effective_on.clone(),
        files,
        by: String::new(),
    };
    submit(tx, transfer, content, Some(brief.id), to, by, clock).await
}

/// The case of a transfer: a new one, or the former one's next round.
pub async fn submit(
    tx: &mut SqliteConnection,
    transfer: &Transfer,
    content: Content,
    person: Option<kit::PersonId>,
    to: &kit::organization::Organization,
    by: &User,
    clock: &Clock,
) -> Result<Case> {
    let number = match transfer.number.as_str() {
        "" => store::number(&mut *tx, clock).await?,
        number => number.to_owned(),
    };
    let submission = Submission {
        title: content.title(),
        content,
        number,
        person,
        organization: to.id,
        department: to.department_id,
    };
    match transfer.case_id {
        None => review::submit(tx, &TransferRequests, submission, by, clock).await,
        Some(case) => review::resubmit(tx, &TransferRequests, case, submission, by, clock).await,
    }
}
