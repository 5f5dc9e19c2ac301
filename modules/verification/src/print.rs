//! The printed form: A4 sheets with QR code and seal place.

use kit::access::Scope;
use kit::{Can, Clock, Db, Error, Hours, Page, Person, Result, Settings, User, trail};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use rocket::{Route, State, get, routes};
use serde_json::json;
use sqlx::SqliteConnection;

use crate::certificate::{Row, number_on};
use crate::public::PUBLIC_ADDRESS;
use crate::{PrintCertificates, sheets};

pub fn routes() -> Vec<Route> {
    routes![own, for_clerk]
}

#[get("/mine/<id>")]
async fn own(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut reader = db.read().await?;
    let row = find(&mut reader, id, Scope::County).await?;
    if row.person_id != person.id {
        return Err(Error::NotFound);
    }
    drop(reader);
    print(db, clock, settings, &person.user, row, "/verification/mine").await
}

#[get("/certificates/<id>")]
async fn for_clerk(
    user: Can<PrintCertificates>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut reader = db.read().await?;
    let row = find(&mut reader, id, user.scope()).await?;
    drop(reader);
    let back = format!("/verification/people/{}", row.person_id);
    print(db, clock, settings, &user.user, row, &back).await
}

async fn find(db: &mut SqliteConnection, id: i64, scope: Scope) -> Result<Row> {
    let (department, organization) = scope.values();
    sqlx::query_as(
        "select id, number, code, token, person_id, state, state_reason,
                state_at, snapshot, hash, issued_at
           from certificate where id = ? and (? is null or department_id = ?)
            and (? is null or organization_id = ?)",
    )
    .bind(id)
    .bind(department)
    .bind(department)
    .bind(organization)
    .bind(organization)
    .fetch_optional(db)
    .await?
    .ok_or(Error::NotFound)
}

/// Draws the sheets; opening them is in the trail, for the full ID number is on them.
async fn print(
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    user: &User,
    row: Row,
    back: &str,
) -> Result<Page> {
    let snapshot = row.open()?;
    let mut tx = db.begin().await?;
    // in full (domain.md, Decisions: exceptions)
    let number = number_on(&mut tx, row.id, snapshot.identity_id).await?;
    let object = format!("certificate:{}", row.id);
    let sentence = format!("打开学时证明 {} 供打印", row.number);
    trail::write(&mut tx, &user.actor(), clock, "certificate.print", &object, &sentence).await?;
    tx.commit().await?;

    let address = settings.text(&PUBLIC_ADDRESS);
    let link = format!("{}/verification/q/{}", address.trim_end_matches('/'), row.token);
    let laid = sheets::lay_out(&snapshot);
    let code = format!("{}-{}", &row.code[..4], &row.code[4..]);
    Ok(Page::new("verification/print.html")
        .with("back", back)
        .with("number", &row.number)
        .with("state", &row.state)
        .with("state_label", row.state_label())
        .with("state_reason", &row.state_reason)
        .with("no_address", &address.is_empty())
        .with("id_number", &number)
        .with("titled", &titled(&snapshot.titled_on))
        .with("who", &snapshot)
        .with("columns", &snapshot.columns())
        .with("years", &snapshot.rows())
        .with("exemptions", &snapshot.exemptions())
        .with("pages", &laid.len())
        .with("sheets", &laid)
        .with("total", &snapshot.entries.iter().map(|e| e.hours).sum::<Hours>())
        .with("code", &code)
        .with("qr", &qr(&link)?)
        .with("issued_day", &chinese_day(&snapshot.issued_on))
        .with("printed_at", &json!(clock.stamp())))
}

/// `2018-12` or `2018-12-05` → 2018年12月
fn titled(stored: &str) -> String {
    match (stored.get(..4), stored.get(5..7)) {
        (Some(year), Some(month)) => format!("{year}年{}月", month.trim_start_matches('0')),
        _ => "—".to_owned(),
    }
}

fn chinese_day(stored: &str) -> String {
    kit::day::stored_date(stored).map(kit::day::chinese).unwrap_or_default()
}

/// The QR code as a `data:` picture: black on white, level M, four modules of quiet zone.
fn qr(link: &str) -> Result<String> {
    let code = QrCode::with_error_correction_level(link, EcLevel::M)
        .map_err(|error| Error::Fault(format!("QR code: {error}")))?;
    let picture = code
        .render::<svg::Color<'_>>()
        .quiet_zone(true)
        .min_dimensions(200, 200)
        .dark_color(svg::Color("#000"))
        .light_color(svg::Color("#fff"))
        .build();
    let start = picture.find("<svg").unwrap_or(0);
    let encoded: String = picture[start..]
        .chars()
        .map(|c| match c {
            '%' => "%25".to_owned(),
            '#' => "%23".to_owned(),
            '<' => "%3C".to_owned(),
            '>' => "%3E".to_owned(),
            '"' => "'".to_owned(),
            _ => c.to_string(),
        })
        .collect();
    Ok(format!("data:image/svg+xml,{encoded}"))
}

#[cfg(test)]
mod tests {
    use super::{qr, titled};

    #[test]
    fn a_month_is_spelled_out() {
        assert_eq!(titled("2018-12"), "2018年12月");
        assert_eq!(titled("2018-05-09"), "2018年5月");
        assert_eq!(titled(""), "—");
    }

    #[test]
    fn the_picture_needs_no_other_file_and_no_markup() {
        let picture =
            qr("http://192.168.1.10:8090/verification/q/ABCDEFGHJKMNPQRSTUVWXYZ234").unwrap();
        assert!(picture.starts_with("data:image/svg+xml,%3Csvg"));
        assert!(!picture.contains('<') && !picture.contains('"'));
    }
}
