//! A small county for the kit's own tests: a bureau, a department, two employers, one session.

use std::collections::HashSet;
use std::sync::Arc;

use time::macros::datetime;

use crate::access::{Grant, Leaf, Scope};
use crate::db::Pools;
use crate::session::Session;
use crate::{
    AccountId, Clock, GrantId, Group, Kinds, OrganizationId, OrganizationKind, SessionId, User,
    migration,
};

pub const LEAF: Leaf =
    Leaf { key: "test.things", title: "测试列表", group: Group::Queries, kinds: Kinds::ALL };

pub struct County {
    pub pools: Pools,
    pub clock: Clock,
    /// Keeps the data folder until the end of the test.
    pub folder: tempfile::TempDir,
}

impl County {
    /// Accounts 1, 2 and 3 with the sessions 1, 2 and 3.
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::fixed(datetime!(2026-11-23 02:00 UTC));
        let pools = Pools::open(folder.path(), 4, true).await.unwrap();
        migration::run(&pools, &[], &clock).await.unwrap();
        let county = Self { pools, clock, folder };
        county
            .run(
                "insert into organization (id, kind, name, parent_id, department_id, created_at) values
                   (1, 'bureau', '云川县人社局', null, null, ''),
                   (2, 'department', '教育局', 1, 2, ''),
                   (3, 'employer', '第一中学', 2, 2, ''),
                   (4, 'employer', '人民医院', 1, null, '');
                 insert into account (id, login, name, state, created_at) values
                   (1, 'one', '张丽', 'active', ''), (2, 'two', '陈芳', 'active', ''),
                   (3, 'three', '何敏', 'active', '');
                 insert into session (id, token_hash, account_id, address, agent, created_at, seen_at, ends_at)
                 values (1, x'01', 1, '', '', '', '', ''), (2, x'02', 2, '', '', '', '', ''),
                   (3, x'03', 3, '', '', '', '', '')",
            )
            .await;
        county
    }

    pub async fn run(&self, sql: &'static str) {
        let mut tx = self.pools.begin().await.unwrap();
        sqlx::raw_sql(sql).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// Somebody of an organization who holds everything there.
pub fn user(account: i64, scope: Scope) -> User {
    let (organization, kind) = match scope {
        Scope::County => (OrganizationId(1), OrganizationKind::Bureau),
        Scope::Department(id) => (id, OrganizationKind::Department),
        Scope::Organization(id) => (id, OrganizationKind::Employer),
    };
    let grant = Grant {
        id: GrantId(1),
        organization,
        kind,
        organization_name: "云川县人社局".to_owned(),
        role_name: "超级管理员".to_owned(),
        full: true,
        permissions: HashSet::new(),
        scope,
    };
    User(Arc::new(Session {
        id: SessionId(account),
        account: AccountId(account),
        name: "张丽".to_owned(),
        person: None,
        grant: Some(grant),
        sides: vec![],
        restricted: false,
        csrf: String::new(),
        address: "127.0.0.1".to_owned(),
        request: "r1".to_owned(),
        idle_seconds: 1800,
        key: vec![],
    }))
}
