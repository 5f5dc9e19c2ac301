//! A form that holds goes to its desk: a first time, or again.

use kit::organization::Organization;
use kit::review::{self, Case, Submission, Submitter};
use kit::{Clock, Error, Modules, Result, Visitor, day, serial};
use sqlx::SqliteConnection;

use super::fields::Typed;
use super::store::{self, Row, Secrets};
use super::{Content, Kind, files, privacy};
use crate::people;

/// Characters of a query code: 31 to the tenth, and each guess counts.
const CODE: usize = 10;

/// Where a registration went.
pub struct Sent {
    pub case: Case,
    /// The desk that decides now.
    pub desk: String,
    /// Shown once; none of a resubmission.
    pub code: Option<String>,
}

/// ZC20261124-0001: counted anew each county day.
pub async fn number(tx: &mut SqliteConnection, clock: &Clock) -> Result<String> {
    let today = day::date_text(clock.today()).replace('-', "");
    let next = serial::next(tx, &format!("registration:{today}")).await?;
    Ok(format!("ZC{today}-{next:04}"))
}

/// Sends a registration whose row is `id`; `again` is what was rejected or withdrawn.
#[expect(clippy::too_many_arguments, reason = "one act, each a different thing")]
pub async fn send(
    tx: &mut SqliteConnection,
    modules: &Modules,
    kind: Kind,
    id: i64,
    again: Option<&Row>,
    typed: Typed,
    password_hash: Option<String>,
    form_key: Option<String>,
    visitor: &Visitor,
    clock: &Clock,
) -> Result<Sent> {
    let subject = modules
        .subject(kind.subject())
        .ok_or_else(|| Error::Fault(format!("no subject {}", kind.subject())))?;
    let Typed { what, card, organization } = typed;
    let identity_id = match &card {
        Some(card) => Some(people::identity(&mut *tx, card).await?),
        None => None,
    };
    let attached = files::of(&mut *tx, Some(id)).await?.into_iter().map(|file| file.id).collect();
    let Organization { id: chosen, name, department_id, .. } = organization;
    let content = Content {
        registration: id,
        kind,
        identity_id,
        organization: chosen,
        organization_name: name,
        files: attached,
        what,
    };
    let secrets = Secrets { password_hash, privacy_version: privacy::VERSION, form_key };
    store::write(&mut *tx, &content, department_id, &secrets, clock).await?;
    files::link(&mut *tx, &content.files, subject.leaf(), chosen, department_id).await?;
    let by = Submitter::visitor(visitor, content.applicant());
    let number = match again {
        Some(row) => row.number.clone(),
        None => number(&mut *tx, clock).await?,
    };
    let submission = Submission {
        title: format!("{}（{}）", content.name(), content.organization_name),
        number,
        person: None,
        organization: chosen,
        department: department_id,
        content,
    };
    let key = kind.subject();
    let (case, code) = match again {
        Some(row) => {
            let case =
                review::resubmit_to(&mut *tx, modules, key, row.case_id, submission, by, clock)
                    .await?;
            (case, None)
        }
        None => {
            let case = review::submit_to(&mut *tx, modules, key, submission, by, clock).await?;
            let code = serial::code(CODE)?;
            store::set_code(&mut *tx, id, &case.number, &code).await?;
            (case, Some(code))
        }
    };
    store::show_to(&mut *tx, id, visitor, clock).await?;
    let desk = match case.desk_id {
        Some(desk) => kit::organization::find(tx, desk).await?.map(|o| o.name).unwrap_or_default(),
        None => String::new(),
    };
    Ok(Sent { case, desk, code })
}
