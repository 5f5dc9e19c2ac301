//! Passwords: what may be chosen, how it is kept, and codes that are shown once (AU-03).
//!
//! `hash`, `verify`, `find` and `dummy_verify` cost 19 MiB and 20–35 ms of CPU each: call them in
//! `spawn_blocking` under a semaphore.

use std::hint::black_box;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::id_card::IdCard;

mod blocklist;
mod policy;
mod settings;

pub use policy::{Context, Policy, check};
pub use settings::{CLASSES, LEAST, policy_of, rules};

/// Memory in KiB, passes and lanes: the least OWASP recommends for argon2id.
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Characters of a one-time code: no I, L, O, 0 and 1.
const CODE_CHARACTERS: &[u8; 31] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
const CODE_LENGTH: usize = 12;

/// The machine failed us, not the person who typed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    #[error("password hashing failed: {0}")]
    Hash(String),
    #[error("a stored password hash cannot be read")]
    Stored,
    #[error("the system gave no random numbers: {0}")]
    Random(String),
}

/// What comparing with a stored hash found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    Right,
    /// Right, but kept with older parameters: hash it again while it is at hand.
    RightButRehash,
}

impl Verdict {
    /// Whether the password was right.
    pub fn is_right(self) -> bool {
        self != Verdict::Wrong
    }
}

/// Hashes a chosen password with argon2id and a random salt, as a PHC string. It is taken byte
/// for byte, without trimming or folding.
///
/// # Errors
/// [`PasswordError::Hash`] if the machine has no memory or no random numbers left.
pub fn hash(password: &str) -> Result<String, PasswordError> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| PasswordError::Random(error.to_string()))?;
    hash_with(password, &salt)
}

/// As `hash`, with a salt of its own for each `key` (an ID number, a login) instead of a random
/// one: however many people claim one key, `find` tells with one argon2 whose password was typed.
///
/// # Errors
/// [`PasswordError::Hash`] if the machine has no memory left.
pub fn hash_for(password: &str, key: &str) -> Result<String, PasswordError> {
    hash_with(password, &salt_of(key))
}

fn salt_of(key: &str) -> [u8; 16] {
    let mut salt = [0; 16];
    let digest = Sha256::digest(format!("password of:{key}"));
    salt.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    salt
}

/// Whether a stored hash was made by `hash_for` with this key.
pub fn is_for(stored: &str, key: &str) -> bool {
    let parsed = PasswordHash::new(stored).ok();
    parsed.and_then(|parsed| parsed.salt).is_some_and(|salt| salt.as_ref() == salt_of(key))
}

fn hash_with(password: &str, salt: &[u8]) -> Result<String, PasswordError> {
    let failed = |error: &dyn std::fmt::Display| PasswordError::Hash(error.to_string());
    let (hasher, mut output) = (hasher()?, [0; 32]);
    derive(&hasher, password.as_bytes(), salt, &mut output).map_err(|e| failed(&e))?;
    let hashed = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(hasher.params()).map_err(|e| failed(&e))?,
        salt: Some(Salt::new(salt).map_err(|e| failed(&e))?),
        hash: Some(Output::new(&output).map_err(|e| failed(&e))?),
    };
    Ok(hashed.to_string())
}

/// Compares a typed password with a stored PHC string, in a time that does not depend on how much
/// of it is right.
///
/// # Errors
/// [`PasswordError::Stored`] if the string is no argon2 hash; the time of one is spent then too.
pub fn verify(typed: &str, stored: &str) -> Result<Verdict, PasswordError> {
    let Ok(parsed) = PasswordHash::new(stored) else {
        dummy_verify(typed);
        return Err(PasswordError::Stored);
    };
    let algorithm = Algorithm::try_from(parsed.algorithm.as_str());
    let version = parsed.version.map_or(Ok(Version::V0x13), Version::try_from);
    let (Ok(algorithm), Ok(version), Ok(params), Some(salt), Some(expected)) =
        (algorithm, version, Params::try_from(&parsed), parsed.salt, parsed.hash)
    else {
        dummy_verify(typed);
        return Err(PasswordError::Stored);
    };
    let mut output = vec![0; expected.len()];
    let done = derive(
        &Argon2::new(algorithm, version, params),
        typed.as_bytes(),
        salt.as_ref(),
        &mut output,
    );
    if done.is_err() || !bool::from(output.ct_eq(expected.as_ref())) {
        return Ok(Verdict::Wrong);
    }
    let number = |name: &str| parsed.params.get_decimal(name);
    let current = parsed.algorithm.as_str() == "argon2id"
        && (number("m"), number("t"), number("p")) == (Some(MEMORY), Some(PASSES), Some(LANES));
    Ok(if current { Verdict::Right } else { Verdict::RightButRehash })
}

