//! 培训计划申报 and 4.9: a base plans, desks decide, what was approved changes by a new version only.

use kit::review::Subject;
use time::Duration;
use training::plans::TrainingPlans;

use crate::support::{Browser, Page, World, id_number};

const LIST: &str = "/training/plans";
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";

type Fields<'f> = Vec<(&'f str, &'f str)>;

/// A base under a department and one directly under the bureau, both recognised.
async fn county() -> World {
    World::new()
        .await
        .with_department("教育局")
        .await
        .with_base_under("教师发展中心", "教育局")
        .await
        .with_recognition("教师发展中心", "2028-12-31")
        .await
        .with_base("护理培训基地")
        .await
        .with_recognition("护理培训基地", "")
        .await
        .with_employer("甲")
        .await
        .with_active_person("张三丰", "甲", &id_number(2))
        .await
}

async fn admin_of<'w>(county: &'w World, unit: &str) -> Browser<'w> {
    let login = county.admin_of(unit).await;
    let mut browser = county.sign_in(&login).await;
    browser.get("/start").await.is(200);
    browser
}

async fn bureau(county: &World) -> Browser<'_> {
    let mut admin = county.admin().await;
    admin.get("/start").await.is(200);
    admin
}

/// A form of two days with 8 and 6.5 hours; `with` replaces or adds boxes.
fn form<'f>(with: &[(&'f str, &'f str)]) -> Fields<'f> {
    let mut fields: Fields<'f> = vec![
        ("title", "教师信息技术培训班"),
        ("category", "2"),
        ("form", "onsite"),
        ("session", "1"),
        ("goal", "提高课堂应用能力"),
        ("audience", "全县中小学教师"),
        ("capacity", "50"),
        ("begins_on", "2026-12-07"),
        ("ends_on", "2026-12-08"),
        ("signup_until", "2026-12-04"),
        ("place", "教师进修学校三楼"),
        ("assessment", "exam"),
        ("fee", "120.50"),
        ("fee_basis", "县发改〔2024〕9 号"),
        ("manager", "李主任"),
        ("phone", "0371-6600000"),
        ("fields", "21"),
        ("course_day", "2026-12-07"),
        ("course_title", "信息化教学"),
        ("course_teacher", "王老师"),
        ("course_teacher_title", "正高级教师"),
        ("course_hours", "4"),
        ("course_day", "2026-12-07"),
        ("course_title", "微课制作"),
        ("course_teacher", "赵老师"),
        ("course_teacher_title", "县电教馆"),
        ("course_hours", "4"),
        ("course_day", "2026-12-08"),
        ("course_title", "实操与考核"),
        ("course_teacher", "王老师"),
        ("course_teacher_title", ""),
        ("course_hours", "6.5"),
        ("act", "submit"),
    ];
    for (name, _) in with {
        fields.retain(|(kept, _)| kept != name);
    }
    fields.extend(with);
    fields
}

/// Submits a new plan; gives its address.
async fn planned(base: &mut Browser<'_>, with: &[(&str, &str)]) -> String {
    let sent = base.upload(LIST, &form(with), &[]).await;
    sent.is(303);
    sent.location.clone().unwrap()
}

/// The desk's address of the latest version.
async fn desk(county: &World, rest: &str) -> String {
    let id = county.number("select max(id) from plan_version").await;
    format!("/desk/training-plans/{id}{rest}")
}

async fn approve(browser: &mut Browser<'_>, county: &World, hours: &str) -> Page {
    let fields = if hours.is_empty() { vec![] } else { vec![("hours", hours)] };
    let address = desk(county, "/approve").await;
    browser.post(&address, &fields).await
}

/// An approved plan of the base directly under the bureau.
async fn approved(county: &World) -> String {
    let mut base = admin_of(county, "护理培训基地").await;
    let plan = planned(&mut base, &[]).await;
    approve(&mut bureau(county).await, county, "").await.is(303);
    plan
}

