//! 申请修改资料: what a desk must agree to; written over as many visits as it takes, one at a time.

use kit::form::Upload;
use kit::{
    Answer, Clock, Db, Done, Error, FileId, Form, Modules, Page, Person, PersonId, Result, day,
    trail,
};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{PROFILE, crumbs, send};
use crate::changes::{self, Draft, Item, MOST_FILES, Request};
use crate::people::record::Kind;
use crate::people::{self, Fields, form as fields};
use crate::{internal_departments, uploads};

pub fn routes() -> Vec<Route> {
    routes![edit, update]
}

pub const CHANGE: &str = "/accounts/profile/change";

/// What the pressed button asks for.
enum Act {
    Save,
    Attach,
    Detach(FileId),
    /// Takes a planned change of a record out again.
    Drop(usize),
    /// Saves and goes on to a record's page below this one.
    Go(String),
    Discard,
    Submit,
}

impl Act {
    fn of(form: &Form) -> Self {
        let text = form.text("act");
        let (word, rest) = text.split_once(':').unwrap_or((&text, ""));
        match word {
            "attach" => Act::Attach,
            "detach" => rest.parse().map_or(Act::Save, Act::Detach),
            "drop" => rest.parse().map_or(Act::Save, Act::Drop),
            "add" => match Kind::from_key(rest) {
                Some(kind) => Act::Go(format!("{CHANGE}/records/new?kind={}", kind.key())),
                None => Act::Save,
            },
            "discard" => Act::Discard,
            "submit" => Act::Submit,
            _ => Act::Save,
        }
    }
}

#[get("/profile/change")]
async fn edit(person: Person, db: &State<Db>) -> Result<Answer> {
    let mut db = db.read().await?;
    if let Some(pending) = changes::pending(&mut db, person.id).await? {
        return Ok(Done::to(href(&person, &pending)).into());
    }
    let request = changes::open(&mut db, person.id).await?;
    let draft = request.as_ref().map(Request::draft).transpose()?.unwrap_or_default();
    let mut form = Form::new();
    let (stored, place) = stored(&mut db, person.id).await?;
    fill(&mut form, &stored, place);
    for (name, value) in &draft.values {
        form.set(name, value.as_str());
    }
    Ok(page(&mut db, &person, request.as_ref(), &draft, &form).await?.into())
}

/// Where a request is looked at from his side: his own in full, the unit's in the profile.
fn href(person: &Person, request: &Request) -> String {
    if request.by_unit || request.account_id != person.user.account {
        PROFILE.to_owned()
    } else {
        format!("{CHANGE}/{}", request.id)
    }
}

#[post("/profile/change", data = "<upload>")]
async fn update(
    person: Person,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let Upload { mut form, files: arrived } = upload.into_inner();
    let act = Act::of(&form);
    let mut tx = db.begin().await?;
    let open = changes::editable(&mut tx, person.id).await?;
    if let Act::Discard = act {
        return discard(tx, &person, open, clock).await;
    }
    let id = match &open {
        Some(request) => request.id,
        None => {
            let account = person.user.account;
            changes::create(&mut tx, person.id, account, false, clock).await?
        }
    };
    let request = changes::of(&mut tx, person.id, id).await?;
    let mut draft = request.draft()?;
    changes::as_typed(&mut draft, &form);
    if let Act::Drop(at) = act
        && at < draft.records.len()
    {
        draft.records.remove(at);
    }
    let there = changes::files(&mut tx, id).await?.len();
    let (by, limit) = (person.user.account, (there, MOST_FILES));
    let kept = uploads::keep(&mut tx, db, &mut form, &arrived, limit, by, clock).await?;
    for file in &kept {
        changes::attach(&mut tx, id, *file).await?;
    }
    if let Act::Detach(file) = act {
        changes::detach(&mut tx, &request, file).await?;
    }
    if let Act::Submit = act {
        let asked = asked(&mut tx, &person, &draft, id, &mut form, clock).await?;
        if let Some(asked) = asked.filter(|_| !form.refused()) {
            changes::save(&mut tx, id, &draft, &changes::titles(&asked.items), clock).await?;
            let done = send::send(&mut tx, modules, &request, asked, &person.user, clock).await?;
            tx.commit().await?;
            return Ok(done.into());
        }
    }
    changes::save(&mut tx, id, &draft, &request.items, clock).await?;
    let (actor, object) = (person.user.actor(), format!("person:{}", person.id));
    let text = "保存信息修改申请草稿";
    trail::write(&mut tx, &actor, clock, "accounts.change.save", &object, text).await?;
    tx.commit().await?;
    if form.refused() {
        let mut db = db.read().await?;
        let request = changes::of(&mut db, person.id, id).await?;
        return Ok(page(&mut db, &person, Some(&request), &draft, &form).await?.refused().into());
    }
    Ok(saved(act, kept.len()).into())
}

