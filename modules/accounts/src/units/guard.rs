//! The guard of the units' screens: which kind the address names, and whether the caller may.

use std::marker::PhantomData;

use kit::access::{Grant, admit};
use kit::organization::Organization;
use kit::{Action, Actor, Grantable, OrganizationId, Result, User};
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use sqlx::SqliteConnection;

use super::{ALL, Unit};
use crate::organizations;

/// What a route asks of the leaf that its address names.
pub trait Asks: Send + Sync + 'static {
    const ACTION: Action;
}

pub struct Viewing;
pub struct Editing;
pub struct Exporting;
pub struct Resetting;

impl Asks for Viewing {
    const ACTION: Action = Action::View;
}
impl Asks for Editing {
    const ACTION: Action = Action::Edit;
}
impl Asks for Exporting {
    const ACTION: Action = Action::Export;
}
impl Asks for Resetting {
    const ACTION: Action = Action::Reset;
}

/// An administrator at the screens of 主管部门, 用人单位 or 继续教育基地 who may do `A` there.
pub struct AtUnit<A> {
    pub user: User,
    pub grant: Grant,
    pub unit: &'static Unit,
    asks: PhantomData<A>,
}

impl<A> AtUnit<A> {
    /// Whether he also holds another action of the screen's leaf.
    pub fn may(&self, action: Action) -> bool {
        self.grant.may(Grantable { leaf: self.unit.leaf, action })
    }

    pub fn actor(&self) -> Actor {
        self.user.actor()
    }

    /// The organization of the screen's kind, within the caller's scope.
    ///
    /// # Errors
    /// `NotFound` for absent, of another kind or not ours.
    pub async fn found(
        &self,
        db: &mut SqliteConnection,
        id: OrganizationId,
    ) -> Result<Organization> {
        organizations::in_scope(db, self.unit.kind, id, self.grant.scope).await
    }

    /// Address of an organization's page.
    pub fn address(&self, id: OrganizationId) -> String {
        format!("{}/{id}", self.unit.base)
    }
}

#[rocket::async_trait]
impl<'r, A: Asks> FromRequest<'r> for AtUnit<A> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let user = match User::from_request(request).await {
            Outcome::Success(user) => user,
            Outcome::Error(error) => return Outcome::Error(error),
            Outcome::Forward(status) => return Outcome::Forward(status),
        };
        let segment = request.uri().path().segments().get(1).unwrap_or_default();
        let Some(unit) = ALL.iter().find(|unit| unit.segment == segment) else {
            return Outcome::Error((Status::NotFound, ()));
        };
        match admit(request, &user, Grantable { leaf: unit.leaf, action: A::ACTION }) {
            Ok(grant) => Outcome::Success(AtUnit { user, grant, unit, asks: PhantomData }),
            Err(error) => Outcome::Error(error),
        }
    }
}
