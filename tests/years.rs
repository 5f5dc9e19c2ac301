//! 学时规则 › 年度要求, 申报时间, 科目: what a year asks for is data, and everything follows it.

use credit_hours::leaves::ViewRules;
use credit_hours::ledger::{NewEntry, Source, record};
use kit::{Hours, Permission};

use crate::support::{Browser, Page, World, id_number};

const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0,
    1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 10, b'I', b'D', b'A', b'T',
    0x78, 0x9c, 0x63, 0x60, 0, 0, 0, 2, 0, 1, 0x48, 0xaf, 0xa4, 0x71, 0, 0, 0, 0, b'I', b'E', b'N',
    b'D', 0xae, 0x42, 0x60, 0x82,
];
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";
/// What a class must come with.
const PAPERS: [(&str, &str, &[u8]); 3] = [
    ("evidence-02-notice", "培训通知.pdf", PDF),
    ("evidence-02-completion", "结业证书.png", PNG),
    ("evidence-02-unit-proof", "单位证明.pdf", PDF),
];
const REQUIREMENTS: &str = "/credit-hours/rules/requirements";
const PREVIEW: &str = "/credit-hours/rules/requirements/preview";
const WINDOWS: &str = "/credit-hours/rules/windows";
const CATEGORIES: &str = "/credit-hours/rules/categories";

/// 周晓梅 (员级) and 吴敏 (no title) of 甲, which lies under the bureau.
async fn county() -> World {
    let county = World::new()
        .await
        .with_employer("甲")
        .await
        .with_active_person("周晓梅", "甲", &id_number(2))
        .await
        .with_active_person("吴敏", "甲", &id_number(3))
        .await;
    county.execute("update person set level = 'junior', series = '22' where name = '周晓梅'").await;
    let person = county.person("周晓梅").await;
    let mut tx = county.db().begin().await.unwrap();
    let event = kit::Event::PersonChanged { person };
    county.modules().deliver(&mut tx, &event, &county.clock).await.unwrap();
    tx.commit().await.unwrap();
    county
}

/// Hours recognised in 2026, (category, whole hours) each.
async fn recognise(county: &World, name: &str, hours: &[(i64, i64)]) {
    let person = county.person(name).await;
    let entries: Vec<NewEntry> = hours
        .iter()
        .map(|(category, hours)| NewEntry {
            person,
            year: 2026,
            category: *category,
            kind: "02".to_owned(),
            title: "基层儿科常见病诊疗规范培训班".to_owned(),
            organizer: "云川县卫生健康培训中心".to_owned(),
            started_on: "2026-09-14".to_owned(),
            ended_on: "2026-09-18".to_owned(),
            hours: Hours::whole(*hours),
            source: Source::Import,
            declaration: None,
            recognised_by: "示例县人力资源和社会保障局".to_owned(),
            certificate_number: String::new(),
            plan: None,
            case: None,
            corrects: None,
        })
        .collect();
    let mut tx = county.db().begin().await.unwrap();
    record(&mut tx, &entries, &county.clock).await.unwrap();
    tx.commit().await.unwrap();
}

async fn seated<'w>(county: &'w World, login: &str) -> Browser<'w> {
    let mut browser = county.sign_in(login).await;
    browser.get("/start").await.is(200);
    browser
}

/// A declaration of four days and 32 hours, handed in.
async fn declare(browser: &mut Browser<'_>, category: &str, title: &str) -> Page {
    let fields = [
        ("year", "2026"),
        ("category", category),
        ("kind", "02"),
        ("title", title),
        ("organizer", "云川县卫生健康培训中心"),
        ("started_on", "2026-09-14"),
        ("ended_on", "2026-09-17"),
        ("hours", "10"),
        ("promised", "on"),
        ("act", "submit"),
    ];
    browser.upload("/credit-hours/declarations", &fields, &PAPERS).await
}

/// Looks at the effect and saves; the fields of a requirement.
async fn ask(admin: &mut Browser<'_>, fields: &[(&str, &str)]) -> Page {
    let mut fields = fields.to_vec();
    fields.push(("reason", "市人社局 2026 年第 12 号通知"));
    let preview = admin.post(PREVIEW, &fields).await;
    preview.is(200).contains("还没有保存");
    let version = hidden(&preview, "version");
    fields.push(("version", &version));
    admin.post(REQUIREMENTS, &fields).await
}

