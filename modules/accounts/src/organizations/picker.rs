//! The unit picker: found by name, initials or credit code among thousands; what is posted is the
//! unit's full name, so that it works without script and carries no number to tamper with.

use kit::credit_code::CreditCode;
use kit::organization::{self, Organization};
use kit::{Db, Form, OrganizationKind, Result, Visitor, initials};
use rocket::response::content::RawJson;
use rocket::{FromFormField, Route, State, get, routes};
use serde::Serialize;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

/// Which organizations a picker offers; only active ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromFormField)]
pub enum Offer {
    /// Where a person may belong: any kind.
    People,
    /// Whom an employer or base may be put under: bureau and departments.
    Superiors,
    Employers,
    /// Any kind.
    All,
}

impl Offer {
    /// A condition with alias `o`.
    fn only(self) -> &'static str {
        match self {
            Self::People | Self::All => " and o.state = 'active'",
            Self::Superiors => " and o.state = 'active' and o.kind in ('bureau', 'department')",
            Self::Employers => " and o.state = 'active' and o.kind = 'employer'",
        }
    }

    fn has(self, found: &Organization) -> bool {
        use OrganizationKind::{Bureau, Department, Employer};
        found.state == "active"
            && match self {
                Self::People | Self::All => true,
                Self::Superiors => matches!(found.kind, Bureau | Department),
                Self::Employers => found.kind == Employer,
            }
    }
}

/// A unit as the picker lists it.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Found {
    pub name: String,
    /// Kind and superior: 用人单位 · 云川县教育局
    pub note: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    kind: OrganizationKind,
    superior: String,
}

/// Units of a name's beginning or part, of initials, or of a credit code; without a text the
/// bureau and the first others.
pub async fn find(
    db: &mut SqliteConnection,
    typed: &str,
    offer: Offer,
    most: u32,
) -> Result<Vec<Found>> {
    let typed = typed.trim();
    let mut sql = QueryBuilder::<Sqlite>::new(
        "select o.name, o.kind, coalesce(s.name, '') as superior
           from organization o left join organization s on s.id = o.parent_id where ",
    );
    if typed.is_empty() {
        sql.push("o.id > 0");
    } else if let Ok(code) = CreditCode::parse(typed) {
        sql.push("o.credit_code = ").push_bind(code.as_str().to_owned());
    } else {
        let Some(phrase) = initials::search_phrase(typed) else { return Ok(vec![]) };
        sql.push("o.id in (select rowid from organization_search where organization_search match ")
            .push_bind(phrase)
            .push(")");
    }
    sql.push(offer.only()).push(" order by o.id limit ").push_bind(most);
    let rows: Vec<Row> = sql.build_query_as().fetch_all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| Found {
            note: match row.superior.as_str() {
                "" => row.kind.label().to_owned(),
                superior => format!("{} · {superior}", row.kind.label()),
            },
            name: row.name,
        })
        .collect())
}

/// The unit picked or typed in a field: by its full name, its credit code, or whatever only one
/// unit answers to; else the field is refused with what was meant, perhaps.
pub async fn read(
    form: &mut Form,
    db: &mut SqliteConnection,
    name: &str,
    label: &str,
    offer: Offer,
) -> Result<Option<Organization>> {
    let typed = form.required(name, label, 1..=60);
    if typed.is_empty() {
        return Ok(None);
    }
    if let Some(found) = super::named(&mut *db, &typed).await?.filter(|found| offer.has(found)) {
        form.set(name, found.name.clone());
        return Ok(Some(found));
    }
    let candidates = find(&mut *db, &typed, offer, 6).await?;
    if let [only] = candidates.as_slice() {
        form.set(name, only.name.clone());
        return super::named(db, &only.name).await;
    }
    let names: Vec<&str> = candidates.iter().take(5).map(|c| c.name.as_str()).collect();
    form.refuse(
        name,
        if names.is_empty() {
            format!("没有找到{label}“{typed}”，请核对名称，填写单位全称或 18 位信用代码。")
        } else {
            let more = if candidates.len() > 5 { "等" } else { "" };
            format!("有不止一个单位符合“{typed}”：{}{more}。请填写全称。", names.join("、"))
        },
    );
    Ok(None)
}

#[get("/find-units?<offer>&<q>")]
async fn answer(
    visitor: Visitor,
    offer: Offer,
    q: Option<&str>,
    db: &State<Db>,
) -> Result<RawJson<String>> {
    let _ = visitor; // names of units are public; of people nothing is told here
    let typed: String = q.unwrap_or_default().chars().take(60).collect();
    let found = find(&mut *db.read().await?, &typed, offer, 30).await?;
    Ok(RawJson(serde_json::to_string(&found)?))
}

pub fn routes() -> Vec<Route> {
    routes![answer]
}

/// The organization with this id, if it is offered: for what was stored before.
pub async fn offered(
    db: &mut SqliteConnection,
    id: kit::OrganizationId,
    offer: Offer,
) -> Result<Option<Organization>> {
    Ok(organization::find(db, id).await?.filter(|found| offer.has(found)))
}
