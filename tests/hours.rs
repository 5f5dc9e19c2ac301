//! Section 5 of the manual: declare hours, correct them, approve them desk by desk, read them.

use crate::support::{Browser, Page, World, id_number};

/// A picture of one grey pixel, well formed.
const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0,
    1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 10, b'I', b'D', b'A', b'T',
    0x78, 0x9c, 0x63, 0x60, 0, 0, 0, 2, 0, 1, 0x48, 0xaf, 0xa4, 0x71, 0, 0, 0, 0, b'I', b'E', b'N',
    b'D', 0xae, 0x42, 0x60, 0x82,
];
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";

/// The declaration of the mock: five days, 40 hours.
const CLASS: [(&str, &str); 10] = [
    ("year", "2026"),
    ("category", "2"),
    ("kind", "02"),
    ("title", "基层儿科常见病诊疗规范培训班"),
    ("organizer", "云川县卫生健康培训中心"),
    ("started_on", "2026-09-14"),
    ("ended_on", "2026-09-18"),
    ("hours", "40"),
    ("certificate_number", "云卫培〔2026〕第0318号"),
    ("promised", "on"),
];

/// What it must come with.
const PAPERS: [(&str, &str, &[u8]); 3] = [
    ("evidence-02-notice", "培训通知.pdf", PDF),
    ("evidence-02-completion", "结业证书.png", PNG),
    ("evidence-02-unit-proof", "单位证明.pdf", PDF),
];

fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields: Vec<(&str, &str)> =
        CLASS.iter().copied().filter(|(name, _)| !changes.iter().any(|(n, _)| n == name)).collect();
    fields.extend(changes);
    fields
}

/// 周晓梅 of 妇幼保健院 under 卫健委, and everybody's administrators.
async fn county() -> World {
    World::new()
        .await
        .with_department("卫健委")
        .await
        .with_employer_under("妇幼保健院", "卫健委")
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

async fn submit(browser: &mut Browser<'_>, fields: &[(&str, &str)]) -> Page {
    let mut fields = fields.to_vec();
    fields.push(("act", "submit"));
    browser.upload("/credit-hours/declarations", &fields, &PAPERS).await
}

/// Id of the latest declaration.
async fn latest(county: &World) -> i64 {
    county.number("select max(id) from declaration").await
}

async fn decide(county: &World, login: &str, fields: &[(&str, &str)], verb: &str) -> Page {
    let mut desk = seated(county, login).await;
    let address = format!("/desk/declarations/{}", latest(county).await);
    desk.get(&address).await.is(200);
    let mut all = vec![("confirmed", "1")];
    all.extend(fields);
    desk.post(&format!("{address}/{verb}"), &all).await
}

#[rocket::async_test]
async fn a_declaration_passes_its_three_desks_and_enters_the_ledger() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    person.get("/credit-hours/declarations/new").await.is(200).contains("继续教育基地培训班");
    submit(&mut person, &CLASS).await.redirects_to("/credit-hours/declarations/1");
    person
        .get("/credit-hours/declarations/1")
        .await
        .is(200)
        .contains("XS20261123-0001")
        .contains("等待妇幼保健院审核（今天提交）")
        .contains("结业证书.png");
    person.get("/credit-hours/declarations").await.contains("等待 妇幼保健院 审核，今天提交");

    let mut unit = seated(&county, &county.admin_of("妇幼保健院").await).await;
    unit.get("/desk/declarations")
        .await
        .is(200)
        .contains("XS20261123-0001")
        .contains("待审核（1）");
    unit.get("/desk/declarations/1")
        .await
        .is(200)
        .contains("周晓梅（4199************")
        .contains("没有重复申报同一项目")
        .contains("5 天 40 学时，每天 8 学时，为上限")
        .contains("本条通过后专业科目为 40 学时，全年 40 学时，公需科目还差 30 学时，专业科目还差 20 学时。")
        .contains("不超过申报的 40 学时");
    // lowered without a reason, raised: refused by field
    let address = "/desk/declarations/1/approve";
    unit.post(address, &[("confirmed", "1"), ("hours", "36")])
        .await
        .is(422)
        .contains("请写明调低的原因");
    unit.post(address, &[("confirmed", "1"), ("hours", "44")])
        .await
        .is(422)
        .contains("认定学时不能超过申报的 40 学时，现在填了 44 学时。");
    let passed = [("confirmed", "1"), ("hours", "36"), ("lowered", "缺勤半天")];
    assert_eq!(unit.post(address, &passed).await.status, 303);
    assert_eq!(county.number("select count(*) from entry").await, 0);

    let login = county.admin_of("卫健委").await;
    let page = decide(&county, &login, &[("hours", "40")], "approve").await;
    page.is(422).contains("认定学时不能超过前面审核认定的 36 学时");
    let page =
        decide(&county, &login, &[("hours", "36"), ("lowered", "缺勤半天")], "approve").await;
    assert_eq!(page.status, 303, "{page:?}");
    let page = decide(&county, "admin", &[], "approve").await;
    assert_eq!(page.status, 303, "{page:?}");

    assert_eq!(county.number("select sum(hours) from entry where source = 'person'").await, 360);
    assert_eq!(county.number("select total from person_year where year = 2026").await, 360);
    assert_eq!(
        county.number("select hours from unit_year where year = 2026 and people = 1").await,
        360
    );
    let again = decide(&county, "admin", &[], "approve").await;
    again.is(409).contains("该记录已被");
    assert_eq!(county.number("select count(*) from entry").await, 1);
    person
        .get("/credit-hours/mine")
        .await
        .is(200)
        .contains("基层儿科常见病诊疗规范培训班")
        .contains("示例县人力资源和社会保障局");
    person.get("/credit-hours/declarations/1").await.contains("已通过").contains("36 学时");
    person.get("/start").await.contains("2026 年度学时").contains("本年度累计（2026）");
}

