//! 4.7 审核机构信息修改: what a unit asks to have changed, the desks it passes, what an approval does
//! and what follows a unit under another superior.

use kit::{Action, Grantable};

use crate::support::{Browser, CLASS_PAPERS, Page, World, id_number};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";
const CHANGE: &str = "/accounts/unit/change";
const BUREAU: &str = "示例县人力资源和社会保障局";

/// A valid credit code, the `n`th of its kind.
fn code(n: u32) -> String {
    let first = format!("12419999{n:09}");
    let last = kit::credit_code::check_character(&first).unwrap();
    format!("{first}{last}")
}

/// 教育局 with 第一中学 (张三丰, 李四光), 卫健委 with 人民医院; 直属学校 and 培训基地 under the bureau.
async fn county() -> World {
    let county = World::new()
        .await
        .with_department("教育局")
        .await
        .with_department("卫健委")
        .await
        .with_employer_under("第一中学", "教育局")
        .await
        .with_employer_under("人民医院", "卫健委")
        .await
        .with_employer("直属学校")
        .await
        .with_base("培训基地")
        .await
        .with_active_person("张三丰", "第一中学", &id_number(2))
        .await
        .with_active_person("李四光", "第一中学", &id_number(3))
        .await;
    county
        .execute(
            "update organization_profile set nature = 'institution', industry = 'P',
               area_code = '419999', legal_person = '王校长', staff = 90, professionals = 70,
               contact = '何老师', phone = '0999-6612345', address = '建设路 1 号'",
        )
        .await;
    county
        .execute(
            "update base_profile set host = '县职教中心', head = '钱主任', categories = 'public,professional',
               fields = '08', forms = 'onsite', level = 'county', valid_until = '2028-12-31',
               document_number = '云人社〔2024〕8号', website = 'https://jd.example.cn', fee = '免费'",
        )
        .await;
    let mut tx = county.db().begin().await.unwrap();
    for (n, name) in
        [(1, "第一中学"), (2, "人民医院"), (3, "直属学校"), (4, "培训基地"), (5, "教育局")]
    {
        sqlx::query("update organization set credit_code = ? where name = ?")
            .bind(code(n))
            .bind(name)
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    county
}

/// Signed in, with the form token of a page seen.
async fn seated<'w>(county: &'w World, login: &str) -> Browser<'w> {
    let mut browser = county.sign_in(login).await;
    browser.get("/start").await.is(200);
    browser
}

/// The administrator of a unit, seated.
async fn of<'w>(county: &'w World, unit: &str) -> Browser<'w> {
    seated(county, &county.admin_of(unit).await).await
}