/// The value of a hidden field.
fn hidden(page: &Page, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let at = page.body.find(&start).unwrap_or_else(|| panic!("no {name} in {page:?}"));
    page.body[at + start.len()..].split('"').next().unwrap().to_owned()
}

async fn recounted(county: &World) {
    let mut db = county.db().read().await.unwrap();
    assert_eq!(credit_hours::recount(&mut db, None).await.unwrap(), []);
}

#[rocket::async_test]
async fn the_rules_are_the_bureaus_and_who_may_look_does_not_change() {
    let county = county().await;
    let bureau = county.bureau().await;
    let county = county.with_clerk("looks", bureau, &[ViewRules::grantable()]).await;
    let mut unit = seated(&county, &county.admin_of("甲").await).await;
    let mut person = seated(&county, &id_number(2)).await;
    let mut looks = seated(&county, "looks").await;
    for screen in [REQUIREMENTS, WINDOWS, CATEGORIES] {
        county.get(screen).await.is(303);
        unit.get(screen).await.is(403);
        person.get(screen).await.is(403);
        looks.get(screen).await.is(200).lacks("新增科目").lacks(">修改</a>").lacks(">设置</a>");
    }
    for (screen, fields) in [
        (PREVIEW, vec![("from", "2026"), ("total", "10"), ("reason", "试试")]),
        (REQUIREMENTS, vec![("from", "2026"), ("total", "10"), ("reason", "试试")]),
        (WINDOWS, vec![("year", "2026")]),
        (CATEGORIES_NEW, vec![("name", "选修科目"), ("short", "选修")]),
        ("/credit-hours/rules/categories/2", vec![("act", "disable")]),
    ] {
        looks.post(screen, &fields).await.is(403);
        unit.post(screen, &fields).await.is(403);
    }
    assert_eq!(county.number("select count(*) from category where state = 'active'").await, 2);
    assert_eq!(county.number("select sum(hours) from requirement").await, 1_800);
}

const CATEGORIES_NEW: &str = "/credit-hours/rules/categories/new";

#[rocket::async_test]
async fn subjects_are_added_named_ordered_and_taken_out_of_use() {
    let county = county().await;
    let mut admin = seated(&county, "admin").await;
    admin.get(CATEGORIES_NEW).await.is(200);
    for (name, short, sentence) in [
        ("", "选修", "请填写科目名称。"),
        ("选修科目", "选", "简称至少 2 个字，现在有 1 个。"),
        ("选修科目", "选修科目们", "简称最多 4 个字，现在有 5 个。"),
        ("公需科目", "选修", "已有科目“公需科目”，请换一个名称，或启用原来的科目。"),
        ("选修科目", "公需", "简称“公需”已被别的科目使用，请换一个。"),
    ] {
        let page = admin.post(CATEGORIES_NEW, &[("name", name), ("short", short)]).await;
        page.is(422).contains(sentence);
    }
    let done = admin.post(CATEGORIES_NEW, &[("name", "选修科目"), ("short", "选修")]).await;
    admin.follow(&done).await.is(200).contains("已新增科目“选修科目”，现在就可以申报。");
    assert_eq!(county.number("select id from category where short = '选修'").await, 3);
    // first in order, then renamed
    for _ in 0..2 {
        admin.post("/credit-hours/rules/categories/3", &[("act", "up")]).await.is(303);
    }
    assert_eq!(county.number("select id from category order by sort limit 1").await, 3);
    admin.get("/credit-hours/rules/categories/3/edit").await.is(200).contains("选修科目");
    let named = [("name", "个人选修"), ("short", "选修")];
    admin.post("/credit-hours/rules/categories/3/edit", &named).await.is(303);
    let page = admin.get(CATEGORIES).await;
    let text = page.text();
    assert!(text.find("个人选修").unwrap() < text.find("公需科目").unwrap(), "{text}");
    // one that is asked for stays in use, others go and come back
    let page = admin.post("/credit-hours/rules/categories/2", &[("act", "disable")]).await;
    page.is(409).contains("2026 年度的要求里有科目“专业科目”的最低学时");
    admin.post("/credit-hours/rules/categories/3", &[("act", "disable")]).await.is(303);
    let mut person = seated(&county, &id_number(2)).await;
    person.get("/credit-hours/declarations/new").await.is(200).lacks("个人选修");
    declare(&mut person, "3", "选修班").await.is(422).contains("科目类别不在可选内容中");
    admin.post("/credit-hours/rules/categories/3", &[("act", "enable")]).await.is(303);
    person.get("/credit-hours/declarations/new").await.is(200).contains("个人选修");
    // odd ones
    admin.post("/credit-hours/rules/categories/3", &[("act", "sing")]).await.is(422);
    admin.get("/credit-hours/rules/categories/99/edit").await.is(404);
    admin.post("/credit-hours/rules/categories/99", &[("act", "up")]).await.is(404);
    let trail = county.trail().await.join("\n");
    for told in ["新增科目“选修科目”", "改名为“个人选修”（选修）", "停用科目“个人选修”", "上移"]
    {
        assert!(trail.contains(told), "{told}: {trail}");
    }
    // no more than a certificate has columns for
    for n in 4..=5 {
        let (name, short) = (format!("科目之{n}"), format!("科{n}"));
        admin.post(CATEGORIES_NEW, &[("name", &name), ("short", &short)]).await.is(303);
    }
    let page = admin.post(CATEGORIES_NEW, &[("name", "第六科目"), ("short", "第六")]).await;
    page.is(409).contains("同时启用的科目最多 5 个");
}

