//! Who is a party to a case and so does not decide it: who handed it in, whom it is about, whom its
//! roster names, who administers the organization that handed it in about itself.

use sqlx::SqliteConnection;

use super::route::attended;
use super::{AnySubject, Case, Submission, Submitter, query};
use crate::{AccountId, CaseId, Clock, OrganizationId, PersonId, Result, User, day};

/// Why nobody decides his own submission, and what to do.
pub const OWN: &str =
    "这是您本人提交或与您本人有关的申请，不能由自己办理。请由本单位其他有审核权限的人员办理。";
/// Why an administrator of both sides does not decide, and what to do.
pub const BOTH: &str =
    "您同时是提交单位的管理员，不能办理提交单位的申请。请由本单位其他有审核权限的人员办理。";

/// Why somebody on a roster does not decide it, and what to do.
pub const NAMED: &str = "名单中有本人，不能由自己办理，请由其他审核人办理。";

/// The parties to a case.
#[derive(Debug, Clone, Default)]
pub struct Parties {
    /// Whose submitters of any round are looked up; none before it is opened.
    pub(super) case: Option<CaseId>,
    pub(super) submitter: Option<AccountId>,
    pub(super) about: Option<PersonId>,
    /// The organization that submitted it, if it is about that organization.
    pub(super) side: Option<OrganizationId>,
    /// Administrators whom its roster names.
    pub(super) named: Vec<AccountId>,
}

impl Parties {
    /// The parties to a case as it is now.
    pub async fn of(
        db: &mut SqliteConnection,
        subject: &dyn AnySubject,
        case: &Case,
    ) -> Result<Self> {
        let side = match case.person_id {
            None => side(db, case.id).await?.filter(|side| *side == case.organization_id),
            Some(_) => None,
        };
        let (submitter, about) = (case.account_id, case.person_id);
        let named = subject.named(db, &case.content).await?;
        Ok(Self { case: Some(case.id), submitter, about, side, named })
    }

    /// Those of a submission by somebody: of a new case, or of a case's next round.
    pub(super) async fn new(
        db: &mut SqliteConnection,
        subject: &dyn AnySubject,
        case: Option<CaseId>,
        by: &Submitter,
        submission: &Submission<String>,
    ) -> Result<Self> {
        let (about, organization) = (submission.person, submission.organization);
        let side = by.side.filter(|side| about.is_none() && *side == organization);
        let named = subject.named(db, &submission.content).await?;
        Ok(Self { case, submitter: by.account, about, side, named })
    }

    /// The submitting organization, unless the desk is its own.
    pub(super) fn other_than(&self, desk: OrganizationId) -> Option<OrganizationId> {
        self.side.filter(|side| *side != desk)
    }
}

/// The organization for which the case was submitted last; none by a person for himself.
pub(super) async fn side(
    db: &mut SqliteConnection,
    case: CaseId,
) -> Result<Option<OrganizationId>> {
    let found: Option<Option<OrganizationId>> = sqlx::query_scalar(
        "select desk_id from review_step where case_id = ? and act = 'submit'
          order by id desc limit 1",
    )
    .bind(case)
    .fetch_optional(db)
    .await?;
    Ok(found.flatten())
}

/// Whether the case is the user's own: submitted by his account or about him.
pub fn is_own(case: &Case, user: &User) -> bool {
    case.account_id == Some(user.account)
        || (case.person_id.is_some() && case.person_id == user.person)
}

/// Why the user is a party to the case, as a sentence; none if he may decide it. As `is_own`, and
/// also whoever submitted an earlier round, whose ID number a visitor's submission gives, whom the
/// roster names, and at another's desk an administrator of the organization that submits about itself. The last not
/// where nobody else could decide: the bureau's desk is never passed over.
pub async fn concerns(
    db: &mut SqliteConnection,
    subject: &dyn AnySubject,
    case: &Case,
    user: &User,
    clock: &Clock,
) -> Result<Option<&'static str>> {
    if is_own(case, user) || submitted(&mut *db, case, user).await? {
        return Ok(Some(OWN));
    }
    if let Some(identity) = query::named_identity(case)? {
        let his: bool = sqlx::query_scalar(
            "select exists (select 1 from account where id = ? and identity_id = ?)",
        )
        .bind(user.account)
        .bind(identity)
        .fetch_one(&mut *db)
        .await?;
        if his {
            return Ok(Some(OWN));
        }
    }
    if subject.named(&mut *db, &case.content).await?.contains(&user.account) {
        return Ok(Some(NAMED));
    }
    let Some(desk) = user.grant.as_ref().map(|grant| grant.organization) else { return Ok(None) };
    let parties = Parties::of(&mut *db, subject, case).await?;
    let Some(side) = parties.other_than(desk) else { return Ok(None) };
    let both: bool = sqlx::query_scalar(
        "select exists (select 1 from grant where account_id = ? and organization_id = ?
           and state = 'active' and (until is null or until >= ?))",
    )
    .bind(user.account)
    .bind(side)
    .bind(day::date_text(clock.today()))
    .fetch_one(&mut *db)
    .await?;
    let barred = both && attended(db, desk, subject.leaf(), &parties, clock).await?;
    Ok(barred.then_some(BOTH))
}

/// Whether he handed in any round of it.
async fn submitted(db: &mut SqliteConnection, case: &Case, user: &User) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "select exists (select 1 from review_step
           where case_id = ? and act = 'submit' and account_id = ?)",
    )
    .bind(case.id)
    .bind(user.account)
    .fetch_one(db)
    .await?)
}