#[rocket::async_test]
async fn a_plan_goes_from_the_base_by_its_department_to_the_bureau_and_into_force() {
    let county = county().await;
    let mut base = admin_of(&county, "教师发展中心").await;
    base.get(LIST).await.is(200).contains("没有符合条件的培训计划").contains("新增计划");
    base.get("/training/plans/new").await.is(200).contains("课程表").contains("增加一行");
    let files = [("files", "培训方案.pdf", PDF)];
    let sent = base.upload(LIST, &form(&[]), &files).await;
    sent.redirects_to("/training/plans/1");
    let page = base.follow(&sent).await;
    page.is(200).contains("JH2026-0001").contains("等待教育局审核").contains("培训方案.pdf");
    page.contains("120.50 元").contains("14.5 学时").contains("微课制作");
    base.get("/training/plans/1/files/1").await.is(200);
    base.get(LIST).await.is(200).contains("JH2026-0001").contains("待审核").contains("14.5");

    let mut department = admin_of(&county, "教育局").await;
    let page = department.get("/desk/training-plans").await;
    page.is(200).contains("JH2026-0001").contains("教师发展中心").contains("120.50 元");
    let page = department.get("/desk/training-plans/1").await;
    page.is(200).contains("信息化教学").contains("课程学时合计 14.5，与总学时一致");
    page.contains("每天不超过 8 学时").contains("基地已启用").contains("/files/1");
    department.get("/files/1").await.is(200);
    approve(&mut department, &county, "12").await.is(303);
    assert_eq!(county.text("select stage from plan").await, "planned");
    assert_eq!(county.number("select recognised from plan_version").await, 120);

    let mut bureau = bureau(&county).await;
    let page = bureau.get("/desk/training-plans/1").await;
    page.is(200).contains("前面审核认定 12 学时").contains("value=\"12\"");
    // never more than the desk before, nor a step between
    for (hours, why) in [
        ("14.5", "认定学时不能超过前面审核认定的 12 学时"),
        ("0", "认定学时要大于 0"),
        ("10.2", "学时只能是整数或带 .5"),
    ] {
        approve(&mut bureau, &county, hours).await.is(422).contains(why);
    }
    approve(&mut bureau, &county, "10.5").await.is(303);
    let row = county
        .text("select stage || ',' || title || ',' || hours || ',' || capacity || ',' || fee || ',' || year || ',' || form || ',' || fields from plan")
        .await;
    assert_eq!(row, "approved,教师信息技术培训班,105,50,12050,2026,onsite,21");
    assert_eq!(county.number("select count(*) from plan where version_id = 1").await, 1);
    let page = base.get("/training/plans/1").await;
    page.is(200).contains("已通过").contains("认定学时").contains("10.5 学时").contains("正在执行");
    base.get("/messages").await.is(200).contains("培训计划已通过");
    // decided once
    approve(&mut bureau, &county, "10.5").await.is(409).contains("没有重复办理");
    let trail = county.trail().await.join("\n");
    assert!(
        trail.contains("培训计划 JH2026-0001（教师发展中心 教师信息技术培训班）：提交"),
        "{trail}"
    );
    assert!(trail.contains("通过，认定 10.5 学时"), "{trail}");
}

#[rocket::async_test]
async fn every_field_and_line_is_checked_and_comes_back_as_typed() {
    let county = county().await;
    let mut base = admin_of(&county, "护理培训基地").await;
    for (name, value, why) in [
        ("title", "", "请填写培训名称"),
        ("category", "99", "科目类别不在可选内容中"),
        ("form", "", "请选择培训形式"),
        ("fields", "", "请勾选对应的职称系列"),
        ("capacity", "0", "计划人数请填 1 到 9999"),
        ("capacity", "10000", "计划人数请填 1 到 9999"),
        ("ends_on", "2026-12-06", "结束日期不能早于开始日期"),
        ("begins_on", "明天", "不是日期"),
        ("signup_until", "2026-12-08", "报名截止不能晚于开始日期 2026-12-07"),
        ("place", "", "请填写培训地点"),
        ("form", "mixed", "请填写学习网址"),
        ("url", "www.example.cn", "从 http:// 或 https:// 开始"),
        ("assessment", "oral", "考核方式不在可选内容中"),
        ("fee", "1.005", "最多两位小数"),
        ("fee", "-1", "收费标准不能小于 0"),
        ("fee_basis", "", "请填写收费依据"),
        ("manager", "", "请填写负责人"),
        ("phone", "", "请填写联系电话"),
        ("course_title", "", "第 1 行没有填课程"),
        ("course_teacher", "", "第 1 行没有填主讲教师"),
        ("course_hours", "1.2", "第 1 行：学时只能是整数或带 .5"),
        ("course_hours", "9", "第 1 行有 9 学时，一天最多 8 学时"),
        ("course_day", "2026-12-09", "第 1 行的日期 2026-12-09 不在培训起止日期之内"),
        ("course_day", "2026-12", "第 1 行的日期“2026-12”不是日期"),
    ] {
        let page = base.upload(LIST, &form(&[(name, value)]), &[]).await;
        page.is(422).contains(why).contains("教师进修学校三楼".split_at(3).0);
        if !value.is_empty() && name != "fields" && name != "category" && name != "assessment" {
            page.contains(value);
        }
    }
    // Σ of a day over its lines
    let mut long = form(&[]);
    let at = long.iter().position(|(name, value)| (*name, *value) == ("course_hours", "6.5"));
    long[at.unwrap()] = ("course_hours", "4.5");
    for line in long.iter_mut().filter(|(name, _)| *name == "course_day") {
        line.1 = "2026-12-08";
    }
    let page = base.upload(LIST, &long, &[]).await;
    page.is(422).contains("2026-12-08 的课程共 12.5 学时，一天最多 8 学时");
    // free of charge needs no basis; empty lines do not count
    let mut free = form(&[("fee", "0"), ("fee_basis", "")]);
    for name in
        ["course_day", "course_title", "course_teacher", "course_teacher_title", "course_hours"]
    {
        free.push((name, " "));
    }
    base.upload(LIST, &free, &[]).await.is(303);
    assert_eq!(county.number("select count(*) from review_case").await, 1);
    let last = county.text("select content from plan_version where state = 'pending'").await;
    assert!(last.contains("\"hours\":145") && last.contains("\"fee\":0"), "{last}");
    // the year is that of the last day
    let crossing = [
        ("begins_on", "2026-12-31"),
        ("ends_on", "2027-01-02"),
        ("signup_until", "2026-12-31"),
        ("course_day", "2026-12-31"),
        ("course_title", "一"),
        ("course_teacher", "王"),
        ("course_teacher_title", ""),
        ("course_hours", "4"),
    ];
    let plan = planned(&mut base, &crossing).await;
    base.get(&plan).await.is(200).contains("JH2027-0001");
}