#[rocket::async_test]
async fn a_third_subject_is_declared_counted_shown_and_printed_everywhere() {
    let county = county().await;
    let mut admin = seated(&county, "admin").await;
    admin.post(CATEGORIES_NEW, &[("name", "选修科目"), ("short", "选修")]).await.is(303);
    recognise(&county, "周晓梅", &[(1, 30), (2, 50)]).await;
    // 30 + 50 of 90, and 专业 asks for 60: 10 short in both
    let mut person = seated(&county, &id_number(2)).await;
    person
        .get("/credit-hours/mine")
        .await
        .contains("专业科目要求 60 学时，已有 50 学时，还差 10 学时。");
    // 90 = 30 公需 + 50 专业 + 10 选修
    let fields = [
        ("from", "2026"),
        ("to", ""),
        ("level", ""),
        ("total", "90"),
        ("category-1", "30"),
        ("category-2", "50"),
        ("category-3", "10"),
    ];
    ask(&mut admin, &fields).await.is(303);
    person
        .get("/credit-hours/mine")
        .await
        .contains("选修科目要求 10 学时，已有 0 学时，还差 10 学时。");
    person.get("/start").await.contains("选修科目");
    declare(&mut person, "3", "英语口语进修班").await.is(303);
    let mut unit = seated(&county, &county.admin_of("甲").await).await;
    let desk = unit.get("/desk/declarations/1").await;
    desk.is(200)
        .contains("选修科目")
        .contains("本条通过后选修科目为 10 学时，全年 90 学时，达到 90 学时要求。");
    unit.get("/desk/declarations").await.contains("选修");
    unit.post("/desk/declarations/1/approve", &[("confirmed", "1")]).await.is(303);
    admin.get("/desk/declarations/1").await.is(200);
    admin.post("/desk/declarations/1/approve", &[("confirmed", "1")]).await.is(303);
    assert_eq!(
        county
            .number(
                "select complete from person_year y join person p on p.id = y.person_id
                  where p.name = '周晓梅' and year = 2026"
            )
            .await,
        1
    );
    assert_eq!(county.number("select sum(complete) from unit_year where year = 2026").await, 1);
    recounted(&county).await;
    // the certificate, what the public sees, the record, the ledger's list, a base's plan
    let issued = person.post("/verification/mine", &[("from", "2025"), ("to", "2026")]).await;
    let sheet = person.follow(&issued).await;
    sheet.is(200).contains("选修科目（学时）").contains("英语口语进修班").contains("达到要求");
    let token = county.text("select token from certificate").await;
    county
        .get(&format!("/verification/q/{token}"))
        .await
        .is(200)
        .contains("选修")
        .contains("英语口语进修班");
    let id = county.person("周晓梅").await;
    admin.get(&format!("/queries/people/{id}")).await.is(200).contains("选修科目");
    let ledger = admin.get("/queries/ledger").await;
    ledger.is(200).contains("选修科目").contains("英语口语进修班");
    assert_eq!(county.number("select count(*) from entry where category_id = 3").await, 1);
    // a base says that it teaches it; its profile follows another name
    admin.get("/accounts/bases/new").await.is(200).contains("选修科目");
    admin.get("/accounts/bases").await.is(200).contains("选修科目");
    let county = county.with_base("丙基地").await;
    county.execute("update base_profile set categories = 'public,选修科目'").await;
    let mut admin = seated(&county, "admin").await;
    let base = county.organization("丙基地").await;
    admin.get(&format!("/accounts/bases/{base}")).await.contains("公需科目、选修科目");
    let named = [("name", "个人选修"), ("short", "选修")];
    admin.post("/credit-hours/rules/categories/3/edit", &named).await.is(303);
    admin.get(&format!("/accounts/bases/{base}")).await.contains("公需科目、个人选修");
    let page = admin.post(CATEGORIES_NEW, &[("name", "选修，实践"), ("short", "选实")]).await;
    page.is(422).contains("科目名称里不能有逗号或顿号");
}

