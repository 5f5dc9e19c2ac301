//! 调出本县: state, rights, the last certificate, the ledger as a file, and the way back.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use credit_hours::ledger::{NewEntry, Source, record};
use kit::{Hours, PersonId};

use crate::support::{ADMIN, Browser, CLASS_PAPERS, Page, World, id_number};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";

/// 周晓梅 of 甲 with hours of 2024 and 2026, 李四光 of 乙.
async fn county() -> World {
    let county = World::new()
        .await
        .with_employer("甲")
        .await
        .with_employer("乙")
        .await
        .with_active_person("周晓梅", "甲", &id_number(2))
        .await
        .with_active_person("李四光", "乙", &id_number(3))
        .await;
    let person = county.person("周晓梅").await;
    let mut tx = county.db().begin().await.unwrap();
    let entry = |year: i32, category, title: &str, hours| NewEntry {
        person: PersonId(person.0),
        year,
        category,
        kind: "02".to_owned(),
        title: title.to_owned(),
        organizer: "县教师进修学校".to_owned(),
        started_on: format!("{year}-09-14"),
        ended_on: format!("{year}-09-18"),
        hours: Hours::whole(hours),
        source: Source::Import,
        declaration: None,
        recognised_by: "县人社局".to_owned(),
        certificate_number: String::new(),
        plan: None,
        case: None,
        corrects: None,
    };
    let entries = [
        entry(2024, 1, "职业道德", 30),
        entry(2024, 2, "=1+1 骨干教师研修", 60),
        entry(2026, 2, "新课标培训", 36),
    ];
    record(&mut tx, &entries, &county.clock).await.unwrap();
    tx.commit().await.unwrap();
    county
}

async fn seated<'w>(county: &'w World, login: &str) -> Browser<'w> {
    let mut browser = county.sign_in(login).await;
    browser.get("/start").await.is(200);
    browser
}

async fn unit<'w>(county: &'w World, name: &str) -> Browser<'w> {
    seated(county, &county.admin_of(name).await).await
}

const FORM: [(&str, &str); 4] = [
    ("area", "河南省郑州市"),
    ("receiver", "郑州市第七中学"),
    ("on", "2026-11-01"),
    ("reason", "公开选调，县人社调〔2026〕8 号"),
];

async fn at(county: &World, kind: &str, name: &str) -> String {
    format!("/transfers/{kind}/{}", county.person(name).await)
}

async fn leave(county: &World, browser: &mut Browser<'_>, name: &str) -> Page {
    let at = at(county, "leave", name).await;
    browser.get(&at).await.is(200);
    browser.upload(&at, &FORM, &[("files", "调令.pdf", PDF)]).await
}

/// 应参加 of 甲 this year.
async fn counted(county: &World) -> i64 {
    county
        .number("select count(*) from person_year y join person p on p.id = y.person_id join organization o on o.id = p.organization_id where o.name = '甲' and y.year = 2026 and y.counted = 1")
        .await
}

fn sheet(page: &Page, name: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(page.bytes.clone())).unwrap();
    let range = book.worksheet_range(name).unwrap();
    let text = |cell: &Data| cell.to_string();
    range.rows().map(|row| row.iter().map(text).collect()).collect()
}