/// The key in the form of a new plan.
async fn key(base: &mut Browser<'_>) -> String {
    let page = base.get("/training/plans/new").await;
    let rest = page.is(200).body.split_once("name=\"form_key\" value=\"").unwrap().1;
    rest.split_once('"').unwrap().0.to_owned()
}

#[rocket::async_test]
async fn a_new_form_sent_several_times_or_at_once_makes_one_plan() {
    let county = county().await;
    let mut base = admin_of(&county, "护理培训基地").await;
    let first = key(&mut base).await;
    let sent = form(&[("form_key", &first)]);
    let (mut one, mut two, mut three) = (
        admin_of(&county, "护理培训基地").await,
        admin_of(&county, "护理培训基地").await,
        admin_of(&county, "护理培训基地").await,
    );
    let (a, b, c, d) = rocket::tokio::join!(
        base.upload(LIST, &sent, &[]),
        one.upload(LIST, &sent, &[]),
        two.upload(LIST, &sent, &[]),
        three.upload(LIST, &sent, &[]),
    );
    for page in [&a, &b, &c, &d] {
        page.redirects_to("/training/plans/1");
    }
    assert_eq!(county.number("select count(*) from plan").await, 1);
    assert_eq!(county.number("select count(*) from review_case").await, 1);
    let again = base.upload(LIST, &sent, &[]).await;
    base.follow(&again).await.is(200).contains("JH2026-0001，没有重复提交");
    // refused and sent again from the first page, it is the same draft, submitted in the end
    let second = key(&mut base).await;
    let refused = form(&[("form_key", &second), ("title", "")]);
    for _ in 0..3 {
        base.upload(LIST, &refused, &[]).await.is(422).contains("action=\"/training/plans/2\"");
    }
    assert_eq!(county.number("select count(*) from plan").await, 2);
    base.upload(LIST, &form(&[("form_key", &second)]), &[]).await.redirects_to("/training/plans/2");
    assert_eq!(county.number("select count(*) from plan").await, 2);
    // another form is another plan; so is the same key from another base
    let third = key(&mut base).await;
    base.upload(LIST, &form(&[("form_key", &third)]), &[]).await.is(303);
    let mut other = admin_of(&county, "教师发展中心").await;
    other.upload(LIST, &form(&[("form_key", &third)]), &[]).await.is(303);
    assert_eq!(county.number("select count(*) from plan").await, 4);
}

#[rocket::async_test]
async fn a_plan_is_asked_for_before_its_class_begins() {
    let county = county().await;
    let mut base = admin_of(&county, "护理培训基地").await;
    // the clock stands at 2026-11-23
    let past =
        [("begins_on", "2026-11-22"), ("signup_until", "2026-11-22"), ("ends_on", "2026-12-08")];
    let page = base.upload(LIST, &form(&past), &[]).await;
    page.is(422).contains("开始日期 2026-11-22 已经过去。培训计划应在开班前申报");
    assert_eq!(county.number("select count(*) from review_case").await, 0);
    let today =
        [("begins_on", "2026-11-23"), ("signup_until", "2026-11-23"), ("ends_on", "2026-12-08")];
    base.upload("/training/plans/1", &form(&today), &[]).await.is(303);
    // the day passes while it waits: the desk is told and may still approve
    county.clock.advance(Duration::days(1));
    let mut bureau = bureau(&county).await;
    let address = desk(&county, "").await;
    bureau.get(&address).await.is(200).contains("开始日期 2026-11-23 已经过去");
    approve(&mut bureau, &county, "").await.is(303);
    // what was approved keeps its first day in a change, but does not move into the past
    let mut base = admin_of(&county, "护理培训基地").await;
    base.post("/training/plans/1/change", &[]).await.is(303);
    let page = base.upload("/training/plans/1", &form(&past), &[]).await;
    page.is(422).contains("开始日期 2026-11-22 已经过去");
    base.upload("/training/plans/1", &form(&today), &[]).await.is(303);
    assert_eq!(county.number("select count(*) from review_case").await, 2);
}

