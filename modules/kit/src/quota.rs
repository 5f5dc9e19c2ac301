//! How often one network address may do something that is open to everybody (PV-03).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use crate::{Clock, Setting, Settings};

/// Addresses remembered at most; beyond it the oldest minute is forgotten.
const REMEMBERED: usize = 100_000;

#[derive(Debug, Clone, Copy)]
struct Count {
    minute: i64,
    this_minute: i64,
    day: i64,
    today: i64,
}

/// What an address has used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    Minute,
    Day,
}

/// Counts per address, in memory and bounded. Each screen manages one of its own, in a type of
/// its own.
#[derive(Debug, Clone, Default)]
pub struct Quota(Arc<Mutex<HashMap<Vec<u8>, Count>>>);

impl Quota {
    /// Counts one try of this address against both settings.
    ///
    /// # Errors
    /// What the address has used up: its minute or its day.
    pub fn take(
        &self,
        address: &str,
        per_minute: &Setting,
        per_day: &Setting,
        clock: &Clock,
        settings: &Settings,
    ) -> Result<(), Spent> {
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
        if count.this_minute >= settings.integer(per_minute) {
            return Err(Spent::Minute);
        }
        if count.today >= settings.integer(per_day) {
            return Err(Spent::Day);
        }
        count.this_minute += 1;
        count.today += 1;
        Ok(())
    }
}

/// An address for a key of several parts: a v6 one by its /64.
pub fn network_text(address: &str) -> String {
    network(address).iter().map(|byte| format!("{byte:02x}")).collect()
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
    use super::{Quota, Spent};
    use crate::settings::Kind;
    use crate::{Clock, Setting, Settings};
    use time::{Duration, OffsetDateTime};

    const fn limit(default: &'static str) -> Setting {
        let kind = Kind::Integer { least: 1, most: 1000, unit: "次" };
        Setting { key: "test", group: "", label: "", help: "", kind, default, check: None }
    }
    const TEN: Setting = limit("10");
    const FIFTEEN: Setting = limit("15");

    #[test]
    fn the_eleventh_try_of_a_minute_waits_and_the_sixteenth_of_a_day() {
        let clock = Clock::fixed(OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap());
        let (quota, settings) = (Quota::default(), Settings::default());
        let take = |address| quota.take(address, &TEN, &FIFTEEN, &clock, &settings);
        for _ in 0..10 {
            take("10.0.0.1").unwrap();
        }
        assert_eq!(take("10.0.0.1"), Err(Spent::Minute));
        assert!(take("10.0.0.2").is_ok(), "others are not held up");
        clock.advance(Duration::minutes(1));
        for _ in 0..5 {
            take("10.0.0.1").unwrap();
        }
        assert_eq!(take("10.0.0.1"), Err(Spent::Day));
        clock.advance(Duration::days(1));
        assert!(take("10.0.0.1").is_ok());
    }

    #[test]
    fn one_network_of_v6_is_one_address() {
        let clock = Clock::fixed(OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap());
        let (quota, settings) = (Quota::default(), Settings::default());
        let take = |address: &str| quota.take(address, &TEN, &FIFTEEN, &clock, &settings);
        for n in 0..10 {
            take(&format!("2001:db8:1:2::{n}")).unwrap();
        }
        assert!(take("2001:db8:1:2::ffff").is_err());
    }
}