#[rocket::async_test]
async fn who_leaves_is_moved_and_takes_certificate_and_ledger_along() {
    let county = county().await;
    assert_eq!(counted(&county).await, 1);
    let mut clerk = unit(&county, "甲").await;
    let home = format!("/accounts/people/{}", county.person("周晓梅").await);
    clerk.get(&home).await.is(200).contains(&at(&county, "leave", "周晓梅").await);
    let done = leave(&county, &mut clerk, "周晓梅").await;
    let left = at(&county, "left", "周晓梅").await;
    done.redirects_to(&left);
    let page = clerk.follow(&done).await;
    page.is(200).contains("郑州市第七中学").contains("调令.pdf").contains("撤销调出");
    page.contains("/verification/certificates/1").contains(&format!("{left}/ledger"));
    assert_eq!(
        county.text("select state || state_on from person where name = '周晓梅'").await,
        "moved2026-11-01"
    );
    assert_eq!(
        county.text("select cause from person_version order by id desc limit 1").await,
        "leave"
    );
    assert_eq!(counted(&county).await, 0);
    assert_eq!(
        county.text("select r.state || t.kind || t.destination from transfer_person r join transfer t on t.id = r.transfer_id").await,
        "approvedleave河南省郑州市 郑州市第七中学"
    );
    // the certificate covers the ledger's years and hides nothing
    let printed = clerk.get("/verification/certificates/1").await;
    printed.is(200).contains("2024").contains("2025").contains("2026").contains("达到要求");
    printed.contains("未达到要求").contains(&id_number(2)).contains("骨干教师研修");
    assert_eq!(
        county.number("select year_from * 10000 + year_to from certificate").await,
        20_242_026
    );
    // the ledger as a file, for the unit and for herself
    let mut herself = seated(&county, &id_number(2)).await;
    herself.get("/start").await.is(200).contains("您已于 2026-11-01 调往").contains("下载学时台账");
    herself.get("/transfers/leaving").await.is(200).contains("/verification/mine/1");
    herself.get("/credit-hours/mine").await.is(200).contains("新课标培训");
    herself.get("/credit-hours/declarations/new").await.lacks("name=\"title\"");
    let handed = clerk.get(&format!("{left}/ledger")).await;
    let own = herself.get("/transfers/leaving/ledger").await;
    for book in [&handed, &own] {
        book.is(200);
        assert!(book.header("content-disposition").unwrap().starts_with("attachment"));
        let rows = sheet(book, "学时记录");
        assert!(rows[0][0].contains(&id_number(2)), "{rows:?}");
        assert_eq!(rows.len(), 6);
        assert_eq!(
            rows[4][..8],
            [
                "2024",
                "专业",
                "培训、研修活动",
                "=1+1 骨干教师研修",
                "60",
                "甲",
                "2024-09-14",
                "2024-09-18"
            ]
            .map(str::to_owned)
        );
        let years = sheet(book, "年度合计");
        assert_eq!(years.len(), 6);
        assert_eq!((years[3][0].as_str(), years[3].last().unwrap().as_str()), ("2024", "达到要求"));
        assert_eq!(years[5].last().unwrap(), "未达到要求");
    }
    let trail = county.trail().await;
    assert_eq!(
        trail.iter().filter(|text| text.starts_with("下载周晓梅的学时台账 3 条")).count(),
        2
    );
    assert!(!trail.iter().any(|text| text.contains(&id_number(2))));
    // once is enough
    clerk.get(&at(&county, "leave", "周晓梅").await).await.is(409).contains("“调出”");
    clerk.get(&format!("{home}/undo")).await.is(409);
}

#[rocket::async_test]
async fn a_leave_that_was_a_mistake_is_undone_by_the_same_unit() {
    let county = county().await;
    let mut clerk = unit(&county, "甲").await;
    leave(&county, &mut clerk, "周晓梅").await.is(303);
    let left = at(&county, "left", "周晓梅").await;
    let undo = format!("{left}/undo");
    unit(&county, "乙").await.post(&undo, &[("reason", "登记错人了")]).await.is(404);
    clerk.post(&undo, &[("reason", "错")]).await.is(422).contains("reason-e");
    clerk.post(&undo, &[("reason", "登记错人了")]).await.is(303);
    assert_eq!(
        county.text("select state || state_on from person where name = '周晓梅'").await,
        "serving"
    );
    assert_eq!(counted(&county).await, 1);
    assert_eq!(county.text("select state from transfer_person").await, "withdrawn");
    // the certificate stated what was true
    assert_eq!(county.text("select state from certificate").await, "valid");
    clerk.post(&undo, &[("reason", "登记错人了")]).await.is(404);
    let mut herself = seated(&county, &id_number(2)).await;
    herself.get("/transfers/leaving").await.is(409);
    herself.get("/messages").await.is(200).contains("调出登记已撤销");
    // and can leave in truth later
    leave(&county, &mut clerk, "周晓梅").await.is(303);
    assert_eq!(
        county.text("select number from transfer order by id desc limit 1").await,
        "DC20261123-0002"
    );
}

