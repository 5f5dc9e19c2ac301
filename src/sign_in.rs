//! Signing in.

mod hashing;
mod leave;
pub mod lockout;

use std::borrow::Cow;

use kit::module::Applicant;
use kit::page::Templates;
use kit::password::{self, Verdict};
use kit::session::{self, GrantRow, Opening};
use kit::shell::{Notice, Notices};
use kit::{
    AccountId, Answer, Clock, Db, Done, Form, IdCard, Modules, Result, Settings, Visitor, day,
    trail,
};
use rocket::{Route, State, post, routes};
use sqlx::SqliteConnection;

use crate::{core, home};
pub use hashing::Hashing;

/// One answer for wrong, unknown, locked and expired (domain.md, Decisions).
const REFUSED: &str =
    "账号或密码不正确，或账号暂时不能登录。连续输错会暂时锁定；忘记密码请联系单位管理员。";

/// One of our own pages to go to, or none: `/x`, never another host's.
pub fn local(address: &str) -> Option<String> {
    let path = address.split('?').next().unwrap_or_default();
    let plain = address.len() <= 1000
        && address.starts_with('/')
        && !address.starts_with("//")
        && !address.contains(['\\', '\r', '\n', '\t'])
        && !["/", "/sign-in", "/sign-out", "/side", "/setup"].contains(&path)
        && !path.starts_with("/-/")
        && rocket::http::uri::Origin::parse(address).is_ok();
    plain.then(|| address.to_owned())
}

/// The account that was named, as signing in needs it.
#[derive(sqlx::FromRow)]
struct Account {
    id: AccountId,
    name: String,
    state: String,
    password_hash: Option<String>,
    code_hash: Option<String>,
    initial_until: Option<String>,
    must_change: bool,
    password_changed_at: Option<String>,
    person_id: Option<kit::PersonId>,
    number: Option<String>,
}

