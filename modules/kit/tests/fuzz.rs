//! What the fuzzer found (fuzz/): each file gets rows or a sentence, whatever a library does with it.

use std::path::Path;

use kit::Error;
use kit::sheet::{Title, Wanted, table};

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

#[tokio::test]
async fn finds_of_the_fuzzer_are_answered_with_rows_or_a_sentence() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).expect("the finds") {
        let path = entry.expect("a find").path();
        let bytes = std::fs::read(&path).expect("a find");
        match table(bytes, wanted()).await {
            Ok(table) => assert!(!table.rows.is_empty(), "{}", path.display()),
            Err(Error::Invalid(sentence)) => {
                assert!(sentence.ends_with('。'), "{}: {sentence}", path.display());
            }
            Err(other) => panic!("{}: {other}", path.display()),
        }
        files += 1;
    }
    assert!(files >= 2, "the finds are there");
}
