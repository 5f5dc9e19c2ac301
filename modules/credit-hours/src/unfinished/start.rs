//! The countdown on the start page: for people their year, for units and desks how many are
//! unfinished and how many cases wait.

use kit::module::Block;
use kit::{Clock, Permission, PersonId, Result, User, review};
use serde_json::json;
use sqlx::SqliteConnection;

use super::countdown::{self, Countdown};
use super::explain::explain;
use super::list::BASE;
use super::{ViewUnfinished, standing};
use crate::leaves::FAMILY;
use crate::subject::LEAF;

/// The block of whoever is signed in; none while no end is near.
pub async fn start(db: &mut SqliteConnection, user: &User, clock: &Clock) -> Result<Vec<Block>> {
    let mut lines = Vec::new();
    for year in [clock.year(), clock.year() - 1] {
        let told = countdown::of(&mut *db, year, clock).await?;
        if !told.near {
            continue;
        }
        let line = match (&user.grant, user.person) {
            (Some(_), _) => of_desk(&mut *db, user, &told, clock).await?,
            (None, Some(person)) => of_person(&mut *db, person, &told, clock).await?,
            (None, None) => None,
        };
        lines.extend(line);
    }
    if lines.is_empty() {
        return Ok(vec![]);
    }
    let context = json!({ "lines": lines });
    Ok(vec![Block { order: 10, template: "credit-hours/countdown.html", context }])
}

/// What a unit or a desk hears; none if it has neither people nor cases.
async fn of_desk(
    db: &mut SqliteConnection,
    user: &User,
    told: &Countdown,
    clock: &Clock,
) -> Result<Option<serde_json::Value>> {
    let Some(grant) = &user.grant else { return Ok(None) };
    let sees = grant.may(ViewUnfinished::grantable());
    let decides = grant.may(kit::Grantable { leaf: LEAF, action: kit::Action::Review });
    if !sees && !decides {
        return Ok(None);
    }
    let standing = standing::of(&mut *db, grant.scope, told.year).await?;
    let mut waiting = 0;
    if decides {
        for (subject, _) in FAMILY {
            waiting += review::waiting_for(&mut *db, grant, subject).await?;
        }
    }
    // a year that is over and settled is nothing to be told
    if told.year < clock.year() && waiting == 0 && told.left < 0 && told.audit.is_empty() {
        return Ok(None);
    }
    let own = told.year == clock.year();
    let href = if own { BASE.to_owned() } else { format!("{BASE}?year={}", told.year) };
    Ok(Some(json!({
        "sentence": told.sentence, "audit": told.audit, "late": told.left < 0,
        "people": if sees { standing.sentence(told.year) } else { String::new() },
        "unfinished": standing.unfinished(), "href": if sees { href } else { String::new() },
        "waiting": waiting, "desk": decides,
    })))
}

/// What a person hears: nothing once his year is complete.
async fn of_person(
    db: &mut SqliteConnection,
    person: PersonId,
    told: &Countdown,
    clock: &Clock,
) -> Result<Option<serde_json::Value>> {
    let found = match explain(&mut *db, person, told.year, clock).await {
        Ok(found) if !found.complete && found.counted => found,
        Ok(_) | Err(kit::Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Some(json!({
        "sentence": told.sentence, "audit": "", "late": told.left < 0,
        "people": format!("{} 年度还差 {} 学时：{}。", told.year, found.needed, found.line),
        "unfinished": 0, "href": "/credit-hours/mine", "waiting": 0, "desk": false,
    })))
}
