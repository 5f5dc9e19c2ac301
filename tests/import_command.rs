//! `jxjy import`: what it promises, on the application and typed at the real executable.

use std::path::Path;

use import::command::{self, Choice, Order, Policy, Report};
use kit::Result;
use kit::job::Progress;
use rust_xlsxwriter::Workbook;

use crate::program::{Server, demo, jxjy, on, who};
use crate::support::{World, id_number};

const HEADER: [&str; 8] =
    ["姓名", "身份证号", "民族", "手机号码", "学历", "职称系列", "职称等级", "职称名称"];

/// A row that is right.
fn good<'a>(name: &'a str, number: &'a str) -> [&'a str; 8] {
    [name, number, "汉族", "13812345678", "大学本科", "中小学教师", "中级", "一级教师"]
}

/// A file with the header in row 1 and these rows from row 2.
fn file(rows: &[[&str; 8]]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, cells) in (0..).zip([&[HEADER], rows].concat()) {
        for (column, text) in (0..).zip(cells) {
            sheet.write_string(row, column, text).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// What the command does for 第一小学.
async fn run(county: &World, choice: Choice, dry: bool, bytes: &[u8]) -> Result<Report> {
    let organization = command::organization(county.db(), Some("第一小学")).await.unwrap();
    let order = Order {
        organization: &organization,
        file_name: "名单.xlsx",
        choice,
        create_departments: false,
        dry,
    };
    let progress = Progress::new(0);
    let (db, modules, clock) = (county.db(), county.modules(), &county.clock);
    command::import(db, modules, clock, &order, bytes.to_vec(), &progress).await
}

/// How much is in every table.
async fn counts(county: &World) -> std::collections::BTreeMap<String, i64> {
    jxjy::archive::counts(&mut county.db().read().await.unwrap()).await.unwrap()
}

async fn organized() -> World {
    World::new().await.with_employer("第一小学").await
}

#[rocket::async_test]
async fn the_organization_is_named_or_the_bureau() {
    let county = organized().await;
    let unknown = command::organization(county.db(), Some("第三小学")).await.unwrap_err();
    assert!(unknown.sentence().contains("第三小学"));
    let bureau = command::organization(county.db(), None).await.unwrap();
    assert_eq!(bureau.id, county.bureau().await);
}

#[rocket::async_test]
async fn errors_carry_the_spreadsheets_own_rows() {
    let county = organized().await;
    let (one, two) = (id_number(1), id_number(3));
    let rows = [good("何敏", &one), good("李四", "1"), good("王五", &two), good("何敏敏", &one)];
    let wet = run(&county, Choice::default(), false, &file(&rows)).await.unwrap();
    let told: Vec<(i64, &str, &str)> =
        wet.errors.iter().map(|e| (e.row, e.value.as_str(), e.message.as_str())).collect();
    assert_eq!(
        told,
        [
            (2, one.as_str(), "与第 5 行重复"),
            (3, "1", "少 17 位，应为 18 位"),
            (5, one.as_str(), "与第 2 行重复")
        ]
    );
    assert_eq!((wet.rows, wet.valid, wet.imported, wet.failing), (4, 1, 1, 3));
    assert!(county.trail().await.join("\n").contains("批量导入 1 人（文件“名单.xlsx”）"));
    let broken = run(&county, Choice::default(), false, b"<html>").await;
    assert!(broken.unwrap_err().sentence().contains("网页"));
    let text = serde_json::to_string(&wet).unwrap();
    let start = format!(
        r#"{{"rows":4,"valid":1,"warnings":1,"imported":1,"errors":[{{"row":2,"column":"身份证号","value":"{one}","message":"与第 5 行重复""#
    );
    assert!(text.starts_with(&start), "{text}");
}

/// A file of somebody new, somebody new with a doubt, somebody there as he is, somebody there with
/// less recorded, and a mistake.
async fn mixed() -> (World, Vec<u8>) {
    let (one, two) = (id_number(2), id_number(3));
    let county = organized().await.with_active_person("王五", "第一小学", &two).await;
    run(&county, Choice::default(), false, &file(&[good("张三", &one)])).await.unwrap();
    // a recorded phone is not an empty one
    county.execute("update person set phone = '13912345678' where name = '张三'").await;
    let (new, doubt) = (id_number(4), id_number(5));
    let bytes = file(&[
        good("何敏", &new),
        good("何敏", &doubt),
        good("张三", &one),
        good("王五", &two),
        good("李四", "12"),
    ]);
    (county, bytes)
}

#[rocket::async_test]
async fn a_dry_run_says_what_the_import_then_does_and_leaves_nothing() {
    for policy in Policy::ALL {
        for whole in [false, true] {
            let (county, bytes) = mixed().await;
            let choice = Choice { policy, whole };
            let before = counts(&county).await;
            let dry = run(&county, choice, true, &bytes).await.unwrap();
            assert_eq!(counts(&county).await, before, "{choice:?}");
            assert_eq!((dry.imported, dry.updated, dry.requested, dry.import), (0, 0, 0, None));
            let wet = run(&county, choice, false, &bytes).await.unwrap();
            let would = dry.would.unwrap();
            assert_eq!(
                (would.imported, would.updated, would.requested),
                (wet.imported, wet.updated, wet.requested),
                "{choice:?}"
            );
            let said = Report { dry_run: false, would: None, import: wet.import, ..dry };
            let (imported, updated, requested) = (wet.imported, wet.updated, wet.requested);
            assert_eq!(Report { imported, updated, requested, ..said }, wet, "{choice:?}");
            assert_eq!(wet.rows, wet.valid + wet.failing, "{choice:?}");
        }
    }
}

#[rocket::async_test]
async fn each_policy_does_what_its_name_says() {
    for (policy, valid, failing, skips) in
        [(Policy::Skip, 4, 1, 2), (Policy::Reject, 2, 3, 0), (Policy::Fill, 4, 1, 1)]
    {
        let (county, bytes) = mixed().await;
        let done = run(&county, Choice { policy, whole: false }, false, &bytes).await.unwrap();
        assert_eq!((done.rows, done.valid, done.failing), (5, valid, failing), "{policy:?}");
        assert_eq!((done.imported, done.skipped), (2, skips), "{policy:?} {done:#?}");
        assert_eq!(done.message, "");
        let rejected = done.errors.iter().filter(|e| e.message.contains("拒绝")).count();
        assert_eq!(rejected, if policy == Policy::Reject { 2 } else { 0 });
        let kept = county.text("select phone from person where name = '张三'").await;
        assert_eq!(kept, "13912345678", "{policy:?}");
    }
}

#[rocket::async_test]
async fn all_or_nothing_writes_nothing_if_a_row_is_wrong() {
    let (county, bytes) = mixed().await;
    let choice = Choice { policy: Policy::Fill, whole: true };
    let refused = run(&county, choice, false, &bytes).await.unwrap();
    assert_eq!((refused.imported, refused.updated, refused.failing), (0, 0, 1));
    assert!(refused.message.contains("全部正确才导入"), "{}", refused.message);
    assert_eq!(refused.errors.len(), 1);
    assert_eq!(county.number("select count(*) from person").await, 2);
    let last = "select state from import order by id desc limit 1";
    assert_eq!(county.text(last).await, "cancelled");
    assert_eq!(county.number("select count(*) from import_row").await, 0);
    let (one, two) = (id_number(4), id_number(5));
    let right = file(&[good("何敏", &one), good("何敏", &two)]);
    let done = run(&county, choice, false, &right).await.unwrap();
    assert_eq!((done.imported, done.failing, done.message.as_str()), (2, 0, ""));
}

#[rocket::async_test]
async fn nothing_to_do_is_no_failure() {
    let (county, _) = mixed().await;
    let one = id_number(2);
    let bytes = file(&[good("张三", &one)]);
    let choice = Choice { policy: Policy::Skip, whole: false };
    let done = run(&county, choice, false, &bytes).await.unwrap();
    assert_eq!((done.rows, done.valid, done.skipped, done.failing), (1, 1, 1, 0));
    assert_eq!(county.number("select count(*) from person").await, 2);
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn typed_beside_a_running_server_the_page_shows_who_came_in() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("county");
    let signers = demo(&folder, 20);
    let server = Server::start(&folder);
    let one = id_number(1);
    let path =
        written(home.path(), "名单.xlsx", &file(&[good("欧阳明日", &one), good("李四", "1")]));

    let dry = on(&folder, &["import", &path, "--dry-run", "--json"]);
    dry.ends(1).says("有 1 行需要修改");
    let report = json(&dry.out);
    assert_eq!(report["imported"], 0);
    assert_eq!(report["would"]["imported"], 1);
    on(&folder, &["import", &path, "--all-or-nothing"]).ends(1).says("没有写入任何数据");

    let wet = on(&folder, &["import", &path, "--json"]);
    wet.ends(1);
    assert!(!wet.err.contains('\r') && !wet.err.contains("正在"), "no terminal, no progress");
    let report = json(&wet.out);
    assert_eq!(
        (&report["rows"], &report["valid"], &report["imported"]),
        (&2.into(), &1.into(), &1.into())
    );
    assert_eq!(report["errors"][0]["row"], 3);
    assert_eq!(report["errors"][0]["column"], "身份证号");
    assert_eq!(report["errors"][0]["value"], "1");
    assert!(report["errors"][0]["message"].as_str().unwrap().contains("应为 18 位"));

    let mut chief = server.client();
    chief.sign_in(who(&signers, "人社局超级管理员"));
    let page = chief.get("/import/records").unwrap().text();
    assert!(page.contains("名单.xlsx") && page.contains("命令行 import"), "{page}");
    let mut person = server.client();
    let last = &one[12..];
    assert_eq!(person.sign_in((&one, last)).location, "/password/first");
    drop(server);

    // and without one
    let again = on(&folder, &["import", &path, "--policy", "skip"]);
    again.ends(1).says("已在系统中不用改 1 行");
    let two = id_number(2);
    let right = written(home.path(), "对.xlsx", &file(&[good("欧阳明", &two)]));
    on(&folder, &["import", &right]).ends(0).says("已导入 1 人");
    on(&folder, &["import", &right, "--policy=skip"])
        .ends(0)
        .says("提醒：同一个文件")
        .says("导入过");

    // taken back, but for the one who has signed in
    let id = report["import"].to_string();
    let person = server_again(&folder, &one);
    assert_eq!(person, "/start");
    let before = on(&folder, &["import", "--undo", &id, "--dry-run", "--json"]);
    before.ends(0);
    let done = on(&folder, &["import", "--undo", &id, "--json", "--reason", "文件选错了"]);
    done.ends(0);
    let (before, done) = (json(&before.out), json(&done.out));
    assert_eq!((&done["undone"], &done["kept"]), (&0.into(), &1.into()), "{done}");
    assert_eq!(before["kept"], 1, "{before}");
    assert!(done["named"][0]["who"].as_str().unwrap().contains("欧阳明日"), "{done}");
    on(&folder, &["import", "--undo", &id]).ends(1).says("没有重复撤销");
    on(&folder, &["import", "--undo", "99999", "--json"]).ends(1).says("没有编号是 99999");
    on(&folder, &["import", "--undo", &id, &path]).ends(2);
    on(&folder, &["import", &path, "--reason", "无"]).ends(2);
    let last = on(&folder, &["import", &right, "--json", "--policy=skip"]);
    let skipped = json(&last.out)["import"].to_string();
    on(&folder, &["import", "--undo", &skipped]).ends(1).says("没有导入");
    on(&folder, &["doctor", "--deep"]).ends(0);
}

/// Somebody sets his first password; where that leads.
fn server_again(folder: &Path, number: &str) -> String {
    let server = Server::start(folder);
    let mut person = server.client();
    person.sign_in((number, &number[12..]));
    person.get("/password/first").unwrap();
    let fields = [("password", "Hemlock-7-window"), ("again", "Hemlock-7-window")];
    person.post("/password/first", &fields).unwrap().location
}

#[test]
fn whatever_cannot_be_imported_is_told_in_the_same_shape() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("county");
    let right = written(home.path(), "right.xlsx", &file(&[good("何敏", &id_number(1))]));
    let html = written(home.path(), "page.xlsx", b"<html><table></table></html>");
    let long = written(home.path(), "long.xlsx", &vec![b'P'; 20 * 1024 * 1024 + 2]);
    let told = |arguments: &[&str], sentence: &str| {
        let output = on(&folder, &[&["import", "--json"], arguments].concat());
        output.ends(1).says(sentence);
        let report = json(&output.out);
        assert_eq!((&report["rows"], &report["imported"]), (&0.into(), &0.into()));
        assert_eq!(report["errors"][0]["row"], 0);
        assert!(report["errors"][0]["message"].as_str().unwrap().contains(sentence), "{report}");
    };
    told(&[&right], "还没有数据库");
    demo(&folder, 10);
    told(&["/no/such.xlsx"], "打不开文件 /no/such.xlsx");
    told(&[home.path().to_str().unwrap()], "文件夹");
    told(&[&html], "网页");
    told(&[&long], "20 MB");
    told(&[&right, "--organization", "没有的单位"], "没有的单位");

    jxjy(&["import"]).ends(2).says("文件");
    jxjy(&["import", &right, "--policy", "merge"]).ends(2).says("merge");
    jxjy(&["import", &right, "--only-valid", "--all-or-nothing"]).ends(2).says("不能与");
    jxjy(&["import", "--help"]).ends(0).says("退出码").says("--all-or-nothing").says("补空");
}
