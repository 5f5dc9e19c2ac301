//! A person's declaration: evidence by slots, copies, what was declared already; the desk's speed.

use crate::support::{Browser, CLASS_PAPERS, Page, World, id_number};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";
const FORM: &str = "/credit-hours/declarations";

/// Five days of a class, 40 hours.
const CLASS: [(&str, &str); 11] = [
    // each kind in turn comes to more than a year's conversions give: he says why
    ("note", "按通知要求完成全部学习内容"),
    ("year", "2026"),
    ("category", "2"),
    ("kind", "02"),
    ("title", "基层儿科常见病诊疗规范培训班"),
    ("organizer", "云川县卫生健康培训中心"),
    ("started_on", "2026-09-14"),
    ("ended_on", "2026-09-18"),
    ("hours", "12"),
    ("certificate_number", ""),
    ("promised", "on"),
];

fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields: Vec<(&str, &str)> =
        CLASS.iter().copied().filter(|(name, _)| !changes.iter().any(|(n, _)| n == name)).collect();
    fields.extend(changes);
    fields
}

async fn county() -> World {
    World::new()
        .await
        .with_employer("妇幼保健院")
        .await
        .with_active_person("周晓梅", "妇幼保健院", &id_number(2))
        .await
}

/// Signed in, on the start page (whose form token the next post carries).
async fn seated<'w>(county: &'w World, login: &str) -> Browser<'w> {
    let mut browser = county.sign_in(login).await;
    browser.get("/start").await.is(200);
    browser
}

/// Submits a new declaration with these files.
async fn submit(
    person: &mut Browser<'_>,
    fields: &[(&str, &str)],
    files: &[(&str, &str, &[u8])],
) -> Page {
    let mut fields = fields.to_vec();
    fields.push(("act", "submit"));
    person.upload(FORM, &fields, files).await
}

async fn latest(county: &World) -> i64 {
    county.number("select max(id) from declaration").await
}

/// (kind, the slots that must be filled, what the refusal calls each), from domain.md §3.8.
const REQUIRED: [(&str, &[(&str, &str)]); 14] = [
    (
        "01",
        &[
            ("notice", "培训（活动）通知"),
            ("completion", "结业（培训）证书"),
            ("unit-proof", "单位证明"),
        ],
    ),
    (
        "02",
        &[
            ("notice", "培训（活动）通知"),
            ("completion", "结业（培训）证书"),
            ("unit-proof", "单位证明"),
        ],
    ),
    ("03", &[("transcript", "当年成绩单")]),
    ("04", &[("notice", "会议通知"), ("unit-proof", "单位证明")]),
    ("05", &[("project", "参与国家级、省级课题或项目的证明")]),
    ("06", &[("cover", "封面"), ("contents", "目录"), ("article", "文章页或书名页（版权页）")]),
    ("07", &[("patent", "专利证书")]),
    ("08", &[("award", "获奖证书")]),
    ("09", &[("qualification", "资格证书")]),
    ("10", &[("instruction", "批示件")]),
    ("11", &[("dispatch", "单位或主管部门选派文件"), ("assessment", "年度考核结果")]),
    (
        "12",
        &[("notice", "活动通知"), ("organizer-proof", "组织单位证明"), ("unit-proof", "单位证明")],
    ),
    ("13", &[("notice", "培训（活动）通知"), ("attendance", "参训证明")]),
    ("14", &[("notice", "培训（活动）通知"), ("attendance", "参训证明或考核结果")]),
];

