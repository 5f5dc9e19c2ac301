//! 修改密码 (section 1), and the one page of a first password.

use kit::access::AnySession;
use kit::password::{self, Context, Policy, policy_of, rules};
use kit::session::{self, Opening, Session};
use kit::shell::{Notice, Notices};
use kit::{
    AccountId, Answer, Clock, Db, Done, Error, Form, IdCard, Page, Result, Settings, User, day,
    trail,
};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use crate::sign_in::Hashing;
use crate::sign_in::lockout;

/// What the rules compare a new password with.
#[derive(sqlx::FromRow)]
struct Owner {
    login: Option<String>,
    name: String,
    phone: String,
    state: String,
    password_hash: Option<String>,
    number: Option<String>,
    organization: Option<String>,
}

async fn owner(db: &mut SqliteConnection, account: AccountId) -> Result<Owner> {
    let owner: Option<Owner> = sqlx::query_as(
        "select a.login, a.name, a.phone, a.state, a.password_hash, i.number,
                coalesce(
                  (select o.name from grant g join organization o on o.id = g.organization_id
                    where g.account_id = a.id and g.state = 'active' order by g.id limit 1),
                  (select o.name from person p join organization o on o.id = p.organization_id
                    where p.id = a.person_id)) as organization
           from account a left join identity i on i.id = a.identity_id where a.id = ?",
    )
    .bind(account)
    .fetch_optional(db)
    .await?;
    owner.ok_or(Error::NotFound)
}

/// The rules in force for this account.
async fn policy(
    db: &mut SqliteConnection,
    account: AccountId,
    settings: &Settings,
    clock: &Clock,
) -> Result<Policy> {
    let today = day::date_text(clock.today());
    let administrator = !session::grants_of(db, account, &today).await?.is_empty();
    Ok(policy_of(administrator, settings))
}

/// The two fields of a new password: checked, then forgotten; none if refused.
async fn chosen(
    form: &mut Form,
    owner: &Owner,
    policy: Policy,
    hashing: &Hashing,
) -> Result<Option<String>> {
    let (password, again) = (form.raw("password").to_owned(), form.raw("again").to_owned());
    for field in ["password", "again", "current"] {
        form.forget(field);
    }
    let card = owner.number.as_deref().and_then(|number| IdCard::stored(number).ok());
    let context = Context {
        id_card: card.as_ref(),
        phone: &owner.phone,
        name: &owner.name,
        organization: owner.organization.as_deref().unwrap_or_default(),
        login: owner.login.as_deref().unwrap_or_default(),
    };
    if password.is_empty() {
        form.refuse("password", "请填写新密码。");
    } else if let Err(sentence) = password::check(&password, &context, policy) {
        form.refuse("password", sentence);
    } else if again != password {
        form.refuse("again", "两次输入的新密码不一样，请重新输入。");
    } else if owner.password_hash.is_some()
        && hashing.verify(password.clone(), owner.password_hash.clone()).await?.is_right()
    {
        form.refuse("password", "新密码不能与原密码相同，请换一个。");
    }
    Ok((!form.refused()).then_some(password))
}

/// Stores a chosen password: the account is active, nothing earlier signs in any more.
///
/// # Errors
/// Refused if the session ended while the password was being hashed: a reset is not undone.
async fn store(
    tx: &mut SqliteConnection,
    session: &Session,
    hash: &str,
    clock: &Clock,
) -> Result<()> {
    // by its token: the numbers of ended sessions are given again
    let lives: bool =
        sqlx::query_scalar("select exists (select 1 from session where token_hash = ?)")
            .bind(&session.key)
            .fetch_one(&mut *tx)
            .await?;
    if !lives {
        return Err(Error::refused(
            "您的登录刚刚结束（密码已在别处设置或被重置），这次没有保存。请重新登录。",
        ));
    }
    sqlx::query(
        "update account set state = 'active', password_hash = ?, code_hash = null, must_change = 0,
           initial_until = null, password_changed_at = ? where id = ? and state <> 'disabled'",
    )
    .bind(hash)
    .bind(clock.stamp())
    .bind(session.account)
    .execute(tx)
    .await?;
    Ok(())
}

#[get("/password")]
async fn form(
    user: User,
    db: &State<Db>,
    settings: &State<Settings>,
    clock: &State<Clock>,
) -> Result<Page> {
    let policy = policy(&mut *db.read().await?, user.account, settings, clock).await?;
    Ok(Page::new("password.html").with("form", &Form::new()).with("rules", &rules(policy)))
}