/// Which of these stored hashes is of the typed password, if any: those of one `hash_for` key.
/// Exactly one argon2 however many there are, none of them too; one with another salt or other
/// parameters than the first is not found.
///
/// # Errors
/// [`PasswordError::Stored`] if the first is no argon2 hash; the time of one is spent then too.
pub fn find(typed: &str, stored: &[String]) -> Result<Option<usize>, PasswordError> {
    let Some(first) = stored.first() else {
        dummy_verify(typed);
        return Ok(None);
    };
    let Ok(parsed) = PasswordHash::new(first) else {
        dummy_verify(typed);
        return Err(PasswordError::Stored);
    };
    let current = Params::try_from(&parsed).is_ok_and(|params| {
        (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY, PASSES, LANES)
    });
    let Some(salt) = parsed.salt.filter(|_| current) else {
        // of former parameters: alone
        return Ok(verify(typed, first)?.is_right().then_some(0));
    };
    let made = hash_with(typed, salt.as_ref())?;
    Ok(stored.iter().position(|stored| stored.as_bytes().ct_eq(made.as_bytes()).into()))
}

/// Spends what `verify` spends, for unknown, locked and initial accounts, so that timing tells
/// nothing about them (AU-08).
pub fn dummy_verify(typed: &str) {
    let mut output = [0; 32];
    if let Ok(hasher) = hasher() {
        let done = derive(&hasher, typed.as_bytes(), b"nobody's salt 16", &mut output);
        black_box((done.is_ok(), output));
    }
}

/// Whether the typed text is the initial password: the last six characters of the identity
/// number, x or X. In constant time for six characters. The caller also runs `dummy_verify`.
pub fn is_initial(typed: &str, id_card: &IdCard) -> bool {
    let typed = typed.trim().to_ascii_uppercase();
    typed.as_bytes().ct_eq(id_card.last_six().as_bytes()).into()
}

/// A random code of 12 characters that are not mistaken for one another (59 bits), with a letter
/// and a digit at least. Shown once, to be replaced at the first sign-in.
///
/// # Errors
/// [`PasswordError::Random`] if the system has no random numbers.
pub fn one_time_code() -> Result<String, PasswordError> {
    loop {
        let mut code = String::with_capacity(CODE_LENGTH);
        while code.len() < CODE_LENGTH {
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes)
                .map_err(|error| PasswordError::Random(error.to_string()))?;
            // five bits choose among 32; the 32nd is thrown away, so that all are equally likely
            let drawn = bytes.iter().filter_map(|byte| CODE_CHARACTERS.get(usize::from(byte & 31)));
            code.extend(drawn.take(CODE_LENGTH - code.len()).map(|byte| char::from(*byte)));
        }
        let digits = code.bytes().filter(u8::is_ascii_digit).count();
        if (1..CODE_LENGTH).contains(&digits) {
            return Ok(code);
        }
    }
}

/// Blocks of 1 KiB to reserve for a hash, though it touches only `MEMORY` of them: from 32 MiB on,
/// glibc maps memory apart and gives it back at once, where it would keep 19 MiB for each thread
/// that ever hashed (200 MiB after twenty sign-ins).
const RESERVED: usize = 33 * 1024;

/// The hash itself, in memory that is given back.
fn derive(
    hasher: &Argon2<'_>,
    password: &[u8],
    salt: &[u8],
    output: &mut [u8],
) -> argon2::Result<()> {
    let blocks = hasher.params().block_count();
    let mut memory = Vec::with_capacity(blocks.max(RESERVED));
    memory.resize(blocks, Block::new());
    hasher.hash_password_into_with_memory(password, salt, output, &mut memory)
}

