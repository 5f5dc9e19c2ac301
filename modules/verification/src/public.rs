//! 学习记录验证 for everybody: by the QR link, or by number, name and code.

use kit::mask::{mask_id, mask_name};
use kit::settings::Kind;
use kit::{Clock, Db, Form, Hours, Page, Result, Setting, Settings, Visitor};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;
use subtle::ConstantTimeEq;

use crate::certificate::{Row, number_on};
use crate::quota::Quota;

/// What stands before `/verification/q/…` in the QR code.
pub const PUBLIC_ADDRESS: Setting = Setting {
    key: "verification.public_address",
    group: "学时证明",
    label: "对外网址",
    help: "印在学时证明的二维码里，手机要能打开它，例如 http://192.168.1.10:8090 或单位的外网网址。改动只影响以后打印的证明。",
    kind: Kind::Text { most: 200 },
    default: "",
    check: Some(check_address),
};

fn check_address(value: &str) -> Result<(), String> {
    let host = value.strip_prefix("http://").or_else(|| value.strip_prefix("https://"));
    match host {
        _ if value.is_empty() => Ok(()),
        Some(host) if !host.is_empty() && !host.contains(char::is_whitespace) => Ok(()),
        _ => {
            Err("网址要以 http:// 或 https:// 开头，中间没有空格，例如 http://192.168.1.10:8090。"
                .to_owned())
        }
    }
}

pub fn routes() -> Vec<Route> {
    routes![ask, check, scanned]
}

#[get("/")]
async fn ask(_visitor: Visitor) -> Page {
    public(Page::new("verification/ask.html")).with("form", &Form::new())
}

#[post("/", data = "<form>")]
async fn check(
    visitor: Visitor,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    quota: &State<Quota>,
    mut form: Form,
) -> Result<Page> {
    let number = form.required("number", "证明编号", 1..=30).to_uppercase();
    let name = form.required("name", "姓名", 1..=50);
    let code = form.required("code", "校验码", 1..=20);
    if form.refused() {
        return Ok(public(Page::new("verification/ask.html")).with("form", &form).refused());
    }
    quota.take(&visitor.address, clock, settings)?;
    let mut db = db.read().await?;
    let row = by(
        &mut db,
        "select id, number, code, token, person_id, state,
        state_reason, state_at, snapshot, hash, issued_at from certificate where number = ?",
        &number,
    )
    .await?;
    // a miss does the same work as a hit, so that time does not tell which of the three was wrong
    let (stored_name, stored_code) = match &row {
        Some(row) => (row.open()?.name, row.code.clone()),
        None => (String::new(), "--------".to_owned()),
    };
    let code: String =
        code.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_uppercase();
    let same_code = stored_code.as_bytes().ct_eq(code.as_bytes());
    let same_name = stored_name.as_bytes().ct_eq(name.as_bytes());
    let row = row.filter(|_| bool::from(same_code & same_name));
    answer(&mut db, row, clock).await
}

#[get("/q/<token>")]
async fn scanned(
    visitor: Visitor,
    token: &str,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    quota: &State<Quota>,
) -> Result<Page> {
    quota.take(&visitor.address, clock, settings)?;
    let mut db = db.read().await?;
    let row = by(
        &mut db,
        "select id, number, code, token, person_id, state,
        state_reason, state_at, snapshot, hash, issued_at from certificate where token = ?",
        token,
    )
    .await?;
    answer(&mut db, row, clock).await
}

async fn by(db: &mut SqliteConnection, sql: &'static str, key: &str) -> Result<Option<Row>> {
    Ok(sqlx::query_as(sql).bind(key).fetch_optional(db).await?)
}

/// Every printed field, names and numbers masked; or the one answer of all misses.
async fn answer(db: &mut SqliteConnection, row: Option<Row>, clock: &Clock) -> Result<Page> {
    let Some(row) = row else {
        return Ok(public(Page::new("verification/none.html"))
            .with("asked_at", &clock.stamp())
            .status(rocket::http::Status::NotFound));
    };
    let snapshot = row.open()?;
    let number = number_on(db, row.id, snapshot.identity_id).await?;
    Ok(public(Page::new("verification/result.html"))
        .with("number", &row.number)
        .with("state", &row.state)
        .with("state_label", row.state_label())
        .with("state_reason", &row.state_reason)
        .with("state_at", &row.state_at)
        .with("name", &mask_name(&snapshot.name))
        .with("masked", &mask_id(&number))
        .with("who", &snapshot)
        .with("columns", &snapshot.columns())
        .with("years", &snapshot.rows())
        .with("exemptions", &snapshot.exemptions())
        .with("issued_at", &row.issued_at)
        .with("total", &snapshot.entries.iter().map(|e| e.hours).sum::<Hours>())
        .with("asked_at", &clock.stamp()))
}

fn public(page: Page) -> Page {
    page.header("X-Robots-Tag", "noindex, nofollow")
}
