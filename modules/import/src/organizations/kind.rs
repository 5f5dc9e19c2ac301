//! The two kinds of files, and the guard of their screens: who may add such organizations by the
//! form, and may import.

use accounts::organizations::adding;
use kit::access::{Grant, admit};
use kit::{AccountId, Action, Actor, Error, OrganizationKind, Permission, Result, Scope, User};
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use sqlx::SqliteConnection;

use crate::EditImports;
use crate::store::{self, Import};

/// 主管部门 or 用人单位.
#[derive(Debug)]
pub struct Kind {
    pub kind: OrganizationKind,
    /// As stored, and the part of the address that names it.
    pub key: &'static str,
    pub noun: &'static str,
    pub base: &'static str,
}

pub static DEPARTMENTS: Kind = Kind {
    kind: OrganizationKind::Department,
    key: "departments",
    noun: "主管部门",
    base: "/import/departments",
};

pub static EMPLOYERS: Kind = Kind {
    kind: OrganizationKind::Employer,
    key: "employers",
    noun: "用人单位",
    base: "/import/employers",
};

/// In the order of the tabs.
pub static ALL: [&Kind; 2] = [&DEPARTMENTS, &EMPLOYERS];

impl Kind {
    /// Whether a holder of this right sees its tab: he may add one by the form, and import.
    pub fn offered(&self, grant: &Grant) -> bool {
        self.refusal(grant).is_none()
            && adding::permission(self.kind, Action::Edit).is_some_and(|edit| grant.may(edit))
    }

    /// Why a holder of the form's permission may not import all the same.
    pub fn refusal(&self, grant: &Grant) -> Option<String> {
        let noun = self.noun;
        if !adding::within_scope(self.kind, grant.scope) {
            return Some(format!("您的管理范围内不能新增{noun}，请联系管理全县的管理员办理。"));
        }
        if !grant.may(EditImports::grantable()) {
            return Some(format!(
                "批量导入{noun}，除了“管理{noun}”的编辑权限，还要有“批量导入”的编辑权限。请联系本单位超级管理员。"
            ));
        }
        None
    }
}

/// An administrator at the screens of one kind who may edit such organizations.
pub struct At {
    pub user: User,
    pub grant: Grant,
    pub kind: &'static Kind,
}

impl At {
    pub fn actor(&self) -> Actor {
        self.user.actor()
    }

    /// # Errors
    /// `Forbidden` for whoever may not import these.
    pub fn importing(&self) -> Result<()> {
        self.kind.refusal(&self.grant).map_or(Ok(()), |sentence| Err(Error::Forbidden(sentence)))
    }

    /// Whose uploads alone he sees; none: all of his organization's. The bureau's hold units of
    /// the whole county, so a clerk of it who is limited sees his own.
    pub fn only(&self) -> Option<AccountId> {
        let limited =
            self.grant.kind == OrganizationKind::Bureau && self.grant.scope != Scope::County;
        limited.then_some(self.user.account)
    }

    /// An upload of this kind that he may see and work with.
    ///
    /// # Errors
    /// `NotFound` for absent or not his to see, then as `importing`.
    pub async fn found(&self, db: &mut SqliteConnection, id: i64) -> Result<Import> {
        let import = store::find_kind(db, id, self.grant.organization, self.kind.key).await?;
        if self.only().is_some_and(|account| import.account_id != Some(account)) {
            return Err(Error::NotFound);
        }
        self.importing()?;
        Ok(import)
    }

    /// Address of an upload's page.
    pub fn address(&self, id: i64) -> String {
        format!("{}/{id}", self.kind.base)
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for At {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let user = match User::from_request(request).await {
            Outcome::Success(user) => user,
            Outcome::Error(error) => return Outcome::Error(error),
            Outcome::Forward(status) => return Outcome::Forward(status),
        };
        let segment = request.uri().path().segments().get(1).unwrap_or_default();
        let kind = ALL.iter().find(|kind| kind.key == segment);
        let edit = kind.and_then(|kind| adding::permission(kind.kind, Action::Edit));
        let (Some(kind), Some(edit)) = (kind, edit) else {
            return Outcome::Error((Status::NotFound, ()));
        };
        match admit(request, &user, edit) {
            Ok(grant) => Outcome::Success(At { user, grant, kind }),
            Err(error) => Outcome::Error(error),
        }
    }
}
