//! How far a piece of long work is, and whether it is still wanted.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

use crate::{Error, Result};

/// Handed to the work, on the server and in commands alike. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Progress(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    done: AtomicI64,
    total: AtomicI64,
    message: Mutex<String>,
    changed: AtomicBool,
    cancelled: AtomicBool,
    stop: Notify,
    /// Told of every change (terminals).
    told: Option<fn(i64, i64, &str)>,
}

impl Progress {
    /// That nobody looks at until asked; `total` 0: not known.
    pub fn new(total: i64) -> Self {
        Self::with(total, None)
    }

    /// For a command: `told(done, total, message)` after each change.
    pub fn told(total: i64, told: fn(i64, i64, &str)) -> Self {
        Self::with(total, Some(told))
    }

    fn with(total: i64, told: Option<fn(i64, i64, &str)>) -> Self {
        Self(Arc::new(Shared {
            done: AtomicI64::new(0),
            total: AtomicI64::new(total),
            message: Mutex::default(),
            changed: AtomicBool::new(false),
            cancelled: AtomicBool::new(false),
            stop: Notify::new(),
            told,
        }))
    }

    /// How much there is to do, once known.
    pub fn expect(&self, total: i64) {
        self.0.total.store(total, Ordering::Relaxed);
        self.tell();
    }

    /// How much is done in all.
    pub fn at(&self, done: i64) {
        self.0.done.store(done, Ordering::Relaxed);
        self.tell();
    }

    /// So much more is done.
    pub fn advance(&self, by: i64) {
        self.0.done.fetch_add(by, Ordering::Relaxed);
        self.tell();
    }

    /// What the work is at, a Chinese phrase: 正在核对
    pub fn say(&self, message: impl Into<String>) {
        if let Ok(mut said) = self.0.message.lock() {
            *said = message.into();
        }
        self.tell();
    }

    fn tell(&self) {
        self.0.changed.store(true, Ordering::Release);
        if let Some(told) = self.0.told {
            let (done, total, message) = self.now();
            told(done, total, &message);
        }
    }

    /// (done, total, message)
    pub fn now(&self) -> (i64, i64, String) {
        let message = self.0.message.lock().map(|said| said.clone()).unwrap_or_default();
        (self.0.done.load(Ordering::Relaxed), self.0.total.load(Ordering::Relaxed), message)
    }

    /// Asks the work to stop.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Release);
        self.0.stop.notify_one();
    }

    pub fn cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Acquire)
    }

    /// For `?` between two steps of the work.
    ///
    /// # Errors
    /// A refusal once cancelled.
    pub fn check(&self) -> Result<()> {
        if self.cancelled() { Err(Error::refused("已取消。")) } else { Ok(()) }
    }

    /// Whether anything changed since this was last asked.
    pub(super) fn changed(&self) -> bool {
        self.0.changed.swap(false, Ordering::AcqRel)
    }

    /// Waits until somebody cancels.
    pub(super) async fn when_cancelled(&self) {
        self.0.stop.notified().await;
    }
}
