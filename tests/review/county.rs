//! A county with a desk at each level, served whole; one session per caller.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::PathBuf;

use kit::db::Pools;
use kit::session::Session;
use kit::{AccountId, Clock, OrganizationId, PersonId, SessionId, User, migration, review};
use rocket::http::{ContentType, Cookie, Header};
use rocket::local::asynchronous::{Client, LocalResponse};
use sha2::{Digest, Sha256};
use time::macros::datetime;

use super::toy::{Content, Toy, Toys};

/// Who calls.
#[derive(Debug, Clone, Copy)]
pub enum Desk {
    Bureau = 1,
    Department = 2,
    Employer = 3,
    OtherEmployer = 4,
    /// A second clerk of the employer's.
    Colleague = 5,
    /// A clerk without any permission.
    Unpermitted = 6,
    /// The professional himself.
    Person = 10,
}

pub struct County {
    client: Client,
    pools: Pools,
    clock: Clock,
    folder: PathBuf,
}

impl Drop for County {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

const ROWS: &str = "
    insert into organization (id, kind, name, parent_id, department_id, created_at) values
      (1, 'bureau', '县人社局', null, null, ''), (2, 'department', '卫健委', 1, 2, ''),
      (3, 'employer', '县医院', 2, 2, ''), (4, 'employer', '妇幼院', 2, 2, '');
    insert into identity (id, number, reversed) values (1, '419999198503150011', '110051305891999914');
    insert into account (id, login, name, state, created_at) values
      (1, 'bureau', '王局', 'active', ''), (2, 'department', '李委', 'active', ''),
      (3, 'employer', '陈芳', 'active', ''), (4, 'other', '吴敏', 'active', ''),
      (5, 'colleague', '孙丽', 'active', ''), (6, 'nobody', '钱多', 'active', '');
    insert into account (id, login, name, state, person_id, identity_id, created_at) values
      (10, 'zhou', '周晓梅', 'active', 100, 1, '');
    insert into role (id, organization_id, name, created_at) values (9, 3, '无权限', '');
    insert into grant (account_id, organization_id, created_at) values
      (1, 1, ''), (2, 2, ''), (3, 3, ''), (4, 4, ''), (5, 3, ''), (6, 3, '');
    insert into grant_role (grant_id, role_id)
      select id, case account_id when 6 then 9 else 1 end from grant;";

fn token(desk: Desk) -> String {
    format!("{:064x}", desk as i64)
}

impl County {
    pub async fn new() -> Self {
        let folder =
            std::env::temp_dir().join(format!("jxjy-desk-{}", kit::serial::token().unwrap()));
        std::fs::create_dir_all(&folder).unwrap();
        let clock = Clock::fixed(datetime!(2026-11-23 01:00 UTC));
        let modules = jxjy::all_modules(vec![Box::new(Toys)]);
        let pools = Pools::open(&folder, 1, true).await.unwrap();
        migration::run(&pools, modules.all(), &clock).await.unwrap();
        let mut tx = pools.begin().await.unwrap();
        sqlx::raw_sql(ROWS).execute(&mut *tx).await.unwrap();
        for desk in [
            Desk::Bureau,
            Desk::Department,
            Desk::Employer,
            Desk::OtherEmployer,
            Desk::Colleague,
            Desk::Unpermitted,
            Desk::Person,
        ] {
            sqlx::query(
                "insert into session (token_hash, account_id, grant_id, address, agent, created_at,
                   seen_at, ends_at)
                 values (?, ?, (select id from grant where account_id = ?), '', '', ?, ?, '2027')",
            )
            .bind(Sha256::digest(token(desk).as_bytes()).to_vec())
            .bind(desk as i64)
            .bind(desk as i64)
            .bind(clock.stamp())
            .bind(clock.stamp())
            .execute(&mut *tx)
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        let flags = jxjy::Flags { data: Some(folder.clone()), ..jxjy::Flags::default() };
        let rocket = jxjy::server(jxjy::settings(&flags), vec![Box::new(Toys)], clock.clone())
            .await
            .unwrap();
        let client = Client::untracked(rocket).await.unwrap();
        Self { client, pools, clock, folder }
    }

    /// A submission of 周晓梅's; its row.
    pub async fn case(&self, wanted: i64) -> i64 {
        let mut tx = self.pools.begin().await.unwrap();
        let row: i64 = sqlx::query_scalar(
            "insert into toy (organization_id, department_id) values (3, 2) returning id",
        )
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        let user = User(std::sync::Arc::new(Session {
            id: SessionId(1),
            account: AccountId(10),
            name: "周晓梅".to_owned(),
            person: Some(PersonId(100)),
            grant: None,
            sides: vec![],
            restricted: false,
            csrf: String::new(),
            address: "127.0.0.1".to_owned(),
            request: String::new(),
            idle_seconds: 1800,
            key: vec![],
        }));
        let submission = review::Submission {
            content: Content { row, wanted, identity_id: 1 },
            number: format!("TY-{row:04}"),
            title: "周晓梅（县医院）".to_owned(),
            person: Some(PersonId(100)),
            organization: OrganizationId(3),
            department: Some(OrganizationId(2)),
        };
        review::submit(&mut tx, &Toy, submission, &user, &self.clock).await.unwrap();
        tx.commit().await.unwrap();
        row
    }

    /// Every pending case has waited since then.
    pub async fn age(&self, since: &str) {
        let mut tx = self.pools.begin().await.unwrap();
        sqlx::query("update review_case set waiting_since = ?")
            .bind(since)
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Every submission belongs to the other employer, wherever it waits: a transfer.
    pub async fn of_the_other_employer(&self) {
        let mut tx = self.pools.begin().await.unwrap();
        for sql in
            ["update toy set organization_id = 4", "update review_case set organization_id = 4"]
        {
            sqlx::query(sql).execute(&mut *tx).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    pub async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&mut *self.pools.read().await.unwrap()).await.unwrap()
    }

    /// Status and text of a page.
    pub async fn get(&self, desk: Option<Desk>, path: &str) -> (u16, String) {
        let mut request = self.client.get(path.to_owned());
        if let Some(desk) = desk {
            request = request.cookie(Cookie::new("jxjy", token(desk)));
        }
        let response = request.dispatch().await;
        (response.status().code, read(response).await)
    }

    /// Status, and where it leads or else what the page says.
    pub async fn post(&self, desk: Desk, path: &str, fields: &str) -> (u16, String) {
        let sum = Sha256::digest(format!("form:{}", token(desk)).as_bytes());
        let csrf: String = sum[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        let response = self
            .client
            .post(path.to_owned())
            .header(ContentType::Form)
            .header(Header::new("Host", "jxjy.test"))
            .header(Header::new("Origin", "http://jxjy.test"))
            .cookie(Cookie::new("jxjy", token(desk)))
            .body(format!("_csrf={csrf}&{fields}"))
            .dispatch()
            .await;
        let status = response.status().code;
        let to = response.headers().get_one("Location").map(str::to_owned);
        (
            status,
            match to {
                Some(to) => to,
                None => read(response).await,
            },
        )
    }
}

async fn read(response: LocalResponse<'_>) -> String {
    // a workbook is no text
    let bytes = response.into_bytes().await.unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