#[rocket::async_test]
async fn more_than_a_draft_holds_is_refused_not_cut() {
    let county = county().await;
    let mut base = admin_of(&county, "护理培训基地").await;
    let rows = |count: usize| {
        let mut fields = form(&[("act", "save")]);
        fields.retain(|(name, _)| !name.starts_with("course_"));
        for _ in 0..count {
            fields.push(("course_title", "一课"));
        }
        fields
    };
    let page = base.upload(LIST, &rows(201), &[]).await;
    page.is(422).contains("课程表收到 201 行，最多 200 行，没有保存");
    let (long, short, cell) = ("长".repeat(4001), "长".repeat(201), "格".repeat(201));
    for (name, value, why) in [
        ("goal", long.as_str(), "这里最多 4000 个字，现在有 4001 个，没有保存"),
        ("title", &short, "这里最多 200 个字，现在有 201 个，没有保存"),
        ("course_title", &cell, "第 1 行有一格 201 个字，最多 200 个，没有保存"),
    ] {
        let page = base.upload(LIST, &form(&[(name, value), ("act", "save")]), &[]).await;
        page.is(422).contains(why).contains(value);
    }
    assert_eq!(county.number("select count(*) from plan").await, 0);
    // up to there it is kept, though it could not be submitted
    base.upload(LIST, &rows(200), &[]).await.is(303);
    base.get("/training/plans/1/edit").await.is(200).contains("course_title-200");
    let goal = "长".repeat(4000);
    let kept = form(&[("goal", &goal), ("act", "save")]);
    base.upload("/training/plans/1", &kept, &[]).await.is(303);
    base.get("/training/plans/1/edit").await.contains(&goal);
    // what nobody sees does not get into the table that is published
    for (value, why) in [
        ("微课\u{7}制作", "第 1 行的课程里有看不见的控制字符"),
        ("微课\u{202e}制作", "第 1 行的课程里有看不见的控制字符"),
        ("\u{3000}", "第 1 行没有填课程"),
    ] {
        let sent = form(&[("course_title", value), ("course_teacher", "王")]);
        base.upload("/training/plans/1", &sent, &[]).await.is(422).contains(why);
    }
}

#[rocket::async_test]
async fn a_draft_stays_as_typed_and_its_table_is_worked_without_script() {
    let county = county().await;
    let mut base = admin_of(&county, "护理培训基地").await;
    let odd = [("fee", "随便"), ("capacity", "很多"), ("course_hours", "三"), ("act", "save")];
    base.upload(LIST, &form(&odd), &[]).await.redirects_to("/training/plans/1/edit");
    let page = base.get("/training/plans/1/edit").await;
    page.is(200).contains("value=\"随便\"").contains("value=\"很多\"").contains("value=\"三\"");
    base.get("/training/plans/1").await.is(200).contains("草稿").contains("教师信息技术培训班");
    for (act, titles) in [
        ("row-down:0", ["微课制作", "信息化教学", "实操与考核"]),
        ("row-up:2", ["信息化教学", "实操与考核", "微课制作"]),
    ] {
        let saved = base.upload("/training/plans/1", &form(&[("act", act)]), &[]).await;
        saved.redirects_to("/training/plans/1/edit#courses");
        let body = base.get("/training/plans/1/edit").await.body;
        let at: Vec<usize> = titles.iter().map(|title| body.find(title).unwrap()).collect();
        assert!(at.is_sorted(), "{act}: {at:?}");
    }
    base.upload("/training/plans/1", &form(&[("act", "row-remove:1")]), &[]).await.is(303);
    let page = base.get("/training/plans/1/edit").await;
    page.is(200).lacks("微课制作").contains("合计 <strong data-sum>10.5</strong>");
    base.upload("/training/plans/1", &form(&[("act", "row-add:5")]), &[]).await.is(303);
    base.get("/training/plans/1/edit").await.is(200).contains("id=\"course_day-8\"");
    // attachments: what is not a document is refused by its name, the rest of the form stays
    let attach = form(&[("act", "attach")]);
    let exe: &[u8] = b"MZ\x90\x00 not a document";
    let page = base.upload("/training/plans/1", &attach, &[("files", "a.exe", exe)]).await;
    page.is(422).contains("a.exe").contains("教师信息技术培训班");
    base.upload("/training/plans/1", &attach, &[("files", "通知.pdf", PDF)]).await.is(303);
    base.get("/training/plans/1/edit").await.contains("通知.pdf");
    base.upload("/training/plans/1", &form(&[("act", "detach:1")]), &[]).await.is(303);
    assert_eq!(county.number("select count(*) from file").await, 0);
    base.post("/training/plans/1/discard", &[]).await.redirects_to(LIST);
    assert_eq!(county.number("select count(*) from plan").await, 0);
    assert_eq!(county.number("select count(*) from plan_version").await, 0);
}

#[rocket::async_test]
async fn rejected_it_is_sent_again_under_its_number_by_any_administrator_of_the_base() {
    let county = county().await;
    let unit = county.organization("护理培训基地").await;
    let edit = kit::Grantable { leaf: training::PLANS, action: kit::Action::Edit };
    let view = kit::Grantable { leaf: training::PLANS, action: kit::Action::View };
    let county = county.with_clerk("colleague", unit, &[edit, view]).await;
    let mut base = admin_of(&county, "护理培训基地").await;
    planned(&mut base, &[]).await;
    let mut bureau = bureau(&county).await;
    let address = desk(&county, "/reject").await;
    bureau.post(&address, &[("reason", "短")]).await.is(422);
    bureau.post(&address, &[("reason", "请补充培训方案和通知。")]).await.is(303);
    assert_eq!(county.text("select stage from plan").await, "planned");
    let page = base.get("/training/plans/1").await;
    page.is(200).contains("已驳回").contains("请补充培训方案和通知").contains("修改后重新提交");

    let mut colleague = county.sign_in("colleague").await;
    let again = form(&[("capacity", "60")]);
    let page = colleague.get("/training/plans/1/edit").await;
    page.is(200).contains("上次驳回的原因").contains("value=\"50\"");
    colleague.upload("/training/plans/1", &again, &[("files", "方案.pdf", PDF)]).await.is(303);
    assert_eq!(county.text("select number from plan_version").await, "JH2026-0001");
    assert_eq!(county.number("select round from review_case").await, 2);
    colleague.post("/training/plans/1/remind", &[]).await.is(409); // not overdue
    base.post("/training/plans/1/withdraw", &[]).await.is(303);
    assert_eq!(county.text("select state from plan_version").await, "withdrawn");
    base.upload("/training/plans/1", &again, &[]).await.is(303);
    base.upload("/training/plans/1", &again, &[]).await.is(409).contains("正在审核，不能修改");
    county.clock.advance(Duration::days(14));
    let mut base = admin_of(&county, "护理培训基地").await;
    base.get("/training/plans/1").await.is(200).contains("催办");
    base.post("/training/plans/1/remind", &[]).await.is(303);
    approve(&mut crate::plans::bureau(&county).await, &county, "").await.is(303);
    assert_eq!(county.number("select capacity from plan where stage = 'approved'").await, 60);
    assert_eq!(county.number("select hours from plan").await, 145);
}