#[rocket::async_test]
async fn a_level_that_is_asked_for_72_is_complete_with_72() {
    let county = county().await;
    let mut admin = seated(&county, "admin").await;
    // both 30 + 42 = 72
    recognise(&county, "周晓梅", &[(1, 30), (2, 42)]).await;
    recognise(&county, "吴敏", &[(1, 30), (2, 42)]).await;
    let mut person = seated(&county, &id_number(2)).await;
    person
        .get("/credit-hours/mine")
        .await
        .contains("专业科目要求 60 学时，已有 42 学时，还差 18 学时。");
    person.get("/verification/mine").await.is(200);
    let before = person.post("/verification/mine", &[("from", "2026"), ("to", "2026")]).await;
    person.follow(&before).await.contains("未达到要求");

    admin
        .get("/credit-hours/rules/requirements/edit?from=2026&level=junior")
        .await
        .is(200)
        .contains("员级");
    let fields =
        [("from", "2026"), ("to", ""), ("level", "junior"), ("total", "72"), ("category-2", "42")];
    let mut all = fields.to_vec();
    all.push(("reason", "市人社局 2026 年第 12 号通知"));
    let preview = admin.post(PREVIEW, &all).await;
    // 2 people count in 2026; none complete, one would be
    preview.is(200).contains("员级").contains("与全体相同").contains("2026 年起：全年 72，专业 42");
    let row = preview.text();
    assert!(row.contains("2026 2 0 1 1 0"), "{row}");
    assert_eq!(county.number("select count(*) from requirement").await, 3, "nothing saved yet");
    let done = ask(&mut admin, &fields).await;
    let page = admin.follow(&done).await;
    page.is(200)
        .contains("已保存年度要求，各项累计已按新要求重算。")
        .contains("2026 年度应参加 2 人，达到要求的由 0 人变为 1 人")
        .contains("市人社局 2026 年第 12 号通知")
        .contains("同全体");
    let years = "select group_concat(p.name || ' ' || y.required || ' ' || y.complete, '；')
       from person_year y join person p on p.id = y.person_id where y.year = 2026";
    assert_eq!(county.text(years).await, "周晓梅 720 1；吴敏 900 0");
    assert_eq!(
        county.text("select level || ' ' || sum(complete) from unit_year where year = 2026 and complete > 0 group by level").await,
        "junior 1"
    );
    recounted(&county).await;
    person.get("/credit-hours/mine").await.contains("72");
    // what was issued before stays as it was, a new one says what is so now
    let old = county.text("select token from certificate").await;
    county
        .get(&format!("/verification/q/{old}"))
        .await
        .is(200)
        .contains("有效")
        .contains("未达到要求");
    let issued = person.post("/verification/mine", &[("from", "2026"), ("to", "2026")]).await;
    person.follow(&issued).await.is(200).contains("72").lacks("未达到要求");
    let trail = county.trail().await.join("\n");
    assert!(
        trail.contains(
            "修改年度要求（2026 年起，员级）：由“与全体相同”改为“2026 年起：全年 72，专业 42”"
        ),
        "{trail}"
    );
    // promoted: asked what everybody is asked
    county.execute("update person set level = 'assistant' where name = '周晓梅'").await;
    let id = county.person("周晓梅").await;
    let mut tx = county.db().begin().await.unwrap();
    let event = kit::Event::PersonChanged { person: id };
    county.modules().deliver(&mut tx, &event, &county.clock).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(county.text(years).await, "周晓梅 900 0；吴敏 900 0");
    recounted(&county).await;
    // all fields empty: the level has nothing of its own any more
    let fields = [("from", "2026"), ("to", ""), ("level", "junior")];
    ask(&mut admin, &fields).await.is(303);
    assert_eq!(county.number("select count(*) from requirement").await, 3);
}