#[rocket::async_test]
async fn each_kind_of_learning_asks_for_its_evidence_by_name() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    for (kind, slots) in REQUIRED {
        let fields = with(
            &[("kind", kind), ("title", &format!("第 {kind} 种学习"))]
                .map(|(name, value)| (name, &*Box::leak(value.to_owned().into_boxed_str()))),
        );
        // nothing in any slot: each is named, and what came stays
        let page = submit(&mut person, &fields, &[("files", "别的.pdf", PDF)]).await;
        page.is(422).contains("别的.pdf").contains("还缺：");
        for (_, label) in slots {
            page.contains(&format!("缺少“{label}”"));
        }
        // one short: only that one is named
        let named: Vec<String> =
            slots.iter().map(|(slot, _)| format!("evidence-{kind}-{slot}")).collect();
        let all: Vec<(&str, &str, &[u8])> =
            named.iter().map(|field| (field.as_str(), "材料.pdf", PDF)).collect();
        let page = submit(&mut person, &fields, &all[1..]).await;
        page.is(422).contains(&format!("缺少“{}”", slots[0].1));
        for (_, label) in &slots[1..] {
            page.lacks(&format!("缺少“{label}”"));
        }
        let page = submit(&mut person, &fields, &all).await;
        page.is(303);
    }
    assert_eq!(county.number("select count(*) from review_case").await, 14);
    // a platform's learning has no slots, and still needs something
    let fields = with(&[("kind", "15"), ("title", "网络课程")]);
    submit(&mut person, &fields, &[]).await.is(422).contains("请至少上传 1 份证明材料");
    submit(&mut person, &fields, &[("files", "证明.pdf", PDF)]).await.is(303);
}

#[rocket::async_test]
async fn the_desk_sees_each_file_with_what_it_is() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    let mut files = CLASS_PAPERS.to_vec();
    files.push(("files", "照片.pdf", PDF));
    submit(&mut person, &CLASS, &files).await.is(303);
    let mut unit = seated(&county, &county.admin_of("妇幼保健院").await).await;
    unit.get("/desk/declarations/1")
        .await
        .is(200)
        .contains("<strong class=\"slot\">结业（培训）证书</strong>2 证书.pdf")
        .contains("<strong class=\"slot\">其他材料</strong>4 照片.pdf")
        .contains("材料齐全（4 份）");
    // what waited before there were slots still passes
    county.execute("update review_case set content = json_remove(content, '$.slots')").await;
    county.execute("update declaration_file set slot = ''").await;
    let page = unit.get("/desk/declarations/1").await;
    page.is(200).contains("提交时还没有按种类上传材料，请逐份核对是否齐全").lacks("材料齐全（");
    unit.post("/desk/declarations/1/approve", &[("confirmed", "1")]).await.is(303);
    let mut bureau = seated(&county, "admin").await;
    bureau.post("/desk/declarations/1/approve", &[("confirmed", "1")]).await.is(303);
    assert_eq!(county.number("select sum(hours) from entry").await, 120);
}

#[rocket::async_test]
async fn another_kind_keeps_the_files_and_the_person_says_what_they_are() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    let mut fields = CLASS.to_vec();
    fields.push(("act", "attach"));
    person.upload(FORM, &fields, &CLASS_PAPERS).await.redirects_to(&format!("{FORM}/1/edit"));
    let edit = format!("{FORM}/1");
    person.get(&format!("{edit}/edit")).await.contains("必需的材料已齐全");
    // a meeting knows a notice and a unit's proof, but no certificate of completion
    let mut fields = with(&[("kind", "04")]);
    fields.push(("act", "submit"));
    person.upload(&edit, &fields, &[]).await.redirects_to(&edit);
    person.get(&edit).await.contains("<strong class=\"slot\">其他材料</strong>2 证书.pdf");
    person.post(&format!("{edit}/withdraw"), &[]).await.is(303);
    // a patent knows none of them; he names the one
    let mut fields = with(&[("kind", "07")]);
    fields.push(("act", "submit"));
    person
        .upload(&edit, &fields, &[])
        .await
        .is(422)
        .contains("缺少“专利证书”")
        .contains("证书.pdf");
    let file = county
        .number("select f.id from declaration_file d join file f on f.id = d.file_id where f.name = '证书.pdf'")
        .await;
    let slot = format!("slot-{file}");
    fields.push((&slot, "patent"));
    person.upload(&edit, &fields, &[]).await.redirects_to(&edit);
    person.get(&edit).await.contains("<strong class=\"slot\">专利证书</strong>2 证书.pdf");
    // a slot of no kind, or of somebody else's file, changes nothing
    person.post(&format!("{edit}/withdraw"), &[]).await.is(303);
    let fields =
        [("act", "save"), (slot.as_str(), "gift"), ("slot-9999", "patent"), ("kind", "07")];
    person.upload(&edit, &fields, &[]).await.is(303);
    assert_eq!(
        county.text("select group_concat(slot, ',') from (select slot from declaration_file order by file_id)").await,
        "notice,patent,unit-proof"
    );
}

