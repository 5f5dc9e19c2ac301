//! 编辑 of one of the own people, by the rules of 4.4: the unit is the first desk, so what only
//! it decides is changed at once; 姓名 and titles go to the bureau (`request`).

use kit::{
    Answer, Can, Clock, Db, Done, Event, Form, Modules, OrganizationKind, Page, PersonId, Result,
    day, trail,
};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::{BASE, crumbs, not_himself, object, own};
use crate::internal_departments;
use crate::people::{self, Fields, form as fields};
use crate::permissions::EditStaff;

pub fn routes() -> Vec<Route> {
    routes![edit, update]
}

#[get("/people/<id>/edit")]
async fn edit(user: Can<EditStaff>, id: PersonId, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    own(&mut db, &user.grant, id).await?;
    not_himself(&user.user, id)?;
    let mut form = Form::new();
    let (stored, place) = stored(&mut db, id).await?;
    fields::fill(&mut form, &stored);
    form.set(SEEN, latest(&mut db, id).await?.to_string());
    form.set("note", stored.note);
    form.set("internal_department", place.map(|id| id.to_string()).unwrap_or_default());
    page(&mut db, &user, id, &form).await
}

#[post("/people/<id>/edit", data = "<form>")]
async fn update(
    user: Can<EditStaff>,
    id: PersonId,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let brief = own(&mut tx, &user.grant, id).await?;
    not_himself(&user.user, id)?;
    let (old, old_place) = stored(&mut tx, id).await?;
    let born = day::stored_date(&brief.born);
    let mut typed = if whole(&user) {
        fields::read(&mut form, born, clock.today())
    } else {
        fields::read_by_unit(&mut form, &old, born, clock.today())
    };
    typed.note = form.optional("note", "备注", 200);
    let place =
        internal_departments::read_place(&mut form, &mut tx, user.organization(), old_place)
            .await?;
    let latest = latest(&mut tx, id).await?.to_string();
    if !form.raw(SEEN).is_empty() && form.raw(SEEN) != latest {
        form.refuse("", MEANWHILE);
        form.set(SEEN, latest);
    }
    if form.refused() {
        return Ok(page(&mut tx, &user, id, &form).await?.refused().into());
    }
    let done = Done::to(format!("{BASE}/{id}"));
    let changed = people::change(&mut tx, id, &typed, place, "unit", clock).await?;
    if changed.is_empty() {
        return Ok(done.ok("内容没有变化，不需要保存。").into());
    }
    modules.deliver(&mut tx, &Event::PersonChanged { person: id }, clock).await?;
    if old.name != typed.name {
        modules
            .deliver(&mut tx, &Event::IdentityCorrected { person: id, correction: None }, clock)
            .await?;
    }
    let text = format!("修改{}的资料：{}", old.name, changed.join("、"));
    trail::write(&mut tx, &user.actor(), clock, "accounts.person.change", &object(id), &text)
        .await?;
    tx.commit().await?;
    Ok(done.ok(format!("已保存{}的资料：{}。", typed.name, changed.join("、"))).into())
}

/// The version that the form was filled from.
const SEEN: &str = "seen";
const MEANWHILE: &str = "打开这个页面以后，这位人员的资料又有变动（例如信息修改申请已通过），没有保存。\
    请在“单位和资料变更”中核对，再保存下面填写的内容。";

/// The person's latest version: what stands in the form must not overwrite a newer one unseen.
async fn latest(db: &mut SqliteConnection, id: PersonId) -> Result<i64> {
    let sql = "select coalesce(max(id), 0) from person_version where person_id = ?";
    Ok(sqlx::query_scalar(sql).bind(id).fetch_one(db).await?)
}

/// Whether this unit alone decides on names and titles: the bureau for its own people.
pub fn whole(user: &Can<EditStaff>) -> bool {
    user.grant.kind == OrganizationKind::Bureau
}

async fn stored(db: &mut SqliteConnection, id: PersonId) -> Result<(Fields, Option<i64>)> {
    let place = sqlx::query_scalar("select internal_department_id from person where id = ?")
        .bind(id)
        .fetch_one(&mut *db)
        .await?;
    let fields = people::fields(db, id).await?.ok_or(kit::Error::NotFound)?;
    Ok((fields, place))
}

async fn page(
    db: &mut SqliteConnection,
    user: &Can<EditStaff>,
    id: PersonId,
    form: &Form,
) -> Result<Page> {
    let brief = people::brief(&mut *db, id).await?;
    let place = sqlx::query_scalar("select internal_department_id from person where id = ?")
        .bind(id)
        .fetch_one(&mut *db)
        .await?;
    let places = internal_departments::choices(db, user.organization(), place).await?;
    let back = format!("{BASE}/{id}");
    Ok(Page::new("accounts/person_form.html")
        .with("crumbs", &crumbs(&user.grant, &[(&brief.name, &back), ("编辑资料", "")]))
        .with("title", &format!("编辑{}的资料", brief.name))
        .with("action", &format!("{BASE}/{id}/edit"))
        .with("back", &back)
        .with("fresh", &false)
        .with("whole", &whole(user))
        .with("request", &format!("{BASE}/{id}/change"))
        .with("options", &fields::Options::new())
        .with("places", &places)
        .with("form", form))
}
