//! The word that writes a checked file of organizations: what of those there already, all or the
//! good rows.

use kit::{Answer, Clock, Db, Done, Form, Modules, OrganizationKind, Page, Result};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::against::Importer;
use super::commit::{self, Choice};
use super::kind::At;
use crate::policy::Policy;
use crate::result::Shown;
use crate::store::Import;

pub fn routes() -> Vec<Route> {
    routes![page, confirm]
}

/// An earlier import of the same file.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct Again {
    ended_at: String,
    by_name: String,
    imported: i64,
    undone: bool,
}

/// The latest import of the same file into the same organization.
pub async fn same_file(
    db: &mut SqliteConnection,
    at: &At,
    import: &Import,
) -> Result<Option<Again>> {
    Ok(sqlx::query_as(
        "select ended_at, by_name, imported, undone_at <> '' as undone from import
          where organization_id = ? and sha256 = ? and id <> ? and state = 'imported' and kind = ?
          order by id desc limit 1",
    )
    .bind(import.organization_id)
    .bind(&import.sha256)
    .bind(import.id)
    .bind(at.kind.key)
    .fetch_optional(db)
    .await?)
}

/// A checked upload that he may import.
async fn waiting(at: &At, db: &mut SqliteConnection, id: i64) -> Result<Import> {
    let import = at.found(db, id).await?;
    if import.state != "checked" {
        return Err(crate::commit::already(&import.state));
    }
    Ok(import)
}

/// What may be done with those there already: who may not change them at once passes them over.
fn policies(at: &At) -> &'static [Policy] {
    match at.grant.kind {
        OrganizationKind::Bureau => &[Policy::Skip, Policy::Fill, Policy::Update, Policy::Reject],
        _ => &[Policy::Skip, Policy::Reject],
    }
}

fn options(at: &At, import: &Import) -> Vec<Choices> {
    let label = |policy| match policy {
        Policy::Skip => "跳过：原有资料不改动，也不算错误".to_owned(),
        Policy::Fill => format!("补空：只填原来空着的，{} 行有变化", import.fills),
        Policy::Update => format!("更新：以文件为准，空格不改，{} 行有变化", import.updates),
        Policy::Reject => "拒绝：算作没有导入的行，列出来".to_owned(),
    };
    let option = |policy: &Policy| Choices { value: policy.key(), label: label(*policy) };
    policies(at).iter().map(option).collect()
}

/// A line of the radio buttons.
#[derive(Serialize)]
struct Choices {
    value: &'static str,
    label: String,
}

fn confirmation(at: &At, import: &Import, again: Option<&Again>, form: &Form) -> Page {
    Page::new("import/organizations_confirm.html")
        .with("noun", at.kind.noun)
        .with("base", at.kind.base)
        .with("address", &at.address(import.id))
        .with("import", &Shown::with(import, &at.user, vec![]))
        .with("known", &import.known)
        .with("policies", &options(at, import))
        .with("again", &again)
        .with("form", form)
}

#[get("/<id>/confirm")]
async fn page(at: At, db: &State<Db>, id: i64) -> Result<Page> {
    let mut reader = db.read().await?;
    let import = waiting(&at, &mut reader, id).await?;
    let again = same_file(&mut reader, &at, &import).await?;
    let form = Form::of([("policy", Policy::Skip.key().to_owned())]);
    Ok(confirmation(&at, &import, again.as_ref(), &form))
}

#[post("/<id>/confirm", data = "<form>")]
async fn confirm(
    at: At,
    db: &State<Db>,
    modules: &State<Modules>,
    clock: &State<Clock>,
    id: i64,
    mut form: Form,
) -> Result<Answer> {
    let mut reader = db.read().await?;
    let import = waiting(&at, &mut reader, id).await?;
    let again = same_file(&mut reader, &at, &import).await?;
    drop(reader);
    let policy = match import.known {
        0 => Policy::Skip,
        _ => {
            let offered: Vec<&str> = policies(&at).iter().map(|one| one.key()).collect();
            let chosen = form.choice("policy", "已登记单位的处理", &offered);
            Policy::of(&chosen).unwrap_or(Policy::Skip)
        }
    };
    let choice = Choice { policy, whole: form.ticked("whole") };
    if again.is_some() && !form.ticked("again") {
        form.refuse("again", "这个文件以前导入过。确实要再导入一次的，请勾选“仍要导入”。");
    }
    if let Some(sentence) = commit::refusal(&import, choice) {
        form.refuse(if choice.whole { "whole" } else { "" }, sentence);
    }
    if form.refused() {
        return Ok(confirmation(&at, &import, again.as_ref(), &form).refused().into());
    }
    let importer = Importer::of(at.kind, &at.grant);
    let by = (&at.actor(), at.user.account);
    let outcome = commit::commit(db, modules, clock, by, &import, &importer, choice).await?;
    let mut did = vec![];
    if outcome.imported > 0 {
        let noun = at.kind.noun;
        did.push(format!("已导入 {} 个{noun}。请生成登录条，交给各单位管理员。", outcome.imported));
    }
    if outcome.updated > 0 {
        did.push(format!("已{} {} 个单位的资料。", policy.label(), outcome.updated));
    }
    let done = Done::to(at.address(id)).ok(did.concat());
    Ok(match outcome.changed {
        0 => done,
        changed => done.warn(format!("核对之后情况有变化，{changed} 行没有导入，原因见下表。")),
    }
    .into())
}
