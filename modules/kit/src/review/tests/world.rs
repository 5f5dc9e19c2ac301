//! A small county: a bureau, a department and an employer, each with a clerk; people who submit.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use time::macros::datetime;

use super::toy::{Content, Toy, Toys};
use crate::access::{Grant, Scope};
use crate::db::Pools;
use crate::review::{self, AnySubject, Case, Outcome, Submission};
use crate::session::Session;
use crate::{
    AccountId, CaseId, Clock, Form, GrantId, Modules, OrganizationId, OrganizationKind, PersonId,
    Result, SessionId, Settings, User, migration,
};

/// A county in a folder of its own.
pub struct World {
    pub pools: Arc<Pools>,
    pub modules: Modules,
    pub clock: Clock,
    pub settings: Settings,
    pub bureau: OrganizationId,
    pub department: OrganizationId,
    pub employer: OrganizationId,
    folder: PathBuf,
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl World {
    /// With a clerk at every desk: accounts 1 (bureau), 2 (department), 3 (employer).
    pub async fn new() -> Self {
        let folder =
            std::env::temp_dir().join(format!("kit-review-{}", crate::serial::token().unwrap()));
        std::fs::create_dir_all(&folder).unwrap();
        let pools = Arc::new(Pools::open(&folder, 2, true).await.unwrap());
        let clock = Clock::fixed(datetime!(2026-11-23 01:00 UTC));
        let modules = Modules::new(vec![Box::new(Toys)]);
        migration::run(&pools, modules.all(), &clock).await.unwrap();
        let world = Self {
            pools,
            modules,
            clock,
            settings: Settings::default(),
            bureau: OrganizationId(1),
            department: OrganizationId(2),
            employer: OrganizationId(3),
            folder,
        };
        world
            .run(
                "insert into organization (id, kind, name, parent_id, department_id, created_at) values
                   (1, 'bureau', '县人社局', null, null, ''), (2, 'department', '卫健委', 1, 2, ''),
                   (3, 'employer', '县医院', 2, 2, ''), (4, 'employer', '妇幼院', 2, 2, '');
                 insert into account (id, login, name, state, created_at) values
                   (1, 'bureau', '王局', 'active', ''), (2, 'department', '李委', 'active', ''),
                   (3, 'employer', '陈芳', 'active', '');
                 insert into account (id, login, name, state, person_id, created_at) values
                   (10, 'zhou', '周晓梅', 'active', 100, '');
                 insert into grant (account_id, organization_id, created_at) values
                   (1, 1, ''), (2, 2, ''), (3, 3, '');
             insert into grant_role (grant_id, role_id)
           select id, 1 from grant where id not in (select grant_id from grant_role);",
            )
            .await;
        world
    }

    pub async fn run(&self, sql: &'static str) {
        let mut tx = self.pools.begin().await.unwrap();
        sqlx::raw_sql(sql).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&mut *self.pools.read().await.unwrap()).await.unwrap()
    }

    /// A session; `desk` none is the personal side.
    pub fn user(
        &self,
        account: i64,
        name: &str,
        person: Option<i64>,
        desk: Option<OrganizationId>,
    ) -> User {
        let grant = desk.map(|desk| Grant {
            id: GrantId(account),
            organization: desk,
            kind: match desk.0 {
                1 => OrganizationKind::Bureau,
                2 => OrganizationKind::Department,
                _ => OrganizationKind::Employer,
            },
            organization_name: format!("单位{desk}"),
            role_name: "超级管理员".to_owned(),
            full: true,
            permissions: HashSet::new(),
            scope: match desk.0 {
                1 => Scope::County,
                2 => Scope::Department(desk),
                _ => Scope::Organization(desk),
            },
        });
        User(Arc::new(Session {
            id: SessionId(account),
            account: AccountId(account),
            name: name.to_owned(),
            person: person.map(PersonId),
            grant,
            sides: vec![],
            restricted: false,
            csrf: String::new(),
            address: "127.0.0.1".to_owned(),
            request: String::new(),
            idle_seconds: 1800,
            key: vec![],
        }))
    }

    pub fn zhou(&self) -> User {
        self.user(10, "周晓梅", Some(100), None)
    }

    /// The clerk of a desk.
    pub fn clerk(&self, desk: OrganizationId) -> User {
        let name = match desk.0 {
            1 => "王局",
            2 => "李委",
            _ => "陈芳",
        };
        self.user(desk.0, name, None, Some(desk))
    }

