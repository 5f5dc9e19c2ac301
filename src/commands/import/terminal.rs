//! How far an import is, on the last line of a terminal; a file or a pipe is told nothing.

use std::io::{IsTerminal, Write, stderr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use kit::job::Progress;

/// Milliseconds between two lines at least.
const PAUSE: u64 = 100;

/// When the last line was written, in milliseconds since the first, and 1.
static LAST: AtomicU64 = AtomicU64::new(0);

/// Tells a terminal; silent if standard error is none.
pub fn progress() -> Progress {
    if stderr().is_terminal() { Progress::told(0, tell) } else { Progress::new(0) }
}

/// Wipes the line.
pub fn clear() {
    if stderr().is_terminal() {
        write("");
    }
}

fn tell(done: i64, total: i64, message: &str) {
    static BEGAN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    let now = BEGAN.elapsed().as_millis() as u64 + 1;
    let last = LAST.load(Ordering::Relaxed);
    if last == 0 || now >= last + PAUSE || done == total {
        LAST.store(now, Ordering::Relaxed);
        write(&line(done, total, message));
    }
}

fn write(line: &str) {
    // a terminal that is gone misses nothing
    let _ = write!(stderr(), "\r\x1b[K{line}").and_then(|()| stderr().flush());
}

/// 正在核对：3,000 / 10,000 行（30%）
fn line(done: i64, total: i64, message: &str) -> String {
    match (done, total) {
        (0, 0) => message.to_owned(),
        (_, 0) => format!("{message}：{done} 行"),
        _ => format!("{message}：{done} / {total} 行（{}%）", (done * 100 / total).min(100)),
    }
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn rows_done_of_those_expected() {
        assert_eq!(line(0, 0, "正在核对"), "正在核对");
        assert_eq!(line(3_000, 0, "正在核对"), "正在核对：3000 行");
        assert_eq!(line(3_000, 10_000, "正在核对"), "正在核对：3000 / 10000 行（30%）");
        assert_eq!(line(12_000, 10_000, "正在写入"), "正在写入：12000 / 10000 行（100%）");
    }
}
