//! 外县转入: what one person was recognised elsewhere, typed with its evidence. The bureau enters it
//! at once; a unit's goes to the bureau's desk as one case.

mod typed;

use accounts::people::PersonBrief;
use kit::form::Upload;
use kit::{
    Answer, Can, Clock, Db, Done, Error, Form, OrganizationKind, Page, PersonId, Result, file,
};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::against::Importer;
use super::batch::{self, Batch, By};
use super::evidence::{self, Act};
use super::rows::CheckedRow;
use super::subject::noted;
use super::tally::Tally;
use super::{EditHistory, enter, send};

pub fn routes() -> Vec<Route> {
    routes![page, update]
}

/// A person whose hours the administrator may type: his unit's, the bureau anybody's; what the
/// bureau types no desk looks at, so not one's own.
async fn found(
    db: &mut SqliteConnection,
    user: &Can<EditHistory>,
    id: PersonId,
) -> Result<PersonBrief> {
    let person = accounts::people::brief(db, id).await?;
    match batch::unit(&user.grant) {
        Some(unit) if unit != person.organization => Err(Error::NotFound),
        _ if user.grant.kind == OrganizationKind::Bureau && user.user.person == Some(id) => {
            Err(Error::refused(
                "这是您本人，本人的历史学时请由其他人登记。请人社局其他有“历史学时导入”权限的人员办理。",
            ))
        }
        _ if person.state == "moved" => {
            Err(Error::refused("这个人已调出本县，不能转入学时。调回来的，先办人员调转。"))
        }
        _ => Ok(person),
    }
}

#[get("/history/people/<id>")]
async fn page(
    user: Can<EditHistory>,
    id: PersonId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let person = found(&mut db, &user, id).await?;
    let batch = batch::open_of(&mut db, &user.user, &user.grant, id).await?;
    let form = match &batch {
        Some(batch) => typed::form(&batch.draft)?,
        None => typed::form("{}")?,
    };
    draw(&mut db, &user, &person, batch.as_ref(), &form, clock).await
}

async fn draw(
    db: &mut SqliteConnection,
    user: &Can<EditHistory>,
    person: &PersonBrief,
    batch: Option<&Batch>,
    form: &Form,
    clock: &Clock,
) -> Result<Page> {
    let files = match batch {
        Some(batch) => evidence::shown(&mut *db, batch).await?,
        None => vec![],
    };
    let categories = credit_hours::category::active(&mut *db).await?;
    let rejection: Option<String> = match batch.filter(|batch| batch.state == "rejected") {
        Some(batch) => {
            sqlx::query_scalar(
                "select opinion from review_step where case_id = ? and act = 'reject'
                  order by id desc limit 1",
            )
            .bind(batch.case_id)
            .fetch_optional(&mut *db)
            .await?
        }
        None => None,
    };
    let totals = credit_hours::year_totals(db, person.id, clock.year() - 5, clock.year()).await?;
    let held: Vec<_> = totals
        .iter()
        .rev()
        .map(|one| serde_json::json!({ "year": one.year, "total": one.total }))
        .collect();
    Ok(Page::new("import/history_person.html")
        .with("person", person)
        .with("direct", &(user.grant.kind == OrganizationKind::Bureau))
        .with("number", batch.map_or("", |batch| batch.number.as_str()))
        .with("begun", &batch.is_some_and(|batch| batch.state == "draft"))
        .with("rejection", &rejection)
        .with("rows", &typed::numbers(form))
        .with("more", &(typed::count(form) < typed::MOST))
        .with("categories", &typed::category_options(&categories))
        .with("kinds", &typed::kind_options())
        .with("held", &held)
        .with("files", &files)
        .with("most_files", &evidence::MOST)
        .with("file_limit", &file::EVIDENCE_LIMIT)
        .with("form", form))
}

