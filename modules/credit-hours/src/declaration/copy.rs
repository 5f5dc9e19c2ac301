//! 复制为新申报: a former declaration as the beginning of a new one.

use rocket::{State, post};
use sqlx::SqliteConnection;

use kit::{Clock, Db, Done, Error, Person, Result, trail};

use super::store::{self, Draft};
use crate::windows::open_years;

/// A new draft with what a former one says, but not its dates, certificate number and evidence:
/// those belong to one occasion.
#[post("/declarations/<id>/copy", data = "<_form>")]
pub async fn copy(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: kit::Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let former = store::own(&mut tx, person.id, id).await?;
    if let Some(sentence) = store::shut(&mut tx, person.id).await? {
        return Err(Error::refused(sentence));
    }
    let year = open_years(&mut tx, clock).await?.first().copied().unwrap_or_else(|| clock.year());
    let new = store::create(&mut tx, person.id, &person.user, clock).await?;
    fill(&mut tx, new, &former, year).await?;
    let (actor, object) = (person.user.actor(), format!("declaration:{new}"));
    let text = format!("复制学时申报“{}”为新申报", former.title);
    trail::write(&mut tx, &actor, clock, "credit-hours.declaration.copy", &object, &text).await?;
    tx.commit().await?;
    Ok(Done::to(format!("/credit-hours/declarations/{new}/edit"))
        .ok("已复制为新申报。请填写这一次的起止日期、证书编号，上传材料后提交。"))
}

/// A subject that is no longer offered has to be chosen anew.
async fn fill(tx: &mut SqliteConnection, new: i64, former: &Draft, year: i32) -> Result<()> {
    sqlx::query(
        "update declaration set year = ?,
           category_id = (select id from category where id = ? and state = 'active'),
           kind = ?, title = ?, organizer = ?, place = ?, level = ?, rank = ?,
           item = ?, hours = ?, note = ?
          where id = ?",
    )
    .bind(year)
    .bind(former.category_id)
    .bind(&former.kind)
    .bind(&former.title)
    .bind(&former.organizer)
    .bind(&former.place)
    .bind(&former.level)
    .bind(&former.rank)
    .bind(&former.item)
    .bind(former.hours)
    .bind(&former.note)
    .bind(new)
    .execute(tx)
    .await?;
    Ok(())
}
