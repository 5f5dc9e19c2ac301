//! Who may handle whom (3.5): whom he added, and nobody who may do more than he himself.

use std::collections::HashSet;

use kit::access::Grant;
use kit::{AccountId, Clock, Error, GrantId, OrganizationId, OrganizationKind, Result, RoleId};
use sqlx::SqliteConnection;

use super::right::{Right, rights};
use crate::administrators;
use crate::roles::{Held, Role, roles};

/// An organization's administrators and roles, as one of them looks at them. Read anew in the
/// transaction of each act: what was taken from him meanwhile he no longer gives.
pub struct Team {
    pub organization: OrganizationId,
    pub kind: OrganizationKind,
    pub rights: Vec<Right>,
    pub roles: Vec<Role>,
    /// County day, `YYYY-MM-DD`.
    pub today: String,
    /// The asker is a super administrator of the bureau over the whole county.
    pub over_the_county: bool,
    me: Right,
    held: Held,
}

impl Team {
    /// # Errors
    /// Forbidden if the asker's own right has ended.
    pub async fn load(db: &mut SqliteConnection, grant: &Grant, clock: &Clock) -> Result<Self> {
        let today = kit::day::date_text(clock.today());
        let roles = roles(&mut *db, grant.organization).await?;
        let rights = rights(db, grant.organization, &roles).await?;
        let me = rights.iter().find(|r| r.row.grant == grant.id && r.in_force(&today)).cloned();
        let me = me.ok_or_else(|| Error::Forbidden("您的管理权限已经收回。".to_owned()))?;
        let mut team = Self {
            organization: grant.organization,
            kind: grant.kind,
            rights,
            roles,
            today,
            over_the_county: administrators::over_the_county(grant),
            held: Held::new(),
            me,
        };
        team.held = team.permissions_of(&team.me);
        Ok(team)
    }

    pub fn me(&self) -> &Right {
        &self.me
    }

    /// The right with this number, if it is this organization's.
    ///
    /// # Errors
    /// `NotFound`
    pub fn one(&self, id: GrantId) -> Result<&Right> {
        self.rights.iter().find(|right| right.row.grant == id).ok_or(Error::NotFound)
    }

    /// The same, if the asker may change it.
    ///
    /// # Errors
    /// `NotFound`, or refused with the reason.
    pub fn mine(&self, id: GrantId) -> Result<&Right> {
        let right = self.one(id)?;
        match self.why_not(right) {
            None => Ok(right),
            Some(why) => Err(Error::refused(format!("不能办理“{}”：{why}", right.row.name))),
        }
    }

    /// Why the asker may not edit, disable, delete or reset him; none if he may.
    pub fn why_not(&self, right: &Right) -> Option<String> {
        let row = &right.row;
        if row.account == self.me.row.account {
            return Some(self.why_not_oneself().to_owned());
        }
        if row.state == "removed" {
            return Some("已删除，只供查看。".to_owned());
        }
        if !self.below(right) {
            return Some(self.whose(right));
        }
        let within =
            self.me.full || (!right.full && self.permissions_of(right).is_subset(&self.held));
        let exceeds =
            !within || !self.covers(&row.scope, right.departments.iter().map(|(id, _)| *id));
        exceeds.then(|| "他的权限超出您的权限，请由超级管理员办理。".to_owned())
    }

