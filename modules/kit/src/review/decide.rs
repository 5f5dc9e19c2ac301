//! From the desk's side: approve, reject, take over.

use sqlx::SqliteConnection;

use super::{AnySubject, Outcome};
use crate::access::Grant;
use crate::{CaseId, Clock, Form, Modules, Result, Settings, User};

/// One row of a batch's answer.
#[derive(Debug, Clone, serde::Serialize)]
pub struct BatchRow {
    pub number: String,
    pub title: String,
    pub done: bool,
    /// Why not; or what else there is to say.
    pub text: String,
}

/// 通过: this desk's yes. The last desk's has the effect, in the same transaction.
/// A decision field that is refused is marked in `form`, and the answer is none.
#[expect(clippy::too_many_arguments, reason = "one act, each a different thing")]
pub async fn approve(
    _tx: &mut SqliteConnection,
    _subject: &dyn AnySubject,
    _case: CaseId,
    _user: &User,
    _grant: &Grant,
    _form: &mut Form,
    _opinion: &str,
    _modules: &Modules,
    _clock: &Clock,
) -> Result<Option<Outcome>> {
    Err(crate::Error::Fault("not built".to_owned()))
}

/// 驳回 with a reason of 5–200 characters.
#[expect(clippy::too_many_arguments, reason = "one act, each a different thing")]
pub async fn reject(
    _tx: &mut SqliteConnection,
    _subject: &dyn AnySubject,
    _case: CaseId,
    _user: &User,
    _grant: &Grant,
    _reason: &str,
    _modules: &Modules,
    _clock: &Clock,
) -> Result<()> {
    Err(crate::Error::Fault("not built".to_owned()))
}

/// 接管: a superior later on the route takes an overdue case to its own desk, with a reason.
#[expect(clippy::too_many_arguments, reason = "one act, each a different thing")]
pub async fn take_over(
    _tx: &mut SqliteConnection,
    _subject: &dyn AnySubject,
    _case: CaseId,
    _user: &User,
    _grant: &Grant,
    _reason: &str,
    _settings: &Settings,
    _clock: &Clock,
) -> Result<()> {
    Err(crate::Error::Fault("not built".to_owned()))
}
