//! Section 6: how far a long check or a long import is, and that a stopped one leaves nothing.

use std::sync::OnceLock;

use import::command;
use kit::job::{Jobs, Progress};
use rust_xlsxwriter::Workbook;

use crate::support::{Browser, Page, World, id_number};

const HEADER: [&str; 7] = ["姓名", "身份证号", "民族", "学历", "职称系列", "职称等级", "职称名称"];

/// A file of so many people.
fn file(people: u32) -> Vec<u8> {
    written(people, &HEADER, &["汉族", "大学本科", "中小学教师", "中级", "一级教师"])
}

/// The same people with another title, telephone and post.
fn changed_file(people: u32) -> Vec<u8> {
    let header = [&HEADER[..], &["手机号码", "岗位"]].concat();
    let cells = ["汉族", "大学本科", "中小学教师", "副高级", "高级教师", "13900001111", "组长"];
    written(people, &header, &cells)
}

fn number(n: u32) -> String {
    let first = format!("4199991985{:02}{:02}{:03}", 1 + n / 20_000, 1 + n / 1_000 % 20, n % 1_000);
    format!("{first}{}", kit::id_card::check_character(&first).unwrap())
}

fn written(people: u32, header: &[&str], cells: &[&str]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, text) in (0..).zip(header) {
        sheet.write_string(0, column, *text).unwrap();
    }
    for n in 1..=people {
        let number = number(n);
        let row = ["何敏", number.as_str()].into_iter().chain(cells.iter().copied());
        for (column, text) in (0..).zip(row) {
            sheet.write_string(n, column, text).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// A county whose school has uploaded a file of three, checked and numbered 1.
async fn uploaded() -> World {
    let county = World::new().await.with_employer("第一小学").await.with_employer("第二小学").await;
    let mut admin = county.sign_in(&county.admin_of("第一小学").await).await;
    admin.get("/import").await.is(200);
    let sent = admin.upload("/import", &[], &[("file", "名单.xlsx", &file(3))]).await;
    sent.redirects_to("/import/1");
    while county.text("select state from import").await == "checking" {
        rocket::tokio::task::yield_now().await;
    }
    county
}

async fn admin(county: &World) -> Browser<'_> {
    county.sign_in(&county.admin_of("第一小学").await).await
}

async fn confirm(admin: &mut Browser<'_>) -> Page {
    admin.get("/import/1").await.is(200);
    admin.post("/import/1/confirm", &[]).await
}

/// All turns are taken: a job waits until this is dropped.
async fn busy(county: &World) -> impl Sized + use<> {
    county.client.rocket().state::<Jobs>().unwrap().quiet().await.unwrap()
}

#[rocket::async_test]
async fn a_check_shows_how_far_it_is() {
    let county = uploaded().await;
    // as the row of a check that another process makes looks half way
    county
        .execute("update import set state = 'checking', job_id = null, total = 400, rows = 100")
        .await;
    let mut admin = admin(&county).await;
    let page = admin.get("/import/1").await;
    page.is(200).contains("正在核对").contains("已核对 100 行，共约 400 行（25%）");
    page.contains("max=\"400\" value=\"100\"").contains("data-progress=\"/import/1/progress\"");
    page.contains("http-equiv=\"refresh\"").contains("取消本次导入");
    let told = admin.get("/import/1/progress").await;
    let told: serde_json::Value = serde_json::from_slice(&told.is(200).bytes).unwrap();
    assert_eq!(
        (&told["done"], &told["total"], &told["percent"]),
        (&100.into(), &400.into(), &25.into())
    );
    // nothing goes on: the page shows its outcome
    county.execute("update import set state = 'checked'").await;
    assert_eq!(admin.get("/import/1/progress").await.bytes, b"null");
    // before the rows are counted there is no percentage
    county.execute("update import set state = 'checking', total = 0").await;
    admin.get("/import/1").await.is(200).contains("已核对 100 行。").lacks("%").lacks("max=");
}

#[rocket::async_test]
async fn only_the_unit_itself_sees_how_far_it_is() {
    let county = uploaded().await.with_active_person("张三", "第一小学", &id_number(9)).await;
    county.get("/import/1/progress").await.redirects_to("/?next=%2Fimport%2F1%2Fprogress");
    let mut other = county.sign_in(&county.admin_of("第二小学").await).await;
    other.get("/import/1/progress").await.is(404);
    let mut person = county.sign_in(&id_number(9)).await;
    person.get("/import/1/progress").await.is(403);
}

#[rocket::async_test]
async fn a_short_import_ends_at_once_a_long_one_shows_its_progress() {
    let county = uploaded().await;
    let mut admin = admin(&county).await;
    let end = busy(&county).await;
    confirm(&mut admin).await.redirects_to("/import/1");
    let page = admin.get("/import/1").await;
    page.is(200).contains("正在导入").contains("正在排队").contains("停止导入");
    // a second click does not import twice
    admin.post("/import/1/confirm", &[]).await.is(409).contains("正在写入");
    drop(end);
    while county.text("select state from import").await == "checked" {
        rocket::tokio::task::yield_now().await;
    }
    admin.get("/import/1").await.is(200).contains("完成导入");
    assert_eq!(admin.get("/import/1/progress").await.bytes, b"null");
    assert_eq!(county.number("select count(*) from person").await, 3);
    assert_eq!(county.number("select count(*) from trail where act = 'import.commit'").await, 1);
}

#[rocket::async_test]
async fn an_import_that_is_stopped_leaves_nothing_and_can_be_begun_again() {
    let county = uploaded().await;
    let mut admin = admin(&county).await;
    let end = busy(&county).await;
    confirm(&mut admin).await.redirects_to("/import/1");
    admin.post("/import/1/cancel", &[]).await.redirects_to("/import/1");
    while county.number("select count(*) from job where state = 'cancelled'").await == 0 {
        rocket::tokio::task::yield_now().await;
    }
    let page = admin.get("/import/1").await;
    page.is(200).contains("已停止导入，没有写入任何数据").contains("导入 3 行");
    assert_eq!(county.number("select count(*) from person").await, 0);
    drop(end);
    confirm(&mut admin).await.redirects_to("/import/1");
    admin.get("/import/1").await.is(200).contains("完成导入");
    assert_eq!(county.number("select count(*) from person").await, 3);
}

#[rocket::async_test]
async fn an_import_that_a_restart_meets_is_wholly_out() {
    let county = uploaded().await;
    let mut clerk = admin(&county).await;
    let _busy = busy(&county).await;
    confirm(&mut clerk).await.redirects_to("/import/1");
    drop(clerk);
    let county = county.restart().await;
    let mut clerk = admin(&county).await;
    let page = clerk.get("/import/1").await;
    page.is(200).contains("导入中途系统停止运行，没有写入任何数据");
    assert_eq!(county.number("select count(*) from person").await, 0);
    confirm(&mut clerk).await.redirects_to("/import/1");
    assert_eq!(county.number("select count(*) from person").await, 3);
}

static STOPPED: OnceLock<Progress> = OnceLock::new();

/// Cancels as soon as the first rows are written.
fn stop(done: i64, _total: i64, message: &str) {
    if message == "正在写入"
        && done > 0
        && let Some(progress) = STOPPED.get()
    {
        progress.cancel();
    }
}

#[rocket::async_test]
async fn an_import_cancelled_between_two_chunks_is_rolled_back() {
    let county = World::new().await.with_employer("第一小学").await;
    let (db, clock) = (county.db(), &county.clock);
    let school = command::organization(db, Some("第一小学")).await.unwrap();
    let progress = STOPPED.get_or_init(|| Progress::told(0, stop));
    let order = command::Order {
        organization: &school,
        file_name: "名单.xlsx",
        choice: command::Choice::default(),
        create_departments: false,
        dry: false,
    };
    let done = command::import(db, county.modules(), clock, &order, file(2_100), progress).await;
    let report = done.unwrap();
    assert_eq!((report.imported, report.message.as_str()), (0, "已取消。"));
    assert!(progress.now().0 >= 2_000, "it had begun to write");
    assert_eq!(county.number("select count(*) from import where state = 'imported'").await, 0);
    assert_eq!(county.number("select count(*) from person").await, 0);
    assert_eq!(county.number("select count(*) from import_touch").await, 0);
}

#[rocket::async_test]
async fn people_changed_by_the_thousand_are_changed_as_one_is() {
    // the bureau writes titles at once, a unit would ask for them
    let county = World::new().await;
    let mut admin = county.admin().await;
    for (number, bytes, form) in
        [("1", file(3), [("policy", "fill")]), ("2", changed_file(3), [("policy", "update")])]
    {
        admin.get("/import").await.is(200);
        let sent = admin.upload("/import", &[], &[("file", "名单.xlsx", &bytes)]).await;
        sent.redirects_to(&format!("/import/{number}"));
        while county.number("select count(*) from import where state = 'checking'").await > 0 {
            rocket::tokio::task::yield_now().await;
        }
        admin.follow(&sent).await;
        admin.post(&format!("/import/{number}/confirm"), &form).await.is(303);
    }
    assert_eq!(county.number("select updated from import where id = 2").await, 3);
    let all = "select count(*) from person p join account a on a.person_id = p.id
        where p.phone = '13900001111' and a.phone = p.phone and p.position = '组长'
          and p.level = 'deputy-senior' and p.name = '何敏'";
    let levels =
        county.text("select group_concat(distinct level || phone || position) from person").await;
    assert_eq!(county.number(all).await, 3, "{levels}");
    // the former state of each is closed by a version, the year asks what the new level asks
    assert_eq!(county.number("select count(*) from person_version where recorded_to is null and position = '组长' and cause = 'import:2'").await, 3);
    assert_eq!(county.number("select count(*) from person_version where recorded_to is not null and position = ''").await, 3);
    assert_eq!(county.number("select count(*) from person_year y join person p on p.id = y.person_id where y.level = p.level").await, 3);
    assert_eq!(county.number("select sum(people) from unit_year").await, 3);
    assert_eq!(
        county
            .number("select count(*) from import_touch where what = 'updated' and before <> after")
            .await,
        3
    );
}
