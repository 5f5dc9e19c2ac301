//! The form of a registration: empty, refused with everything kept, sent.

use kit::form::Upload;
use kit::password::{policy_of, rules};
use kit::review::Case;
use kit::{Answer, Clock, Db, Done, Error, Form, IdCard, Modules, Page, Result, Settings, Visitor};
use rocket::http::Status;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::kind::Attachment;
use super::send::Sent;
use super::store::{self, Row};
use super::{Kind, MOST_FILES, Submissions, draft, fields, files, send};
use crate::{organizations, people};

/// What a handler of a form works with.
pub struct Desk<'r> {
    pub visitor: &'r Visitor,
    pub db: &'r Db,
    pub clock: &'r Clock,
    pub settings: &'r Settings,
    pub modules: &'r Modules,
    pub submissions: &'r Submissions,
}

/// What is filled in: a new registration, or one that was rejected or withdrawn.
#[derive(Clone, Copy)]
pub enum Target<'r> {
    New(Kind),
    Again(&'r Row),
}

impl Target<'_> {
    fn kind(self) -> Kind {
        match self {
            Self::New(kind) => kind,
            Self::Again(row) => row.kind,
        }
    }
}

/// An attachment's field with the files that are there.
#[derive(Serialize)]
struct Field {
    #[serde(flatten)]
    attachment: Attachment,
    files: Vec<files::Shown>,
}

/// Draws the form; `holder` is the row that holds its files.
pub async fn draw(
    db: &mut SqliteConnection,
    target: Target<'_>,
    holder: Option<i64>,
    form: &Form,
    settings: &Settings,
) -> Result<Page> {
    let kind = target.kind();
    let there = files::of(&mut *db, holder).await?;
    let fields: Vec<Field> = kind
        .attachments()
        .iter()
        .map(|attachment| Field {
            attachment: *attachment,
            files: there.iter().filter(|file| file.kind == attachment.kind).cloned().collect(),
        })
        .collect();
    let (again, number, masked) = match target {
        Target::New(_) => (false, "", String::new()),
        Target::Again(row) => {
            let card = store::id_card(&mut *db, row.identity_id).await?;
            (true, row.number.as_str(), card.map(|card| card.masked()).unwrap_or_default())
        }
    };
    let page = Page::new("accounts/registration_form.html")
        .with("kind", kind.key())
        .with("noun", kind.noun())
        .with("title", if again { "修改后重新提交" } else { kind.entry() })
        .with("again", &again)
        .with("number", number)
        .with("masked", &masked)
        .with("draft", &holder.filter(|_| !again).unwrap_or_default())
        .with("attachments", &fields)
        .with("one_of", kind.one_of())
        .with("most_files", &MOST_FILES)
        .with("file_limit", &kit::file::EVIDENCE_LIMIT)
        .with("rules", &rules(policy_of(kind != Kind::Person, settings)))
        .with("form", form);
    Ok(match kind {
        Kind::Person => page.with("options", &people::form::Options::new()),
        _ => {
            let bureau = kit::organization::bureau(&mut *db).await?;
            let subjects = organizations::subjects::offered(&mut *db).await?;
            page.with("options", &organizations::form::Options::new(subjects))
                .with("bureau", &bureau.map(|o| o.name).unwrap_or_default())
        }
    })
}

/// A form as it arrived: sent to its desk, or back with a sentence by each field.
pub async fn receive(desk: &Desk<'_>, target: Target<'_>, upload: Upload) -> Result<Answer> {
    let Upload { mut form, files: uploads } = upload;
    let kind = target.kind();
    let holder = match target {
        Target::Again(row) => Some(row.id),
        Target::New(_) => {
            draft::named(&mut *desk.db.read().await?, &form, kind, desk.visitor, desk.clock).await?
        }
    };
    if let Err(sentence) = desk.submissions.take(&desk.visitor.address, desk.clock, desk.settings) {
        form.forget("password");
        form.forget("again");
        form.refuse("", sentence);
        let page = draw(&mut *desk.db.read().await?, target, holder, &form, desk.settings).await?;
        return Ok(page.status(Status::TooManyRequests).into());
    }
    let holder = keep(desk, kind, holder, &uploads, &mut form).await?;
    let mut reader = desk.db.read().await?;
    let kept: Option<(i64, Option<IdCard>)> = match target {
        Target::Again(row) => Some((row.id, store::id_card(&mut reader, row.identity_id).await?)),
        Target::New(_) => None,
    };
    let typed = fields::read(kind, &mut form, &mut reader, kept, desk.clock).await?;
    files::require(kind, &files::of(&mut reader, holder).await?, &mut form);
    drop(reader);
    if !form.ticked("accepted") {
        form.refuse("accepted", "请先阅读并同意个人信息处理告知。");
    }
    let again = match target {
        Target::Again(row) => Some(row),
        Target::New(_) => None,
    };
    let may_keep = again.is_some_and(|row| row.password_hash.is_some());
    let hash = fields::password(&mut form, kind, typed.as_ref(), may_keep, desk.settings).await?;
    if let (Some(typed), false) = (&typed, form.refused()) {
        let Desk { visitor, clock, settings, .. } = desk;
        if let Some(number) = typed.claims()
            && let Err(sentence) = desk.submissions.claim(&visitor.address, number, clock, settings)
        {
            form.refuse("", sentence);
        }
    }
    if let (Some(typed), false) = (typed, form.refused()) {
        match submit(desk, kind, holder, again, typed, hash, &form).await {
            Ok(answer) => return Ok(answer),
            Err(Error::Refused(sentence)) => form.refuse("", sentence),
            Err(error) => return Err(error),
        }
    }
    let page = draw(&mut *desk.db.read().await?, target, holder, &form, desk.settings).await?;
    Ok(page.refused().into())
}