    /// A draft of the employer's, submitted by `user` about `person`.
    pub async fn submit(&self, user: &User, person: i64, wanted: i64) -> Case {
        let mut tx = self.pools.begin().await.unwrap();
        let row: i64 = sqlx::query_scalar(
            "insert into toy (organization_id, department_id) values (3, 2) returning id",
        )
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        let submission = self.submission(row, person, wanted);
        let case = review::submit(&mut tx, &Toy, submission, user, &self.clock).await.unwrap();
        tx.commit().await.unwrap();
        case
    }

    pub fn submission(&self, row: i64, person: i64, wanted: i64) -> Submission<Content> {
        Submission {
            content: Content { row, wanted, identity_id: None, short: false },
            number: format!("TY-{row:04}"),
            title: "周晓梅（县医院）".to_owned(),
            person: Some(PersonId(person)),
            organization: self.employer,
            department: Some(self.department),
        }
    }

    /// A case of 周晓梅's.
    pub async fn case(&self) -> Case {
        self.submit(&self.zhou(), 100, 40).await
    }

    /// One act in its own transaction: kept if it succeeds.
    pub async fn approve(
        &self,
        user: &User,
        case: CaseId,
        form: &mut Form,
    ) -> Result<Option<Outcome>> {
        let grant = user.grant.clone().unwrap();
        let mut tx = self.pools.begin().await?;
        let done = review::approve(
            &mut tx,
            &Toy,
            case,
            user,
            &grant,
            form,
            "",
            &self.modules,
            &self.clock,
        )
        .await?;
        if done.is_some() {
            tx.commit().await?;
        }
        Ok(done)
    }

    pub async fn reject(&self, user: &User, case: CaseId, reason: &str) -> Result<()> {
        let grant = user.grant.clone().unwrap();
        let mut tx = self.pools.begin().await?;
        review::reject(&mut tx, &Toy, case, user, &grant, reason, &self.modules, &self.clock)
            .await?;
        Ok(tx.commit().await?)
    }

    pub async fn take_over(&self, user: &User, case: CaseId, reason: &str) -> Result<()> {
        let grant = user.grant.clone().unwrap();
        let mut tx = self.pools.begin().await?;
        review::take_over(&mut tx, &Toy, case, user, &grant, reason, &self.settings, &self.clock)
            .await?;
        Ok(tx.commit().await?)
    }

    pub async fn withdraw(&self, user: &User, case: CaseId) -> Result<()> {
        let mut tx = self.pools.begin().await?;
        review::withdraw(&mut tx, &Toy, case, user, &self.clock).await?;
        Ok(tx.commit().await?)
    }

    pub async fn remind(&self, user: &User, case: CaseId) -> Result<()> {
        let mut tx = self.pools.begin().await?;
        review::remind(&mut tx, case, user, &self.clock, &self.settings).await?;
        Ok(tx.commit().await?)
    }

    pub async fn resubmit(&self, user: &User, case: &Case, wanted: i64) -> Result<Case> {
        let mut tx = self.pools.begin().await?;
        let row = AnySubject::row(&Toy, &case.content)?;
        let submission = self.submission(row, 100, wanted);
        let case = review::resubmit(&mut tx, &Toy, case.id, submission, user, &self.clock).await?;
        tx.commit().await?;
        Ok(case)
    }

    /// The case as stored; proves that the subject's own columns are in step.
    pub async fn stored(&self, id: CaseId) -> Case {
        let mut db = self.pools.read().await.unwrap();
        let case = review::case(&mut db, id).await.unwrap();
        let row: (String, Option<OrganizationId>, String, String, String) = sqlx::query_as(
            "select state, desk_id, submitted_at, waiting_since, number from toy where case_id = ?",
        )
        .bind(id)
        .fetch_one(&mut *db)
        .await
        .unwrap();
        let state = serde_json::to_value(case.state).unwrap();
        let waiting = if case.desk_id.is_some() { case.waiting_since.as_str() } else { "" };
        assert_eq!(row.0, state.as_str().unwrap());
        assert_eq!(row.1, case.desk_id);
        assert_eq!(
            (row.2.as_str(), row.3.as_str(), &row.4),
            (case.submitted_at.as_str(), waiting, &case.number)
        );
        case
    }

    /// The acts of its steps, in order.
    pub async fn acts(&self, id: CaseId) -> Vec<String> {
        let mut db = self.pools.read().await.unwrap();
        review::steps(&mut db, id).await.unwrap().into_iter().map(|step| step.act).collect()
    }
}
