//! A request opens its case: the person's own, his unit's, or one that a file of his unit or its
//! department brings (批量导入).

use kit::review::{self, Case, Submission};
use kit::{Clock, Error, FileId, IdentityId, Modules, OrganizationId, PersonId, Result, User};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::{Content, Draft, Item, Request, SUBJECT, belongs, create, number, of, save, titles};
use crate::people;

/// What is asked for.
pub struct Asked {
    pub items: Vec<Item>,
    pub reason: String,
    pub files: Vec<FileId>,
}

/// An organization above the person's unit that asks: then the unit decides first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Above {
    pub organization: OrganizationId,
    pub name: String,
    /// The import whose page shows what became of it.
    pub import: i64,
}

/// Opens the case of a request, or sends a rejected or withdrawn one again under its number.
pub async fn submit(
    tx: &mut SqliteConnection,
    modules: &Modules,
    request: &Request,
    asked: Asked,
    above: Option<Above>,
    by: &User,
    clock: &Clock,
) -> Result<Case> {
    let person = request.person_id;
    let brief = people::brief(&mut *tx, person).await?;
    let identity_id: IdentityId = brief.identity;
    let content = Content {
        change: request.id,
        person,
        identity_id,
        name: brief.name.clone(),
        organization_name: brief.organization_name,
        by_unit: request.by_unit,
        above,
        items: asked.items,
        reason: asked.reason,
        files: asked.files,
    };
    let (organization, department) = belongs(&mut *tx, person, &content.evidence()).await?;
    let number = match request.number.as_str() {
        "" => number(&mut *tx, clock).await?,
        number => number.to_owned(),
    };
    let title = format!("{} 修改{}", brief.name, titles(&content.items));
    let submission =
        Submission { content, number, title, person: Some(person), organization, department };
    match request.case_id {
        None => review::submit_to(tx, modules, SUBJECT, submission, by, clock).await,
        Some(case) => review::resubmit_to(tx, modules, SUBJECT, case, submission, by, clock).await,
    }
}

/// An administrator asks for a change to somebody, without a form: one request, submitted at once.
///
/// # Errors
/// Refused if there is nothing to ask for; by the database if a request waits already.
pub async fn ask(
    tx: &mut SqliteConnection,
    modules: &Modules,
    person: PersonId,
    asked: Asked,
    above: Option<Above>,
    by: &User,
    clock: &Clock,
) -> Result<Case> {
    if asked.items.is_empty() {
        return Err(Error::refused("没有要修改的内容，没有提交申请。"));
    }
    let change = create(&mut *tx, person, by.account, true, clock).await?;
    save(&mut *tx, change, &Draft::default(), &titles(&asked.items), clock).await?;
    let request = of(&mut *tx, person, change).await?;
    submit(tx, modules, &request, asked, above, by, clock).await
}
