//! Initial passwords of the own people: 重置密码 to the last six, 重新开放 of unused ones.

use kit::settings::Kind;
use kit::{
    Answer, Can, Clock, Db, Done, Error, Form, Page, PersonId, Result, Setting, Settings, trail,
};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;
use time::Duration;

use super::{BASE, crumbs, not_himself, object, own, ticked};
use crate::administrators;
use crate::confirm::own_password;
use crate::credentials::{self, INITIAL_DAYS, RESET_DAYS};
use crate::permissions::ResetStaff;

pub fn routes() -> Vec<Route> {
    routes![confirm_reset, reset, reopen_one, confirm_reopen, reopen]
}

/// Resets of one administrator within 24 hours: whoever resets hundreds is no administrator.
pub const RESETS_A_DAY: Setting = Setting {
    key: "accounts.resets-a-day",
    group: "登录与密码",
    label: "每名管理员每天重置密码",
    help: "一名管理员 24 小时内最多把这么多人的密码重置为身份证后六位，防止账号被盗后批量重置。",
    kind: Kind::Integer { least: 1, most: 1000, unit: "人" },
    default: "50",
    check: None,
};

const RESET: &str = "accounts.person.reset";

#[get("/people/<id>/reset")]
async fn confirm_reset(user: Can<ResetStaff>, id: PersonId, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let brief = own(&mut db, &user.grant, id).await?;
    not_himself(&user.user, id)?;
    reset_page(&mut db, &user, id, &brief.name, &Form::new()).await
}

#[post("/people/<id>/reset", data = "<form>")]
async fn reset(
    user: Can<ResetStaff>,
    id: PersonId,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    mut form: Form,
) -> Result<Answer> {
    let mut reader = db.read().await?;
    let brief = own(&mut reader, &user.grant, id).await?;
    not_himself(&user.user, id)?;
    within_a_day(&mut reader, &user, clock, settings.integer(&RESETS_A_DAY)).await?;
    let reason = form.required("reason", "重置原因", 5..=200);
    drop(reader);
    let what = format!("重置{}的密码", brief.name);
    own_password(&mut form, db, &user.user, clock, &what).await?;
    let mut tx = db.begin().await?;
    let brief = own(&mut tx, &user.grant, id).await?;
    if form.refused() {
        return Ok(reset_page(&mut tx, &user, id, &brief.name, &form).await?.refused().into());
    }
    within_a_day(&mut tx, &user, clock, settings.integer(&RESETS_A_DAY)).await?;
    let account = credentials::reset_to_initial(&mut tx, id, clock).await?;
    let by = (user.grant.organization_name.as_str(), user.user.name.as_str());
    let done = ("重置为身份证号后六位", reason.as_str());
    administrators::tell_reset(&mut tx, account, by, done, clock).await?;
    let text = format!("将{}的密码重置为身份证号后六位，原因：{reason}", brief.name);
    trail::write(&mut tx, &user.actor(), clock, RESET, &object(id), &text).await?;
    let days = credentials::days(&mut tx, &RESET_DAYS).await?;
    tx.commit().await?;
    let told = format!(
        "已重置{}的密码：现在是他身份证号的后六位，{}，登录后须设置新密码。他原来的登录都已退出。",
        brief.name,
        lasting(days)
    );
    Ok(Done::to(format!("{BASE}/{id}")).ok(told).into())
}

fn lasting(days: i64) -> String {
    if days == 0 { "一直有效".to_owned() } else { format!("{days} 天内有效") }
}

/// The cap per administrator, counted in the trail.
async fn within_a_day(
    db: &mut SqliteConnection,
    user: &Can<ResetStaff>,
    clock: &Clock,
    most: i64,
) -> Result<()> {
    let since = clock.stamp_in(Duration::days(-1));
    let done: i64 = sqlx::query_scalar(
        "select count(*) from trail where account_id = ?1 and act = ?2 and result = 'done'
            and id >= coalesce((select id from trail where at >= ?3 order by at, id limit 1), 0)
            and at >= ?3",
    )
    .bind(user.user.account)
    .bind(RESET)
    .bind(since)
    .fetch_one(db)
    .await?;
    if done < most {
        return Ok(());
    }
    Err(Error::TooMany(format!(
        "您在 24 小时内已重置 {done} 人的密码，达到上限 {most} 人，没有再重置。请明天再办，或请本单位其他管理员办理。"
    )))
}

