//! `kit::sheet::read` on anything: it answers with rows or a sentence, within memory and time. A
//! panic of a library is no find (the caller turns it into a sentence) but is told once a place;
//! a panic of our own, more than `MEMORY` at a time or a hang (`-timeout`) is one.
#![no_main]

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, Once};

use kit::sheet::{Header, Row, Sink, Title, Wanted};
use libfuzzer_sys::fuzz_target;
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// MiB that one file may take; inputs are a few KiB.
const MEMORY: f32 = 160.0;

static HOOK: Once = Once::new();
static TOLD: Mutex<Option<HashSet<String>>> = Mutex::new(None);

#[derive(Default)]
struct Count {
    rows: usize,
    text: usize,
}

impl Sink for Count {
    fn header(&mut self, header: &Header) -> Result<(), String> {
        self.text += header.titles.len();
        Ok(())
    }

    fn row(&mut self, row: Row) -> Result<(), String> {
        self.rows += 1;
        self.text += row.cells.iter().map(|cell| cell.text().len()).sum::<usize>();
        Ok(())
    }
}

fn wanted() -> Wanted {
    Wanted {
        sheet: "人员",
        titles: vec![
            Title::required("姓名", &["名字"]),
            Title::required("身份证号", &["证件号"]),
            Title::optional("出生日期", &[]),
            Title::optional("手机号码", &["电话"]),
        ],
        marks: &["姓名", "身份证号"],
        ignored: &["错误原因"],
        rows: 2_000,
    }
}

/// Ends the process for a panic of ours, tells one of a library.
fn hook() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        if !place.contains("/registry/") && !place.contains("/rustc/") && !place.contains("library/") {
            eprintln!("OWN PANIC {info}");
            std::process::abort();
        }
        if let Ok(mut told) = TOLD.lock()
            && told.get_or_insert_with(HashSet::new).insert(place.clone())
        {
            eprintln!("LIBRARY PANIC {place}: {info}");
        }
    }));
}

fuzz_target!(|input: &[u8]| {
    HOOK.call_once(hook);
    let Some(file) = jxjy_fuzz::file(input) else { return };
    let before = ALLOCATOR.current_usage_as_mb();
    ALLOCATOR.reset_peak_usage();
    let told = TOLD.lock().map_or(0, |told| told.as_ref().map_or(0, HashSet::len));
    let read = catch_unwind(AssertUnwindSafe(|| {
        let mut count = Count::default();
        kit::sheet::read(file, &wanted(), &mut count).map(|()| count.rows)
    }));
    if let Ok(Err(sentence)) = &read {
        assert!(sentence.ends_with('。'), "not a sentence: {sentence}");
    }
    let now = TOLD.lock().map_or(0, |told| told.as_ref().map_or(0, HashSet::len));
    if read.is_err() && now > told {
        // kept for the tests: a library panics here
        let name = format!("artifacts/library-panic-{now}-{}", std::process::id());
        let _ = std::fs::write(name, input);
    }
    let peak = ALLOCATOR.peak_usage_as_mb() - before;
    if peak > MEMORY {
        eprintln!("OWN PANIC memory: {peak} MiB");
        std::process::abort();
    }
});