#[rocket::async_test]
async fn a_rejected_declaration_is_corrected_with_its_files_and_number_kept() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    submit(&mut person, &CLASS).await;
    let login = county.admin_of("妇幼保健院").await;
    decide(&county, &login, &[("reason", "缺")], "reject").await.is(422);
    let page = decide(&county, &login, &[("reason", "缺少培训通知，请补充。")], "reject").await;
    assert_eq!(page.status, 303, "{page:?}");
    assert_eq!(county.number("select count(*) from entry").await, 0);

    person
        .get("/credit-hours/declarations/1/edit")
        .await
        .is(200)
        .contains("缺少培训通知，请补充。")
        .contains("结业证书.png");
    let mut fields = with(&[("hours", "32")]);
    fields.push(("act", "submit"));
    let sent =
        person.upload("/credit-hours/declarations/1", &fields, &[("files", "通知.pdf", PDF)]).await;
    sent.redirects_to("/credit-hours/declarations/1");
    person
        .get("/credit-hours/declarations/1")
        .await
        .contains("XS20261123-0001")
        .contains("缺少培训通知，请补充。")
        .contains("修改后重新提交")
        .contains("结业证书.png")
        .contains("通知.pdf");
    assert_eq!(county.number("select round from review_case").await, 2);
}

#[rocket::async_test]
async fn a_refused_form_keeps_what_was_typed_and_uploaded() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    for (changes, sentence) in [
        (vec![("hours", "41")], "共 5 天，最多 40 学时，现在填了 41 学时。"),
        (vec![("hours", "7.3")], "例如 7 或 7.5"),
        (vec![("hours", "0")], "申报学时要大于 0。"),
        (vec![("ended_on", "2026-09-10")], "早于开始日期 2026-09-14"),
        (vec![("ended_on", "2026-12-18")], "结束日期 2026-12-18 还没有到"),
        (
            vec![("year", "2025")],
            "2025 年度的申报已于 2025-12-31 截止，不能再提交；学时也不转入其他年度。",
        ),
        (
            vec![("started_on", "2025-09-14"), ("ended_on", "2025-09-18")],
            "结束日期 2025-09-18 属于 2025 年度，与所选的 2026 年度不一致。",
        ),
        (vec![("kind", "03"), ("hours", "90.5")], "一条申报最多 90 学时，现在填了 90.5 学时。"),
        (vec![("title", "")], "请填写项目（活动）名称。"),
        (vec![("category", "9")], "科目类别不在可选内容中"),
        (vec![("promised", "")], "请核对内容并勾选本人承诺，再提交。"),
    ] {
        let page = submit(&mut person, &with(&changes)).await;
        page.is(422).contains(sentence).contains("结业证书.png").contains("云川县卫生健康培训中心");
    }
    assert_eq!(county.number("select count(*) from review_case").await, 0);

    // without evidence; with something else than evidence; with too much of it
    let mut fields = CLASS.to_vec();
    fields.push(("act", "submit"));
    let address = "/credit-hours/declarations";
    person.upload(address, &fields, &[]).await.is(422).contains("缺少“").lacks("请至少上传");
    let page =
        person.upload(address, &fields, &[("files", "照片.gif", b"GIF89a\x01\0\x01\0")]).await;
    page.is(422).contains("照片.gif");
    let many = [("files", "页.png", PNG); 11];
    person.upload(address, &fields, &many).await.is(422).contains("最多 10 份材料");
    let id = latest(&county).await;
    assert_eq!(county.number("select count(*) from declaration_file where declaration_id = (select max(id) from declaration)").await, 0);

    // several at once into the draft, one taken off again
    let edit = format!("{address}/{id}");
    let mut fields = CLASS.to_vec();
    fields.push(("act", "attach"));
    let two = [("files", "一.png", PNG), ("files", "二.pdf", PDF)];
    person.upload(&edit, &fields, &two).await.redirects_to(&format!("{edit}/edit"));
    let file = county.number("select max(file_id) from declaration_file").await;
    let remove = format!("remove:{file}");
    person
        .upload(&edit, &[("act", remove.as_str())], &[])
        .await
        .redirects_to(&format!("{edit}/edit"));
    person.get(&format!("{edit}/edit")).await.contains("一.png").lacks("二.pdf");
    person.upload(&edit, &[("act", "remove:99999")], &[]).await.is(404);
}