fn hasher() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY, PASSES, LANES, None)
        .map_err(|error| PasswordError::Hash(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::time::Instant;

    use argon2::password_hash::PasswordHasher;
    use argon2::password_hash::phc::PasswordHash;
    use argon2::{Algorithm, Argon2, Params, Version};

    use super::{CODE_CHARACTERS, PasswordError, Verdict, dummy_verify, hash, is_initial};
    use super::{find, hash_for, is_for, one_time_code, verify};
    use crate::id_card::IdCard;

    #[test]
    fn a_hash_is_argon2id_salted_and_verifies() -> Result<(), PasswordError> {
        let (one, other) = (hash("山高月小 水落石出")?, hash("山高月小 水落石出")?);
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, other);
        assert_eq!(verify("山高月小 水落石出", &one)?, Verdict::Right);
        assert_eq!(verify("山高月小 水落石出 ", &one)?, Verdict::Wrong);
        assert_eq!(verify("", &one)?, Verdict::Wrong);
        assert!(matches!(verify("x", "plain text"), Err(PasswordError::Stored)));
        Ok(())
    }

    #[test]
    fn whoever_claims_one_number_is_found_with_one_hash() -> Result<(), PasswordError> {
        let key = "419999198503150022";
        let stored = vec![hash_for("one-of-them", key)?, hash_for("the-other", key)?];
        assert!(stored.iter().all(|stored| is_for(stored, key)));
        assert!(!is_for(&stored[0], "other key") && !is_for(&hash("one-of-them")?, key));
        assert_eq!(find("the-other", &stored)?, Some(1));
        assert_eq!(find("one-of-them", &stored)?, Some(0));
        assert_eq!(find("neither", &stored)?, None);
        assert_eq!(find("neither", &[])?, None);
        assert_eq!(verify("the-other", &stored[1])?, Verdict::Right);
        assert_eq!(find("alone", &[hash("alone")?])?, Some(0));
        Ok(())
    }

    #[test]
    fn an_older_hash_asks_to_be_made_again() {
        let older = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(8_192, 1, 1, None).unwrap(),
        );
        let stored: PasswordHash = older.hash_password(b"correct horse").unwrap();
        let stored = stored.to_string();
        assert_eq!(verify("correct horse", &stored).unwrap(), Verdict::RightButRehash);
        assert_eq!(verify("wrong horse", &stored).unwrap(), Verdict::Wrong);
    }

    #[test]
    fn an_unknown_account_costs_as_much_as_a_known_one() {
        let stored = hash("correct horse battery").unwrap();
        let timed = |work: &dyn Fn()| {
            let mut times: Vec<u128> = (0..9)
                .map(|_| {
                    let start = Instant::now();
                    work();
                    start.elapsed().as_micros()
                })
                .collect();
            times.sort_unstable();
            times[1]
        };
        // the second argon2 of a sign-in: nobody applied, one did, many did
        let applicants = vec![hash_for("correct horse battery", "key").unwrap(); 50];
        let alike = || {
            let known = timed(&|| assert!(!verify("guess", &stored).unwrap().is_right()));
            let unknown = timed(&|| dummy_verify("guess"));
            let nobody = timed(&|| assert_eq!(find("guess", &[]).unwrap(), None));
            let many = timed(&|| assert_eq!(find("guess", &applicants).unwrap(), None));
            [unknown, nobody, many].iter().all(|other| other * 3 > known && known * 3 > *other)
        };
        // wide bounds and several tries: the machine may be busy with other tests; what costs
        // nothing, or fifty times as much, fails in each
        assert!((0..5).any(|_| alike()));
    }

    #[test]
    fn the_initial_password_is_the_last_six_with_either_x() {
        let card = IdCard::stored("41999919860520018X").unwrap();
        for (typed, right) in [
            ("20018X", true),
            ("20018x", true),
            (" 20018x ", true),
            ("20018", false),
            ("200181", false),
        ] {
            assert_eq!(is_initial(typed, &card), right, "{typed}");
        }
    }

    #[test]
    fn a_one_time_code_is_random_and_easy_to_read() {
        let codes: HashSet<String> = (0..500).map(|_| one_time_code().unwrap()).collect();
        assert_eq!(codes.len(), 500);
        let mut seen = HashSet::new();
        for code in &codes {
            assert_eq!(code.len(), 12);
            assert!(code.bytes().all(|byte| CODE_CHARACTERS.contains(&byte)));
            assert!(code.bytes().any(|byte| byte.is_ascii_digit()));
            assert!(code.bytes().any(|byte| byte.is_ascii_alphabetic()));
            seen.extend(code.bytes());
        }
        assert_eq!(seen.len(), CODE_CHARACTERS.len());
    }
}
