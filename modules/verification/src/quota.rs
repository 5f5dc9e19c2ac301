//! How often one address may ask the public page.

use kit::quota::Spent;
use kit::settings::Kind;
use kit::{Clock, Error, Result, Setting, Settings};

/// Questions a minute from one address.
pub const PER_MINUTE: Setting = Setting {
    key: "verification.per_minute",
    group: "学习记录验证",
    label: "每个地址每分钟最多验证",
    help: "超过时请访问者稍后再试，防止批量猜测。",
    kind: Kind::Integer { least: 1, most: 100_000, unit: "次" },
    default: "10",
    check: None,
};

/// Questions a day from one address.
pub const PER_DAY: Setting = Setting {
    key: "verification.per_day",
    group: "学习记录验证",
    label: "每个地址每天最多验证",
    help: "同一网络的手机可能共用一个地址，不宜太小。",
    kind: Kind::Integer { least: 1, most: 10_000_000, unit: "次" },
    default: "100",
    check: None,
};

/// The tries of the public page; managed by Rocket.
#[derive(Debug, Clone, Default)]
pub struct Quota(kit::quota::Quota);

impl Quota {
    /// Counts one question.
    ///
    /// # Errors
    /// `TooMany` when the address has used up its minute or its day.
    pub fn take(&self, address: &str, clock: &Clock, settings: &Settings) -> Result<()> {
        self.0.take(address, &PER_MINUTE, &PER_DAY, clock, settings).map_err(|spent| {
            let text = match spent {
                Spent::Minute => "查询太频繁，请一分钟后再试。",
                Spent::Day => {
                    "您所在的网络今天查询次数已用完，请明天再试，或者拨打人社局电话核对。"
                }
            };
            Error::TooMany(text.to_owned())
        })
    }
}
