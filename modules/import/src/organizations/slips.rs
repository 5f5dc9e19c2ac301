//! 登录条 of the first administrators of imported organizations: a page to cut up, with one-time
//! codes that are shown this once and kept as hashes only. Made again, the former code ends.

use accounts::organizations::adding;
use accounts::{administrators, confirm, credentials};
use kit::{
    AccountId, Action, Answer, Clock, Db, Error, Form, OrganizationId, Page, Result, Scope, trail,
};
use rocket::http::uri::Host;
use rocket::{Config, Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::kind::At;

/// Slips of one page: each code is a hash of its own.
const MOST: i64 = 100;

pub fn routes() -> Vec<Route> {
    routes![choose, make]
}

/// Whose slip can be made: who has never signed in, and whose account reaches nothing else.
const WAITING: &str = "import_administrator t
    join account a on a.id = t.account_id and a.state = 'active' and a.signed_in_at is null
      and a.password_hash is null and a.person_id is null
    join organization o on o.id = t.organization_id and o.state = 'active'
    join grant g on g.account_id = a.id and g.organization_id = o.id and g.state = 'active'
   where not exists (select 1 from grant x where x.account_id = a.id and x.state <> 'removed'
           and x.organization_id <> o.id)
     and t.import_id = ";

/// An administrator who waits for his slip.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
struct Waiting {
    account: AccountId,
    number: i64,
    organization: OrganizationId,
    name: String,
    administrator: String,
    login: String,
    slip_at: String,
    slip_by: String,
    /// Has a code already, on a slip or from the unit's page.
    coded: bool,
}

/// How many organizations of an import are there.
pub async fn made(db: &mut SqliteConnection, import: i64) -> Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from import_administrator where import_id = ?")
        .bind(import)
        .fetch_one(db)
        .await?)
}

/// How many administrators of an import have not signed in.
pub async fn waiting(db: &mut SqliteConnection, import: i64) -> Result<i64> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new("select count(*) from ");
    sql.push(WAITING).push_bind(import);
    Ok(sql.build_query_scalar().fetch_one(db).await?)
}

/// Those of an import within the caller's scope behind a row, at most `MOST`.
async fn of(
    db: &mut SqliteConnection,
    import: i64,
    scope: Scope,
    after: i64,
    picked: Option<&[i64]>,
) -> Result<Vec<Waiting>> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(
        "select a.id as account, t.number, o.id as organization, o.name, a.name as administrator,
                coalesce(a.login, '') as login, t.slip_at, t.slip_by,
                a.code_hash is not null as coded from ",
    );
    sql.push(WAITING).push_bind(import).push(" and t.number > ").push_bind(after);
    scope_of(&mut sql, scope);
    if let Some(picked) = picked {
        sql.push(" and a.id in (select value from json_each(");
        sql.push_bind(serde_json::to_string(picked)?).push("))");
    }
    sql.push(" order by t.number limit ").push_bind(MOST);
    Ok(sql.build_query_as().fetch_all(db).await?)
}

fn scope_of(sql: &mut sqlx::QueryBuilder<sqlx::Sqlite>, scope: Scope) {
    match scope {
        Scope::County => {}
        Scope::Department(department) => {
            sql.push(" and o.department_id = ").push_bind(department);
        }
        Scope::Organization(own) => {
            sql.push(" and o.id = ").push_bind(own);
        }
    }
}

fn may_reset(at: &At) -> bool {
    adding::permission(at.kind.kind, Action::Reset).is_some_and(|reset| at.grant.may(reset))
}

async fn page(
    at: &At,
    db: &mut SqliteConnection,
    id: i64,
    after: i64,
    form: &Form,
) -> Result<Page> {
    let import = at.found(&mut *db, id).await?;
    if import.state != "imported" {
        return Err(Error::refused("还没有导入，没有可以生成的登录条。"));
    }
    let rows = of(&mut *db, id, at.grant.scope, after, None).await?;
    let all = waiting(db, id).await?;
    let next = match rows.last() {
        Some(last) if rows.len() as i64 == MOST => last.number,
        _ => 0,
    };
    let picked: Vec<String> = form.list("id").to_vec();
    Ok(Page::new("import/organizations_slips.html")
        .with("noun", at.kind.noun)
        .with("root", at.kind.base)
        .with("base", &at.address(id))
        .with("file_name", &import.file_name)
        .with("coded", &rows.iter().any(|row| row.coded))
        .with("fresh", &rows.iter().any(|row| !row.coded))
        .with("rows", &rows)
        .with("all", &all)
        .with("after", &after)
        .with("next", &next)
        .with("picked", &picked)
        .with("may_reset", &may_reset(at))
        .with("form", form))
}

/// Who has not signed in; those without a code are ticked.
#[get("/<id>/slips?<after>")]
async fn choose(at: At, db: &State<Db>, id: i64, after: Option<i64>) -> Result<Page> {
    page(&at, &mut *db.read().await?, id, after.unwrap_or(0), &Form::new()).await
}

/// A slip as it is printed.
#[derive(Serialize)]
struct Slip {
    organization: String,
    administrator: String,
    login: String,
    code: String,
}