async fn reset_page(
    db: &mut SqliteConnection,
    user: &Can<ResetStaff>,
    id: PersonId,
    name: &str,
    form: &Form,
) -> Result<Page> {
    let days = credentials::days(db, &RESET_DAYS).await?;
    let sentence = format!(
        "将把{name}的密码重置为身份证号的后六位（末位是 X 的，X 也算一位），{}。他现在的密码立即失效，所有登录都会退出。请先核对是本人提出的。",
        lasting(days)
    );
    let back = format!("{BASE}/{id}");
    Ok(Page::new("accounts/person_reset.html")
        .with("crumbs", &crumbs(&user.grant, &[(name, &back), ("重置密码", "")]))
        .with("sentence", &sentence)
        .with("action", &format!("{BASE}/{id}/reset"))
        .with("back", &back)
        .with("form", form))
}

/// 重新开放 the initial password of one person who has never used it.
#[post("/people/<id>/reopen")]
async fn reopen_one(
    user: Can<ResetStaff>,
    id: PersonId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let brief = own(&mut tx, &user.grant, id).await?;
    not_himself(&user.user, id)?;
    if !credentials::reopen(&mut tx, id, clock).await? {
        return Err(Error::refused(format!(
            "{}已设置过自己的密码，没有可以重新开放的初始密码。忘记密码的请用“重置密码”。",
            brief.name
        )));
    }
    let text = format!("重新开放{}的初始密码", brief.name);
    let act = "accounts.person.reopen";
    trail::write(&mut tx, &user.actor(), clock, act, &object(id), &text).await?;
    let days = credentials::days(&mut tx, &INITIAL_DAYS).await?;
    tx.commit().await?;
    let told = format!("已重新开放{}的初始密码，{}。", brief.name, lasting(days));
    Ok(Done::to(format!("{BASE}/{id}")).ok(told))
}

/// Says what 重新开放 does for the whole unit.
#[get("/people/reopen")]
async fn confirm_reopen(
    user: Can<ResetStaff>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let (unused, expired): (i64, i64) = sqlx::query_as(
        "select count(*), coalesce(sum(a.initial_until < ?), 0)
           from person p join account a on a.person_id = p.id
          where p.organization_id = ? and a.state = 'initial'",
    )
    .bind(clock.stamp())
    .bind(user.grant.own().values().1)
    .fetch_one(&mut *db)
    .await?;
    let days = credentials::days(&mut db, &INITIAL_DAYS).await?;
    Ok(Page::new("accounts/person_reopen.html")
        .with("crumbs", &crumbs(&user.grant, &[("重新开放初始密码", "")]))
        .with("unused", &unused)
        .with("expired", &expired)
        .with("lasting", &lasting(days))
        .with("action", &format!("{BASE}/reopen"))
        .with("back", BASE))
}

/// 重新开放 for the ticked, or with `all` for everybody of the unit who has not signed in yet.
#[post("/people/reopen", data = "<form>")]
async fn reopen(
    user: Can<ResetStaff>,
    db: &State<Db>,
    clock: &State<Clock>,
    form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let actor = user.actor();
    let (done, asked) = if form.ticked("all") {
        let scope = user.grant.own();
        let done = credentials::reopen_all(&mut tx, scope, clock).await?;
        let text = format!("重新开放本单位全部 {done} 名未激活人员的初始密码");
        let object = format!("organization:{}", user.organization());
        trail::write(&mut tx, &actor, clock, "accounts.person.reopen", &object, &text).await?;
        (done, done)
    } else {
        let people = ticked(&mut tx, &user.user, &user.grant, &form).await?;
        let mut done = 0;
        for one in &people {
            if credentials::reopen(&mut tx, one.id, clock).await? {
                done += 1;
                let text = format!("重新开放{}的初始密码", one.name);
                let act = "accounts.person.reopen";
                trail::write(&mut tx, &actor, clock, act, &object(one.id), &text).await?;
            }
        }
        (done, people.len() as u64)
    };
    let days = credentials::days(&mut tx, &INITIAL_DAYS).await?;
    tx.commit().await?;
    let answer = Done::to(BASE).ok(format!("已重新开放 {done} 人的初始密码，{}。", lasting(days)));
    Ok(match asked - done {
        0 => answer,
        n => answer.warn(format!(
            "另有 {n} 人已设置过自己的密码或账号已停用，没有变化。忘记密码的请逐个用“重置密码”。"
        )),
    })
}
