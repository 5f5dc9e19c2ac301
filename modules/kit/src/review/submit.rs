//! From the applicant's side: submit, resubmit, withdraw, remind.

use sqlx::SqliteConnection;

use super::{Case, Subject};
use crate::{CaseId, Clock, OrganizationId, PersonId, Result, Settings, User};

/// What a submission brings.
pub struct Submission<C> {
    pub content: C,
    /// What people call it; a resubmission keeps its case's number.
    pub number: String,
    /// One line, as a desk lists it.
    pub title: String,
    pub person: Option<PersonId>,
    pub organization: OrganizationId,
    pub department: Option<OrganizationId>,
}

/// Opens a case at its first desk that can decide.
pub async fn submit<S: Subject>(
    _tx: &mut SqliteConnection,
    _subject: &S,
    _submission: Submission<S::Content>,
    _user: &User,
    _clock: &Clock,
) -> Result<Case> {
    Err(crate::Error::Fault("not built".to_owned()))
}

/// A rejected or withdrawn case goes its way again: same number, next round.
pub async fn resubmit<S: Subject>(
    _tx: &mut SqliteConnection,
    _subject: &S,
    _case: CaseId,
    _submission: Submission<S::Content>,
    _user: &User,
    _clock: &Clock,
) -> Result<Case> {
    Err(crate::Error::Fault("not built".to_owned()))
}

/// The submitter takes a pending case back; only while no desk has passed it.
pub async fn withdraw<S: Subject>(
    _tx: &mut SqliteConnection,
    _subject: &S,
    _case: CaseId,
    _user: &User,
    _clock: &Clock,
) -> Result<()> {
    Err(crate::Error::Fault("not built".to_owned()))
}

/// 催办: the submitter pushes an overdue case, once a working day.
pub async fn remind(
    _tx: &mut SqliteConnection,
    _case: CaseId,
    _user: &User,
    _clock: &Clock,
    _settings: &Settings,
) -> Result<()> {
    Err(crate::Error::Fault("not built".to_owned()))
}