#[rocket::async_test]
async fn a_former_declaration_is_the_beginning_of_a_new_one() {
    let county = county().await.with_active_person("李四光", "妇幼保健院", &id_number(3)).await;
    let mut person = seated(&county, &id_number(2)).await;
    submit(&mut person, &with(&[("certificate_number", "云卫培第 18 号")]), &CLASS_PAPERS)
        .await
        .is(303);
    person.get(&format!("{FORM}/1")).await.contains("复制为新申报");
    person.get(FORM).await.contains("/credit-hours/declarations/1/copy");
    person.post(&format!("{FORM}/1/copy"), &[]).await.redirects_to(&format!("{FORM}/2/edit"));
    person
        .get(&format!("{FORM}/2/edit"))
        .await
        .is(200)
        .contains("基层儿科常见病诊疗规范培训班")
        .contains("云川县卫生健康培训中心")
        .contains("还缺：培训（活动）通知、结业（培训）证书、单位证明")
        .lacks("2026-09-14")
        .lacks("云卫培第 18 号")
        .lacks("证书.pdf");
    assert_eq!(county.text("select state from declaration where id = 2").await, "draft");
    assert_eq!(
        county.number("select count(*) from declaration_file where declaration_id = 2").await,
        0
    );
    assert_eq!(
        county
            .number("select count(*) from trail where act = 'credit-hours.declaration.copy'")
            .await,
        1
    );
    // another's is not there; who is retired declares no more
    let mut other = seated(&county, &id_number(3)).await;
    other.post(&format!("{FORM}/1/copy"), &[]).await.is(404);
    county.execute("update person set state = 'retired' where name = '周晓梅'").await;
    person.post(&format!("{FORM}/1/copy"), &[]).await.is(409);
    assert_eq!(latest(&county).await, 2);
}

/// A row that a base has declared for 周晓梅, waiting or entered.
async fn base_declared(county: &World, state: &str) {
    county.execute(
        "insert into roster_row (subject, parent_id, number, person_id, identity_id, name, year,
           category_id, kind, title, organizer, started_on, ended_on, hours, plan_id, state)
         select 'proxy', 1, 1, p.id, p.identity_id, p.name, 2026, 2, '01',
                '基层儿科常见病诊疗规范培训班', '云川县卫生健康培训中心', '2026-09-07', '2026-09-11', 120, 7, 'pending'
           from person p where p.name = '周晓梅'",
    ).await;
    if state == "entered" {
        county.execute(
            "insert into entry (person_id, organization_id, earned_organization_id, year, category_id,
               kind, title, organizer, started_on, ended_on, hours, source, recognised_by, recorded_at, plan_id)
             select p.id, p.organization_id, p.organization_id, 2026, 2, '01', '基层儿科常见病诊疗规范培训班',
                    '云川县卫生健康培训中心', '2026-09-07', '2026-09-11', 120, 'base', '人社局',
                    '2026-11-01T00:00:00.000Z', 7
               from person p where p.name = '周晓梅'",
        ).await;
        county
            .execute(
                "update roster_row set state = 'entered', entry_id = (select max(id) from entry)",
            )
            .await;
    }
}

#[rocket::async_test]
async fn what_a_base_declared_for_him_is_not_declared_again() {
    for state in ["pending", "entered"] {
        let county = county().await;
        base_declared(&county, state).await;
        let mut person = seated(&county, &id_number(2)).await;
        // the plan's title is enough, whatever days he remembers; saved, the form warns before
        let mut fields = with(&[("kind", "01")]);
        fields.push(("act", "save"));
        person.upload(FORM, &fields, &[]).await.redirects_to(&format!("{FORM}/1/edit"));
        let page = person.get(&format!("{FORM}/1/edit")).await;
        page.is(200).contains("继续教育基地已经为您申报").contains("同一培训计划");
        fields.pop();
        fields.push(("act", "submit"));
        let papers =
            ["notice", "completion", "unit-proof"].map(|slot| format!("evidence-01-{slot}"));
        let papers: Vec<(&str, &str, &[u8])> =
            papers.iter().map(|field| (field.as_str(), "材料.pdf", PDF)).collect();
        let page = person.upload(&format!("{FORM}/1"), &fields, &papers).await;
        page.is(422).contains("不能再自己申报");
        assert_eq!(county.number("select count(*) from review_case").await, 0);
    }
}