/// Keeps and drops files at once, in a draft if there is no row yet: a refused form keeps them.
async fn keep(
    desk: &Desk<'_>,
    kind: Kind,
    holder: Option<i64>,
    uploads: &[kit::form::Uploaded],
    form: &mut Form,
) -> Result<Option<i64>> {
    if uploads.is_empty() && form.list("drop").is_empty() {
        return Ok(holder);
    }
    let mut tx = desk.db.begin().await?;
    let id = match holder {
        Some(id) => id,
        None => draft::open(&mut tx, kind, desk.visitor, desk.clock).await?,
    };
    files::receive(desk.db, &mut tx, id, kind, uploads, form, desk.clock).await?;
    tx.commit().await?;
    Ok(Some(id))
}

async fn submit(
    desk: &Desk<'_>,
    kind: Kind,
    holder: Option<i64>,
    again: Option<&Row>,
    typed: fields::Typed,
    hash: Option<String>,
    form: &Form,
) -> Result<Answer> {
    let key = form.raw("form_key");
    let plain = key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    let key = (plain && again.is_none()).then(|| key.to_owned());
    let mut tx = desk.db.begin().await?;
    let id = match holder {
        Some(id) => id,
        None => draft::open(&mut tx, kind, desk.visitor, desk.clock).await?,
    };
    let sent = send::send(
        &mut tx,
        desk.modules,
        kind,
        id,
        again,
        typed,
        hash,
        key,
        desk.visitor,
        desk.clock,
    )
    .await?;
    tx.commit().await?;
    let Sent { case, desk, code } = sent;
    Ok(match code {
        Some(code) => done(kind, &case, &desk, &code).into(),
        None => {
            let text = format!("已重新提交，注册编号 {}，等待{desk}审核。", case.number);
            Done::to("/accounts/registration/progress/mine").ok(text).into()
        }
    })
}

/// The number and the query code, in the answer itself: the code is nowhere else. Nothing on this
/// page depends on what is recorded of the applicant (AU-08).
fn done(kind: Kind, case: &Case, desk: &str, code: &str) -> Page {
    let (first, last) = code.split_at(code.len() / 2);
    Page::new("accounts/registration_done.html")
        .with("kind", kind.key())
        .with("noun", kind.noun())
        .with("number", &case.number)
        .with("code", &format!("{first}-{last}"))
        .with("what", &case.title)
        .with("desk", desk)
        .with("unattended", &case.unattended)
}

#[get("/registration/<kind>", rank = 2)]
async fn empty(
    _visitor: Visitor,
    kind: &str,
    db: &State<Db>,
    settings: &State<Settings>,
) -> Result<Page> {
    let kind = Kind::named(kind).ok_or(Error::NotFound)?;
    let mut form = Form::new();
    form.set("form_key", kit::serial::token()?);
    let mut db = db.read().await?;
    if let (Some(_), Some(bureau)) =
        (kind.organization(), kit::organization::bureau(&mut db).await?)
    {
        form.set("area_code", organizations::profile(&mut db, bureau.id).await?.area_code);
    }
    draw(&mut db, Target::New(kind), None, &form, settings).await
}

#[expect(clippy::too_many_arguments, reason = "a handler's guards")]
#[post("/registration/<kind>", data = "<upload>", rank = 2)]
async fn register(
    visitor: Visitor,
    kind: &str,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    modules: &State<Modules>,
    submissions: &State<Submissions>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let kind = Kind::named(kind).ok_or(Error::NotFound)?;
    let desk = Desk { visitor: &visitor, db, clock, settings, modules, submissions };
    receive(&desk, Target::New(kind), upload.into_inner()).await
}

pub fn routes() -> Vec<Route> {
    routes![empty, register]
}
