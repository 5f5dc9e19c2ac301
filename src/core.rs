//! The core as a module: its permissions, menu entries, settings and access rows.

use kit::module::{AccessCase, Task, Who};
use kit::settings::Kind;
use kit::{
    Grantable, Group, Kinds, Leaf, MenuEntry, Migration, Module, Permission, Setting, permission,
};
use kit::{password, review, session};

use crate::{backup, trail_page};

pub const SETTINGS: Leaf = Leaf {
    key: "core.settings",
    title: "系统设置",
    group: Group::System,
    kinds: Kinds::BUREAU.whole_county(),
};
pub const TRAIL: Leaf = Leaf {
    key: "core.trail",
    title: "操作日志",
    group: Group::System,
    kinds: Kinds::BUREAU.whole_county(),
};

/// 基础数据: holidays.
pub const BASICS: Leaf = Leaf {
    key: "core.basics",
    title: "基础数据",
    group: Group::System,
    kinds: Kinds::BUREAU.whole_county(),
};

permission!(pub ViewBasics, BASICS, View);
permission!(pub EditBasics, BASICS, Edit);
permission!(pub ViewSettings, SETTINGS, View);
permission!(pub EditSettings, SETTINGS, Edit);
permission!(pub ViewTrail, TRAIL, View);
permission!(pub ExportTrail, TRAIL, Export);

/// Days after which an administrator is reminded to change his password.
pub const PASSWORD_AGE: Setting = Setting {
    key: "password.age",
    group: "登录与密码",
    label: "提醒管理员更换密码",
    help: "密码用了这么多天后，登录时提醒更换；0 为不提醒。",
    kind: Kind::Integer { least: 0, most: 3650, unit: "天" },
    default: "180",
    check: None,
};

/// Accounts an address may fail on before it has to wait.
pub const ADDRESS_FAILURES: Setting = Setting {
    key: "password.address",
    group: "登录与密码",
    label: "同一地址输错的账号数",
    help: "15 分钟内同一网络地址有这么多个不同账号输错密码，就暂停该地址登录。",
    kind: Kind::Integer { least: 5, most: 1000, unit: "个" },
    default: "30",
    check: None,
};

/// Guesses at initial passwords in the whole county before they pause.
pub const INITIAL_FAILURES: Setting = Setting {
    key: "password.initial",
    group: "登录与密码",
    label: "全县初始密码输错次数",
    help: "15 分钟内全县用初始密码登录输错这么多次，就暂停初始密码登录 15 分钟，防止逐人试探；已设置密码的人不受影响。",
    kind: Kind::Integer { least: 20, most: 100_000, unit: "次" },
    default: "200",
    check: None,
};

/// Whether the office network may use plain HTTP.
pub const PLAIN_LAN: Setting = Setting {
    key: "serving.plain_lan",
    group: "网络",
    label: "允许局域网内用不加密的 http 打开",
    help: "重新启动程序后生效。没有设置 HTTPS 证书时，同一网络里的人有可能截获密码。",
    kind: Kind::Switch,
    default: "0",
    check: None,
};

pub struct Core;

#[rocket::async_trait]
impl Module for Core {
    fn name(&self) -> &'static str {
        "core"
    }

    fn title(&self) -> &'static str {
        "系统管理"
    }

    fn permissions(&self) -> Vec<Grantable> {
        vec![
            ViewBasics::grantable(),
            EditBasics::grantable(),
            ViewSettings::grantable(),
            EditSettings::grantable(),
            ViewTrail::grantable(),
            ExportTrail::grantable(),
            backup::ViewBackups::grantable(),
            backup::EditBackups::grantable(),
        ]
    }

    fn menu(&self) -> Vec<MenuEntry> {
        let entry = |order, title, href, permission| MenuEntry {
            group: Group::System,
            order,
            title,
            href,
            permission: Some(permission),
            subject: None,
            kinds: kit::Kinds::ALL,
        };
        vec![
            entry(930, "基础数据", "/holidays", ViewBasics::grantable()),
            entry(940, "系统设置", "/settings", ViewSettings::grantable()),
            entry(950, "操作日志", "/trail", ViewTrail::grantable()),
            entry(960, "备份", "/backup", backup::ViewBackups::grantable()),
        ]
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration { name: "0001_trail", sql: include_str!("../migrations/0001_trail.sql") }]
    }

    fn settings(&self) -> Vec<&'static Setting> {
        vec![
            &session::IDLE,
            &session::ABSOLUTE,
            &password::LEAST,
            &password::CLASSES,
            &PASSWORD_AGE,
            &ADDRESS_FAILURES,
            &INITIAL_FAILURES,
            &review::OVERDUE_DAYS,
            &PLAIN_LAN,
            &backup::NIGHTLY,
            &backup::HOUR,
            &backup::KEEP,
        ]
    }

    fn tasks(&self) -> Vec<Task> {
        vec![Task { name: "backup", every: 600, run: |context| Box::pin(backup::nightly(context)) }]
    }

    fn access(&self) -> Vec<AccessCase> {
        let row = |method, route, who| AccessCase { method, route, who };
        vec![
            row("GET", "/", Who::Everyone),
            row("GET", "/assets/<path..>", Who::Everyone),
            row("GET", "/-/setup", Who::Everyone),
            row("GET", "/-/first-password", Who::Everyone),
            row("POST", "/-/too-large", Who::Everyone),
            row("GET", "/setup", Who::Everyone),
            row("POST", "/setup", Who::Everyone),
            row("POST", "/setup/demo", Who::Everyone),
            row("POST", "/sign-in", Who::Everyone),
            row("POST", "/sign-out", Who::SignedIn),
            row("POST", "/side", Who::SignedIn),
            row("GET", "/password", Who::SignedIn),
            row("POST", "/password", Who::SignedIn),
            row("GET", "/password/first", Who::SignedIn),
            row("POST", "/password/first", Who::SignedIn),
            row("GET", "/start", Who::SignedIn),
            row("GET", "/messages", Who::SignedIn),
            row("POST", "/messages/<id>/read", Who::SignedIn),
            row("POST", "/messages/read", Who::SignedIn),
            row("GET", "/holidays?<year>&<edit>", Who::Holder(ViewBasics::grantable())),
            row("POST", "/holidays", Who::Holder(EditBasics::grantable())),
            row("POST", "/holidays/remove", Who::Holder(EditBasics::grantable())),
            row("POST", "/holidays/import", Who::Holder(EditBasics::grantable())),
            row("GET", "/settings", Who::Holder(ViewSettings::grantable())),
            row("POST", "/settings", Who::Holder(EditSettings::grantable())),
            row("GET", "/trail", Who::Holder(ViewTrail::grantable())),
            row("POST", "/lists/<key>/query", Who::Holder(ViewTrail::grantable())),
            row("GET", "/lists/<key>/export", Who::Holder(ExportTrail::grantable())),
            row("GET", "/files/<id>", Who::SignedIn),
            row("GET", "/backup", Who::Holder(backup::ViewBackups::grantable())),
            row("POST", "/backup", Who::Holder(backup::EditBackups::grantable())),
            row("POST", "/backup/<name>/download", Who::Holder(backup::EditBackups::grantable())),
        ]
    }

    fn lists(&self) -> Vec<&'static kit::list::List> {
        vec![&trail_page::LIST]
    }
}