#[rocket::async_test]
async fn likenesses_stand_beside_the_case_with_a_way_to_them() {
    let county = county().await.with_employer("乙").await;
    let mut person = seated(&county, &id_number(2)).await;
    submit(&mut person, &CLASS, &CLASS_PAPERS).await.is(303);
    let other = with(&[("title", "另一个培训班"), ("started_on", "2026-09-16")]);
    submit(&mut person, &other, &CLASS_PAPERS).await.is(303);
    let mut unit = seated(&county, &county.admin_of("妇幼保健院").await).await;
    unit.get("/desk/declarations/2")
        .await
        .is(200)
        .contains("重复检测：相同或日期重叠的学时")
        .contains("<a href=\"/desk/declarations/1\">基层儿科常见病诊疗规范培训班</a>")
        .lacks("没有重复申报同一项目")
        .contains("同一时间段另有 1 条学时记录或申报，请对照“重复检测”")
        .lacks("培训类学时合计")
        .contains("2026-09-14 至 2026-09-18");
    // the same certificate, found out only now: nobody can pass it, batch or not
    county.execute("update declaration set certificate_number = '云卫培第 18 号'").await;
    county
        .execute("update review_case set content = json_set(content, '$.certificate_number', '云卫培第18号')")
        .await;
    unit.get("/desk/declarations/2").await.contains("重复：证书编号相同");
    let page = unit.post("/desk/declarations/2/approve", &[("confirmed", "1")]).await;
    page.is(409).contains("证书编号相同");
    let page =
        unit.post("/desk/declarations/batch/approve", &[("id", "2"), ("confirmed", "1")]).await;
    page.is(200).contains("未处理").contains("证书编号相同");
    // a case that was sent elsewhere is named without a link
    county
        .execute("update declaration set organization_id = (select id from organization where name = '乙'), desk_id = (select id from organization where name = '乙') where id = 1")
        .await;
    county
        .execute("update review_case set organization_id = (select id from organization where name = '乙'), desk_id = (select id from organization where name = '乙') where id = 1")
        .await;
    unit.get("/desk/declarations/2")
        .await
        .contains("基层儿科常见病诊疗规范培训班")
        .lacks("href=\"/desk/declarations/1\"");
}

#[rocket::async_test]
async fn a_desk_sees_who_had_it_and_where_the_others_wait() {
    let county = county()
        .await
        .with_employer("乙")
        .await
        .with_active_person("李四光", "乙", &id_number(3))
        .await;
    let mut person = seated(&county, &id_number(2)).await;
    submit(&mut person, &CLASS, &CLASS_PAPERS).await.is(303);
    let mut other = seated(&county, &id_number(3)).await;
    submit(&mut other, &CLASS, &CLASS_PAPERS).await.is(303);
    let mut unit = seated(&county, &county.admin_of("妇幼保健院").await).await;
    unit.get("/desk/declarations/1").await.lacks("前面的审核");
    unit.post(
        "/desk/declarations/1/reject",
        &[("confirmed", "1"), ("reason", "通知不清楚，请重传。")],
    )
    .await
    .is(303);
    let mut fields = CLASS.to_vec();
    fields.push(("act", "submit"));
    person.upload(&format!("{FORM}/1"), &fields, &[]).await.is(303);
    unit.get("/desk/declarations/1").await.contains("前面的审核").contains("通知不清楚，请重传。");
    let passed = [("confirmed", "1"), ("hours", "10"), ("lowered", "缺勤半天")];
    unit.post("/desk/declarations/1/approve", &passed).await.is(303);
    // the unit has it no more among the waiting nor among the decided, and still finds it
    let link = "href=\"/desk/declarations/1\"";
    unit.get("/desk/declarations").await.contains("待审核（0）").lacks(link);
    unit.get("/desk/declarations?tab=done").await.is(200).lacks(link);
    unit.get("/desk/declarations?tab=elsewhere")
        .await
        .contains("XS20261123-0001")
        .contains("示例县人力资源和社会保障局");
    let mut bureau = seated(&county, "admin").await;
    let page = bureau.get("/desk/declarations/1").await;
    page.contains("前面的审核").contains("调低原因：缺勤半天").contains("今天提交");
    // by unit: hers, and the other that has something waiting
    let sql = "select organization_id from declaration order by id limit 1";
    let hers = county.number(sql).await;
    let other = county.number("select max(organization_id) from declaration").await;
    bureau.get(&format!("/desk/declarations?unit={hers}")).await.is(200).contains(link);
    bureau.get(&format!("/desk/declarations?unit={other}")).await.is(200).lacks(link);
    bureau.post("/desk/declarations/1/approve", &[("confirmed", "1")]).await.is(303);
    bureau.get("/desk/declarations?tab=done").await.contains("XS20261123-0001").contains("已通过");
    bureau.get("/desk/declarations?tab=elsewhere").await.is(200).lacks(link);
}