#[rocket::async_test]
async fn a_change_is_a_new_version_with_its_differences_and_until_then_the_old_one_stands() {
    let county = county().await;
    let plan = approved(&county).await;
    let mut base = admin_of(&county, "护理培训基地").await;
    signed(&county).await;
    base.upload(&plan, &form(&[]), &[]).await.is(409).contains("变更");
    base.get(&plan).await.is(200).contains("变更").lacks("修改后重新提交");
    let change = format!("{plan}/change");
    base.post(&change, &[]).await.redirects_to(&format!("{plan}/edit"));
    // pressing it twice goes on with the same
    base.post(&change, &[]).await.redirects_to(&format!("{plan}/edit"));
    assert_eq!(county.number("select count(*) from plan_version").await, 2);
    base.get(&format!("{plan}/edit"))
        .await
        .is(200)
        .contains("教师信息技术培训班")
        .contains("120.50");
    let fewer = base.upload(&plan, &form(&[("capacity", "0")]), &[]).await;
    fewer.is(422);
    let moved = [
        ("place", "县委党校"),
        ("begins_on", "2026-12-14"),
        ("ends_on", "2026-12-14"),
        ("course_day", "2026-12-14"),
        ("course_title", "信息化教学"),
        ("course_teacher", "王老师"),
        ("course_teacher_title", "正高级教师"),
        ("course_hours", "6"),
    ];
    base.upload(&plan, &form(&moved), &[]).await.redirects_to(&plan);
    let page = base.get(&plan).await;
    page.is(200).contains("变更 JH2026-0001-2 正在审核，通过以前仍按原计划执行");
    assert_eq!(
        county.text("select stage || place || hours from plan").await,
        "approved教师进修学校三楼145"
    );
    base.get(LIST).await.is(200).contains("变更待审核").contains("教师信息技术培训班");

    let mut bureau = bureau(&county).await;
    let page = bureau.get(&desk(&county, "").await).await;
    page.is(200).contains("<del>教师进修学校三楼</del> → <ins>县委党校</ins>");
    page.contains("<del>2026-12-07</del> <ins>2026-12-14</ins>").contains("<del>微课制作</del>");
    page.contains("<del>14.5</del> <ins>6</ins>")
        .contains("<del>14.5 学时</del> → <ins>6 学时</ins>");
    // rejected, it leaves all as it was
    bureau.post(&desk(&county, "/reject").await, &[("reason", "地点太远，请另选。")]).await.is(303);
    assert_eq!(county.text("select place from plan").await, "教师进修学校三楼");
    base.get(&plan).await.is(200).contains("被驳回，仍按原计划执行").contains("地点太远");
    base.upload(&plan, &form(&moved), &[]).await.is(303);
    assert_eq!(county.number("select count(*) from plan_version").await, 2);
    approve(&mut bureau, &county, "5").await.is(303);
    assert_eq!(
        county.text("select stage || place || hours || begins_on || number from plan").await,
        "approved县委党校502026-12-14JH2026-0001"
    );
    let mut person = county.sign_in(&id_number(2)).await;
    let page = person.get("/messages").await;
    page.is(200)
        .contains("您报名的培训有变动")
        .contains("时间由 2026-12-07 至 2026-12-08 改为 2026-12-14");
    page.contains("地点由“教师进修学校三楼”改为“县委党校”");
    page.contains("认定学时由 14.5 学时改为 5 学时，课程表有调整。");
    // what is in force is shown plain; the former version can still be read, the desk sees both
    let page = base.get(&plan).await;
    page.is(200).contains("县委党校").contains("正在执行").contains("已被替代");
    page.lacks("<del>").lacks("教师进修学校三楼");
    let page = base.get(&format!("{plan}?version=1")).await;
    page.is(200).contains("教师进修学校三楼").contains("这是第 1 版").lacks("县委党校");
    page.lacks("<del>").contains("已被替代");
    bureau.get(&desk(&county, "").await).await.contains("<ins>县委党校</ins>");
}

