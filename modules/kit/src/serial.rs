//! Numbers that people see, and randomness.

use sqlx::SqliteConnection;

use crate::{Error, Result};

/// The next number of a counter, starting at 1; inside the act's transaction, so none is lost
/// or given twice.
pub async fn next(tx: &mut SqliteConnection, key: &str) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "insert into serial (key, last) values (?, 1)
         on conflict (key) do update set last = last + 1 returning last",
    )
    .bind(key)
    .fetch_one(tx)
    .await?)
}

/// `N` random bytes from the operating system.
///
/// # Errors
/// When the operating system has none to give.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| Error::Fault(format!("no randomness: {e}")))?;
    Ok(bytes)
}

/// 256 random bits as 64 hexadecimal digits.
pub fn token() -> Result<String> {
    Ok(crate::migration::hex(&random::<32>()?))
}

/// `length` random characters that are not mistaken for one another (no 0 O 1 I L).
pub fn code(length: usize) -> Result<String> {
    const LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ"; // 31 of them
    let mut text = String::with_capacity(length);
    while text.len() < length {
        for byte in random::<32>()? {
            // 248 is the greatest multiple of 31 below 256: no letter is likelier than another
            if byte < 248 && text.len() < length {
                text.push(char::from(LETTERS[usize::from(byte % 31)]));
            }
        }
    }
    Ok(text)
}

/// A small reproducible generator for demo data (SplitMix64); never for secrets.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound` (0 if `bound` is 0).
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.bits() % bound }
    }

    /// True `percent` times of a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of `items`, which is not empty.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u64) as usize]
    }
}