    fn why_not_oneself(&self) -> &'static str {
        if self.me.row.created_by.is_some_and(|account| self.here(account).is_some()) {
            return "这是您自己，须由添加您的管理员办理。";
        }
        match (self.me.full, self.kind) {
            (false, _) => "这是您自己的权限，不能自己改。需要变动的，请由本单位超级管理员办理。",
            (true, OrganizationKind::Bureau) => {
                "这是您自己的权限，不能自己改。需要变动的，请先用“移交”交给您添加的另一位超级管理员，再由他办理。"
            }
            (true, _) => {
                "这是您自己的权限，不能自己改。需要变动的，请先用“移交”交给您添加的另一位超级管理员，再由他办理，或者请上级单位办理。"
            }
        }
    }

    /// Whether he was added by the asker or by somebody below the asker. Whom nobody of this
    /// organization added is any super administrator's, unless he is one himself.
    fn below(&self, right: &Right) -> bool {
        let mut seen = HashSet::new();
        let mut current = right;
        loop {
            if current.row.created_by == Some(self.me.row.account) {
                return true;
            }
            let creator = current.row.created_by.and_then(|account| self.here(account));
            match creator {
                Some(next) if seen.insert(next.row.account) => current = next,
                Some(_) => return false,
                None => return self.me.full && !current.full,
            }
        }
    }

    /// Whether the asker was added by this administrator or he by the asker, through however many.
    pub fn in_line(&self, right: &Right) -> bool {
        let (mine, theirs) = (self.me.row.account, right.row.account);
        self.leads_to(right, mine) || self.leads_to(&self.me, theirs)
    }

    /// Whether those who added `from`, one after another, come to `account`.
    fn leads_to(&self, from: &Right, account: AccountId) -> bool {
        let mut seen = HashSet::new();
        let mut current = from.row.created_by;
        while let Some(creator) = current {
            if creator == account {
                return true;
            }
            if !seen.insert(creator) {
                return false;
            }
            current = self.here(creator).and_then(|right| right.row.created_by);
        }
        false
    }

    /// The right of this account in this organization, unless it was removed.
    fn here(&self, account: AccountId) -> Option<&Right> {
        self.rights.iter().find(|r| r.row.account == account && r.row.state != "removed")
    }

    fn whose(&self, right: &Right) -> String {
        match right.row.created_by.and_then(|account| self.here(account)) {
            Some(creator) => format!("由{}添加，请由他办理。", creator.row.name),
            None if !right.full => "请由超级管理员办理。".to_owned(),
            None if self.kind == OrganizationKind::Bureau => {
                "首次设置时设立，本局其他管理员不能办理；他离任时，请他本人用“移交”办理。"
                    .to_owned()
            }
            None => {
                "由上级单位或单位注册时设立，请由上级单位办理，或由他本人用“移交”办理。".to_owned()
            }
        }
    }

    /// What the roles of a right permit together.
    fn permissions_of(&self, right: &Right) -> Held {
        let own = |role: &&Role| right.roles.iter().any(|(id, _)| *id == role.id);
        self.roles.iter().filter(own).flat_map(|role| role.permissions.clone()).collect()
    }

    /// Whether the asker holds this permission himself.
    pub fn holds(&self, leaf: &str, action: &str) -> bool {
        self.me.full || self.held.contains(&(leaf.to_owned(), action.to_owned()))
    }

    /// Whether the asker may give this role: it permits nothing that he may not.
    pub fn may_give(&self, role: &Role) -> bool {
        self.me.full || (!role.full && role.permissions.is_subset(&self.held))
    }

    /// Why the asker may not edit or delete a role; none if he may.
    pub fn why_not_role(&self, role: &Role) -> Option<String> {
        if role.full {
            return Some("系统内置，不能修改。".to_owned());
        }
        if self.me.full {
            return None;
        }
        if !self.may_give(role) {
            return Some("含有您没有的权限，请由超级管理员办理。".to_owned());
        }
        let above = role.holders.iter().find(|holder| {
            let right = self.here(holder.account);
            holder.account == self.me.row.account || right.is_none_or(|r| !self.below(r))
        })?;
        Some(if above.account == self.me.row.account {
            "您自己在用这个角色，请由添加您的管理员或超级管理员办理。".to_owned()
        } else {
            format!("{}在用这个角色，他不是您添加的，请由超级管理员办理。", above.name)
        })
    }

    /// The scopes the asker may give, the widest first.
    pub fn scopes(&self) -> Vec<&'static str> {
        let all: &[&'static str] = match self.kind {
            OrganizationKind::Bureau => &["whole", "departments", "own"],
            OrganizationKind::Department => &["whole", "own"],
            OrganizationKind::Employer | OrganizationKind::Base => return vec!["whole"],
        };
        match self.me.row.scope.as_str() {
            "whole" => all.to_vec(),
            "departments" => vec!["departments"],
            _ => vec!["own"],
        }
    }

    /// The departments the asker may name, (id, name).
    pub async fn departments(
        &self,
        db: &mut SqliteConnection,
    ) -> Result<Vec<(OrganizationId, String)>> {
        if self.kind != OrganizationKind::Bureau {
            return Ok(vec![]);
        }
        match self.me.row.scope.as_str() {
            "whole" => Ok(sqlx::query_as(
                "select id, name from organization
                  where kind = 'department' and state = 'active' order by id",
            )
            .fetch_all(db)
            .await?),
            "departments" => Ok(self.me.departments.clone()),
            _ => Ok(vec![]),
        }
    }

    /// Whether a scope lies within the asker's own.
    fn covers(&self, scope: &str, departments: impl IntoIterator<Item = OrganizationId>) -> bool {
        match (self.kind, self.me.row.scope.as_str(), scope) {
            (OrganizationKind::Employer | OrganizationKind::Base, _, _) | (_, "whole", _) => true,
            (_, "departments", "departments") => departments
                .into_iter()
                .all(|id| self.me.departments.iter().any(|(own, _)| *own == id)),
            (_, mine, theirs) => mine == theirs,
        }
    }

    /// Whom this administrator added himself and who are not removed.
    pub fn added_by(&self, right: &Right) -> Vec<&Right> {
        let by = Some(right.row.account);
        self.rights.iter().filter(|r| r.row.created_by == by && r.row.state != "removed").collect()
    }

    /// Who may take over whom he added: other super administrators in force who have signed in.
    pub fn successors(&self, right: &Right) -> Vec<&Right> {
        let fits = |r: &&Right| {
            r.full
                && r.row.grant != right.row.grant
                && r.in_force(&self.today)
                && r.row.credential == "active"
        };
        self.rights.iter().filter(fits).collect()
    }

    /// The roles the asker may give, and the names of those he may not.
    pub fn offered_roles(&self) -> (Vec<&Role>, Vec<&str>) {
        let (offered, withheld): (Vec<&Role>, Vec<&Role>) =
            self.roles.iter().partition(|role| self.may_give(role));
        (offered, withheld.into_iter().map(|role| role.name.as_str()).collect())
    }

    /// The role with this number, if this organization may give it.
    pub fn role(&self, id: RoleId) -> Result<&Role> {
        crate::roles::one(&self.roles, id)
    }
}