#[rocket::async_test]
async fn the_same_thing_is_not_declared_twice() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    submit(&mut person, &CLASS).await.redirects_to("/credit-hours/declarations/1");
    let spaced = [("title", "《基层儿科常见病 诊疗规范培训班》"), ("certificate_number", "")];
    submit(&mut person, &with(&spaced))
        .await
        .is(422)
        .contains("与申报 XS20261123-0001")
        .contains("同一项目，日期重叠");
    submit(&mut person, &with(&[("title", "另一个培训班")])).await.is(422).contains("证书编号相同");
    let other = with(&[("title", "另一个培训班"), ("certificate_number", "")]);
    submit(&mut person, &other).await.redirects_to("/credit-hours/declarations/4");
    // withdrawn, the first may be sent again, under its number
    person
        .post("/credit-hours/declarations/1/withdraw", &[])
        .await
        .redirects_to("/credit-hours/declarations/1");
    person.get("/credit-hours/declarations/1").await.contains("已撤回");
    let mut fields = CLASS.to_vec();
    fields.push(("act", "submit"));
    person
        .upload("/credit-hours/declarations/1", &fields, &[])
        .await
        .redirects_to("/credit-hours/declarations/1");
    person.get("/credit-hours/declarations/1").await.contains("XS20261123-0001").contains("待审核");
}

#[rocket::async_test]
async fn a_waiting_declaration_is_not_edited_and_is_pushed_when_late() {
    let county = county().await;
    let mut person = seated(&county, &id_number(2)).await;
    submit(&mut person, &CLASS).await;
    person.get("/credit-hours/declarations/1/edit").await.is(409).contains("正在审核，不能修改");
    person.post("/credit-hours/declarations/1/delete", &[]).await.is(409);
    person
        .post("/credit-hours/declarations/1/remind", &[])
        .await
        .is(409)
        .contains("超过 5 个工作日");
    county.clock.advance(time::Duration::days(10));
    let mut person = seated(&county, &id_number(2)).await;
    person.get("/credit-hours/declarations/1").await.contains("催办");
    person
        .post("/credit-hours/declarations/1/remind", &[])
        .await
        .redirects_to("/credit-hours/declarations/1");
    decide(&county, &county.admin_of("妇幼保健院").await, &[], "approve").await;
    person.post("/credit-hours/declarations/1/withdraw", &[]).await.is(409).contains("不能撤回");
}

#[rocket::async_test]
async fn nobody_sees_or_touches_anothers_declaration() {
    let county = county()
        .await
        .with_active_person("李四光", "妇幼保健院", &id_number(3))
        .await
        .with_employer("乙")
        .await;
    let mut person = seated(&county, &id_number(2)).await;
    let mut fields = CLASS.to_vec();
    fields.push(("act", "save"));
    person
        .upload("/credit-hours/declarations", &fields, &PAPERS)
        .await
        .redirects_to("/credit-hours/declarations/1/edit");
    let file = county.number("select min(file_id) from declaration_file").await;
    let mut other = seated(&county, &id_number(3)).await;
    for path in ["/credit-hours/declarations/1", "/credit-hours/declarations/1/edit"] {
        other.get(path).await.is(404);
    }
    for act in ["", "/withdraw", "/remind", "/delete"] {
        let path = format!("/credit-hours/declarations/1{act}");
        let page = if act.is_empty() {
            other.upload(&path, &fields, &[]).await
        } else {
            other.post(&path, &[]).await
        };
        page.is(404);
    }
    other.get(&format!("/files/{file}")).await.is(404);
    // a draft's evidence is its owner's alone; once submitted, the unit's desk sees it, not others'
    let mut unit = seated(&county, &county.admin_of("妇幼保健院").await).await;
    unit.get(&format!("/files/{file}")).await.is(404);
    fields.pop();
    fields.push(("act", "submit"));
    person.upload("/credit-hours/declarations/1", &fields, &[]).await;
    unit.get(&format!("/files/{file}")).await.is(200);
    let mut stranger = seated(&county, &county.admin_of("乙").await).await;
    stranger.get(&format!("/files/{file}")).await.is(404);
    stranger.get("/desk/declarations/1").await.is(404);
    // a draft that was never sent goes with its files
    person
        .upload("/credit-hours/declarations", &[("act", "save")], &[("files", "x.png", PNG)])
        .await;
    let id = latest(&county).await;
    person
        .post(&format!("/credit-hours/declarations/{id}/delete"), &[])
        .await
        .redirects_to("/credit-hours/declarations");
    assert_eq!(latest(&county).await, 1);
    assert_eq!(county.number("select count(*) from file").await, 3);
}