/// How an attempt came out.
enum Attempt {
    /// Wrong, unknown, locked or expired: the same to whoever asks. What the trail says.
    Refused(&'static str),
    /// The right password of an account that may not sign in: it may hear why.
    Told(Cow<'static, str>),
    /// No password of the account, if there is one, but of a registration that was not approved:
    /// where that stands.
    Heard(String),
    /// In, limited to setting a password if so.
    Right { restricted: bool, rehash: bool },
}

#[expect(clippy::too_many_arguments, reason = "a handler's guards")]
#[post("/sign-in", data = "<form>")]
async fn sign_in(
    visitor: Visitor,
    opening: Opening<'_>,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    hashing: &State<Hashing>,
    notices: &State<Notices>,
    modules: &State<Modules>,
    templates: &State<Templates>,
    mut form: Form,
) -> Result<Answer> {
    let next = local(form.raw("next")).unwrap_or_default();
    let login = form.required("login", "账号", 1..=64);
    if form.raw("password").is_empty() {
        form.refuse("password", "请填写密码。");
    }
    if form.refused() {
        form.forget("password");
        let page = home::page(db, clock, modules, templates, &form, &next).await?;
        return Ok(page.refused().into());
    }
    let password = form.raw("password").to_owned();
    form.forget("password");

    let mut reader = db.read().await?;
    let account = find(&mut reader, &login).await?;
    let grants = match &account {
        Some(account) if account.state == "active" => {
            session::grants_of(&mut reader, account.id, &day::date_text(clock.today())).await?
        }
        _ => vec![],
    };
    // who applied hears where that stands, after the right password only, and whether or not the
    // number he gave has an account: else his own password would tell him that it exists (AU-08)
    let applicants = applicants(&mut reader, modules, &login).await?;
    let keys = lockout::Keys::new(account.as_ref().map(|a| a.id), &login, &visitor.address);
    // whoever has set a password is not held up by guesses at initial ones
    let numbered = IdCard::stored(&kit::id_card::normalised(&login)).is_ok();
    let initial = account.as_ref().map_or(numbered, |account| account.state == "initial");
    let paused = lockout::paused(&mut reader, clock).await?;
    let waits = lockout::locked(&mut reader, &keys, clock).await?;
    let locked = waits || (initial && paused);
    drop(reader);

    let attempt = judge(account.as_ref(), &grants, &password, locked, hashing, clock).await?;
    let unheard = waits || (numbered && paused);
    let heard = hear(db, modules, applicants, &password, hashing).await?;
    let attempt = match (attempt, heard) {
        (Attempt::Refused(_), Some(told)) if !unheard => Attempt::Heard(told),
        (attempt, _) => attempt,
    };
    let mut actor = visitor.actor();
    actor.account = None;
    let fresh = match attempt {
        Attempt::Right { rehash: true, .. } => Some(hashing.hash(password).await?),
        _ => None,
    };
    let mut tx = db.begin().await?;
    // attempts at the same time, a reset or a used code meanwhile: what was judged must still hold
    let paused = lockout::paused(&mut tx, clock).await?;
    let waits = waits || lockout::locked(&mut tx, &keys, clock).await?;
    let locked = locked || waits || (initial && paused);
    let holds = match &account {
        Some(account) => !locked && unchanged(&mut tx, account).await?,
        None => false,
    };
    let attempt = match attempt {
        Attempt::Right { .. } | Attempt::Told(_) if !holds => {
            Attempt::Refused("登录的同时账号被锁定、停用或改了密码")
        }
        Attempt::Heard(_) if waits || (numbered && paused) => {
            Attempt::Refused("账号或地址在锁定中")
        }
        attempt => attempt,
    };
    let (account, restricted) = match (attempt, account) {
        (Attempt::Right { restricted, .. }, Some(account)) => (account, restricted),
        (attempt, account) => {
            let object = account.map_or(String::new(), |a| format!("account:{}", a.id));
            let said = match attempt {
                Attempt::Told(sentence) => {
                    let text = "登录未成功：密码正确，但账号不能使用";
                    trail::refused(&mut tx, &actor, clock, "sign_in.refused", &object, text)
                        .await?;
                    sentence
                }
                // counted as a failure: a registration's password is a guess at the account's
                Attempt::Heard(sentence) => {
                    let lock =
                        lockout::fail(&mut tx, &keys, locked, false, settings, clock).await?;
                    let text = format!("登录未成功：已告知注册的审核状态{}", lock.sentence());
                    trail::refused(&mut tx, &actor, clock, "sign_in.refused", &object, &text)
                        .await?;
                    Cow::Owned(sentence)
                }
                Attempt::Refused(why) => {
                    let lock =
                        lockout::fail(&mut tx, &keys, locked, initial, settings, clock).await?;
                    let text = format!("登录失败：{why}{}", lock.sentence());
                    trail::refused(&mut tx, &actor, clock, "sign_in.failed", &object, &text)
                        .await?;
                    Cow::Borrowed(REFUSED)
                }
                Attempt::Right { .. } => Cow::Borrowed(REFUSED),
            };
            tx.commit().await?;
            form.refuse("", said);
            let page = home::page(db, clock, modules, templates, &form, &next).await?;
            return Ok(page.refused().into());
        }
    };

    let grant = if restricted { None } else { grants.first() };
    actor.account = Some(account.id);
    actor.name.clone_from(&account.name);
    actor.organization = grant.map(|g| g.organization_id);
    admit(&mut tx, &account, fresh, clock).await?;
    lockout::forget(&mut tx, &keys).await?;
    session::open(&mut tx, &opening, account.id, grant, restricted).await?;
    let key: Vec<u8> =
        sqlx::query_scalar("select token_hash from session where id = last_insert_rowid()")
            .fetch_one(&mut *tx)
            .await?;
    let text = if restricted { "登录，待设置新密码" } else { "登录" };
    let object = format!("account:{}", account.id);
    trail::write(&mut tx, &actor, clock, "sign_in.done", &object, text).await?;
    tx.commit().await?;

    if restricted {
        return Ok(Done::to("/password/first").into());
    }
    if let Some(text) = old_password(&account, &grants, settings, clock) {
        notices.push(&key, Notice { kind: "warn", text });
    }
    Ok(Done::to(if next.is_empty() { "/start".to_owned() } else { next }).into())
}

/// The account with this login, or this ID number (x or X).
async fn find(db: &mut SqliteConnection, login: &str) -> Result<Option<Account>> {
    let number = kit::id_card::normalised(login);
    let by_number: Option<Account> = sqlx::query_as(
        "select a.id, a.name, a.state, a.password_hash, a.code_hash, a.initial_until, a.must_change,
                a.password_changed_at, a.person_id, i.number
           from identity i join account a on a.identity_id = i.id where i.number = ?",
    )
    .bind(&number)
    .fetch_optional(&mut *db)
    .await?;
    let by_login: Option<Account> = sqlx::query_as(
        "select a.id, a.name, a.state, a.password_hash, a.code_hash, a.initial_until, a.must_change,
                a.password_changed_at, a.person_id, i.number
           from account a left join identity i on i.id = a.identity_id where a.login = ?",
    )
    .bind(login)
    .fetch_optional(db)
    .await?;
    Ok(by_number.or(by_login))
}

/// Whether the account still is what the typed password was compared with.
async fn unchanged(tx: &mut SqliteConnection, account: &Account) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "select exists (select 1 from account
           where id = ? and state = ? and password_hash is ? and code_hash is ?)",
    )
    .bind(account.id)
    .bind(&account.state)
    .bind(&account.password_hash)
    .bind(&account.code_hash)
    .fetch_one(tx)
    .await?)
}