/// The form as the unit's record fills it, with these changes.
async fn typed(
    county: &World,
    unit: &str,
    changed: &[(&'static str, &str)],
) -> Vec<(&'static str, String)> {
    let mut db = county.db().read().await.unwrap();
    let id = county.organization(unit).await;
    let found = kit::organization::find(&mut db, id).await.unwrap().unwrap();
    let recorded = accounts::organization_changes::Recorded::of(&mut db, &found).await.unwrap();
    let get = |field: &str| accounts::organization_changes::get(&recorded, field).unwrap();
    let superior =
        kit::organization::find(&mut db, found.parent_id.unwrap()).await.unwrap().unwrap().name;
    let mut fields = vec![("superior", superior)];
    let plain = ["name", "credit_code", "nature", "industry", "area_code", "legal_person", "staff"];
    fields.extend(plain.into_iter().chain(["professionals"]).map(|name| (name, get(name))));
    let ticked = |name: &'static str| {
        let stored = get(name);
        stored.split(',').map(|one| (name, one.to_owned())).collect::<Vec<_>>()
    };
    match found.kind {
        kit::OrganizationKind::Department => fields.extend(ticked("series")),
        kit::OrganizationKind::Base => {
            let more = ["host", "head", "area", "seats", "full_time", "part_time", "managers"];
            fields.extend(more.into_iter().chain(["website", "fee"]).map(|name| (name, get(name))));
            for name in ["categories", "forms", "fields"] {
                fields.extend(ticked(name));
            }
        }
        _ => {}
    }
    fields.extend([("reason", "按批文更正登记".to_owned()), ("act", "submit".to_owned())]);
    fields.retain(|(name, _)| !changed.iter().any(|(new, _)| new == name));
    fields.extend(changed.iter().map(|(name, value)| (*name, (*value).to_owned())));
    fields
}

/// Sends the form of a unit.
async fn ask(
    county: &World,
    browser: &mut Browser<'_>,
    unit: &str,
    changed: &[(&'static str, &str)],
    files: &[(&str, &str, &[u8])],
) -> Page {
    let typed = typed(county, unit, changed).await;
    let fields: Vec<(&str, &str)> =
        typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.upload(CHANGE, &fields, files).await
}

const LICENCE: [(&str, &str, &[u8]); 1] = [("licence", "新证.pdf", PDF)];
const PAPER: [(&str, &str, &[u8]); 1] = [("files", "批文.pdf", PDF)];

/// The address of the last request at the desk.
async fn desk(county: &World, act: &str) -> String {
    let id = county.number("select max(id) from organization_change").await;
    format!("/desk/organization-changes/{id}{act}")
}

async fn approve(county: &World, browser: &mut Browser<'_>) -> Page {
    browser.post(&desk(county, "/approve").await, &[("confirmed", "1")]).await
}

async fn reject(county: &World, browser: &mut Browser<'_>) -> Page {
    let fields = [("confirmed", "1"), ("reason", "证照看不清，请重新上传")];
    browser.post(&desk(county, "/reject").await, &fields).await
}

/// Where the last request waits, by name; empty if it is decided.
async fn waits_at(county: &World) -> String {
    county
        .text(
            "select coalesce(o.name, '') from organization_change c
               left join organization o on o.id = c.desk_id order by c.id desc limit 1",
        )
        .await
}

#[rocket::async_test]
async fn an_employer_is_renamed_by_its_superior_and_the_old_name_stays_in_the_history() {
    let county = county().await;
    let mut department = of(&county, "教育局").await;
    let unit = county.organization("第一中学").await;
    let at = format!("/accounts/employers/{unit}");
    let old = [("file", "旧证.pdf", PDF)];
    department.upload(&format!("{at}/files"), &[("kind", "licence")], &old).await.is(303);
    // a certificate of before
    let mut person = seated(&county, &id_number(2)).await;
    person.post("/verification/mine", &[("from", "2026"), ("to", "2026")]).await.is(303);

    let mut school = of(&county, "第一中学").await;
    school.get("/accounts/unit").await.is(200).contains("申请修改").lacks("请联系教育局");
    let page = school.get(CHANGE).await;
    page.is(200).contains("value=\"第一中学\"").contains("王校长").contains("旧证.pdf");
    page.lacks("name=\"contact\"").lacks("name=\"level\"").lacks("name=\"address\"");
    let changed = [("name", "云川第一中学"), ("legal_person", "孙校长"), ("staff", "95")];
    // what the licence says needs a paper
    let page = ask(&county, &mut school, "第一中学", &changed, &[]).await;
    page.is(422).contains("id=\"files-e\"").contains("请至少上传 1 份");
    let sent = ask(&county, &mut school, "第一中学", &changed, &LICENCE).await;
    let own = sent.location.clone().unwrap();
    assert!(own.starts_with("/accounts/unit/change/"), "{own}");
    let page = school.follow(&sent).await;
    page.is(200).contains("JG20261123-0001").contains("等待教育局审核").contains("新证.pdf");
    page.contains("<del>第一中学</del>").contains("<ins>云川第一中学</ins>").contains("撤回");
    school.get("/accounts/unit").await.is(200).contains("审核中").contains(&own);
    school.get(CHANGE).await.redirects_to(&own);
    // one at a time
    let page = ask(&county, &mut school, "第一中学", &changed, &LICENCE).await;
    page.is(409).contains("正在审核，一次只能有一条");

    // the superior decides; the bureau looks on
    let mut bureau = county.admin().await;
    bureau.get("/start").await.is(200).contains("审核机构信息修改");
    bureau.get("/desk/organization-changes").await.is(200).lacks("JG20261123-0001");
    let page = bureau.get("/desk/organization-changes?tab=elsewhere").await;
    page.is(200).contains("JG20261123-0001").contains("教育局");
    bureau.get(&desk(&county, "").await).await.is(200).lacks("name=\"confirmed\"");
    approve(&county, &mut bureau).await.is(409);
    let page = department.get("/desk/organization-changes").await;
    page.is(200).contains("第一中学").contains("单位名称、法定代表人、职工总数");
    page.contains(&code(1)).contains("批量通过");
    let page = department.get(&desk(&county, "").await).await;
    page.is(200).contains("<del>王校长</del>").contains("原内容与现在登记的一致");
    let file = county.number("select file_id from organization_change_file").await;
    department.get(&format!("/files/{file}")).await.is(200);
    approve(&county, &mut department).await.is(303);

    let sql = "select o.name || p.legal_person || p.staff || p.phone from organization o
                 join organization_profile p on p.organization_id = o.id where o.name like '%第一中学'";
    assert_eq!(county.text(sql).await, "云川第一中学孙校长950999-6612345");
    assert_eq!(
        county.text("select cause from organization_version order by id desc").await,
        "organization-change:1"
    );
    // it is done once
    approve(&county, &mut department).await.is(409);
    let versions = "select count(*) from organization_version where cause like 'organization-c%'";
    assert_eq!(county.number(versions).await, 1);
    // every old value with date, decision and who decided, on both sides; the old licence too
    for (browser, address) in [(&mut department, at.as_str()), (&mut school, "/accounts/unit")] {
        let page = browser.get(address).await;
        page.is(200).contains("<del>第一中学</del>").contains("<del>王校长</del>");
        page.contains("JG20261123-0001").contains("教育局（管理员");
        page.contains("旧证.pdf").contains("新证.pdf");
        let old = county.number("select min(file_id) from organization_file").await;
        let new = county.number("select max(file_id) from organization_file").await;
        for id in [old, new] {
            browser.get(&format!("{address}/files/{id}")).await.is(200);
        }
    }
    assert_eq!(
        county.number("select count(*) from organization_file where replaced_at is null").await,
        1
    );
    school.get("/messages").await.is(200).contains("机构信息修改申请已通过");
    school.get(&own).await.is(200).contains("已通过").lacks("撤回");
    department
        .get("/desk/organization-changes?tab=done")
        .await
        .is(200)
        .contains("云川第一中学")
        .contains("已通过");
    // the certificate prints the unit of its day, the search finds the new name
    let certificate = county.number("select id from certificate").await;
    let page = person.get(&format!("/verification/mine/{certificate}")).await;
    page.is(200).contains("第一中学").lacks("云川第一中学");
    school.get("/accounts/find-units?offer=all&q=ycdy").await.contains("云川第一中学");
}

#[rocket::async_test]
async fn a_department_and_a_base_ask_the_bureau_for_what_is_theirs() {
    let county = county().await;
    let mut education = of(&county, "教育局").await;
    let page = education.get(CHANGE).await;
    page.is(200).contains("主管行业").contains("主管系列").lacks("name=\"superior\"");
    let changed = [("industry", "S"), ("series", "08"), ("series", "09")];
    ask(&county, &mut education, "教育局", &changed, &[]).await.is(303);
    assert_eq!(waits_at(&county).await, BUREAU);
    // its own desk is not asked
    education.get("/desk/organization-changes").await.is(200).contains("没有机构信息修改申请");
    approve(&county, &mut education).await.is(409);
    let mut bureau = seated(&county, "admin").await;
    bureau.get(&desk(&county, "").await).await.is(200).contains("没有附证明材料");
    approve(&county, &mut bureau).await.is(303);
    assert_eq!(
        county.text("select p.industry || p.series from organization_profile p join organization o on o.id = p.organization_id where o.name = '教育局'").await,
        "S08,09"
    );

    let mut base = of(&county, "培训基地").await;
    let page = base.get(CHANGE).await;
    page.is(200).contains("依托单位").lacks("name=\"valid_until\"").lacks("name=\"recognized_by\"");
    let changed = [
        ("host", "云川职教中心"),
        ("fee", "每人 200 元"),
        ("seats", "120"),
        ("categories", "professional"),
        // not the base's to change, and sent all the same
        ("level", "national"),
        ("valid_until", "2099-12-31"),
        ("document_number", "假〔1〕号"),
        ("contact", "别人"),
    ];
    let files: [(&str, &str, &[u8]); 2] =
        [("qualification", "资质.pdf", PDF), ("files", "说明.pdf", PDF)];
    ask(&county, &mut base, "培训基地", &changed, &files).await.is(303);
    let page = bureau.get(&desk(&county, "").await).await;
    page.is(200).contains("每人 200 元").contains("资质.pdf").contains("说明.pdf").lacks("2099");
    approve(&county, &mut bureau).await.is(303);
    let sql = "select host || fee || seats || categories || level || valid_until || document_number from base_profile";
    assert_eq!(
        county.text(sql).await,
        "云川职教中心每人 200 元120professionalcounty2028-12-31云人社〔2024〕8号"
    );
    assert_eq!(county.text("select kind from organization_file").await, "qualification");
    let contact = "select count(*) from organization_profile where contact = '别人'";
    assert_eq!(county.number(contact).await, 0);
}

#[rocket::async_test]
async fn a_rejected_request_changes_nothing_and_is_corrected_and_sent_again() {
    let county = county().await;
    let mut school = of(&county, "第一中学").await;
    let changed = [("legal_person", "孙校长")];
    ask(&county, &mut school, "第一中学", &changed, &PAPER).await.is(303);
    let mut department = of(&county, "教育局").await;
    reject(&county, &mut department).await.is(303);
    let legal = "select p.legal_person from organization_profile p join organization o on o.id = p.organization_id where o.name = '第一中学'";
    assert_eq!(county.text(legal).await, "王校长");
    let versions = "select count(*) from organization_version where cause like 'organization-c%'";
    assert_eq!(county.number(versions).await, 0);
    school.get("/messages").await.is(200).contains("证照看不清");
    school.get("/accounts/unit").await.is(200).contains("证照看不清").contains("已驳回");
    let page = school.get(CHANGE).await;
    page.is(200).contains("证照看不清").contains("批文.pdf").contains("孙校长");
    page.contains("JG20261123-0001");
    // what was submitted once stays with its round
    let file = county.number("select file_id from organization_change_file").await;
    school.upload(CHANGE, &[("act", &format!("detach:{file}"))], &[]).await.is(303);
    let page = ask(&county, &mut school, "第一中学", &changed, &[]).await;
    page.is(422).contains("id=\"files-e\"");
    ask(&county, &mut school, "第一中学", &changed, &LICENCE).await.is(303);
    assert_eq!(county.number("select count(*) from organization_change").await, 1);
    assert_eq!(county.text("select state || round from review_case").await, "pending2");
    let page = department.get(&desk(&county, "").await).await;
    page.is(200).contains("新证.pdf").contains("修改后重新提交").contains("证照看不清");
    // taken back, sent again
    let own = format!("{CHANGE}/1");
    school.post(&format!("{own}/remind"), &[]).await.is(409); // not overdue
    school.post(&format!("{own}/withdraw"), &[]).await.redirects_to(&own);
    approve(&county, &mut department).await.is(409);
    ask(&county, &mut school, "第一中学", &changed, &[]).await.is(303);
    approve(&county, &mut department).await.is(303);
    assert_eq!(county.text(legal).await, "孙校长");
}

#[rocket::async_test]
async fn a_request_is_written_over_several_visits_by_the_units_administrators() {
    let county = county().await;
    let unit = county.organization("第一中学").await;
    let own = |action| Grantable { leaf: leaf(&county, "accounts.unit"), action };
    let holds = [own(Action::View), own(Action::Edit)];
    let looks = [own(Action::View)];
    let county = county.with_clerk("deputy", unit, &holds).await;
    let county = county.with_clerk("reader", unit, &looks).await;
    let mut school = of(&county, "第一中学").await;
    let page = ask(&county, &mut school, "第一中学", &[], &[]).await;
    page.is(422).contains("没有改动任何内容");
    let wrong = [("credit_code", "123"), ("nature", "x"), ("staff", "-1"), ("reason", "短")];
    let page = ask(&county, &mut school, "第一中学", &wrong, &[("files", "x.exe", b"MZ")]).await;
    page.is(422).contains("id=\"credit_code-e\"").contains("id=\"nature-e\"");
    page.contains("id=\"staff-e\"").contains("id=\"reason-e\"").contains("x.exe");
    let taken = [("name", "人民医院"), ("credit_code", &code(2)), ("superior", "没有的局")];
    let page = ask(&county, &mut school, "第一中学", &taken, &PAPER).await;
    page.is(422).contains("已有名称为“人民医院”的单位").contains("已登记在“人民医院”名下");
    page.contains("id=\"superior-e\"").contains("没有找到");
    // an employer is no superior
    let page = ask(&county, &mut school, "第一中学", &[("superior", "人民医院")], &[]).await;
    page.is(422).contains("id=\"superior-e\"");
    let save = [("legal_person", "孙校长"), ("act", "save")];
    ask(&county, &mut school, "第一中学", &save, &[]).await.redirects_to(CHANGE);
    school.get("/accounts/unit").await.is(200).contains("没有提交的申请").contains("继续填写");
    // a colleague goes on, whose files both may see; who only reads does not
    let mut deputy = seated(&county, "deputy").await;
    deputy.get(CHANGE).await.is(200).contains("孙校长").contains("批文.pdf");
    let file = county.number("select max(file_id) from organization_change_file").await;
    deputy.get(&format!("{CHANGE}/1/files/{file}")).await.is(200);
    let mut reader = seated(&county, "reader").await;
    reader.get(CHANGE).await.is(403);
    reader.get("/accounts/unit").await.is(200).lacks("href=\"/accounts/unit/change\"");
    ask(&county, &mut reader, "第一中学", &save, &[]).await.is(403);
    let sent = ask(&county, &mut deputy, "第一中学", &[("legal_person", "孙校长")], &[]).await;
    sent.redirects_to(&format!("{CHANGE}/1"));
    // either of the two takes it back, who only reads does not
    reader.get(&format!("{CHANGE}/1")).await.is(200).lacks("/withdraw");
    reader.post(&format!("{CHANGE}/1/withdraw"), &[]).await.is(403);
    school.get(&format!("{CHANGE}/1")).await.is(200).contains("/withdraw");
    school.post(&format!("{CHANGE}/1/withdraw"), &[]).await.is(303);
    // and either sends it again
    ask(&county, &mut deputy, "第一中学", &save, &[]).await.is(303);
    deputy.upload(CHANGE, &[("act", "discard")], &[]).await.redirects_to("/accounts/unit");
    assert_eq!(county.text("select state || draft from organization_change").await, "withdrawn{}");
    let sent = ask(&county, &mut school, "第一中学", &[("legal_person", "孙校长")], &[]).await;
    sent.redirects_to(&format!("{CHANGE}/1"));
    assert_eq!(county.text("select state || round from review_case").await, "pending2");
    let by = "select a.login from organization_change c join account a on a.id = c.account_id";
    assert_eq!(county.text(by).await, county.admin_of("第一中学").await);
    assert_eq!(county.number("select count(*) from organization_change").await, 1);
}

fn leaf(county: &World, key: &str) -> kit::Leaf {
    let all = county.modules().permissions();
    all.iter().find(|one| one.leaf.key == key).map(|one| one.leaf).unwrap()
}

#[rocket::async_test]
async fn what_has_changed_or_was_taken_meanwhile_stops_an_approval() {
    let county = county().await;
    let mut school = of(&county, "第一中学").await;
    let free = code(77);
    let changed =
        [("name", "实验中学"), ("credit_code", free.as_str()), ("legal_person", "孙校长")];
    ask(&county, &mut school, "第一中学", &changed, &LICENCE).await.is(303);
    let mut department = of(&county, "教育局").await;
    let unit = county.organization("第一中学").await;
    for (change, said, back) in [
        (
            "update organization_profile set legal_person = '李校长' where legal_person = '王校长'",
            "“法定代表人”现在是“李校长”，与申请时的“王校长”不同",
            "update organization_profile set legal_person = '王校长' where legal_person = '李校长'",
        ),
        (
            "update organization set name = '实验中学' where name = '直属学校'",
            "已有名称为“实验中学”的单位",
            "update organization set name = '直属学校' where name = '实验中学'",
        ),
        (
            "update organization set state = 'disabled' where name = '第一中学'",
            "单位“第一中学”已停用",
            "update organization set state = 'active' where name = '第一中学'",
        ),
    ] {
        county.execute(change).await;
        department.get(&desk(&county, "").await).await.is(200).contains(said);
        approve(&county, &mut department).await.is(409).contains(said);
        county.execute(back).await;
    }
    // the code, by another unit
    let mut tx = county.db().begin().await.unwrap();
    sqlx::query("update organization set credit_code = ? where name = '人民医院'")
        .bind(&free)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    approve(&county, &mut department).await.is(409).contains("已登记在“人民医院”名下");
    county.execute("update organization set credit_code = null where name = '人民医院'").await;
    // a licence that the superior put there meanwhile
    let at = format!("/accounts/employers/{unit}/files");
    department.upload(&at, &[("kind", "licence")], &[("file", "补证.pdf", PDF)]).await.is(303);
    approve(&county, &mut department).await.is(409).contains("“营业执照或法人证”在申请后已有变动");
    assert_eq!(county.text("select state from review_case").await, "pending");
    assert_eq!(
        county
            .number("select count(*) from organization_version where cause like 'organization-c%'")
            .await,
        0
    );
    county.execute("delete from organization_file").await;
    // a registration of the same name warns
    county
        .execute(
            "insert into registration (kind, state, number, case_id, desk_id, organization_id, name, created_at)
             select 'employer', 'pending', 'ZC20261123-0009', 1, 1, 1, '实验中学', ''",
        )
        .await;
    let page = department.get(&desk(&county, "").await).await;
    page.is(200).contains("还有待审核的注册：ZC20261123-0009");
    approve(&county, &mut department).await.is(303);
    let sql = "select name || credit_code from organization where name = '实验中学'";
    assert_eq!(county.text(sql).await, format!("实验中学{free}"));
}

/// A person submits a declaration with evidence; its id.
async fn declare(county: &World, number: &str) -> i64 {
    let mut person = seated(county, number).await;
    let fields = [
        ("year", "2026"),
        ("category", "2"),
        ("kind", "02"),
        ("title", "基层培训班"),
        ("organizer", "培训中心"),
        ("started_on", "2026-09-14"),
        ("ended_on", "2026-09-18"),
        ("hours", "40"),
        ("promised", "on"),
        ("act", "submit"),
    ];
    person.upload("/credit-hours/declarations", &fields, &CLASS_PAPERS).await.is(303);
    county.number("select max(id) from declaration").await
}

#[rocket::async_test]
async fn another_superior_agrees_too_and_everything_goes_along() {
    let county = county().await;
    // one declaration waits at the unit, one at its department
    let at_unit = declare(&county, &id_number(2)).await;
    let at_department = declare(&county, &id_number(3)).await;
    let mut school = of(&county, "第一中学").await;
    let path = format!("/desk/declarations/{at_department}/approve");
    school.post(&path, &[("confirmed", "1")]).await.is(303);
    let page = ask(&county, &mut school, "第一中学", &[("superior", "卫健委")], &[]).await;
    page.is(422).contains("id=\"files-e\"");
    ask(&county, &mut school, "第一中学", &[("superior", "卫健委")], &PAPER).await.is(303);
    assert_eq!(waits_at(&county).await, "教育局");
    let file = county.number("select max(file_id) from organization_change_file").await;

    let (mut education, mut health) = (of(&county, "教育局").await, of(&county, "卫健委").await);
    health.get("/desk/organization-changes").await.is(200).lacks("第一中学");
    health.get(&desk(&county, "").await).await.is(404);
    let page = education.get(&desk(&county, "").await).await;
    page.is(200).contains("<del>教育局</del>").contains("<ins>卫健委</ins>");
    page.contains("2 名专技人员和 2 条在办事项随单位改由“卫健委”管理");
    approve(&county, &mut education).await.is(303);
    // now the new superior has it, though the unit is not yet its own
    assert_eq!(waits_at(&county).await, "卫健委");
    let page = education.get("/desk/organization-changes?tab=elsewhere").await;
    page.is(200).contains("第一中学").contains("卫健委");
    education.get(&desk(&county, "").await).await.is(200);
    health.get("/desk/organization-changes").await.is(200).contains("第一中学").contains("教育局");
    health.get(&desk(&county, "").await).await.is(200).contains("批文.pdf");
    health.get(&format!("/files/{file}")).await.is(200);
    health.get("/start").await.contains("审核机构信息修改");
    let book = health.get("/desk/organization-changes/export").await;
    book.is(200);
    // a third unit and a clerk without the right
    let mut hospital = of(&county, "人民医院").await;
    hospital.get(&desk(&county, "").await).await.is(403);
    hospital.get(&format!("/files/{file}")).await.is(404);
    school.post(&format!("{CHANGE}/1/withdraw"), &[]).await.is(409);
    let health_id = county.organization("卫健委").await.0;
    assert_ne!(
        county.number("select department_id from person where name = '张三丰'").await,
        health_id
    );
    approve(&county, &mut health).await.is(303);

    for sql in [
        "select parent_id from organization where name = '第一中学'",
        "select department_id from organization where name = '第一中学'",
        "select distinct department_id from person",
        "select distinct department_id from declaration",
        "select distinct department_id from review_case",
        "select department_id from organization_change",
        "select distinct department_id from file_link",
    ] {
        assert_eq!(county.number(sql).await, health_id, "{sql}");
    }
    let desks = "select group_concat(o.name) from (select c.desk_id from declaration d join review_case c on c.id = d.case_id order by d.id) x join organization o on o.id = x.desk_id";
    assert_eq!(county.text(desks).await, "第一中学,卫健委");
    // lists and scopes follow
    for list in ["/accounts/employers", "/queries/people", "/desk/declarations?tab=elsewhere"] {
        let (there, gone) = (health.get(list).await, education.get(list).await);
        there.is(200);
        gone.is(200).lacks("第一中学");
        if !list.contains("declarations") {
            there.contains("第一中学");
        }
    }
    health.get(&format!("/desk/declarations/{at_department}")).await.is(200);
    education.get(&format!("/desk/declarations/{at_department}")).await.is(404);
    health.post(&path, &[("confirmed", "1")]).await.is(303);
    school.get(&format!("/desk/declarations/{at_unit}")).await.is(200);
    // each sees the decided one as far as its scope goes; who decided may read it again
    health.get("/desk/organization-changes?tab=done").await.is(200).contains("第一中学");
    education.get("/desk/organization-changes?tab=done").await.is(200).lacks("第一中学");
    education.get(&desk(&county, "").await).await.is(200).contains("已通过");
    let unit = county.organization("第一中学").await;
    let page = health.get(&format!("/accounts/employers/{unit}")).await;
    page.is(200)
        .contains("教育局（管理员")
        .contains("卫健委（管理员")
        .contains("<del>教育局</del>");
    education.get(&format!("/accounts/employers/{unit}")).await.is(404);
    let mut db = county.db().read().await.unwrap();
    assert_eq!(credit_hours::recount(&mut db, None).await.unwrap(), []);
}

#[rocket::async_test]
async fn between_a_department_and_the_bureau_the_bureau_is_asked_last() {
    let county = county().await;
    let (mut education, mut bureau) = (of(&county, "教育局").await, seated(&county, "admin").await);
    // up to the bureau
    let mut school = of(&county, "第一中学").await;
    ask(&county, &mut school, "第一中学", &[("superior", BUREAU)], &PAPER).await.is(303);
    assert_eq!(waits_at(&county).await, "教育局");
    approve(&county, &mut education).await.is(303);
    assert_eq!(waits_at(&county).await, BUREAU);
    approve(&county, &mut bureau).await.is(303);
    let sql = "select count(*) from organization where name = '第一中学' and department_id is null";
    assert_eq!(county.number(sql).await, 1);
    assert_eq!(county.number("select count(*) from person where department_id is null").await, 2);
    education.get("/queries/people").await.is(200).lacks("张三丰");
    // down to a department: it sees the case first, then the bureau
    let mut direct = of(&county, "直属学校").await;
    ask(&county, &mut direct, "直属学校", &[("superior", "教育局")], &PAPER).await.is(303);
    assert_eq!(waits_at(&county).await, "教育局");
    let page = education.get("/desk/organization-changes").await;
    page.is(200).contains("直属学校").contains(BUREAU);
    education.get(&desk(&county, "").await).await.is(200).contains("批文.pdf");
    approve(&county, &mut education).await.is(303);
    assert_eq!(waits_at(&county).await, BUREAU);
    approve(&county, &mut bureau).await.is(303);
    let education_id = county.organization("教育局").await.0;
    let sql = "select department_id from organization where name = '直属学校'";
    assert_eq!(county.number(sql).await, education_id);
    education.get("/accounts/employers").await.is(200).contains("直属学校");
    education.get("/desk/organization-changes?tab=done").await.contains("直属学校");
}

#[rocket::async_test]
async fn the_new_superior_may_refuse_and_a_disabled_one_is_told() {
    let county = county().await;
    let mut school = of(&county, "第一中学").await;
    ask(&county, &mut school, "第一中学", &[("superior", "卫健委")], &PAPER).await.is(303);
    let (mut education, mut health) = (of(&county, "教育局").await, of(&county, "卫健委").await);
    approve(&county, &mut education).await.is(303);
    reject(&county, &mut health).await.is(303);
    let education_id = county.organization("教育局").await.0;
    let sql = "select department_id from organization where name = '第一中学'";
    assert_eq!(county.number(sql).await, education_id);
    // whoever rejected it may read it, but has no longer a say; the old superior has it in 已审核
    health
        .get("/desk/organization-changes?tab=done")
        .await
        .is(200)
        .contains("没有机构信息修改申请");
    health.get(&desk(&county, "").await).await.is(200).contains("已驳回");
    education.get("/desk/organization-changes?tab=done").await.is(200).contains("第一中学");
    // sent again to another superior: the first one asked has nothing to do with it any more
    ask(&county, &mut school, "第一中学", &[("superior", BUREAU)], &[]).await.is(303);
    let file = county.number("select max(file_id) from organization_change_file").await;
    health.get(&format!("/files/{file}")).await.is(404);
    health.get(&desk(&county, "").await).await.is(404);
    school.post(&format!("{CHANGE}/1/withdraw"), &[]).await.is(303);
    // the new superior is disabled while it waits at the old one
    ask(&county, &mut school, "第一中学", &[("superior", "卫健委")], &[]).await.is(303);
    let health_id = county.organization("卫健委").await;
    let mut bureau = seated(&county, "admin").await;
    let path = format!("/accounts/departments/{health_id}/disable");
    bureau.post(&path, &[("below_to", "教育局")]).await.is(303);
    approve(&county, &mut education).await.is(409).contains("新的上级单位“卫健委”已停用");
    reject(&county, &mut education).await.is(303);
}

#[rocket::async_test]
async fn a_superior_that_changes_the_unit_directly_leads_the_request_on() {
    let county = county().await;
    let mut school = of(&county, "第一中学").await;
    ask(&county, &mut school, "第一中学", &[("legal_person", "孙校长")], &PAPER).await.is(303);
    assert_eq!(waits_at(&county).await, "教育局");
    let unit = county.organization("第一中学").await;
    let health = county.organization("卫健委").await.to_string();
    let mut bureau = seated(&county, "admin").await;
    let mut fields = typed(&county, "第一中学", &[("parent", &health)]).await;
    fields.extend(
        [("contact", "何老师"), ("phone", "0999-6612345"), ("address", "建设路 1 号")]
            .map(|(name, value)| (name, value.to_owned())),
    );
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    bureau.post(&format!("/accounts/employers/{unit}/edit"), &fields).await.is(303);
    assert_eq!(waits_at(&county).await, "卫健委");
    let mut health = of(&county, "卫健委").await;
    // of what was edited directly the old value stands in the history, too
    let page = health.get(&format!("/accounts/employers/{unit}")).await;
    page.is(200).contains("上级单位：教育局 → 卫健委");
    let file = county.number("select max(file_id) from organization_change_file").await;
    health.get(&format!("/files/{file}")).await.is(200);
    of(&county, "教育局").await.get(&desk(&county, "").await).await.is(404);
    approve(&county, &mut health).await.is(303);
    assert_eq!(
        county
            .number("select count(*) from organization_profile where legal_person = '孙校长'")
            .await,
        1
    );
}

#[rocket::async_test]
async fn two_clerks_on_one_case_and_two_requests_of_one_unit_only_one_counts() {
    let county = county().await;
    let education = county.organization("教育局").await;
    let review = |action| Grantable { leaf: audits_leaf(&county), action };
    let holds = [review(Action::View), review(Action::Review)];
    let looks = [review(Action::View)];
    let county = county.with_clerk("second", education, &holds).await;
    let county = county.with_clerk("looks", education, &looks).await;
    let (mut school, mut again) = (of(&county, "第一中学").await, of(&county, "第一中学").await);
    let typed = typed(&county, "第一中学", &[("legal_person", "孙校长")]).await;
    let fields: Vec<(&str, &str)> =
        typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (a, b) = rocket::tokio::join!(
        school.upload(CHANGE, &fields, &PAPER),
        again.upload(CHANGE, &fields, &PAPER)
    );
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    assert_eq!(county.number("select count(*) from organization_change").await, 1);

    let (mut one, mut two) = (of(&county, "教育局").await, seated(&county, "second").await);
    let mut looks = seated(&county, "looks").await;
    looks.get(&desk(&county, "").await).await.is(200).lacks("name=\"confirmed\"");
    approve(&county, &mut looks).await.is(403);
    let path = desk(&county, "").await;
    let (approve, reject) = (format!("{path}/approve"), format!("{path}/reject"));
    let reason = [("confirmed", "1"), ("reason", "证照看不清，请重新上传")];
    let (a, b) =
        rocket::tokio::join!(one.post(&approve, &[("confirmed", "1")]), two.post(&reject, &reason));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    let changed = county
        .number("select count(*) from organization_profile where legal_person = '孙校长'")
        .await;
    let state = county.text("select state from review_case").await;
    assert_eq!(changed, i64::from(state == "approved"), "{state}");
    assert_eq!(
        county.number("select count(*) from review_step where act in ('approve', 'reject')").await,
        1
    );
}

fn audits_leaf(county: &World) -> kit::Leaf {
    county.modules().subject("organization-changes").unwrap().leaf()
}

#[rocket::async_test]
async fn a_batch_of_the_ticked_is_approved_and_what_stands_against_one_is_told() {
    let county = county().await;
    for unit in ["第一中学", "直属学校"] {
        let mut browser = of(&county, unit).await;
        ask(&county, &mut browser, unit, &[("staff", "12")], &[]).await.is(303);
    }
    let mut base = of(&county, "培训基地").await;
    ask(&county, &mut base, "培训基地", &[("seats", "12")], &[]).await.is(303);
    county.execute("update base_profile set seats = 5").await;
    let mut bureau = seated(&county, "admin").await;
    let page = bureau.get("/desk/organization-changes").await;
    page.is(200).lacks("第一中学").contains("直属学校").contains("培训基地");
    let ids = [("id", "2"), ("id", "3"), ("confirmed", "1")];
    let page = bureau.post("/desk/organization-changes/batch/approve", &ids).await;
    page.is(200).contains("JG20261123-0002").contains("“座位数”现在是“5 个”");
    assert_eq!(
        county.text("select group_concat(state) from organization_change").await,
        "pending,approved,pending"
    );
    // filters and search
    for (query, there, gone) in [
        ("?kind=base", "培训基地", "直属学校"),
        ("?moves=1", "没有", "培训基地"),
        ("?tab=done&state=approved", "直属学校", "培训基地"),
    ] {
        let page = bureau.get(&format!("/desk/organization-changes{query}")).await;
        page.is(200).contains(there).lacks(gone);
    }
    for q in ["pxjd", "培训", "JG20261123-0003"] {
        let sent = bureau
            .post(
                "/lists/organization-changes/query?page=%2Fdesk%2Forganization-changes",
                &[("q", q)],
            )
            .await;
        bureau.follow(&sent).await.is(200).contains("共 1 条").contains("培训基地");
    }
}

#[rocket::async_test]
async fn requests_of_others_are_not_there() {
    let county = county().await;
    let mut school = of(&county, "第一中学").await;
    ask(&county, &mut school, "第一中学", &[("legal_person", "孙校长")], &PAPER).await.is(303);
    let file = county.number("select file_id from organization_change_file").await;
    for unit in ["人民医院", "卫健委", "教育局"] {
        let mut other = of(&county, unit).await;
        other.get(&format!("{CHANGE}/1")).await.is(404).lacks("孙校长");
        other.get(&format!("{CHANGE}/1/files/{file}")).await.is(404);
        other.post(&format!("{CHANGE}/1/withdraw"), &[]).await.is(404);
        other.post(&format!("{CHANGE}/1/remind"), &[]).await.is(404);
    }
    let mut health = of(&county, "卫健委").await;
    for act in ["", "/approve", "/reject"] {
        health.get(&desk(&county, act).await).await.is(404);
    }
    approve(&county, &mut health).await.is(404);
    health.get(&format!("/files/{file}")).await.is(404);
    // the bureau has no superior to ask
    let mut bureau = seated(&county, "admin").await;
    bureau.get(CHANGE).await.is(403);
    // a person has no unit to change
    seated(&county, &id_number(2)).await.get(CHANGE).await.is(403);
}

#[rocket::async_test]
async fn the_desks_list_stands_on_indexes() {
    use kit::review::Subject;
    let county = World::new().await;
    let mut reader = county.db().read().await.unwrap();
    let list = audits::OrganizationChanges::LIST;
    let tabs = [
        audits::OrganizationChanges::PENDING,
        audits::OrganizationChanges::DONE,
        audits::OrganizationChanges::ELSEWHERE.unwrap(),
    ];
    for sql in tabs {
        let fixed = [kit::list::Fixed { sql, values: vec![3] }];
        for plan in kit::list::plans_with(&mut reader, list, &fixed).await.unwrap() {
            assert_eq!(plan.faults(&["organization", "t"]), [""; 0], "{:?}", plan.steps);
        }
    }
}