/// 张三丰 has signed up for the only plan.
async fn signed(county: &World) {
    county
        .execute(
            "insert into trainee (plan_id, person_id, organization_id, by, account_id, signed_at)
             select 1, p.id, p.organization_id, 'person', a.id, '2026-11-23T01:00:00.000Z'
               from person p join account a on a.person_id = p.id where p.name = '张三丰'",
        )
        .await;
    county.execute("update plan set signed = 1").await;
}

#[rocket::async_test]
async fn a_change_leaves_room_for_all_who_signed_up_also_while_it_waits() {
    let county = county().await;
    let plan = approved(&county).await;
    let mut base = admin_of(&county, "护理培训基地").await;
    county.execute("update plan set signed = 30").await;
    base.post(&format!("{plan}/change"), &[]).await.is(303);
    let page = base.upload(&plan, &form(&[("capacity", "29")]), &[]).await;
    page.is(422).contains("已有 30 人报名，计划人数不能少于 30 人");
    base.upload(&plan, &form(&[("capacity", "30")]), &[]).await.is(303);
    county.execute("update plan set signed = 31").await;
    let mut bureau = bureau(&county).await;
    bureau.get(&desk(&county, "").await).await.contains("已有 31 人报名，计划人数 30 不能少于");
    approve(&mut bureau, &county, "").await.is(409).contains("已有 31 人报名");
    assert_eq!(county.number("select capacity from plan").await, 50);
    assert_eq!(
        county.text("select state from review_case order by id desc limit 1").await,
        "pending"
    );
}

#[rocket::async_test]
async fn a_change_that_was_not_submitted_can_be_dropped() {
    let county = county().await;
    let plan = approved(&county).await;
    let mut base = admin_of(&county, "护理培训基地").await;
    base.post(&format!("{plan}/change"), &[]).await.is(303);
    base.get(&plan).await.is(200).contains("放弃变更").contains("还没有提交的变更");
    base.post(&format!("{plan}/discard"), &[]).await.redirects_to(&plan);
    assert_eq!(county.number("select count(*) from plan_version").await, 1);
    assert_eq!(county.text("select stage from plan").await, "approved");
    base.post(&format!("{plan}/discard"), &[]).await.is(409);
}

#[rocket::async_test]
async fn a_plan_is_cancelled_before_it_begins_and_those_who_signed_up_hear_why() {
    let county = county().await;
    let plan = approved(&county).await;
    signed(&county).await;
    let mut base = admin_of(&county, "护理培训基地").await;
    let cancel = format!("{plan}/cancel");
    base.get(&cancel).await.is(200).contains("已有 1 人报名");
    base.post(&cancel, &[("reason", "短")]).await.is(422).contains("取消原因");
    // a change under review ends with it
    base.post(&format!("{plan}/change"), &[]).await.is(303);
    base.upload(&plan, &form(&[("capacity", "80")]), &[]).await.is(303);
    let fields = [("reason", "主讲教师临时有任务，本期不办。")];
    base.post(&cancel, &fields).await.redirects_to(&plan);
    base.get(&plan).await.is(200).contains("已取消").contains("主讲教师临时有任务");
    assert_eq!(county.text("select state from plan_version where version = 2").await, "withdrawn");
    base.post(&cancel, &fields).await.is(409).contains("不能取消");
    base.post(&format!("{plan}/change"), &[]).await.is(409).contains("已经取消");
    base.upload(&plan, &form(&[]), &[]).await.is(409).contains("已经取消");
    let mut person = county.sign_in(&id_number(2)).await;
    person.get("/messages").await.contains("您报名的培训已取消").contains("主讲教师临时有任务");
    // of a running one nothing is cancelled
    county.execute("update plan set stage = 'running'").await;
    base.post(&cancel, &fields).await.is(409);
    let warned = base.get(&cancel).await;
    warned.redirects_to(&plan);
}

#[rocket::async_test]
async fn a_change_of_a_cancelled_plan_that_a_desk_had_passed_cannot_be_approved() {
    let county = county().await;
    let mut base = admin_of(&county, "教师发展中心").await;
    let plan = planned(&mut base, &[]).await;
    let mut department = admin_of(&county, "教育局").await;
    let mut bureau = bureau(&county).await;
    approve(&mut department, &county, "").await.is(303);
    approve(&mut bureau, &county, "").await.is(303);
    base.post(&format!("{plan}/change"), &[]).await.is(303);
    base.upload(&plan, &form(&[("capacity", "80")]), &[]).await.is(303);
    approve(&mut department, &county, "").await.is(303);
    let fields = [("reason", "主讲教师临时有任务，本期不办。")];
    base.post(&format!("{plan}/cancel"), &fields).await.is(303);
    approve(&mut bureau, &county, "").await.is(409).contains("计划已经取消");
    assert_eq!(county.text("select stage || capacity from plan").await, "cancelled50");
}

