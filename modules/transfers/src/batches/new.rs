//! Begins a batch: the unit whose people go.

use accounts::organizations::picker::{self, Offer};
use kit::organization::Organization;
use kit::{
    AccountId, Answer, Clock, Db, Done, Form, Kinds, OrganizationId, Page, Result, organization,
    trail,
};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::{Editor, NEW, address, covers, crumbs};

pub fn routes() -> Vec<Route> {
    routes![ask, begin]
}

/// Whether he has units below him to choose from.
fn chooses(user: &Editor) -> bool {
    Kinds::SUPERIOR.has(user.grant.kind) && user.scope() != user.grant.own()
}

#[get("/new")]
async fn ask(user: Editor) -> Result<Page> {
    let mut form = Form::new();
    form.set("source", user.grant.organization_name.clone());
    Ok(page(&user, &form))
}

#[post("/new", data = "<form>")]
async fn begin(
    user: Editor,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let Some(source) = read(&mut tx, &user, &mut form).await? else {
        return Ok(page(&user, &form).refused().into());
    };
    let id = create(&mut tx, &source, user.organization(), user.user.account, clock).await?;
    let text = format!("开始填写批量调转，原单位 {}", source.name);
    let object = format!("transfer:{id}");
    trail::write(&mut tx, &user.actor(), clock, "transfers.new", &object, &text).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{}/people", address(id))).into())
}

/// An empty batch of a unit's people, written by an administrator of an organization.
pub async fn create(
    tx: &mut SqliteConnection,
    source: &Organization,
    by: OrganizationId,
    account: AccountId,
    clock: &Clock,
) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "insert into transfer (organization_id, department_id, kind, account_id, from_id, by_id,
           people, names, created_at, updated_at)
         values (?1, ?2, 'batch', ?3, ?1, ?4, 0, '', ?5, ?5) returning id",
    )
    .bind(source.id)
    .bind(source.department_id)
    .bind(account)
    .bind(by)
    .bind(clock.stamp())
    .fetch_one(tx)
    .await?)
}

/// The unit whose people go; refused by field.
async fn read(
    tx: &mut SqliteConnection,
    user: &Editor,
    form: &mut Form,
) -> Result<Option<Organization>> {
    if !chooses(user) {
        return organization::find(tx, user.organization()).await;
    }
    let source = picker::read(form, tx, "source", "原单位", Offer::All).await?;
    if source.as_ref().is_some_and(|source| !covers(user.scope(), source)) {
        form.refuse("source", "这个单位不在您的管理范围内，请另选一个单位。");
    }
    Ok(source.filter(|_| !form.refused()))
}

fn page(user: &Editor, form: &Form) -> Page {
    Page::new("transfers/batch_new.html")
        .with("crumbs", &crumbs(&[("新的批量调转", String::new())]))
        .with("action", NEW)
        .with("chooses", &chooses(user))
        .with("unit", &user.grant.organization_name)
        .with("form", form)
}