#[post("/history/people/<id>", data = "<upload>")]
async fn update(
    user: Can<EditHistory>,
    id: PersonId,
    db: &State<Db>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let Upload { mut form, files } = upload.into_inner();
    let act = Act::of(&form);
    let here = format!("/import/history/people/{id}");
    let mut tx = db.begin().await?;
    let person = found(&mut tx, &user, id).await?;
    let by =
        By { organization: user.organization(), account: user.user.account, name: &user.user.name };
    let batch = match batch::open_of(&mut tx, &user.user, &user.grant, id).await? {
        Some(batch) => batch,
        None => {
            let new = batch::begin(&mut tx, &by, None, Some(id), clock).await?;
            batch::any(&mut tx, new).await?
        }
    };
    if act == Act::Discard {
        return discard(tx, &batch, id).await;
    }
    evidence::take(&mut tx, db, &mut form, &files, &batch, by.account, clock).await?;
    let rows = typed::count(&form) + if act == Act::More { typed::STEP } else { 0 };
    form.set("rows", rows.min(typed::MOST).to_string());
    typed::save(&mut tx, batch.id, &form, clock).await?;
    if act == Act::Submit
        && let Some(checked) = asked(&mut tx, &user, &person, &batch, &mut form, clock).await?
    {
        let done = submit(&mut tx, &user, &person, &batch, checked, clock).await?;
        tx.commit().await?;
        return Ok(done.into());
    }
    tx.commit().await?;
    if form.refused() {
        let mut reader = db.read().await?;
        let batch = batch::open_of(&mut reader, &user.user, &user.grant, id).await?;
        let page = draw(&mut reader, &user, &person, batch.as_ref(), &form, clock).await?;
        return Ok(page.refused().into());
    }
    let done = Done::to(here);
    Ok(match act {
        Act::More => done,
        Act::Attach if files.is_empty() => {
            done.warn("没有选择文件。请先点“选择文件”，再点“上传附件”。")
        }
        Act::Attach => done.ok("附件已上传。"),
        Act::Detach(_) => done.ok("已移除 1 份附件。"),
        _ => done.ok("草稿已保存，还没有记入台账。"),
    }
    .into())
}

/// 放弃: what was submitted once stays as it was decided.
async fn discard(
    mut tx: sqlx::Transaction<'static, sqlx::Sqlite>,
    batch: &Batch,
    id: PersonId,
) -> Result<Answer> {
    if batch.case_id.is_some() {
        return Err(Error::refused(format!(
            "{} 已经提交过，不能放弃。请修改后重新提交，编号不变。",
            batch.number
        )));
    }
    batch::discard(&mut tx, batch.id).await?;
    tx.commit().await?;
    Ok(Done::to(format!("/queries/people/{id}")).ok("已放弃，没有写入任何学时。").into())
}

/// The typed rows, checked as a file's are; none if anything is refused.
async fn asked(
    tx: &mut SqliteConnection,
    user: &Can<EditHistory>,
    person: &PersonBrief,
    batch: &Batch,
    form: &mut Form,
    clock: &Clock,
) -> Result<Option<Vec<CheckedRow>>> {
    let number: String = sqlx::query_scalar("select number from identity where id = ?")
        .bind(person.identity)
        .fetch_one(&mut *tx)
        .await?;
    let importer = Importer::of(&mut *tx, &user.user, &user.grant, clock).await?;
    let rows = typed::check(&mut *tx, form, (&person.name, &number), &importer, clock).await?;
    if batch::files(&mut *tx, batch.id).await?.is_empty() {
        form.refuse("evidence", evidence::MISSING);
    }
    Ok(if form.refused() { None } else { Some(rows) })
}

async fn submit(
    tx: &mut SqliteConnection,
    user: &Can<EditHistory>,
    person: &PersonBrief,
    batch: &Batch,
    mut rows: Vec<CheckedRow>,
    clock: &Clock,
) -> Result<Done> {
    use credit_hours::roster;
    let warned: Vec<String> = typed::warnings(&rows);
    let mut tally = Tally::default();
    let done = Done::to(format!("/import/history/records/{}", batch.id));
    let done = if user.grant.kind == OrganizationKind::Bureau {
        let good = enter::good(&mut rows, &mut tally);
        enter::record(&mut *tx, batch.id, good, None, clock).await?;
        let files = batch::files(&mut *tx, batch.id).await?;
        send::link(&mut *tx, batch, &files).await?;
        enter::finish(&mut *tx, batch.id, &tally, &user.actor(), clock).await?;
        done.ok(format!("已记入 {} 条学时，本人会收到消息。", tally.rows()))
    } else {
        roster::clear(&mut *tx, roster::HISTORY, batch.id).await?;
        send::put(&mut *tx, batch.id, &rows, &mut tally).await?;
        let about = (person.id, person.identity, person.name.clone());
        let number = send::submit(&mut *tx, &user.user, batch, Some(about), &tally, clock).await?;
        done.ok(format!("{number} 已提交人社局审核。"))
    };
    let text = format!("外县转入 {} 的学时 {} 条", person.name, tally.rows());
    noted(tx, &user.actor(), clock, "import.history.person", batch.id, &text).await?;
    Ok(match warned.is_empty() {
        true => done,
        false => done.warn(format!("请留意：{}", warned.join("；"))),
    })
}