#[rocket::async_test]
async fn a_requirement_that_cannot_be_is_refused_by_its_field() {
    let county = county().await;
    let mut admin = seated(&county, "admin").await;
    let given = |changes: &[(&'static str, &'static str)]| {
        let mut fields = vec![
            ("from", "2026"),
            ("to", ""),
            ("level", ""),
            ("total", "90"),
            ("category-1", "30"),
            ("category-2", "60"),
            ("reason", "省厅通知"),
        ];
        fields.retain(|(name, _)| !changes.iter().any(|(n, _)| n == name));
        fields.extend(changes);
        fields
    };
    for (changes, sentence) in [
        (vec![], "和现在的要求一样，没有改动。"),
        (vec![("from", "1999")], "起始年度请填 2016 到 2100 之间的整数。"),
        (vec![("to", "2025")], "终止年度 2025 早于起始年度 2026，请核对。"),
        (vec![("total", "")], "请填写全年学时要求；不作要求的，填 0。"),
        (vec![("total", "很多")], "学时应为数字，例如 40 或 7.5。"),
        (vec![("total", "900")], "一年最多要求 500 学时，请核对。"),
        (vec![("category-1", "30.3")], "学时"),
        (vec![("reason", "")], "请填写改动依据。"),
        (vec![("level", "king")], "适用对象不在可选内容中，请重新选择。"),
        (vec![("total", "72")], "2026 年度各科目最低学时合计 90，超过全年要求的 72 学时，请调整。"),
        (
            vec![("level", "junior"), ("total", "72"), ("category-1", ""), ("category-2", "")],
            "2026 年度员级各科目最低学时合计 90，超过全年要求的 72 学时，请调整。",
        ),
    ] {
        admin.post(PREVIEW, &given(&changes)).await.is(422).contains(sentence);
    }
    admin.get("/credit-hours/rules/requirements/edit?level=king").await.is(404);
    // somebody else was quicker
    let fields = given(&[("total", "96")]);
    let seen = hidden(&admin.post(PREVIEW, &fields).await, "version");
    let other = [("from", "2027"), ("to", ""), ("level", ""), ("total", "80")];
    ask(&mut admin, &other).await.is(303);
    let mut late = fields.clone();
    late.push(("version", &seen));
    let page = admin.post(REQUIREMENTS, &late).await;
    page.is(409).contains("年度要求刚被别人改过，没有保存。");
    assert_eq!(county.number("select count(*) from requirement_change").await, 1);
    // a computation that goes on is shown
    county.execute("insert into year_rebuild (year) values (2026)").await;
    admin.get(REQUIREMENTS).await.contains("2026 年度正在按新要求重算：已完成 0 / 2 人");
}

async fn window(admin: &mut Browser<'_>, days: [&str; 4]) -> Page {
    let [from, to, makeup, audit] = days;
    let seen = hidden(&admin.get(&format!("{WINDOWS}/edit?year=2026")).await, "seen");
    let fields = [
        ("year", "2026"),
        ("declare_from", from),
        ("declare_to", to),
        ("makeup_to", makeup),
        ("audit_to", audit),
        ("seen", seen.as_str()),
    ];
    admin.post(WINDOWS, &fields).await
}