#[post("/<id>/slips", data = "<form>")]
async fn make(
    at: At,
    db: &State<Db>,
    clock: &State<Clock>,
    id: i64,
    host: Option<&Host<'_>>,
    config: &Config,
    mut form: Form,
) -> Result<Answer> {
    let after = form.text("after").parse().unwrap_or(0);
    let mut reader = db.read().await?;
    at.found(&mut reader, id).await?;
    let ids: Vec<i64> = form.list("id").iter().filter_map(|id| id.parse().ok()).collect();
    let picked = of(&mut reader, id, at.grant.scope, 0, Some(&ids)).await?;
    drop(reader);
    if picked.is_empty() {
        form.refuse("id", "请至少勾选一个单位。");
    }
    if picked.iter().any(|one| one.coded) {
        if !may_reset(&at) {
            return Err(Error::Forbidden(format!(
                "重新生成登录条会使原来的一次性密码失效，要有“管理{}”的重置权限。",
                at.kind.noun
            )));
        }
        let what = "重新生成登录条";
        confirm::own_password(&mut form, db, &at.user, clock, what).await?;
    }
    if form.refused() {
        return Ok(page(&at, &mut *db.read().await?, id, after, &form).await?.refused().into());
    }
    let (slips, days) = give(&at, db, clock, id, picked).await?;
    let mut reader = db.read().await?;
    let address = address(&mut reader, host, config).await?;
    let left = waiting(&mut reader, id).await?;
    Ok(Page::new("import/organizations_print.html")
        .with("noun", at.kind.noun)
        .with("back", &format!("{}/slips", at.address(id)))
        .with("slips", &slips)
        .with("left", &left)
        .with("days", &days)
        .with("until", &until(days, clock))
        .with("address", &address)
        .into())
}

/// Codes for those who still wait: hashed before the transaction, one after the other, so that
/// those who sign in meanwhile need not wait.
async fn give(
    at: &At,
    db: &Db,
    clock: &Clock,
    id: i64,
    picked: Vec<Waiting>,
) -> Result<(Vec<Slip>, i64)> {
    let mut codes = Vec::with_capacity(picked.len());
    for one in &picked {
        codes.push((one.account, one.coded, credentials::one_time().await?));
    }
    let mut tx = db.begin().await?;
    let import = at.found(&mut tx, id).await?;
    let ids: Vec<i64> = picked.iter().map(|one| one.account.0).collect();
    let still = of(&mut tx, id, at.grant.scope, 0, Some(&ids)).await?;
    let mut slips = vec![];
    for one in still {
        let code =
            codes.iter().find(|(account, coded, _)| *account == one.account && *coded == one.coded);
        let Some((_, _, (code, hash))) = code else { continue }; // somebody else was quicker
        administrators::reset(&mut tx, one.account, hash, clock).await?;
        sqlx::query(
            "update import_administrator set slip_at = ?, slip_by = ? where import_id = ? and number = ?",
        )
        .bind(clock.stamp())
        .bind(&at.user.name)
        .bind(id)
        .bind(one.number)
        .execute(&mut *tx)
        .await?;
        let verb = if one.coded {
            "重新生成登录条，原一次性密码失效"
        } else {
            "生成登录条"
        };
        let text =
            format!("{verb}：“{}”管理员{}（账号 {}）", one.name, one.administrator, one.login);
        let object = format!("account:{}", one.account);
        trail::write(&mut tx, &at.actor(), clock, "import.slip", &object, &text).await?;
        slips.push(Slip {
            organization: one.name,
            administrator: one.administrator,
            login: one.login,
            code: code.clone(),
        });
    }
    let text = format!("导入文件“{}”：生成登录条 {} 张", import.file_name, slips.len());
    let object = format!("import:{id}");
    trail::write(&mut tx, &at.actor(), clock, "import.slips", &object, &text).await?;
    let days = credentials::days(&mut tx, &credentials::RESET_DAYS).await?;
    tx.commit().await?;
    if slips.is_empty() {
        return Err(Error::refused(
            "这些单位的管理员刚刚已经登录，或者别人已为他们生成登录条。请刷新后再看。",
        ));
    }
    Ok((slips, days))
}

/// The last day; empty never ends.
fn until(days: i64, clock: &Clock) -> String {
    match days {
        0 => String::new(),
        days => kit::day::date_text(kit::day::county_day(clock.now() + time::Duration::days(days))),
    }
}

/// The address of the system that others can reach: the one of the settings, or that this page was
/// asked for at, unless only this machine has it.
async fn address(
    db: &mut SqliteConnection,
    host: Option<&Host<'_>>,
    config: &Config,
) -> Result<String> {
    let stored: Option<String> =
        sqlx::query_scalar("select value from setting where key = 'verification.public_address'")
            .fetch_optional(db)
            .await?;
    if let Some(address) = stored.filter(|address| !address.is_empty()) {
        return Ok(address);
    }
    let host = host.map(ToString::to_string).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
    if matches!(name, "" | "localhost" | "127.0.0.1" | "[::1]") {
        return Ok(String::new());
    }
    let scheme = if config.tls_enabled() { "https" } else { "http" };
    Ok(format!("{scheme}://{host}"))
}
