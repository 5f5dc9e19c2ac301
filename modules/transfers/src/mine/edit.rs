//! 发起调转: written over as many visits as it takes, one at a time.

use accounts::people;
use accounts::uploads;
use kit::form::Upload;
use kit::{Answer, Clock, Db, Done, Error, Form, Page, Person, Result, Settings, trail};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::{MINE, crumbs, send};
use crate::content::MOST_FILES;
use crate::form::{self, Act};
use crate::store::{self, Transfer};
use crate::subject::may_go;

pub fn routes() -> Vec<Route> {
    routes![edit, update]
}

const EDIT: &str = "/transfers/mine/edit";

/// Why a person in this state asks for no transfer, and what to do.
pub fn shut(state: &str) -> Option<String> {
    (!may_go(state, false)).then(|| {
        format!(
            "您现在的人员状态是“{}”，不能发起调转。到新单位返聘的，请先联系原单位登记为“返聘”。",
            people::state_label(state)
        )
    })
}

#[get("/mine/edit")]
async fn edit(person: Person, db: &State<Db>) -> Result<Answer> {
    let mut db = db.read().await?;
    if let Some(pending) = store::pending(&mut db, person.id).await? {
        let own = pending.kind == "person";
        let to = if own { format!("{MINE}/{}", pending.id) } else { MINE.to_owned() };
        return Ok(Done::to(to).into());
    }
    let open = store::open(&mut db, person.id).await?;
    let mut form = Form::new();
    if let Some(open) = &open {
        store::fill(&mut form, &open.typed()?);
    }
    Ok(page(&mut db, &person, open.as_ref(), &form).await?.into())
}

#[post("/mine/edit", data = "<upload>")]
async fn update(
    person: Person,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let Upload { mut form, files: arrived } = upload.into_inner();
    let act = Act::of(&form);
    let mut tx = db.begin().await?;
    let open = store::editable(&mut tx, person.id).await?;
    let brief = people::brief(&mut tx, person.id).await?;
    if let Some(sentence) = shut(&brief.state) {
        return Err(Error::refused(sentence));
    }
    if let Act::Discard = act {
        return discard(tx, &person, open, clock).await;
    }
    let by = person.user.account;
    let id = match &open {
        Some(open) => open.id,
        None => store::create(&mut tx, person.id, by, clock).await?,
    };
    let transfer = store::of_person(&mut tx, person.id, id).await?;
    form::bound(&mut form);
    let kept =
        form::take_files(&mut tx, db, &transfer, &mut form, &arrived, (&act, by), clock).await?;
    if let Act::Submit = act {
        let asked = form::read(&mut tx, &mut form, brief.organization, clock).await?;
        if let Some(asked) = asked {
            store::save(&mut tx, &transfer, &form, clock).await?;
            let first = settings.on(&crate::FORMER_UNIT);
            let done = send::send(&mut tx, &transfer, &brief, asked, first, &person, clock).await?;
            tx.commit().await?;
            return Ok(done.into());
        }
    }
    store::save(&mut tx, &transfer, &form, clock).await?;
    let (actor, object) = (person.user.actor(), format!("person:{}", person.id));
    trail::write(&mut tx, &actor, clock, "transfers.save", &object, "保存调转申请草稿").await?;
    tx.commit().await?;
    if form.refused() {
        let mut db = db.read().await?;
        return Ok(page(&mut db, &person, Some(&transfer), &form).await?.refused().into());
    }
    Ok(form::saved(&act, kept, Done::to(EDIT)).into())
}

async fn discard(
    mut tx: sqlx::Transaction<'static, sqlx::Sqlite>,
    person: &Person,
    open: Option<Transfer>,
    clock: &Clock,
) -> Result<Answer> {
    let Some(transfer) = open else {
        return Ok(Done::to(MINE).ok("没有在写的申请，不用放弃。").into());
    };
    store::discard(&mut tx, &transfer).await?;
    let (actor, object) = (person.user.actor(), format!("person:{}", person.id));
    trail::write(&mut tx, &actor, clock, "transfers.discard", &object, "放弃调转申请草稿").await?;
    tx.commit().await?;
    Ok(Done::to(MINE).ok("已放弃没有提交的申请，单位没有变化。").into())
}

async fn page(
    db: &mut SqliteConnection,
    person: &Person,
    transfer: Option<&Transfer>,
    form: &Form,
) -> Result<Page> {
    let brief = people::brief(&mut *db, person.id).await?;
    let files = match transfer {
        Some(transfer) => store::files(&mut *db, transfer.id).await?,
        None => vec![],
    };
    let rejection = match transfer {
        Some(transfer) => store::rejection(db, transfer).await?,
        None => None,
    };
    Ok(Page::new("transfers/mine_edit.html")
        .with("crumbs", &crumbs("发起调转"))
        .with("action", EDIT)
        .with("back", MINE)
        .with("number", transfer.map_or("", |transfer| transfer.number.as_str()))
        .with("begun", &transfer.is_some())
        .with("rejection", &rejection)
        .with("unit", &brief.organization_name)
        .with("state", &brief.state)
        .with("shut", &shut(&brief.state))
        .with("files", &uploads::shown(files))
        .with("most_files", &MOST_FILES)
        .with("file_limit", &kit::file::EVIDENCE_LIMIT)
        .with("form", form))
}
