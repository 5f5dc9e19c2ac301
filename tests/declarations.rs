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
