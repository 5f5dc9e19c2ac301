//! Somebody else who works on while a long import runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use kit::{Error, Result};

use super::super::client::Client;

/// What he opens in turn.
const PAGES: [&str; 3] = ["/start", "/import/records", "/queries/people"];
const PAUSE: Duration = Duration::from_millis(50);

/// Opens pages until it is ended.
pub struct Watch {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<Vec<f64>>>,
}

impl Watch {
    pub fn start(port: u16, session: String) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let ended = stop.clone();
        let thread = std::thread::spawn(move || {
            let mut client = Client::new(port, Some(&session));
            let mut times = vec![];
            for page in PAGES.iter().cycle() {
                if ended.load(Ordering::Relaxed) {
                    break;
                }
                let began = Instant::now();
                let answer = client.get(page)?;
                if answer.status != 200 {
                    return Err(Error::refused(format!("{page} 回答了 {}。", answer.status)));
                }
                times.push(began.elapsed().as_secs_f64() * 1000.0);
                std::thread::sleep(PAUSE);
            }
            Ok(times)
        });
        Self { stop, thread }
    }

    /// Milliseconds that each page took, as its reader waited.
    pub fn end(self) -> Result<Vec<f64>> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| Error::refused("测量中断。"))?
    }
}
