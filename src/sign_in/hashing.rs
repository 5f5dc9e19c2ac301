//! Password work off the async threads: as many at once as there are cores, the rest in a short queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kit::password::{self, Verdict};
use kit::{Error, Result};
use rocket::tokio::sync::Semaphore;
use rocket::tokio::task::spawn_blocking;

/// How many may wait for each one that is worked on.
const QUEUE: usize = 32;

/// Bounds the memory and processor time that signing in can take; managed by Rocket.
#[derive(Debug)]
pub struct Hashing {
    permits: Arc<Semaphore>,
    most: usize,
    waiting: AtomicUsize,
}

impl Default for Hashing {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            permits: Arc::new(Semaphore::new(cores)),
            most: cores * (QUEUE + 1),
            waiting: AtomicUsize::new(0),
        }
    }
}

/// Leaves the queue however the request ends.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Hashing {
    /// Runs one piece of password work.
    ///
    /// # Errors
    /// `Busy` when the queue is full.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let before = self.waiting.fetch_add(1, Ordering::SeqCst);
        let _place = Place(&self.waiting);
        if before >= self.most {
            return Err(Error::Busy("现在登录的人太多，请过 10 秒再试。".to_owned()));
        }
        let permit = self.permits.clone().acquire_owned().await;
        let permit = permit.map_err(|error| Error::Fault(error.to_string()))?;
        // the permit goes along: a caller who leaves does not let another one in early
        let done = spawn_blocking(move || (work(), permit)).await;
        done.map(|(value, _)| value).map_err(|error| Error::Fault(error.to_string()))
    }

    /// Compares with what is stored; with nothing stored, spends the same time on nothing.
    pub async fn verify(&self, typed: String, stored: Option<String>) -> Result<Verdict> {
        self.run(move || match stored {
            Some(stored) => password::verify(&typed, &stored),
            None => {
                password::dummy_verify(&typed);
                Ok(Verdict::Wrong)
            }
        })
        .await?
        .map_err(|error| Error::Fault(error.to_string()))
    }

    /// Which of these stored hashes is of what was typed: one argon2 however many there are.
    pub async fn find(&self, typed: String, stored: Vec<String>) -> Result<Option<usize>> {
        self.run(move || password::find(&typed, &stored))
            .await?
            .map_err(|error| Error::Fault(error.to_string()))
    }

    /// Hashes a chosen password.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.run(move || password::hash(&password))
            .await?
            .map_err(|error| Error::Fault(error.to_string()))
    }
}