#[rocket::async_test]
async fn only_the_own_unit_records_it_with_all_that_is_asked_for() {
    let county = county().await;
    let form = at(&county, "leave", "周晓梅").await;
    let mut clerk = unit(&county, "甲").await;
    clerk.get(&form).await.is(200);
    clerk.upload(&form, &[], &[]).await.is(422).contains("area-e").contains("receiver-e");
    let mut late = FORM;
    late[2].1 = "2026-12-01";
    let page = clerk.upload(&form, &late, &[]).await;
    page.is(422).contains("调出日期晚于今天").contains("郑州市第七中学");
    let mut early = FORM;
    early[2].1 = "2025-12-31";
    clerk.upload(&form, &early, &[]).await.is(422).contains("早于 2026 年 1 月 1 日");
    county
        .execute(
            "update person set state = 'rehired', state_on = '2026-11-02' where name = '周晓梅'",
        )
        .await;
    let page = clerk.upload(&form, &FORM, &[]).await;
    page.is(422).contains("早于 2026-11-02：他从这一天起是“返聘”");
    county
        .execute("update person set state = 'serving', state_on = '' where name = '周晓梅'")
        .await;
    unit(&county, "乙").await.get(&form).await.is(404);
    unit(&county, "乙").await.upload(&form, &FORM, &[]).await.is(404);
    // the bureau only for its own people
    seated(&county, ADMIN).await.get(&form).await.is(404);
    county.get(&form).await.is(303);
    let mut herself = seated(&county, &id_number(2)).await;
    herself.get(&form).await.is(403);
    herself.get("/transfers/leaving").await.is(409);
    herself.get("/transfers/leaving/ledger").await.is(409);
    clerk.get(&at(&county, "left", "周晓梅").await).await.is(404);
    assert_eq!(county.number("select count(*) from leave").await, 0);
}

#[rocket::async_test]
async fn what_waits_comes_first_and_declarations_are_decided_here() {
    let county = county().await;
    let mut herself = seated(&county, &id_number(2)).await;
    let declare = [
        ("year", "2026"),
        ("category", "2"),
        ("kind", "02"),
        ("title", "基层培训班"),
        ("organizer", "培训中心"),
        ("started_on", "2026-09-21"),
        ("ended_on", "2026-09-25"),
        ("hours", "40"),
        ("promised", "on"),
        ("act", "submit"),
    ];
    herself.upload("/credit-hours/declarations", &declare, &CLASS_PAPERS).await.is(303);
    let change = [
        ("person_name", "周晓梅"),
        ("nation", "01"),
        ("education", "21"),
        ("series", "00"),
        ("reason", "补填民族和学历"),
        ("act", "submit"),
    ];
    herself.upload("/accounts/profile/change", &change, &[]).await.is(303);
    let mut clerk = unit(&county, "甲").await;
    let form = at(&county, "leave", "周晓梅").await;
    clerk.get(&form).await.is(409).contains("信息修改申请 XG20261123-0001 还在审核");
    clerk.upload(&form, &FORM, &[]).await.is(409);
    assert_eq!(county.text("select state from person where name = '周晓梅'").await, "serving");
    herself.post("/accounts/profile/change/1/withdraw", &[]).await.is(303);
    leave(&county, &mut clerk, "周晓梅").await.is(303);
    // what was learned here is decided here
    let desk = "/desk/declarations/1";
    clerk.get(desk).await.is(200).contains("基层培训班");
    clerk
        .post(&format!("{desk}/approve"), &[("confirmed", "1"), ("recognised", "40")])
        .await
        .is(303);
    let mut bureau = seated(&county, ADMIN).await;
    bureau
        .post(&format!("{desk}/approve"), &[("confirmed", "1"), ("recognised", "40")])
        .await
        .is(303);
    assert_eq!(county.number("select sum(hours) from entry where year = 2026").await, 760);
    assert_eq!(counted(&county).await, 0);
}

