//! The unit's own people, and putting them on a roster.

use std::collections::HashMap;

use kit::{Error, Hours, IdentityId, OrganizationId, PersonId, Result};
use sqlx::SqliteConnection;

use super::store::{self, Staff};
use crate::roster::{self, NewRow, STAFF};

/// People of one declaration at most.
pub const MOST: usize = 1_000;

/// Somebody of the unit. The number is whole: it is compared, never shown.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OwnPerson {
    pub id: PersonId,
    pub identity_id: IdentityId,
    pub number: String,
    pub name: String,
    /// 内设部门
    pub place: String,
    pub state: String,
}

/// Everybody of the unit, in the order of internal departments.
pub async fn all(db: &mut SqliteConnection, unit: OrganizationId) -> Result<Vec<OwnPerson>> {
    Ok(sqlx::query_as(
        "select p.id, p.identity_id, i.number, p.name, coalesce(n.name, '') as place, p.state
           from person p join identity i on i.id = p.identity_id
           left join internal_department n on n.id = p.internal_department_id
          where p.organization_id = ? order by n.sort, n.id, p.id",
    )
    .bind(unit)
    .fetch_all(db)
    .await?)
}

/// Somebody to be put on a roster.
#[derive(Debug, Clone)]
pub struct Added {
    pub identity: IdentityId,
    pub person: PersonId,
    pub name: String,
    pub place: String,
    /// None: those of the header.
    pub hours: Option<Hours>,
    pub certificate: String,
    pub note: String,
}

impl Added {
    /// Picked, not typed.
    pub fn picked(person: &OwnPerson) -> Self {
        Self {
            identity: person.identity_id,
            person: person.id,
            name: person.name.clone(),
            place: person.place.clone(),
            hours: None,
            certificate: String::new(),
            note: String::new(),
        }
    }

    fn detail(&self) -> String {
        serde_json::json!({
            "own": self.hours.is_some(), "note": self.note, "place": self.place,
        })
        .to_string()
    }
}

/// Puts people on the roster. Who is there already stays; `typed`: his hours, certificate and
/// note become those of now. Gives (added, changed).
///
/// # Errors
/// Refused beyond `MOST`, and before the header is filled in.
pub async fn add(
    tx: &mut SqliteConnection,
    staff: &Staff,
    unit_name: &str,
    people: &[Added],
    typed: bool,
) -> Result<(usize, usize)> {
    let category = staff.category_id.ok_or_else(|| Error::refused("请先填写申报内容。"))?;
    let there = roster::rows(&mut *tx, STAFF, staff.id, None).await?;
    let ids: HashMap<IdentityId, i64> = there.iter().map(|row| (row.identity_id, row.id)).collect();
    let (old, new): (Vec<&Added>, Vec<&Added>) =
        people.iter().partition(|one| ids.contains_key(&one.identity));
    if there.len() + new.len() > MOST {
        return Err(Error::refused(format!(
            "一份申报最多 {MOST} 人：名单中已有 {} 人，这次又加 {} 人，都没有加入。请分成几份申报。",
            there.len(),
            new.len()
        )));
    }
    let last = there.last().map_or(0, |row| row.number);
    let rows: Vec<NewRow> = (last + 1..)
        .zip(&new)
        .map(|(number, one)| NewRow {
            number,
            identity: one.identity,
            person: Some(one.person),
            name: one.name.clone(),
            unit: unit_name.to_owned(),
            year: staff.year,
            category,
            kind: staff.kind.clone(),
            title: staff.title.clone(),
            organizer: staff.organizer.clone(),
            started_on: staff.started_on.clone(),
            ended_on: staff.ended_on.clone(),
            certificate_number: one.certificate.clone(),
            hours: one.hours.unwrap_or(staff.hours),
            plan: None,
            detail: one.detail(),
        })
        .collect();
    roster::put(&mut *tx, STAFF, staff.id, &rows).await?;
    if typed {
        for one in &old {
            sqlx::query(
                "update roster_row set name = ?, hours = ?, certificate_number = ?, detail = ?
                  where id = ? and state = 'draft'",
            )
            .bind(&one.name)
            .bind(one.hours.unwrap_or(staff.hours))
            .bind(&one.certificate)
            .bind(one.detail())
            .bind(ids.get(&one.identity))
            .execute(&mut *tx)
            .await?;
        }
    }
    store::follow(tx, staff.id).await?;
    Ok((new.len(), if typed { old.len() } else { 0 }))
}
