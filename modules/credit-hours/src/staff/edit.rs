//! Writing the header of a unit's declaration, and its files; the roster comes next.

use kit::form::Upload;
use kit::{Answer, Can, Clock, Db, Done, FileId, Form, Page, Result, trail};
use rocket::response::content::RawJson;
use rocket::{State, get, post};
use sqlx::SqliteConnection;

use super::header::{self, Fields};
use super::store::{self, Staff};
use super::{BASE, files, measure, show};
use crate::category;
use crate::declaration::{evidence, slots, suggest};
use crate::leaves::EditStaff;
use crate::rules::{self, Query};
use crate::windows::open_years;

type Editor = Can<EditStaff>;

/// What the pressed button asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Save,
    Attach,
    Remove(FileId),
    Next,
}

impl Act {
    fn of(form: &Form) -> Self {
        let text = form.text("act");
        match text.strip_prefix("remove:").and_then(|id| id.parse().ok()) {
            Some(file) => Act::Remove(file),
            None if text == "next" => Act::Next,
            None if text == "attach" => Act::Attach,
            None => Act::Save,
        }
    }
}

#[get("/staff/new")]
pub async fn new(user: Editor, db: &State<Db>, clock: &State<Clock>) -> Result<Page> {
    let _ = user;
    let mut db = db.read().await?;
    let open = open_years(&mut db, clock).await?;
    let mut form = header::blank(open.first().copied().unwrap_or(clock.year()));
    form.set("form_key", kit::serial::token()?);
    page(&mut db, None, &form, clock).await
}

/// The suggestion for what is typed so far, of each person. Reads only.
#[get("/staff/suggest?<query..>")]
pub async fn suggested(user: Editor, query: Query<'_>, db: &State<Db>) -> Result<RawJson<String>> {
    let _ = user;
    let rules = rules::all(&mut *db.read().await?).await?;
    let answer = measure::of_form(&query.form(), &rules);
    Ok(RawJson(serde_json::to_string(&answer)?))
}

#[get("/staff/<id>/edit")]
pub async fn edit(user: Editor, id: i64, db: &State<Db>, clock: &State<Clock>) -> Result<Page> {
    let mut db = db.read().await?;
    let staff = store::editable(&mut db, user.organization(), id).await?;
    page(&mut db, Some(&staff), &header::form_of(&staff), clock).await
}

/// A new declaration: at first always a draft, so that its files have a place to stay.
#[post("/staff", data = "<upload>")]
pub async fn create(
    user: Editor,
    db: &State<Db>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    save(&user, None, db, clock, upload.into_inner()).await
}

#[post("/staff/<id>", data = "<upload>")]
pub async fn update(
    user: Editor,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    save(&user, Some(id), db, clock, upload.into_inner()).await
}

async fn save(
    user: &Editor,
    id: Option<i64>,
    db: &Db,
    clock: &Clock,
    upload: Upload,
) -> Result<Answer> {
    let Upload { mut form, files: arrived } = upload;
    let act = Act::of(&form);
    let (unit, account) = (user.organization(), user.user.account);
    let mut tx = db.begin().await?;
    let id = match id {
        Some(id) => id,
        None => store::of_form(&mut tx, unit, &form, account, clock).await?,
    };
    let staff = store::editable(&mut tx, unit, id).await?;
    let categories = category::active(&mut tx).await?;
    if form.text("act") == "adopt" {
        measure::adopt(&mut tx, &mut form).await?;
    }
    let fields = Fields::read(&mut form, act == Act::Next, &categories);
    store::update(&mut tx, id, &fields, clock).await?;
    files::assign(&mut tx, id, &form.text("kind"), &form).await?;
    let there = files::ids(&mut tx, id).await?.len();
    let by = &user.user;
    let kept = evidence::receive(&mut tx, db, by, there, &arrived, &mut form, clock).await?;
    for (file, slot) in &kept {
        files::attach(&mut tx, id, *file, slot).await?;
    }
    if let Act::Remove(file) = act {
        files::detach(&mut tx, &staff, file).await?;
    }
    if act == Act::Next && !form.refused() {
        fields.check(&mut tx, &mut form, clock).await?;
    }
    let staff = store::own(&mut tx, unit, id).await?;
    let text = format!("保存{}，本次上传材料 {} 份", staff.called(), kept.len());
    let (name, object) = ("credit-hours.staff.save", staff.object());
    trail::write(&mut tx, &user.actor(), clock, name, &object, &text).await?;
    tx.commit().await?;
    if form.refused() {
        let mut db = db.read().await?;
        return Ok(page(&mut db, Some(&staff), &form, clock).await?.refused().into());
    }
    Ok(saved(id, act, kept.len()).into())
}

fn saved(id: i64, act: Act, kept: usize) -> Done {
    let done = Done::to(format!("{BASE}/{id}/edit"));
    match act {
        Act::Next => Done::to(format!("{BASE}/{id}/roster")),
        Act::Attach if kept == 0 => done.warn("没有选择文件。请先点“选择文件”，再点“上传材料”。"),
        Act::Attach => done.ok(format!("已上传 {kept} 份材料。")),
        Act::Remove(_) => done.ok("已移除 1 份材料。"),
        Act::Save => done.ok("草稿已保存。选好名单并提交以后，审核单位才能看到。"),
    }
}

/// The form of the header, as typed or as stored.
pub async fn page(
    db: &mut SqliteConnection,
    staff: Option<&Staff>,
    form: &Form,
    clock: &Clock,
) -> Result<Page> {
    let open = open_years(&mut *db, clock).await?;
    let categories = category::active(&mut *db).await?;
    let (id, number) = staff.map_or((0, ""), |staff| (staff.id, staff.number.as_str()));
    let stored = match staff {
        Some(_) => files::pieces(&mut *db, id).await?,
        None => vec![],
    };
    let rejection = match staff {
        Some(staff) => show::rejection(&mut *db, staff).await?,
        None => None,
    };
    let rules = rules::all(&mut *db).await?;
    let evidence = slots::evidence(&form.text("kind"), stored, &files::base(id));
    Ok(Page::new("credit-hours/staff_edit.html")
        .with("title", if id == 0 { "新增单位申报" } else { "填写单位申报" })
        .with("id", &id)
        .with("action", &if id == 0 { BASE.to_owned() } else { format!("{BASE}/{id}") })
        .with("number", number)
        .with("rejection", &rejection)
        .with("people", &staff.map_or(0, |staff| staff.people))
        .with("form", form)
        .with("offered", &header::offered(&open, &categories))
        .with("items", &rules::items(&rules, &suggest::day_of(form)))
        .with("suggested", &measure::of_form(form, &rules))
        .with("evidence", &evidence))
}