fn saved(act: Act, kept: usize) -> Done {
    let done = Done::to(CHANGE);
    match act {
        Act::Go(to) => Done::to(to),
        Act::Attach if kept == 0 => done.warn("没有选择文件。请先点“选择文件”，再点“上传材料”。"),
        Act::Attach => done.ok(format!("已上传 {kept} 份材料。")),
        Act::Detach(_) => done.ok("已移除 1 份材料。"),
        Act::Drop(_) => done.ok("已取消这一项修改。"),
        Act::Save | Act::Submit | Act::Discard => {
            done.ok("草稿已保存。提交以后，审核单位才能看到。")
        }
    }
}

async fn discard(
    mut tx: sqlx::Transaction<'static, sqlx::Sqlite>,
    person: &Person,
    open: Option<Request>,
    clock: &Clock,
) -> Result<Answer> {
    let Some(request) = open else {
        return Ok(Done::to(PROFILE).ok("没有在写的申请，不用放弃。").into());
    };
    changes::discard(&mut tx, &request).await?;
    let (actor, object) = (person.user.actor(), format!("person:{}", person.id));
    let text = "放弃信息修改申请草稿";
    trail::write(&mut tx, &actor, clock, "accounts.change.discard", &object, text).await?;
    tx.commit().await?;
    Ok(Done::to(PROFILE).ok("已放弃没有提交的修改，资料没有变化。").into())
}

/// Reads the form against what is recorded; refused by field.
async fn asked(
    tx: &mut SqliteConnection,
    person: &Person,
    draft: &Draft,
    id: i64,
    form: &mut Form,
    clock: &Clock,
) -> Result<Option<send::Asked>> {
    let (old, old_place) = stored(&mut *tx, person.id).await?;
    let born: String = sqlx::query_scalar("select born from person where id = ?")
        .bind(person.id)
        .fetch_one(&mut *tx)
        .await?;
    let (born, today) = (day::stored_date(&born), clock.today());
    let mut new = old.clone();
    // what is left as it was need not keep rules that are younger than it
    if touched(form, &old, ABOVE) {
        fields::read_decided_above(form, &mut new, born, today);
    }
    if touched(form, &old, BY_UNIT) {
        fields::read_decided_by_unit(form, &mut new, born, today);
    }
    let organization: kit::OrganizationId =
        sqlx::query_scalar("select organization_id from person where id = ?")
            .bind(person.id)
            .fetch_one(&mut *tx)
            .await?;
    let place = internal_departments::read_place(form, &mut *tx, organization, old_place).await?;
    let reason = form.required("reason", "修改原因", 5..=200);
    let mut items = changes::differences(&old, &new, (old_place, place));
    items.extend(draft.records.iter().cloned());
    if items.is_empty() && !form.refused() {
        form.refuse("", "没有改动任何内容，没有提交。请先修改要更正的内容，或新增、修改一条记录。");
    }
    let files: Vec<FileId> =
        changes::files(tx, id).await?.into_iter().map(|file| file.id).collect();
    let bare = files.is_empty() && items.iter().all(|item| item.files().is_empty());
    if bare && items.iter().any(changes::decided_above) {
        form.refuse(
            "files",
            "修改姓名或职称的，请至少上传 1 份证明材料，例如身份证、职称证书的照片。",
        );
    }
    Ok(Some(send::Asked { items, reason, files }))
}

const ABOVE: &[&str] =
    &["person_name", "series", "level", "title", "titled_on", "title_certificate"];