/// Exactly one argon2 whatever the account is; `hear` spends one more in every case, so that time
/// tells nothing (AU-08).
async fn judge(
    account: Option<&Account>,
    grants: &[GrantRow],
    typed: &str,
    locked: bool,
    hashing: &Hashing,
    clock: &Clock,
) -> Result<Attempt> {
    let by_code = account.is_some_and(|a| a.code_hash.is_some());
    let stored = account.and_then(|a| a.code_hash.clone().or_else(|| a.password_hash.clone()));
    let offered = if by_code { typed.trim().to_ascii_uppercase() } else { typed.to_owned() };
    let verdict = hashing.verify(offered, stored).await?;
    let Some(account) = account else { return Ok(Attempt::Refused("没有这个账号")) };
    let over = account.initial_until.as_ref().is_some_and(|until| *until <= clock.stamp());
    let card = account.number.as_deref().and_then(|number| IdCard::stored(number).ok());
    let initial = card.is_some_and(|card| password::is_initial(typed, &card));
    if locked {
        return Ok(Attempt::Refused("账号或地址在锁定中"));
    }
    if account.state == "initial" {
        return Ok(match (initial, over) {
            (true, false) => Attempt::Right { restricted: true, rehash: false },
            (true, true) => Attempt::Refused("初始密码已过期"),
            (false, _) => Attempt::Refused("密码不正确"),
        });
    }
    if !verdict.is_right() {
        return Ok(Attempt::Refused("密码不正确"));
    }
    if by_code && over {
        return Ok(Attempt::Refused("一次性密码已过期"));
    }
    if account.state == "disabled" {
        return Ok(Attempt::Told(
            "您的账号已停用，不能登录。需要恢复的，请联系单位管理员。".into(),
        ));
    }
    if grants.is_empty() && account.person_id.is_none() {
        return Ok(Attempt::Told(
            "您的账号目前没有任何管理权限，或所在单位已停用，不能登录。请联系上级单位管理员。"
                .into(),
        ));
    }
    Ok(Attempt::Right {
        restricted: by_code || account.must_change,
        rehash: verdict == Verdict::RightButRehash,
    })
}

/// Whoever applied with this login or number, of the first module that knows any.
async fn applicants(
    db: &mut SqliteConnection,
    modules: &Modules,
    login: &str,
) -> Result<Vec<Applicant>> {
    for module in modules.all() {
        let found = module.applicants(&mut *db, login).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(vec![])
}

/// What the applicant hears whose password was typed: exactly one argon2 whether there is none,
/// one or many.
async fn hear(
    db: &Db,
    modules: &Modules,
    applicants: Vec<Applicant>,
    typed: &str,
    hashing: &Hashing,
) -> Result<Option<String>> {
    let (ids, hashes): (Vec<i64>, Vec<String>) =
        applicants.into_iter().map(|one| (one.application, one.password_hash)).unzip();
    let found = hashing.find(typed.to_owned(), hashes).await?;
    let Some(id) = found.and_then(|at| ids.get(at).copied()) else { return Ok(None) };
    let mut reader = db.read().await?;
    for module in modules.all() {
        if let Some(told) = module.told(&mut reader, id).await? {
            return Ok(Some(told));
        }
    }
    Ok(None)
}

/// Notes the sign-in on the account; a one-time code is used up by it.
async fn admit(
    tx: &mut SqliteConnection,
    account: &Account,
    fresh: Option<String>,
    clock: &Clock,
) -> Result<()> {
    sqlx::query("update account set signed_in_at = ? where id = ?")
        .bind(clock.stamp())
        .bind(account.id)
        .execute(&mut *tx)
        .await?;
    if account.code_hash.is_some() {
        sqlx::query(
            "update account set code_hash = null, password_hash = null, must_change = 1 where id = ?",
        )
        .bind(account.id)
        .execute(&mut *tx)
        .await?;
    } else if let Some(hash) = fresh {
        sqlx::query("update account set password_hash = ? where id = ?")
            .bind(hash)
            .bind(account.id)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// What an administrator is told whose password is older than the bureau wants.
fn old_password(
    account: &Account,
    grants: &[GrantRow],
    settings: &Settings,
    clock: &Clock,
) -> Option<String> {
    let limit = settings.integer(&core::PASSWORD_AGE);
    let changed = day::stored_time(account.password_changed_at.as_deref()?)?;
    let days = (clock.now() - changed).whole_days();
    (limit > 0 && days >= limit && !grants.is_empty())
        .then(|| format!("您的密码已经用了 {days} 天，请在右上角姓名菜单中修改密码。"))
}

pub fn routes() -> Vec<Route> {
    routes![sign_in, leave::sign_out, leave::side]
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn only_our_own_pages_are_returned_to() {
        for address in ["/start", "/accounts/employers?state=active&page=2", "/credit-hours/3"] {
            assert_eq!(local(address).as_deref(), Some(address));
        }
        for address in [
            "",
            "/",
            "//evil",
            "https://evil",
            "/\\evil",
            "/a\nb",
            "evil",
            "/sign-out",
            "/-/setup",
            "/sign-in?x=1",
        ] {
            assert_eq!(local(address), None, "{address}");
        }
    }
}