#[rocket::async_test]
async fn rights_end_with_the_leave_but_a_unit_keeps_its_last_super() {
    let county = county().await.with_grant("周晓梅", "甲").await.with_grant("周晓梅", "乙").await;
    let mut clerk = unit(&county, "甲").await;
    county
        .execute("update grant set state = 'disabled' where organization_id = (select id from organization where name = '乙') and account_id <> (select id from account where name = '周晓梅')")
        .await;
    let form = at(&county, "leave", "周晓梅").await;
    clerk.get(&form).await.is(200);
    let page = clerk.upload(&form, &FORM, &[]).await;
    page.is(409).contains("最后一位启用的");
    assert_eq!(county.text("select state from person where name = '周晓梅'").await, "serving");
    assert_eq!(county.number("select count(*) from certificate").await, 0);
    county.execute("update grant set state = 'active'").await;
    clerk.upload(&form, &FORM, &[]).await.is(303);
    let held = "select count(*) from grant g join account a on a.id = g.account_id where a.name = '周晓梅' and g.state <> 'removed'";
    assert_eq!(county.number(held).await, 0);
    // nobody records himself
    let county = county.with_grant("李四光", "乙").await;
    let mut himself = seated(&county, &id_number(3)).await;
    let side = county.number("select max(id) from grant").await.to_string();
    himself.post("/side", &[("to", &side)]).await.is(303);
    himself.get(&at(&county, "leave", "李四光").await).await.is(409).contains("不能自己登记调出");
}

#[rocket::async_test]
async fn whoever_comes_back_is_told_the_way_and_is_not_recorded_twice() {
    let county = county().await;
    let mut clerk = unit(&county, "甲").await;
    leave(&county, &mut clerk, "周晓梅").await.is(303);
    let number = id_number(2);
    for name in ["甲", "乙"] {
        let mut clerk = unit(&county, name).await;
        clerk.get("/accounts/people/new").await.is(200);
        let typed = [
            ("person_name", "周晓梅"),
            ("number", number.as_str()),
            ("nation", "01"),
            ("education", "21"),
            ("series", "00"),
            ("person_phone", "13912345678"),
        ];
        let page = clerk.post("/accounts/people/new", &typed).await;
        page.is(422).contains("已调出本县").contains("发起“人员调转”转入本单位");
    }
    let mut visitor = county.browser();
    visitor.get("/accounts/registration/person").await.is(200);
    let typed = [
        ("unit", "乙"),
        ("number", number.as_str()),
        ("person_name", "周晓梅"),
        ("nation", "01"),
        ("education", "21"),
        ("series", "00"),
        ("person_phone", "13812345678"),
        ("password", "Walnut-41-umbrella"),
        ("again", "Walnut-41-umbrella"),
        ("accepted", "on"),
    ];
    let page = visitor.upload("/accounts/registration/person", &typed, &[]).await;
    page.is(200).contains("注册已提交").lacks("调出");
    let mut other = unit(&county, "乙").await;
    let page = other.get("/desk/person-registrations/1").await;
    page.is(200).contains("已调出，记录还在，不用重新注册").contains("人员调转");
    other.post("/desk/person-registrations/1/approve", &[("confirmed", "1")]).await.is(409);
    // an import says so in the row
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let rows = [
        ["姓名", "身份证号", "民族", "学历", "职称系列", "职称名称"],
        ["周晓梅", &number, "汉族", "大学本科", "无职称", ""],
    ];
    for (row, cells) in (0..).zip(rows) {
        for (column, text) in (0..).zip(cells) {
            sheet.write_string(row, column, text).unwrap();
        }
    }
    let bytes = book.save_to_buffer().unwrap();
    other.get("/import").await.is(200);
    other.upload("/import", &[], &[("file", "名单.xlsx", &bytes)]).await.is(303);
    for _ in 0..600 {
        if county.number("select count(*) from import where state = 'checking'").await == 0 {
            break;
        }
        rocket::tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    other.get("/import/1").await.is(200).contains("周晓梅 已调出本县").contains("发起“人员调转”");
    assert_eq!(county.number("select count(*) from person").await, 2);
}