const BY_UNIT: &[&str] = &[
    "nation",
    "political",
    "native_place",
    "education",
    "degree",
    "school",
    "major",
    "graduated_on",
    "started_work_on",
    "position",
    "employment",
];

/// Whether any of these fields was typed otherwise than it is recorded.
fn touched(form: &Form, old: &Fields, names: &[&str]) -> bool {
    let mut recorded = Form::new();
    fields::fill(&mut recorded, old);
    names.iter().any(|name| form.text(name) != recorded.text(name))
}

async fn stored(db: &mut SqliteConnection, id: PersonId) -> Result<(Fields, Option<i64>)> {
    let place = sqlx::query_scalar("select internal_department_id from person where id = ?")
        .bind(id)
        .fetch_one(&mut *db)
        .await?;
    let fields = people::fields(db, id).await?.ok_or(Error::NotFound)?;
    Ok((fields, place))
}

fn fill(form: &mut Form, stored: &Fields, place: Option<i64>) {
    fields::fill(form, stored);
    form.set("internal_department", place.map(|id| id.to_string()).unwrap_or_default());
}

/// A kind of record that may be added.
#[derive(Serialize)]
struct Addable {
    key: &'static str,
    label: &'static str,
}

async fn page(
    db: &mut SqliteConnection,
    person: &Person,
    request: Option<&Request>,
    draft: &Draft,
    form: &Form,
) -> Result<Page> {
    let brief = people::brief(&mut *db, person.id).await?;
    let place = sqlx::query_scalar("select internal_department_id from person where id = ?")
        .bind(person.id)
        .fetch_one(&mut *db)
        .await?;
    let places = internal_departments::choices(&mut *db, brief.organization, place).await?;
    let mut planned = Vec::new();
    for item in &draft.records {
        planned.push(changes::shown(&mut *db, item).await?);
    }
    let files = match request {
        Some(request) => changes::files(&mut *db, request.id).await?,
        None => vec![],
    };
    let rejection = match request {
        Some(request) if request.state == "rejected" => send::rejection(&mut *db, request).await?,
        _ => None,
    };
    let kinds = Kind::ALL.map(|kind| Addable { key: kind.key(), label: kind.label() });
    Ok(Page::new("accounts/change_form.html")
        .with("crumbs", &crumbs("申请修改资料"))
        .with("action", CHANGE)
        .with("back", PROFILE)
        .with("number", request.map_or("", |request| request.number.as_str()))
        .with("begun", &request.is_some())
        .with("rejection", &rejection)
        .with("organization", &brief.organization_name)
        .with("planned", &planned)
        .with("kinds", &kinds)
        .with("options", &fields::Options::new())
        .with("places", &places)
        .with("files", &uploads::shown(files))
        .with("most_files", &MOST_FILES)
        .with("file_limit", &kit::file::EVIDENCE_LIMIT)
        .with("form", form))
}

/// Adds a change of a record to what is being written.
pub async fn plan(
    tx: &mut SqliteConnection,
    person: &Person,
    item: Item,
    clock: &Clock,
) -> Result<()> {
    let id = match changes::editable(&mut *tx, person.id).await? {
        Some(request) => request.id,
        None => changes::create(&mut *tx, person.id, person.user.account, false, clock).await?,
    };
    let request = changes::of(&mut *tx, person.id, id).await?;
    let mut draft = request.draft()?;
    // of one record only the last word counts
    let about = |item: &Item| match item {
        Item::Change { id, .. } | Item::Remove { id, .. } => Some(*id),
        _ => None,
    };
    draft.records.retain(|planned| about(planned).is_none() || about(planned) != about(&item));
    if draft.records.len() >= 20 {
        return Err(Error::refused("一次申请最多修改 20 条记录。请先提交这一次，办完后再申请。"));
    }
    draft.records.push(item);
    changes::save(&mut *tx, id, &draft, &request.items, clock).await?;
    let (actor, object) = (person.user.actor(), format!("person:{}", person.id));
    let text = "保存信息修改申请草稿";
    trail::write(tx, &actor, clock, "accounts.change.save", &object, text).await
}
