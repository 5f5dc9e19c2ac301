//! The trail (操作日志): written in the act's transaction, chained by SHA-256.

use sha2::{Digest, Sha256};
use sqlx::{Row, SqliteConnection};

use crate::{AccountId, Clock, OrganizationId, Result};

/// Who acts, from where: what a trail row says of him.
#[derive(Debug, Clone)]
pub struct Actor {
    pub account: Option<AccountId>,
    pub name: String,
    pub organization: Option<OrganizationId>,
    pub address: String,
    pub request: String,
}

impl Actor {
    /// A command on the machine itself.
    pub fn command(name: &str) -> Self {
        Self {
            account: None,
            name: format!("命令行 {name}"),
            organization: None,
            address: "本机".to_owned(),
            request: String::new(),
        }
    }

    /// Work on a clock.
    pub fn system() -> Self {
        Self {
            account: None,
            name: "系统".to_owned(),
            organization: None,
            address: "本机".to_owned(),
            request: String::new(),
        }
    }
}

/// Writes one row. `act` is a dotted key, `object` names the row touched (`employer:12`),
/// `text` is one Chinese sentence without a full ID number, password or token.
pub async fn write(
    tx: &mut SqliteConnection,
    actor: &Actor,
    clock: &Clock,
    act: &str,
    object: &str,
    text: &str,
) -> Result<()> {
    row(tx, actor, clock, act, object, text, "done").await
}

/// Writes that an act was refused (failed sign-in, missing right).
pub async fn refused(
    tx: &mut SqliteConnection,
    actor: &Actor,
    clock: &Clock,
    act: &str,
    object: &str,
    text: &str,
) -> Result<()> {
    row(tx, actor, clock, act, object, text, "refused").await
}

async fn row(
    tx: &mut SqliteConnection,
    actor: &Actor,
    clock: &Clock,
    act: &str,
    object: &str,
    text: &str,
    result: &str,
) -> Result<()> {
    let last: Option<(i64, Vec<u8>)> =
        sqlx::query_as("select id, hash from trail order by id desc limit 1")
            .fetch_optional(&mut *tx)
            .await?;
    let (last, previous) = last.unwrap_or((0, vec![0; 32]));
    let id = last + 1;
    let at = clock.stamp();
    let clean = |value: &str| -> String {
        value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
    };
    // reasons and file names are typed by people: a number in them is masked here at the latest
    let text = clean(&crate::mask::mask_numbers(text));
    let (name, address, request) =
        (clean(&actor.name), clean(&actor.address), clean(&actor.request));
    let hash = Link {
        id,
        at: &at,
        account: actor.account.map(|a| a.0),
        name: &name,
        organization: actor.organization.map(|o| o.0),
        address: &address,
        act,
        object,
        text: &text,
        result,
        request: &request,
        previous: &previous,
    }
    .hash();
    sqlx::query(
        "insert into trail (id, at, account_id, name, organization_id, address, act, object, text,
           result, request, previous, hash) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(&at)
    .bind(actor.account)
    .bind(&name)
    .bind(actor.organization)
    .bind(&address)
    .bind(act)
    .bind(object)
    .bind(&text)
    .bind(result)
    .bind(&request)
    .bind(&previous)
    .bind(&hash)
    .execute(tx)
    .await?;
    Ok(())
}

/// What one row's hash covers.
struct Link<'a> {
    id: i64,
    at: &'a str,
    account: Option<i64>,
    name: &'a str,
    organization: Option<i64>,
    address: &'a str,
    act: &'a str,
    object: &'a str,
    text: &'a str,
    result: &'a str,
    request: &'a str,
    previous: &'a [u8],
}

impl Link<'_> {
    fn hash(&self) -> Vec<u8> {
        let mut sum = Sha256::new();
        sum.update(self.previous);
        let numbers = [Some(self.id), self.account, self.organization];
        for number in numbers {
            sum.update(number.map_or(String::from("-"), |n| n.to_string()).as_bytes());
            sum.update([0x1f]);
        }
        let texts = [
            self.at,
            self.name,
            self.address,
            self.act,
            self.object,
            self.text,
            self.result,
            self.request,
        ];
        for text in texts {
            sum.update((text.len() as u64).to_le_bytes());
            sum.update(text.as_bytes());
        }
        sum.finalize().to_vec()
    }
}

/// The outcome of walking the whole chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All of `rows` hold.
    Whole { rows: i64 },
    /// The first row that does not: edited, missing before it, or moved.
    Broken { row: i64, rows_before: i64 },
}

/// Walks the chain from its first row (`jxjy audit verify`).
pub async fn verify(db: &mut SqliteConnection) -> Result<Verdict> {
    let mut previous = vec![0_u8; 32];
    let mut expected = 1_i64;
    loop {
        let rows = sqlx::query(
            "select id, at, account_id, name, organization_id, address, act, object, text, result,
               request, previous, hash from trail where id >= ? order by id limit 5000",
        )
        .bind(expected)
        .fetch_all(&mut *db)
        .await?;
        if rows.is_empty() {
            return Ok(Verdict::Whole { rows: expected - 1 });
        }
        for row in rows {
            let id: i64 = row.try_get("id")?;
            let stored: Vec<u8> = row.try_get("hash")?;
            let link = Link {
                id,
                at: row.try_get("at")?,
                account: row.try_get("account_id")?,
                name: row.try_get("name")?,
                organization: row.try_get("organization_id")?,
                address: row.try_get("address")?,
                act: row.try_get("act")?,
                object: row.try_get("object")?,
                text: row.try_get("text")?,
                result: row.try_get("result")?,
                request: row.try_get("request")?,
                previous: row.try_get("previous")?,
            };
            if id != expected || link.previous != previous || link.hash() != stored {
                return Ok(Verdict::Broken { row: id, rows_before: expected - 1 });
            }
            previous = stored;
            expected += 1;
        }
    }
}