#[rocket::async_test]
async fn an_old_plan_becomes_a_new_draft_without_its_days() {
    let county = county().await;
    let plan = approved(&county).await;
    let mut base = admin_of(&county, "护理培训基地").await;
    base.post(&format!("{plan}/copy"), &[]).await.redirects_to("/training/plans/2/edit");
    let page = base.get("/training/plans/2/edit").await;
    page.is(200).contains("教师信息技术培训班").contains("微课制作").lacks("2026-12-07");
    page.contains("name=\"session\" type=\"text\" value=\"2\"");
    assert_eq!(county.text("select number from plan where id = 2").await, "");
    let sent = base.upload("/training/plans/2", &form(&[("session", "2")]), &[]).await;
    sent.is(303);
    let page = bureau(&county).await.get(&desk(&county, "").await).await;
    page.is(200).contains("与本基地的 JH2026-0001“教师信息技术培训班”");
}

#[rocket::async_test]
async fn only_a_base_that_may_train_submits_and_is_approved() {
    let county = county().await.with_base("新基地").await;
    county
        .execute("delete from base_profile where organization_id = (select id from organization where name = '新基地')")
        .await;
    let mut new = admin_of(&county, "新基地").await;
    new.get("/training/plans/new").await.is(200).contains("认定信息还没有登记");
    let page = new.upload(LIST, &form(&[]), &[]).await;
    page.is(422).contains("认定信息还没有登记").contains("草稿已保存");
    assert_eq!(county.number("select count(*) from review_case").await, 0);
    // recognised, but not to the end of the class
    let mut base = admin_of(&county, "护理培训基地").await;
    county.execute("update base_profile set valid_until = '2026-12-07'").await;
    base.upload(LIST, &form(&[]), &[]).await.is(422).contains("培训到 2026-12-08 才结束");
    county.execute("update base_profile set valid_until = '2026-12-08'").await;
    planned(&mut base, &[]).await;
    // over while it waits
    county.execute("update base_profile set valid_until = '2026-11-22'").await;
    let mut bureau = bureau(&county).await;
    bureau.get(&desk(&county, "").await).await.contains("已经过期").lacks("/approve?seen=");
    approve(&mut bureau, &county, "").await.is(409).contains("已经过期");
    base.get("/training/plans/new").await.contains("不能提交");
}

#[rocket::async_test]
async fn a_base_disabled_meanwhile_cannot_have_its_plan_approved() {
    let county = county().await;
    let mut base = admin_of(&county, "护理培训基地").await;
    planned(&mut base, &[]).await;
    let mut bureau = bureau(&county).await;
    let id = county.organization("护理培训基地").await;
    let disable = format!("/accounts/bases/{id}/disable");
    bureau.get(&disable).await.is(200);
    bureau.post(&disable, &DISABLE).await.is(303);
    approve(&mut bureau, &county, "").await.is(409).contains("基地已停用");
    assert_eq!(county.text("select stage from plan").await, "planned");
    assert_eq!(county.text("select state from review_case").await, "pending");
    // the desk can still reject it, and enabled again it goes on
    bureau.post(&format!("/accounts/bases/{id}/enable"), &[]).await.is(303);
    approve(&mut bureau, &county, "").await.is(303);
    assert_eq!(county.text("select stage from plan").await, "approved");
}

const DISABLE: [(&str, &str); 2] = [("confirmed", "1"), ("reason", "不再承担培训任务")];

#[rocket::async_test]
async fn disabling_and_approving_at_once_end_in_one_order_or_the_other() {
    let county = county().await;
    let mut base = admin_of(&county, "护理培训基地").await;
    planned(&mut base, &[]).await;
    let (mut one, mut other) = (bureau(&county).await, bureau(&county).await);
    let id = county.organization("护理培训基地").await;
    let disable = format!("/accounts/bases/{id}/disable");
    one.get(&disable).await.is(200);
    let address = desk(&county, "/approve").await;
    let (disabled, decided) =
        rocket::tokio::join!(one.post(&disable, &DISABLE), other.post(&address, &[]));
    disabled.is(303);
    let stage = county.text("select stage from plan").await;
    let case = county.text("select state from review_case").await;
    match decided.status {
        // approved while it was still enabled
        303 => assert_eq!((stage.as_str(), case.as_str()), ("approved", "approved")),
        409 => {
            decided.contains("基地已停用");
            assert_eq!((stage.as_str(), case.as_str()), ("planned", "pending"));
        }
        status => panic!("{status}: {decided:?}"),
    }
    let state = county.number("select count(*) from organization where state = 'disabled'").await;
    assert_eq!(state, 1);
}

#[rocket::async_test]
async fn of_two_clerks_at_one_version_one_decides() {
    let county = county().await;
    let mut base = admin_of(&county, "护理培训基地").await;
    planned(&mut base, &[]).await;
    let (mut one, mut other) = (bureau(&county).await, bureau(&county).await);
    let (approve, reject) = (desk(&county, "/approve").await, desk(&county, "/reject").await);
    let (first, second) = rocket::tokio::join!(
        one.post(&approve, &[("hours", "10")]),
        other.post(&reject, &[("reason", "学时安排不合理，请核对课程表。")])
    );
    let mut both = [first.status, second.status];
    both.sort_unstable();
    assert_eq!(both, [303, 409], "{first:?} {second:?}");
    let (state, stage) = (
        county.text("select state from plan_version").await,
        county.text("select stage from plan").await,
    );
    let wanted =
        if first.status == 303 { ("approved", "approved") } else { ("rejected", "planned") };
    assert_eq!((state.as_str(), stage.as_str()), wanted);
    assert_eq!(county.number("select count(*) from review_step where act <> 'submit'").await, 1);
}

