//! How often one address may ask the public page.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

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

/// Addresses remembered at most; beyond it the oldest minute is forgotten.
const REMEMBERED: usize = 100_000;

#[derive(Debug, Clone, Copy)]
struct Count {
    minute: i64,
    this_minute: i64,
    day: i64,
    today: i64,
}

/// Counts per address, in memory and bounded; managed by Rocket.
#[derive(Debug, Clone, Default)]
pub struct Quota(Arc<Mutex<HashMap<Vec<u8>, Count>>>);

impl Quota {
    /// Counts one question.
    ///
    /// # Errors
    /// `TooMany` when the address has used up its minute or its day.
    pub fn take(&self, address: &str, clock: &Clock, settings: &Settings) -> Result<()> {
        let now = clock.now();
        let minute = now.unix_timestamp().div_euclid(60);
        let day = i64::from(clock.today().to_julian_day());
        let Ok(mut map) = self.0.lock() else { return Ok(()) };
        if map.len() >= REMEMBERED {
            map.retain(|_, count| count.day == day && count.minute >= minute - 60);
            if map.len() >= REMEMBERED {
                map.clear();
            }
        }
        let count =
            map.entry(network(address)).or_insert(Count { minute, this_minute: 0, day, today: 0 });
        if count.minute != minute {
            (count.minute, count.this_minute) = (minute, 0);
        }
        if count.day != day {
            (count.day, count.today) = (day, 0);
        }
        if count.this_minute >= settings.integer(&PER_MINUTE) {
            return Err(Error::TooMany("查询太频繁，请一分钟后再试。".to_owned()));
        }
        if count.today >= settings.integer(&PER_DAY) {
            return Err(Error::TooMany(
                "您所在的网络今天查询次数已用完，请明天再试，或者拨打人社局电话核对。".to_owned(),
            ));
        }
        count.this_minute += 1;
        count.today += 1;
        Ok(())
    }
}

/// A v6 address counts with its whole /64: one line has as many as it likes.
fn network(address: &str) -> Vec<u8> {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(v4)) => v4.octets().to_vec(),
        Ok(IpAddr::V6(v6)) => v6.octets()[..8].to_vec(),
        Err(_) => address.as_bytes().to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::Quota;
    use kit::{Clock, Settings};
    use time::{Duration, OffsetDateTime};

    #[test]
    fn the_eleventh_question_of_a_minute_waits() {
        let clock = Clock::fixed(OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap());
        let (quota, settings) = (Quota::default(), Settings::default());
        for _ in 0..10 {
            quota.take("10.0.0.1", &clock, &settings).unwrap();
        }
        assert!(quota.take("10.0.0.1", &clock, &settings).is_err());
        assert!(quota.take("10.0.0.2", &clock, &settings).is_ok(), "others are not held up");
        clock.advance(Duration::minutes(1));
        assert!(quota.take("10.0.0.1", &clock, &settings).is_ok());
    }

    #[test]
    fn one_network_of_v6_is_one_address() {
        let clock = Clock::fixed(OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap());
        let (quota, settings) = (Quota::default(), Settings::default());
        for n in 0..10 {
            quota.take(&format!("2001:db8:1:2::{n}"), &clock, &settings).unwrap();
        }
        assert!(quota.take("2001:db8:1:2::ffff", &clock, &settings).is_err());
    }
}