#[rocket::async_test]
async fn holidays_are_data_and_move_what_is_overdue() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    submit(&mut person, &CLASS, &CLASS_PAPERS).await.is(303);
    let mut bureau = seated(&county, "admin").await;
    bureau
        .get("/holidays")
        .await
        .is(200)
        .contains("2026-10-10")
        .contains("国庆节调休上班")
        .contains("2027 年还没有登记节假日");
    // Monday, one week later: five working days, and four if one of them is a holiday
    county.clock.advance(time::Duration::days(7));
    let mut unit = seated(&county, &county.admin_of("妇幼保健院").await).await;
    unit.get("/desk/declarations/1").await.contains("已等 5 个工作日");
    county.clock.advance(time::Duration::days(1));
    let mut unit = seated(&county, &county.admin_of("妇幼保健院").await).await;
    unit.get("/desk/declarations/1").await.contains("已等 6 个工作日，超过 5 个工作日的审核时限");
    let mut bureau = seated(&county, "admin").await;
    let day = [("day", "2026-11-26"), ("kind", "holiday"), ("name", "县庆")];
    bureau.post("/holidays", &day).await.redirects_to("/holidays?year=2026");
    unit.get("/desk/declarations/1").await.contains("已等 5 个工作日").lacks("审核时限</span>");
    // once each; a Thursday is worked anyhow; what is missing is named
    bureau.post("/holidays", &day).await.is(422).contains("这一天已经登记");
    let worked = [("day", "2026-11-25"), ("kind", "workday"), ("name", "补班")];
    bureau.post("/holidays", &worked).await.is(422).contains("本来就上班");
    bureau
        .post("/holidays", &[("day", "某天")])
        .await
        .is(422)
        .contains("不是日期")
        .contains("请填写名称");
    // changed, removed, and removed again
    bureau.get("/holidays?year=2026&edit=2026-11-26").await.contains("修改 2026-11-26");
    let moved =
        [("was", "2026-11-26"), ("day", "2026-11-27"), ("kind", "holiday"), ("name", "县庆")];
    bureau.post("/holidays", &moved).await.is(303);
    assert_eq!(
        county.text("select group_concat(day) from holiday where name = '县庆'").await,
        "2026-11-27"
    );
    bureau.post("/holidays/remove", &[("day", "2026-11-27")]).await.is(303);
    bureau.post("/holidays/remove", &[("day", "2026-11-27")]).await.is(404);
    unit.get("/desk/declarations/1").await.contains("已等 6 个工作日");
    // next year's, pasted: all or nothing
    let list = [("list", "2027-01-01 放假 元旦\n2027-02-30 放假 春节")];
    bureau
        .post("/holidays/import", &list)
        .await
        .is(422)
        .contains("第 2 行")
        .contains("2027-01-01 放假 元旦");
    assert_eq!(county.number("select count(*) from holiday where day like '2027%'").await, 0);
    let list = [(
        "list",
        "2027-01-01 放假 元旦\n2027-02-05 至 2027-02-11 放假 春节\n2027-02-20 调休上班 春节",
    )];
    bureau.post("/holidays/import", &list).await.redirects_to("/holidays?year=2027");
    bureau.get("/holidays?year=2027").await.contains("共 9 天").lacks("2027 年还没有登记");
    assert_eq!(county.number("select count(*) from trail where act = 'holiday.change'").await, 4);
    // an employer has no such screen
    unit.get("/holidays").await.is(403);
    unit.post("/holidays", &day).await.is(403);
}