#[rocket::async_test]
async fn a_closed_year_takes_nothing_more_and_decides_what_it_has() {
    let county = county().await; // 23 November 2026
    let mut admin = seated(&county, "admin").await;
    admin.get("/credit-hours/rules/windows/edit?year=2026").await.is(200).contains("2026-12-31");
    let mut person = seated(&county, &id_number(2)).await;
    declare(&mut person, "2", "截止前提交的培训班").await.is(303);
    // closed yesterday, to be decided by today
    let done = window(&mut admin, ["2026-01-01", "2026-11-22", "", "2026-11-23"]).await;
    admin.follow(&done).await.is(200).contains("已保存 2026 年度的申报时间，现在已截止。");
    let closed = "2026 年度的申报已于 2026-11-22 截止，不能再提交；学时也不转入其他年度。";
    declare(&mut person, "2", "截止后的培训班").await.is(422).contains(closed);
    person
        .get("/credit-hours/declarations/new")
        .await
        .is(200)
        .contains("现在没有开放申报的年度，可以先保存草稿");
    // what was handed in goes on; the day after 审核截止 with a warning
    let mut unit = seated(&county, &county.admin_of("甲").await).await;
    unit.get("/desk/declarations/1").await.is(200).lacks("审核已于");
    unit.post("/desk/declarations/1/approve", &[("confirmed", "1")]).await.is(303);
    county.clock.advance(time::Duration::days(1));
    let mut admin = seated(&county, "admin").await;
    admin
        .get("/desk/declarations/1")
        .await
        .contains("2026 年度的审核已于 2026-11-23 截止，请尽快办理");
    admin.get(WINDOWS).await.contains("已过审核截止");
    admin.post("/desk/declarations/1/approve", &[("confirmed", "1")]).await.is(303);
    assert_eq!(county.number("select sum(hours) from entry").await, 100);
    // make-up until the last of November: open again
    let done = window(&mut admin, ["2026-01-01", "2026-11-22", "2026-11-30", "2026-12-10"]).await;
    admin.follow(&done).await.contains("现在补报中。");
    let mut person = seated(&county, &id_number(2)).await;
    declare(&mut person, "2", "补报的培训班").await.is(303);
    county.clock.advance(time::Duration::days(7));
    let mut person = seated(&county, &id_number(2)).await;
    declare(&mut person, "1", "补报也过了")
        .await
        .is(422)
        .contains("2026 年度的补报已于 2026-11-30 截止");
    let trail = county.trail().await.join("\n");
    assert!(
        trail.contains("2026 年度申报时间由“2026-01-01 至 2026-12-31，不补报，审核截止未设”改为“2026-01-01 至 2026-11-22，不补报，审核至 2026-11-23”"),
        "{trail}"
    );
}

#[rocket::async_test]
async fn hours_of_a_year_are_declared_in_its_own_time_only() {
    let county = county().await;
    let mut admin = seated(&county, "admin").await;
    let mut db = county.db().read().await.unwrap();
    let closed = credit_hours::windows::closed(&mut db, 2027, &county.clock).await.unwrap();
    assert_eq!(closed.as_deref(), Some("2027 年度还没有到，不能申报。请核对年度。"));
    let closed = credit_hours::windows::closed(&mut db, 2025, &county.clock).await.unwrap();
    assert!(closed.unwrap().starts_with("2025 年度的申报已于 2025-12-31 截止"));
    assert_eq!(credit_hours::windows::closed(&mut db, 2026, &county.clock).await.unwrap(), None);
    drop(db);
    for (days, sentence) in [
        (["", "2026-12-31", "", ""], "请填写申报开始。"),
        (["去年", "2026-12-31", "", ""], "申报开始“去年”不是日期"),
        (["2025-12-01", "2026-12-31", "", ""], "申报开始不能早于 2026-01-01"),
        (["2026-03-01", "2026-02-01", "", ""], "申报截止不能早于申报开始 2026-03-01。"),
        (["2026-01-01", "2026-12-15", "2026-12-15", ""], "补报截止要晚于申报截止 2026-12-15"),
        (["2026-01-01", "2026-12-15", "", "2026-12-14"], "审核截止不能早于申报截止 2026-12-15。"),
        (["2026-01-01", "2062-12-31", "", ""], "申报截止不能晚于 2031-12-31，请核对年份。"),
    ] {
        window(&mut admin, days).await.is(422).contains(sentence);
    }
    admin.post(WINDOWS, &[("year", "1995")]).await.is(422);
    let late = [
        ("year", "2026"),
        ("declare_from", "2026-01-01"),
        ("declare_to", "2026-12-20"),
        ("seen", "2026-01-01 至 2026-12-10，不补报，审核截止未设"),
    ];
    admin.post(WINDOWS, &late).await.is(409).contains("申报时间刚被别人改过，没有保存。");
    admin.get("/credit-hours/rules/windows/edit?year=1995").await.is(404);
    assert_eq!(county.number("select count(*) from year_window").await, 0);
}
