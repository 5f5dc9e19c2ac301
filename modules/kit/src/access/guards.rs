//! The guards: anybody signed in, a professional, a holder of a permission, anybody at all.

use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};

use super::{Grant, Grantable, Permission, Scope};
use crate::session::{self, Session};
use crate::{Actor, OrganizationId, PersonId, csrf, shell};

/// Anybody signed in whose session is not limited to setting a password.
#[derive(Clone)]
pub struct User(pub Arc<Session>);

impl Deref for User {
    type Target = Session;
    fn deref(&self) -> &Session {
        &self.0
    }
}

impl User {
    /// What the trail says of him.
    pub fn actor(&self) -> Actor {
        Actor {
            account: Some(self.account),
            name: self.name.clone(),
            organization: self.grant.as_ref().map(|g| g.organization),
            address: self.address.clone(),
            request: self.request.clone(),
        }
    }

    /// Whether the side in use holds this permission.
    pub fn may(&self, wanted: Grantable) -> bool {
        self.grant.as_ref().is_some_and(|g| g.may(wanted))
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for User {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Some(session) = session::of(request).await else {
            return Outcome::Error((Status::Unauthorized, ()));
        };
        if !csrf::holds(request, &session.csrf) {
            return refuse(request, csrf::SENTENCE);
        }
        if session.restricted {
            return refuse(request, "请先设置新密码。");
        }
        shell::prepare(request, Some(session)).await;
        Outcome::Success(User(session.clone()))
    }
}

/// A signed-in session that may only set its password, or any other: for 修改密码 and 退出登录.
pub struct AnySession(pub Arc<Session>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for AnySession {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Some(session) = session::of(request).await else {
            return Outcome::Error((Status::Unauthorized, ()));
        };
        if !csrf::holds(request, &session.csrf) {
            return refuse(request, csrf::SENTENCE);
        }
        shell::prepare(request, Some(session)).await;
        Outcome::Success(AnySession(session.clone()))
    }
}

impl AnySession {
    /// As a user, for what both kinds of session may do.
    pub fn user(&self) -> User {
        User(self.0.clone())
    }
}

/// The personal side of a professional.
pub struct Person {
    pub user: User,
    pub id: PersonId,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Person {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match User::from_request(request).await {
            Outcome::Success(user) => match (user.person, &user.grant) {
                (Some(id), None) => Outcome::Success(Person { user, id }),
                (Some(_), Some(_)) => {
                    refuse(request, "这是个人页面。请先在右上角姓名菜单中切换到“个人”。")
                }
                _ => refuse(request, "这是专业技术人员的个人页面，您的账号没有个人身份。"),
            },
            Outcome::Error(error) => Outcome::Error(error),
            Outcome::Forward(status) => Outcome::Forward(status),
        }
    }
}

/// An administrator who holds `P`.
pub struct Can<P> {
    pub user: User,
    pub grant: Grant,
    permission: PhantomData<P>,
}

impl<P> Can<P> {
    /// The organization he acts for.
    pub fn organization(&self) -> OrganizationId {
        self.grant.organization
    }

    /// Which rows he may touch.
    pub fn scope(&self) -> Scope {
        self.grant.scope
    }

    pub fn actor(&self) -> Actor {
        self.user.actor()
    }
}

#[rocket::async_trait]
impl<'r, P: Permission> FromRequest<'r> for Can<P> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match User::from_request(request).await {
            Outcome::Success(user) => match admit(request, &user, P::grantable()) {
                Ok(grant) => Outcome::Success(Can { user, grant, permission: PhantomData }),
                Err(error) => Outcome::Error(error),
            },
            Outcome::Error(error) => Outcome::Error(error),
            Outcome::Forward(status) => Outcome::Forward(status),
        }
    }
}

/// The user's grant, if it holds `wanted`; for guards whose permission is known at run time only
/// (the review desk, list exports).
pub fn admit(request: &Request<'_>, user: &User, wanted: Grantable) -> Result<Grant, (Status, ())> {
    match &user.grant {
        Some(grant) if grant.may(wanted) => Ok(grant.clone()),
        Some(_) => {
            let text = format!(
                "您没有“{}·{}”的权限。需要时请联系本单位的超级管理员。",
                wanted.leaf.title,
                wanted.action.label()
            );
            sentence(request, text);
            Err((Status::Forbidden, ()))
        }
        None if user.sides.is_empty() => {
            sentence(request, "这是管理页面，您的账号没有管理权限。".to_owned());
            Err((Status::Forbidden, ()))
        }
        None => {
            sentence(request, "这是管理页面。请先在右上角姓名菜单中切换到管理身份。".to_owned());
            Err((Status::Forbidden, ()))
        }
    }
}

/// Anybody, signed in or not; for public pages. Its non-GET use checks the visitor's token.
pub struct Visitor {
    /// The session, if there is one.
    pub session: Option<Arc<Session>>,
    pub address: String,
    pub request: String,
    /// SHA-256 of the pre-session cookie, to bind notices to.
    pub key: Vec<u8>,
}

impl Visitor {
    pub fn actor(&self) -> Actor {
        match &self.session {
            Some(session) => User(session.clone()).actor(),
            None => Actor {
                account: None,
                name: "访客".to_owned(),
                organization: None,
                address: self.address.clone(),
                request: self.request.clone(),
            },
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Visitor {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let session = session::of(request).await;
        let visitor = match session::visitor(request) {
            Ok(visitor) => visitor,
            Err(_) => return Outcome::Error((Status::InternalServerError, ())),
        };
        let token = session.map_or(visitor.csrf.as_str(), |s| s.csrf.as_str());
        if !csrf::holds(request, token) {
            return refuse(request, csrf::SENTENCE);
        }
        shell::prepare(request, session).await;
        Outcome::Success(Visitor {
            session: session.cloned(),
            address: session::address(request),
            request: crate::page::request_id(request),
            key: visitor.key.clone(),
        })
    }
}

/// Why a guard refused, for the 403 page.
pub struct Refusal(pub Option<String>);

fn sentence(request: &Request<'_>, text: String) {
    request.local_cache(|| Refusal(Some(text)));
}

fn refuse<T>(request: &Request<'_>, text: &str) -> Outcome<T, ()> {
    sentence(request, text.to_owned());
    Outcome::Error((Status::Forbidden, ()))
}