#[post("/password", data = "<form>")]
async fn change(
    user: User,
    db: &State<Db>,
    settings: &State<Settings>,
    clock: &State<Clock>,
    hashing: &State<Hashing>,
    mut form: Form,
) -> Result<Answer> {
    let mut reader = db.read().await?;
    let owner = owner(&mut reader, user.account).await?;
    let policy = policy(&mut reader, user.account, settings, clock).await?;
    let keys = lockout::Keys::new(Some(user.account), "", &user.address);
    let locked = lockout::locked(&mut reader, &keys, clock).await?;
    drop(reader);
    let current = form.raw("current").to_owned();
    if locked {
        form.refuse("current", "原密码连续输错，已暂时锁定。请过 15 分钟再试。");
    } else if current.is_empty() {
        form.refuse("current", "请填写原密码。");
    } else if !hashing.verify(current, owner.password_hash.clone()).await?.is_right() {
        form.refuse("current", "原密码不正确，请重新输入。");
        let mut tx = db.begin().await?;
        let lock = lockout::fail(&mut tx, &keys, locked, false, settings, clock).await?;
        let text = format!("修改密码失败：原密码不正确{}", lock.sentence());
        let object = format!("account:{}", user.account);
        trail::refused(&mut tx, &user.actor(), clock, "password.failed", &object, &text).await?;
        tx.commit().await?;
    }
    let Some(password) = chosen(&mut form, &owner, policy, hashing).await? else {
        let page = Page::new("password.html").with("form", &form).with("rules", &rules(policy));
        return Ok(page.refused().into());
    };
    let hash = hashing.hash(password).await?;
    let mut tx = db.begin().await?;
    store(&mut tx, &user, &hash, clock).await?;
    session::end_all(&mut tx, user.account, Some(user.id)).await?;
    let object = format!("account:{}", user.account);
    trail::write(&mut tx, &user.actor(), clock, "password.change", &object, "修改密码").await?;
    tx.commit().await?;
    Ok(Done::to("/start").ok("密码已修改，在其他电脑上的登录已退出。").into())
}

#[get("/password/first")]
async fn first_form(
    session: AnySession,
    db: &State<Db>,
    settings: &State<Settings>,
    clock: &State<Clock>,
) -> Result<Answer> {
    if !session.0.restricted {
        return Ok(Done::to("/password").into());
    }
    let policy = policy(&mut *db.read().await?, session.0.account, settings, clock).await?;
    Ok(first_page(&Form::new(), policy).into())
}

fn first_page(form: &Form, policy: Policy) -> Page {
    Page::new("first_password.html").with("form", form).with("rules", &rules(policy))
}

#[expect(clippy::too_many_arguments, reason = "a handler's guards")]
#[post("/password/first", data = "<form>")]
async fn first(
    session: AnySession,
    opening: Opening<'_>,
    db: &State<Db>,
    settings: &State<Settings>,
    clock: &State<Clock>,
    hashing: &State<Hashing>,
    notices: &State<Notices>,
    mut form: Form,
) -> Result<Answer> {
    if !session.0.restricted {
        return Ok(Done::to("/password").into());
    }
    let account = session.0.account;
    let mut reader = db.read().await?;
    let owner = owner(&mut reader, account).await?;
    let policy = policy(&mut reader, account, settings, clock).await?;
    drop(reader);
    let Some(password) = chosen(&mut form, &owner, policy, hashing).await? else {
        return Ok(first_page(&form, policy).refused().into());
    };
    let hash = hashing.hash(password).await?;
    let mut tx = db.begin().await?;
    store(&mut tx, &session.0, &hash, clock).await?;
    session::end_all(&mut tx, account, None).await?;
    let grants = session::grants_of(&mut tx, account, &day::date_text(clock.today())).await?;
    session::open(&mut tx, &opening, account, grants.first(), false).await?;
    let key: Vec<u8> =
        sqlx::query_scalar("select token_hash from session where id = last_insert_rowid()")
            .fetch_one(&mut *tx)
            .await?;
    let text = if owner.state == "initial" {
        "首次设置密码，账号已激活"
    } else {
        "设置新密码"
    };
    let object = format!("account:{account}");
    let actor = session.user().actor();
    trail::write(&mut tx, &actor, clock, "password.first", &object, text).await?;
    tx.commit().await?;
    let text = "密码已设置，今后请用新密码登录。".to_owned();
    notices.push(&key, Notice { kind: "ok", text });
    Ok(Done::to("/start").into())
}

pub fn routes() -> Vec<Route> {
    routes![form, change, first_form, first]
}
