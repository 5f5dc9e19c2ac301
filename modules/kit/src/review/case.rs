//! A case and the steps it took.

use serde::Serialize;

use crate::{AccountId, CaseId, OrganizationId, PersonId, Result};

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

impl CaseState {
    /// As screens call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pending => "待审核",
            Self::Approved => "已通过",
            Self::Rejected => "已驳回",
            Self::Withdrawn => "已撤回",
        }
    }

    /// Class of its tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Pending => "wait",
            Self::Approved => "pass",
            Self::Rejected => "back",
            Self::Withdrawn => "off",
        }
    }
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
    /// Who submitted; none: a visitor, until an approval gives him an account.
    pub account_id: Option<AccountId>,
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

impl Case {
    /// The desks it passes, in order.
    pub fn desks(&self) -> Result<Vec<OrganizationId>> {
        Ok(serde_json::from_str(&self.route)?)
    }

    /// Index of the present desk in the route.
    pub(super) fn place(&self) -> usize {
        usize::try_from(self.stage).unwrap_or_default()
    }

    /// Its name in the trail.
    pub fn object(&self) -> String {
        format!("case:{}", self.id)
    }
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
