//! Units, administrators and people of a test's county.

use std::sync::OnceLock;

use accounts::administrators::{self, Credential, NewAdministrator};
use accounts::organizations::{self, NewOrganization, Profile};
use accounts::people::{self, Fields, NewPerson, Origin};
use kit::{
    AccountId, Event, Grantable, IdCard, OrganizationId, OrganizationKind, PersonId, RoleId,
};

use super::{PASSWORD, World};

/// The hash of `PASSWORD`, made once for all tests.
fn hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| kit::password::hash(PASSWORD).unwrap()).clone()
}

/// A valid ID number, the `n`th of its kind, born 15 March 1985, of an area never assigned.
pub fn id_number(n: u32) -> String {
    let first = format!("41999919850315{:03}", n % 1000);
    let last = kit::id_card::check_character(&first).unwrap();
    format!("{first}{last}")
}

impl World {
    /// A 用人单位 directly under the bureau, with its administrator `admin-<name>`.
    pub async fn with_employer(self, name: &str) -> Self {
        let bureau = self.bureau().await;
        self.organize(OrganizationKind::Employer, name, bureau).await
    }

    /// A 用人单位 under a 主管部门, with its administrator `admin-<name>`.
    pub async fn with_employer_under(self, name: &str, department: &str) -> Self {
        let department = self.organization(department).await;
        self.organize(OrganizationKind::Employer, name, department).await
    }

    /// A 主管部门 with its administrator `admin-<name>`.
    pub async fn with_department(self, name: &str) -> Self {
        let bureau = self.bureau().await;
        self.organize(OrganizationKind::Department, name, bureau).await
    }

    /// A 继续教育基地 directly under the bureau, with its administrator `admin-<name>`.
    pub async fn with_base(self, name: &str) -> Self {
        let bureau = self.bureau().await;
        self.organize(OrganizationKind::Base, name, bureau).await
    }

    /// A 继续教育基地 under a 主管部门, with its administrator `admin-<name>`.
    pub async fn with_base_under(self, name: &str, department: &str) -> Self {
        let department = self.organization(department).await;
        self.organize(OrganizationKind::Base, name, department).await
    }

    /// Records the recognition of a base, to this last day (empty: without end).
    pub async fn with_recognition(self, base: &str, valid_until: &str) -> Self {
        let base = self.organization(base).await;
        let mut tx = self.db().begin().await.unwrap();
        sqlx::query(
            "insert or replace into base_profile (organization_id, valid_until) values (?, ?)",
        )
        .bind(base)
        .bind(valid_until)
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        self
    }

    async fn organize(self, kind: OrganizationKind, name: &str, under: OrganizationId) -> Self {
        let new = NewOrganization {
            kind,
            name: name.to_owned(),
            credit_code: None,
            parent: Some(under),
            profile: Profile::default(),
        };
        let mut tx = self.db().begin().await.unwrap();
        let id = organizations::create(&mut tx, &new, "form", &self.clock).await.unwrap();
        tx.commit().await.unwrap();
        self.with_super(id).await
    }

    async fn with_super(self, organization: OrganizationId) -> Self {
        let login = format!("admin-{organization}");
        self.appoint(organization, &login, administrators::SUPER).await;
        self
    }

    /// The login of a unit's own administrator.
    pub async fn admin_of(&self, name: &str) -> String {
        format!("admin-{}", self.organization(name).await)
    }

    async fn appoint(&self, organization: OrganizationId, login: &str, role: RoleId) -> AccountId {
        let new = NewAdministrator {
            organization,
            name: format!("管理员{organization}"),
            login: login.to_owned(),
            phone: String::new(),
            role,
            credential: Credential::Password(hash()),
            created_by: None,
        };
        let mut tx = self.db().begin().await.unwrap();
        let account = administrators::create(&mut tx, &new, &self.clock).await.unwrap();
        tx.commit().await.unwrap();
        account
    }

    /// An administrator who holds exactly these permissions in an organization.
    pub async fn with_clerk(
        self,
        login: &str,
        organization: OrganizationId,
        holds: &[Grantable],
    ) -> Self {
        let mut tx = self.db().begin().await.unwrap();
        let role: RoleId = sqlx::query_scalar(
            "insert into role (organization_id, name, created_at) values (?, ?, ?) returning id",
        )
        .bind(organization)
        .bind(format!("角色 {login}"))
        .bind(self.clock.stamp())
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        for one in holds {
            sqlx::query("insert into role_permission (role_id, leaf, action) values (?, ?, ?)")
                .bind(role)
                .bind(one.leaf.key)
                .bind(one.action.key())
                .execute(&mut *tx)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        self.appoint(organization, login, role).await;
        self
    }

    /// A professional of a unit as imported: he signs in with his ID number and its last six.
    pub async fn with_person(self, name: &str, unit: &str, number: &str) -> Self {
        let organization = self.organization(unit).await;
        let new = NewPerson {
            id_card: IdCard::stored(number).unwrap(),
            organization,
            internal_department: None,
            fields: Fields::named(name),
        };
        let mut tx = self.db().begin().await.unwrap();
        let id = people::create(&mut tx, new, Origin::Import, &self.clock).await.unwrap();
        let event = Event::PeopleCreated { people: vec![id] };
        self.modules().deliver(&mut tx, &event, &self.clock).await.unwrap();
        tx.commit().await.unwrap();
        self
    }

    /// A professional who has set his own password (`PASSWORD`).
    pub async fn with_active_person(self, name: &str, unit: &str, number: &str) -> Self {
        let world = self.with_person(name, unit, number).await;
        let id = world.person(name).await;
        let mut tx = world.db().begin().await.unwrap();
        sqlx::query(
            "update account set state = 'active', password_hash = ?, initial_until = null
              where person_id = ?",
        )
        .bind(hash())
        .bind(id)
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        world
    }

    /// Gives a person's account the full administrator's right of a unit, too.
    pub async fn with_grant(self, person: &str, unit: &str) -> Self {
        let (person, unit) = (self.person(person).await, self.organization(unit).await);
        let mut tx = self.db().begin().await.unwrap();
        let account = sqlx::query_scalar("select id from account where person_id = ?")
            .bind(person)
            .fetch_one(&mut *tx)
            .await
            .unwrap();
        let now = self.clock.stamp();
        administrators::appoint(&mut tx, account, unit, &[administrators::SUPER], None, &now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        self
    }

    /// The person of this name.
    pub async fn person(&self, name: &str) -> PersonId {
        sqlx::query_scalar("select id from person where name = ?")
            .bind(name)
            .fetch_one(&mut *self.db().read().await.unwrap())
            .await
            .unwrap_or_else(|_| panic!("no person {name}"))
    }
}
