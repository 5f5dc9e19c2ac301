//! `jxjy admin`: the bureau's super administrators, from the machine itself.

use accounts::administrators::{self, Credential, NewAdministrator, SUPER};
use accounts::credentials;
use clap::{Args, Subcommand};
use kit::{AccountId, Actor, Error, Module, Result, day, organization, trail};
use sqlx::SqliteConnection;

use super::county::County;
use super::{Folder, TEMPLATE, county};
use crate::sign_in::lockout;

#[derive(Debug, Clone, Subcommand)]
pub enum Admin {
    /// 新建一位人社局超级管理员，显示一次性密码
    #[command(help_template = TEMPLATE)]
    Create(Create),
    /// 把一个账号的密码换成一次性密码，并结束它的登录
    #[command(help_template = TEMPLATE)]
    ResetPassword(Named),
    /// 解除一个账号因输错密码而来的锁定
    #[command(help_template = TEMPLATE)]
    Unlock(Named),
    /// 列出人社局的管理员
    #[command(help_template = TEMPLATE)]
    List,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "选项")]
pub struct Create {
    /// 登录账号：4 到 32 个字母、数字或 . _ -
    #[arg(long, value_name = "账号")]
    login: String,
    /// 姓名
    #[arg(long, value_name = "姓名")]
    name: String,
    /// 手机
    #[arg(long, value_name = "号码", default_value = "", hide_default_value = true)]
    phone: String,
}

#[derive(Debug, Clone, Args)]
pub struct Named {
    /// 登录账号
    #[arg(value_name = "账号")]
    login: String,
}

pub fn run(admin: &Admin, folder: &Folder, features: Vec<Box<dyn Module>>) -> Result<()> {
    county::run(async {
        let county = County::open_same(folder, features).await?;
        let done = match admin {
            Admin::Create(new) => create(&county, new).await,
            Admin::ResetPassword(named) => reset(&county, &named.login).await,
            Admin::Unlock(named) => unlock(&county, &named.login).await,
            Admin::List => list(&county).await,
        };
        county.pools.shut().await;
        done
    })
}

async fn create(county: &County, new: &Create) -> Result<()> {
    let name = new.name.trim();
    if !(2..=50).contains(&name.chars().count()) {
        return Err(Error::refused("姓名要有 2 到 50 个字。"));
    }
    let (code, hash) = credentials::one_time().await?;
    let mut tx = county.pools.begin().await?;
    let bureau = organization::bureau(&mut tx).await?.ok_or_else(|| {
        Error::refused("还没有人社局。请先运行 jxjy，用窗口里的一次性链接完成首次设置。")
    })?;
    let account = administrators::create(
        &mut tx,
        &NewAdministrator {
            organization: bureau.id,
            name: name.to_owned(),
            login: new.login.clone(),
            phone: new.phone.clone(),
            role: SUPER,
            credential: Credential::Code(hash),
            created_by: None,
        },
        &county.clock,
    )
    .await?;
    let text = format!("新建{}的超级管理员 {name}（{}）", bureau.name, new.login);
    let object = format!("account:{account}");
    let actor = Actor::command("admin create");
    trail::write(&mut tx, &actor, &county.clock, "admin.create", &object, &text).await?;
    tx.commit().await?;
    println!("已新建{}的超级管理员 {name}，登录账号 {}。", bureau.name, new.login);
    show(&code);
    Ok(())
}

fn show(code: &str) {
    println!("一次性密码：{code}");
    println!("它只显示这一次，登录后要立即设置新密码。");
}

async fn reset(county: &County, login: &str) -> Result<()> {
    let (code, hash) = credentials::one_time().await?;
    let mut tx = county.pools.begin().await?;
    let (account, name, state) = named(&mut tx, login).await?;
    if state == "disabled" {
        return Err(Error::refused(format!("账号 {login} 已停用，没有重置。请先在系统中启用它。")));
    }
    let ended = administrators::reset(&mut tx, account, &hash, &county.clock).await?;
    lockout::unlock(&mut tx, account).await?;
    let text = format!("把 {name} 的密码重置为一次性密码，结束 {ended} 个登录");
    let object = format!("account:{account}");
    let actor = Actor::command("admin reset-password");
    trail::write(&mut tx, &actor, &county.clock, "admin.reset-password", &object, &text).await?;
    tx.commit().await?;
    println!("已重置 {name}（{login}）的密码，结束了 {ended} 个登录。");
    show(&code);
    Ok(())
}

async fn unlock(county: &County, login: &str) -> Result<()> {
    let mut tx = county.pools.begin().await?;
    let (account, name, _) = named(&mut tx, login).await?;
    lockout::unlock(&mut tx, account).await?;
    let object = format!("account:{account}");
    let actor = Actor::command("admin unlock");
    let text = format!("解除 {name} 的登录锁定");
    trail::write(&mut tx, &actor, &county.clock, "admin.unlock", &object, &text).await?;
    tx.commit().await?;
    println!("已解除 {name}（{login}）的锁定，现在可以登录。");
    Ok(())
}

/// The account with this login, or with this ID number.
async fn named(db: &mut SqliteConnection, login: &str) -> Result<(AccountId, String, String)> {
    sqlx::query_as(
        "select a.id, a.name, a.state from account a
          where a.login = ?1
             or a.identity_id = (select id from identity where number = upper(?1))",
    )
    .bind(login)
    .fetch_optional(db)
    .await?
    .ok_or_else(|| Error::refused(format!("没有账号 {login}。用 jxjy admin list 查看现有账号。")))
}

async fn list(county: &County) -> Result<()> {
    let mut db = county.pools.read().await?;
    let Some(bureau) = organization::bureau(&mut db).await? else {
        println!("还没有人社局，也没有账号。请先运行 jxjy 完成首次设置。");
        return Ok(());
    };
    println!("{}的管理员：", bureau.name);
    for one in administrators::of(&mut db, bureau.id).await? {
        let state = match one.state.as_str() {
            "active" => "正常",
            "waiting" => "待用一次性密码登录",
            "initial" => "待用初始密码登录",
            "disabled" => "已停用",
            _ => "还不能登录",
        };
        let login = if one.login.is_empty() { "（用身份证号登录）" } else { &one.login };
        let seen = match one.signed_in_at {
            Some(at) => format!("上次登录 {}", day::shown_time(&at)),
            None => "从未登录".to_owned(),
        };
        println!("  {login}　{}　{}　{state}　{seen}", one.name, one.role);
    }
    Ok(())
}