#[rocket::async_test]
async fn plans_are_their_bases_own() {
    let county = county().await;
    let plan = approved(&county).await;
    county.get(LIST).await.is(303);
    let mut other = admin_of(&county, "教师发展中心").await;
    other.get(LIST).await.is(200).lacks("JH2026-0001");
    for rest in ["", "/edit", "/cancel", "?version=1"] {
        other.get(&format!("{plan}{rest}")).await.is(404);
    }
    for rest in ["", "/withdraw", "/remind", "/change", "/copy", "/discard"] {
        other.post(&format!("{plan}{rest}"), &[]).await.is(404);
    }
    let fields = [("reason", "主讲教师临时有任务，本期不办。")];
    other.post(&format!("{plan}/cancel"), &fields).await.is(404);
    for unit in ["甲", "教育局"] {
        let mut browser = admin_of(&county, unit).await;
        browser.get(LIST).await.is(403);
        browser.get(&plan).await.is(403);
        browser.upload(LIST, &form(&[]), &[]).await.is(403);
    }
    // a department sees on its desk what is its own bases' only; an employer has no desk
    let mut department = admin_of(&county, "教育局").await;
    department.get("/desk/training-plans?tab=done").await.is(200).lacks("JH2026-0001");
    department.get("/desk/training-plans/1").await.is(404);
    admin_of(&county, "甲").await.get("/desk/training-plans").await.is(403);
    // a clerk of the base without the permission
    let unit = county.organization("护理培训基地").await;
    let view = kit::Grantable { leaf: training::PLANS, action: kit::Action::View };
    let county = county.with_clerk("reader", unit, &[view]).await;
    let mut reader = county.sign_in("reader").await;
    reader.get(&plan).await.is(200).lacks("变更</button>").lacks("取消计划");
    reader.post(&format!("{plan}/change"), &[]).await.is(403);
    reader.get("/training/plans/new").await.is(403);
}

#[rocket::async_test]
async fn lists_search_filter_and_export_and_the_desk_decides_in_a_batch() {
    let county = county().await;
    let mut base = admin_of(&county, "护理培训基地").await;
    planned(&mut base, &[]).await;
    planned(&mut base, &[("title", "急救护理培训班"), ("category", "1")]).await;
    for (typed, found, not) in [
        ("jjhl", "急救护理培训班", "教师信息技术培训班"),
        ("信息技术", "教师信息技术培训班", "急救护理培训班"),
        ("jh2026-0002", "急救护理培训班", "教师信息技术培训班"),
    ] {
        let sent = base.post("/lists/training-plans-own/query", &[("q", typed)]).await;
        base.follow(&sent).await.is(200).contains(found).lacks(not);
    }
    let page = base.get(&format!("{LIST}?category=1&stage=pending&year=2026")).await;
    page.is(200).contains("急救护理培训班").lacks("教师信息技术培训班");
    base.get("/lists/training-plans-own/export").await.is(200);
    let mut bureau = bureau(&county).await;
    let sent = bureau.post("/lists/training-plans/query", &[("q", "护理")]).await;
    bureau.follow(&sent).await.is(200).contains("急救护理培训班").contains("教师信息技术培训班");
    bureau.get("/lists/training-plans/export").await.is(200);
    let rows = [("id", "1"), ("id", "2"), ("confirmed", "1")];
    let batch = "/desk/training-plans/batch/approve";
    bureau.post(batch, &[("id", "1"), ("id", "2")]).await.is(200).contains("认定学时");
    bureau.post(batch, &rows).await.is(303);
    assert_eq!(
        county.number("select count(*) from plan where stage = 'approved' and hours = 145").await,
        2
    );
    bureau.get("/desk/training-plans?tab=done").await.is(200).contains("已通过");
}

#[rocket::async_test]
async fn plans_follow_their_base_under_another_department() {
    let county = county().await.with_department("卫健委").await;
    let mut base = admin_of(&county, "护理培训基地").await;
    planned(&mut base, &[]).await;
    let department = county.organization("卫健委").await;
    let unit = county.organization("护理培训基地").await;
    county
        .execute("update organization set parent_id = (select id from organization where name = '卫健委'), department_id = (select id from organization where name = '卫健委') where name = '护理培训基地'")
        .await;
    let mut tx = county.db().begin().await.unwrap();
    let event = kit::Event::OrganizationChanged { organization: unit };
    county.modules().deliver(&mut tx, &event, &county.clock).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(county.number("select department_id from plan").await, department.0);
    assert_eq!(county.number("select department_id from plan_version").await, department.0);
}

#[rocket::async_test]
async fn the_desks_list_stands_on_indexes() {
    let county = World::new().await;
    let mut reader = county.db().read().await.unwrap();
    for sql in [TrainingPlans::PENDING, TrainingPlans::DONE] {
        let fixed = [kit::list::Fixed { sql, values: vec![3] }];
        for plan in kit::list::plans_with(&mut reader, TrainingPlans::LIST, &fixed).await.unwrap() {
            assert_eq!(plan.faults(&["organization"]), [""; 0], "{:?}", plan.steps);
        }
    }
}
