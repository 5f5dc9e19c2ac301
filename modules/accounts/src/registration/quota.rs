//! How often one network address may register, and ask for the progress of a registration (PV-03).

use kit::quota::{Quota, Spent};
use kit::settings::Kind;
use kit::{Clock, Setting, Settings};

/// Forms a minute from one address.
pub const PER_MINUTE: Setting = Setting {
    key: "registration.per_minute",
    group: "注册",
    label: "每个地址每分钟最多提交注册",
    help: "填错退回的也算一次。超过时请申请人稍后再试，防止批量提交。",
    kind: Kind::Integer { least: 1, most: 100_000, unit: "次" },
    default: "10",
    check: None,
};

/// Forms a day from one address.
pub const PER_DAY: Setting = Setting {
    key: "registration.per_day",
    group: "注册",
    label: "每个地址每天最多提交注册",
    help: "同一单位的电脑可能共用一个地址，集中注册时不宜太小。",
    kind: Kind::Integer { least: 1, most: 10_000_000, unit: "次" },
    default: "200",
    check: None,
};

/// Forms for one ID number or credit code a day from one address.
pub const PER_NUMBER: Setting = Setting {
    key: "registration.per_number",
    group: "注册",
    label: "每个地址每天最多为同一号码提交注册",
    help: "同一身份证号或统一社会信用代码，从一个地址一天最多提交这么多份，防止冒用他人号码反复提交。",
    kind: Kind::Integer { least: 1, most: 1_000, unit: "次" },
    default: "5",
    check: None,
};

/// Questions for progress a minute from one address.
pub const QUERIES_PER_MINUTE: Setting = Setting {
    key: "registration.queries_per_minute",
    group: "注册",
    label: "每个地址每分钟最多查询进度",
    help: "没有查到的也算一次，防止猜测查询码。",
    kind: Kind::Integer { least: 1, most: 100_000, unit: "次" },
    default: "10",
    check: None,
};

/// Questions for progress a day from one address.
pub const QUERIES_PER_DAY: Setting = Setting {
    key: "registration.queries_per_day",
    group: "注册",
    label: "每个地址每天最多查询进度",
    help: "同一单位的电脑可能共用一个地址，不宜太小。",
    kind: Kind::Integer { least: 1, most: 10_000_000, unit: "次" },
    default: "100",
    check: None,
};

const MINUTE: &str = "提交太频繁，请一分钟后再试。填写的内容还在这一页上。";

/// Forms sent, by address and by what they claim from there; managed by Rocket.
#[derive(Debug, Clone, Default)]
pub struct Submissions(Quota, Quota);

impl Submissions {
    /// Counts one form.
    ///
    /// # Errors
    /// A sentence when the address has used up its minute or its day.
    pub fn take(
        &self,
        address: &str,
        clock: &Clock,
        settings: &Settings,
    ) -> Result<(), &'static str> {
        self.0.take(address, &PER_MINUTE, &PER_DAY, clock, settings).map_err(|spent| match spent {
            Spent::Minute => MINUTE,
            Spent::Day => "您所在的网络今天提交注册的次数已用完，请明天再试，或者联系人社局。",
        })
    }
}

impl Submissions {
    /// Counts one form that claims this ID number or credit code. It counts what this address
    /// sends only, so that it tells nothing of the number (AU-08).
    ///
    /// # Errors
    /// A sentence when the address has claimed it often enough today.
    pub fn claim(
        &self,
        address: &str,
        number: &str,
        clock: &Clock,
        settings: &Settings,
    ) -> Result<(), &'static str> {
        let key = format!("{}:{number}", kit::quota::network_text(address));
        self.1.take(&key, &PER_NUMBER, &PER_NUMBER, clock, settings).map_err(|_| {
            "您所在的网络今天为这个号码提交注册的次数已用完。请在首页“注册审核进度查询”查看已提交的注册，\
             或者明天再试。"
        })
    }
}

/// Questions for progress; managed by Rocket.
#[derive(Debug, Clone, Default)]
pub struct Queries(Quota);

impl Queries {
    /// Counts one question.
    ///
    /// # Errors
    /// A sentence when the address has used up its minute or its day.
    pub fn take(
        &self,
        address: &str,
        clock: &Clock,
        settings: &Settings,
    ) -> Result<(), &'static str> {
        self.0.take(address, &QUERIES_PER_MINUTE, &QUERIES_PER_DAY, clock, settings).map_err(
            |spent| match spent {
                Spent::Minute => "查询太频繁，请一分钟后再试。",
                Spent::Day => "您所在的网络今天查询次数已用完，请明天再试，或者联系审核单位。",
            },
        )
    }
}
