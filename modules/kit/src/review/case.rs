//! A case and the steps it took.

use serde::Serialize;

use crate::{AccountId, CaseId, OrganizationId, PersonId};

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(rename_all = "lowercase")]
pub enum CaseState {
    Pending,
    Approved,
    Rejected,
    Withdrawn,
}

/// A row of `review_case`.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Case {
    pub id: CaseId,
    pub subject: String,
    pub number: String,
    pub state: CaseState,
    pub desk_id: Option<OrganizationId>,
    /// JSON list of desks, in order.
    pub route: String,
    pub stage: i64,
    pub round: i64,
    pub unattended: bool,
    pub account_id: AccountId,
    pub person_id: Option<PersonId>,
    pub organization_id: OrganizationId,
    pub department_id: Option<OrganizationId>,
    pub title: String,
    pub content: String,
    pub decision: String,
    pub submitted_at: String,
    pub waiting_since: String,
    pub reminded_at: Option<String>,
    pub decided_at: Option<String>,
}

/// A row of `review_step`, for the history (办理经过).
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Step {
    pub id: i64,
    pub round: i64,
    pub at: String,
    pub act: String,
    pub account_id: Option<AccountId>,
    pub name: String,
    pub desk_id: Option<OrganizationId>,
    pub desk_name: String,
    pub opinion: String,
    pub decision: String,
}
