//! 批量导入 of 主管部门 and 用人单位: from the file to the first administrator's sign-in, and back.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use kit::{Action, Permission};
use rust_xlsxwriter::Workbook;

use crate::support::{Browser, PASSWORD, Page, World, id_number};

const EMPLOYER: [&str; 11] = [
    "单位名称",
    "统一社会信用代码",
    "上级单位",
    "单位性质",
    "行业",
    "联系人",
    "联系电话",
    "地址",
    "管理员姓名",
    "管理员登录账号",
    "管理员手机",
];
const DEPARTMENT: [&str; 9] =
    ["单位名称", "信用代码", "性质", "所属行业", "联系人", "电话", "地址", "主管系列", "管理员"];

/// The `n`th right credit code.
fn code(n: u32) -> String {
    let first = format!("12419999{n:09}");
    format!("{first}{}", kit::credit_code::check_character(&first).unwrap())
}

/// A right row of an employer.
fn school<'a>(name: &'a str, code: &'a str, under: &'a str, login: &'a str) -> [&'a str; 11] {
    [
        name,
        code,
        under,
        "事业单位",
        "教育",
        "钱丽",
        "0371-66000000",
        "文化路 9 号",
        "孙强",
        login,
        "",
    ]
}

fn file<const N: usize>(header: [&str; N], rows: &[[&str; N]]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, cells) in (0..).zip([&[header], rows].concat()) {
        for (column, text) in (0..).zip(cells) {
            sheet.write_string(row, column, text).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

async fn upload<'w>(browser: &mut Browser<'w>, kind: &str, bytes: &[u8]) -> Page {
    let address = format!("/import/{kind}");
    browser.get(&address).await.is(200);
    let sent = browser.upload(&address, &[], &[("file", "单位.xlsx", bytes)]).await;
    if sent.status == 303 { browser.follow(&sent).await } else { sent }
}

async fn county() -> World {
    World::new().await.with_department("教育局").await.with_department("卫健委").await
}

async fn seated<'w>(county: &'w World, name: &str) -> Browser<'w> {
    county.sign_in(&county.admin_of(name).await).await
}

/// The codes on a page of slips, by login.
fn codes(page: &Page) -> Vec<(String, String)> {
    let strong: Vec<String> = page
        .body
        .split("<dd class=\"code\"><strong>")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect();
    strong.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
}

/// The value of every tick box of the slips' page.
fn boxes(page: &Page) -> Vec<String> {
    let parts = page.body.split("name=\"id\" value=\"").skip(1);
    parts.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[rocket::async_test]
async fn the_bureau_imports_employers_whose_administrators_sign_in_with_their_slips() {
    let county = county().await;
    let mut admin = county.admin().await;
    admin
        .get("/import")
        .await
        .is(200)
        .contains("/import/departments")
        .contains("/import/employers");
    let education = county.organization("教育局").await;
    let coded = code(90);
    let mut tx = county.db().begin().await.unwrap();
    sqlx::query("update organization set credit_code = ? where id = ?")
        .bind(&coded)
        .bind(education)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let (one, two, three) = (code(1), code(2), code(3));
    let rows = [
        school("示例：不导入", "1", "", ""),
        school("云川县第九小学", &one, "教育局", "JiuXiao"),
        school("云川县第十小学", &two, &coded, ""),
        school("县人才中心", &three, "", ""),
    ];
    let page = upload(&mut admin, "employers", &file(EMPLOYER, &rows)).await;
    page.is(200).contains("全部可以导入").contains("模板的示例行没有计入");
    // what the check promises is what is written: the login it has made up, the superior meant
    page.contains("ycxdsxx01").contains("xrczx01").contains("示例县人力资源和社会保障局");
    assert_eq!(county.number("select count(*) from organization where kind = 'employer'").await, 0);
    admin.get("/import/employers/1/confirm").await.is(200).contains("导入 3 个用人单位");
    let done = admin.post("/import/employers/1/confirm", &[]).await;
    done.redirects_to("/import/employers/1");
    let page = admin.follow(&done).await;
    page.is(200).contains("已导入 3 个用人单位").contains("3 个单位的管理员还没有登录");
    let found = "select count(*) from organization o join organization_profile f
          on f.organization_id = o.id join organization_version v on v.organization_id = o.id
         where o.name = '云川县第十小学' and o.kind = 'employer' and v.cause = 'import:1'
           and f.contact = '钱丽' and f.area_code = '419999' and f.nature <> ''
           and o.parent_id = o.department_id
           and o.department_id = (select id from organization where name = '教育局')";
    assert_eq!(county.number(found).await, 1);
    let bureau = "select count(*) from organization where name = '县人才中心'
         and parent_id = (select id from organization where kind = 'bureau')";
    assert_eq!(county.number(bureau).await, 1);
    assert_eq!(
        county.number("select count(*) from import_touch where object = 'organization'").await,
        3
    );
    let trail = county.trail().await.join("\n");
    assert!(
        trail.contains("批量导入用人单位“云川县第九小学”，首位管理员孙强（账号 JiuXiao）"),
        "{trail}"
    );
    assert!(trail.contains("批量导入用人单位 3 个（文件“单位.xlsx”），0 行未导入"), "{trail}");
    admin.post("/import/employers/1/confirm", &[]).await.is(409);
    admin.post("/import/employers/1/cancel", &[]).await.is(409);

    // nobody can sign in before the slips are made
    let mut first = county.browser();
    first.sign_in("jiuxiao", "").await.is(422);
    let page = admin.get("/import/employers/1/slips").await;
    page.is(200).contains("还没有登录的 3 位管理员");
    let ids = boxes(&page);
    assert_eq!(ids.len(), 3);
    admin.post("/import/employers/1/slips", &[]).await.is(422).contains("至少勾选一个单位");
    let fields: Vec<(&str, &str)> = ids.iter().map(|id| ("id", id.as_str())).collect();
    let slips = admin.post("/import/employers/1/slips", &fields).await;
    slips
        .is(200)
        .contains("http://192.168.1.10:8090")
        .contains("云川县第九小学")
        .contains("共 3 张");
    let codes = codes(&slips);
    assert_eq!(codes.len(), 3);
    assert_eq!(codes[0].0, "JiuXiao");
    first.sign_in("jiuxiao", &codes[0].1).await.redirects_to("/password/first");
    let trail = county.trail().await.join("\n");
    assert!(trail.contains("生成登录条：“云川县第十小学”管理员孙强（账号 ycxdsxx01）"), "{trail}");
    assert!(!codes.iter().any(|(_, code)| trail.contains(code)));
    // a code is nowhere but on the page
    admin.get("/import/employers/1/slips").await.is(200).lacks(&codes[1].1);

    // once more: the own password, and the former code ends
    let second = admin.get("/import/employers/1/slips").await;
    let again = boxes(&second)[0].clone();
    admin
        .post("/import/employers/1/slips", &[("id", &again)])
        .await
        .is(422)
        .contains("您自己的登录密码");
    let anew =
        admin.post("/import/employers/1/slips", &[("id", &again), ("password", PASSWORD)]).await;
    let new = self::codes(anew.is(200));
    assert_eq!(new[0].0, "ycxdsxx01");
    let mut second = county.browser();
    second.sign_in("ycxdsxx01", &codes[1].1).await.is(422);
    second.sign_in("ycxdsxx01", &new[0].1).await.redirects_to("/password/first");
    assert!(county.trail().await.join("\n").contains("重新生成登录条，原一次性密码失效"));
}

#[rocket::async_test]
async fn each_row_that_cannot_go_in_is_told_and_downloaded_mended_it_goes_in() {
    let county = county().await.with_employer_under("第一小学", "教育局").await;
    let mut admin = county.admin().await;
    let codes: Vec<String> = (1..9).map(code).collect();
    let wrong = format!("{}{}", &codes[0][..17], if codes[0].ends_with('0') { '1' } else { '0' });
    let rows = [
        school("九小", &wrong, "教育局", ""),
        school("十小", &codes[1], "教育厅", ""),
        school("十一小", &codes[2], "第一小学", ""),
        school("第一小学", &codes[3], "教育局", ""),
        school("十二小", &codes[4], "教育局", "admin"),
        school("十三小", &codes[5], "教育局", "same-login"),
        school("十四小", &codes[6], "教育局", "SAME-login"),
        school("十三小", &codes[7], "教育局", ""),
    ];
    let page = upload(&mut admin, "employers", &file(EMPLOYER, &rows)).await;
    page.is(200).contains("需要修改的 7 行").contains("导入 1 个用人单位");
    for text in [
        "没有这个名称的主管部门",
        "上级单位只能是人社局或主管部门",
        "已有同名的单位",
        "这个登录账号已被使用",
        "与第 7 行的登录账号相同",
        "与第 7 行的单位名称相同",
    ] {
        page.contains(text);
    }
    let whole = admin.post("/import/employers/1/confirm", &[("whole", "on")]).await;
    whole.is(422).contains("有 7 行不能导入");
    assert_eq!(county.number("select count(*) from organization where name = '十三小'").await, 0);
    let download = admin.get("/import/employers/1/failing").await;
    download.is(200);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(download.bytes.clone())).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let rows: Vec<Vec<String>> =
        range.rows().map(|row| row.iter().map(Data::to_string).collect()).collect();
    assert_eq!(rows.len(), 8);
    assert_eq!(rows[0][11..], ["原行号", "错误原因"]);
    assert!(rows[2][12].contains("上级单位：没有这个名称的主管部门"), "{:?}", rows[2]);
    admin.post("/import/employers/1/confirm", &[]).await.is(303);
    let header: Vec<&str> = rows[0].iter().map(String::as_str).collect();
    let mut mended = rows[2].clone();
    mended[2] = "教育局".to_owned();
    let mended: Vec<&str> = mended.iter().map(String::as_str).collect();
    let header: [&str; 13] = header.try_into().unwrap();
    let bytes = file(header, &[mended.try_into().unwrap()]);
    let page = upload(&mut admin, "employers", &bytes).await;
    page.is(200).contains("全部可以导入");
    admin.post("/import/employers/2/confirm", &[]).await.is(303);
    assert_eq!(county.number("select count(*) from organization where name = '十小'").await, 1);
}

#[rocket::async_test]
async fn who_is_there_already_is_passed_over_or_refused_and_the_same_file_asks() {
    let county = county().await;
    let mut admin = county.admin().await;
    let (one, two) = (code(1), code(2));
    let old = school("九小", &one, "教育局", "");
    upload(&mut admin, "employers", &file(EMPLOYER, &[old])).await.is(200);
    admin.post("/import/employers/1/confirm", &[]).await.is(303);
    upload(&mut admin, "employers", &file(EMPLOYER, &[old])).await.contains("都已经登记");
    let both = file(EMPLOYER, &[old, school("十小", &two, "教育局", "")]);
    upload(&mut admin, "employers", &both).await.is(200).contains("导入 1 个用人单位");
    admin.get("/import/employers/3?tab=skip").await.contains("已经登记，名称和信用代码都相同");
    admin.get("/import/employers/3/confirm").await.is(200).contains("跳过：原有资料不改动");
    let fields = [("policy", "reject"), ("whole", "on")];
    admin.post("/import/employers/3/confirm", &fields).await.is(422).contains("有 1 行不能导入");
    admin.post("/import/employers/3/confirm", &[("policy", "nothing")]).await.is(422);
    admin.post("/import/employers/3/confirm", &[("policy", "reject")]).await.is(303);
    let page = admin.get("/import/employers/3?tab=error").await;
    page.is(200).contains("没有导入的 1 行").contains("已经登记");
    let page = upload(&mut admin, "employers", &both).await;
    page.contains("都已经登记").contains("同一个文件");
    // a taken name with another code, and a taken code with another name
    let three = code(3);
    let rows = [school("九小", &three, "", ""), school("新名称", &one, "", "")];
    let page = upload(&mut admin, "employers", &file(EMPLOYER, &rows)).await;
    page.contains("已有同名的单位").contains("已登记在另一个单位名下").contains("没有可以导入的行");
}

#[rocket::async_test]
async fn what_changed_since_the_check_is_left_out_and_listed() {
    let county = county().await;
    let mut admin = county.admin().await;
    let (one, two) = (code(1), code(2));
    let rows = [school("九小", &one, "教育局", "jiu-xiao"), school("十小", &two, "教育局", "")];
    upload(&mut admin, "employers", &file(EMPLOYER, &rows)).await.is(200);
    county.execute("update account set login = 'jiu-xiao' where id = 2").await;
    let whole = admin.post("/import/employers/1/confirm", &[("whole", "on")]).await;
    whole.is(409).contains("第 2 行管理员登录账号：这个登录账号已被使用");
    assert_eq!(county.number("select count(*) from organization where kind = 'employer'").await, 0);
    let done = admin.post("/import/employers/1/confirm", &[]).await;
    admin.follow(&done).await.contains("核对之后情况有变化，1 行没有导入");
    admin.get("/import/employers/1?tab=error").await.contains("这个登录账号已被使用");
    assert_eq!(county.number("select changed from import where id = 1").await, 1);
    assert_eq!(county.number("select count(*) from organization where kind = 'employer'").await, 1);
}

#[rocket::async_test]
async fn a_department_brings_its_own_employers_and_no_others() {
    let county = county().await.with_employer_under("第一小学", "教育局").await;
    let mut department = seated(&county, "教育局").await;
    department
        .get("/import")
        .await
        .is(200)
        .contains("/import/employers")
        .lacks("/import/departments");
    department.get("/import/departments").await.is(403);
    department.get("/import/employers").await.is(200).contains("归“教育局”");
    department.get("/import/employers/template").await.is(200);
    let (one, two) = (code(1), code(2));
    let rows = [school("九小", &one, "", ""), school("医院", &two, "卫健委", "")];
    let page = upload(&mut department, "employers", &file(EMPLOYER, &rows)).await;
    page.is(200).contains("这个主管部门不在您的管理范围内").contains("导入 1 个用人单位");
    department.post("/import/employers/1/confirm", &[]).await.is(303);
    let ours = "select count(*) from organization where name = '九小'
         and department_id = (select id from organization where name = '教育局')";
    assert_eq!(county.number(ours).await, 1);
    // another department neither sees it nor what it brought
    let mut other = seated(&county, "卫健委").await;
    for address in ["", "/slips", "/undo", "/failing"] {
        other.get(&format!("/import/employers/1{address}")).await.is(404);
    }
    let rows = [school("九小", &one, "", "")];
    let page = upload(&mut other, "employers", &file(EMPLOYER, &rows)).await;
    page.contains("已经登记在别的主管部门");
    let mut employer = seated(&county, "第一小学").await;
    employer.get("/import").await.is(200).lacks("/import/employers");
    employer.get("/import/employers").await.is(403);
    employer.post("/import/employers", &[]).await.is(403);
}

#[rocket::async_test]
async fn both_permissions_and_the_whole_county_are_asked_for() {
    let county = county().await;
    let bureau = county.bureau().await;
    let edit = |kind| accounts::organizations::adding::permission(kind, Action::Edit).unwrap();
    let (employers, departments) =
        (edit(kit::OrganizationKind::Employer), edit(kit::OrganizationKind::Department));
    let import = import::EditImports::grantable();
    let county = county
        .with_clerk("form", bureau, &[employers])
        .await
        .with_clerk("importer", bureau, &[import])
        .await
        .with_clerk("both", bureau, &[employers, departments, import])
        .await;
    let bytes = file(EMPLOYER, &[school("九小", &code(1), "教育局", "")]);
    let mut form = county.sign_in("form").await;
    form.get("/import/employers").await.is(200).contains("还要有“批量导入”的编辑权限");
    form.upload("/import/employers", &[], &[("file", "单位.xlsx", &bytes)]).await.is(403);
    let mut importer = county.sign_in("importer").await;
    importer.get("/import/employers").await.is(403);
    importer.upload("/import/employers", &[], &[("file", "单位.xlsx", &bytes)]).await.is(403);
    let mut both = county.sign_in("both").await;
    upload(&mut both, "employers", &bytes).await.is(200).contains("全部可以导入");
    both.post("/import/employers/1/confirm", &[]).await.is(303);
    let page = both.get("/import/employers/1/slips").await;
    let ids = boxes(&page);
    both.post("/import/employers/1/slips", &[("id", &ids[0])]).await.is(200).contains("登录条");
    // a second code for the same account is a reset, which this clerk may not do
    let fields = [("id", ids[0].as_str()), ("password", PASSWORD)];
    both.post("/import/employers/1/slips", &fields).await.is(403);
    // limited to one department he imports nothing: 批量导入 is not for a part of the county
    county
        .execute(
            "update grant set scope = 'departments' where account_id =
               (select id from account where login = 'both')",
        )
        .await;
    county
        .execute(
            "insert into grant_department (grant_id, department_id) select g.id, o.id
               from grant g join account a on a.id = g.account_id, organization o
              where a.login = 'both' and o.name = '教育局'",
        )
        .await;
    let mut both = county.sign_in("both").await;
    both.get("/import/departments").await.is(200).contains("您的管理范围内不能新增主管部门");
    both.upload("/import/departments", &[], &[("file", "单位.xlsx", &bytes)]).await.is(403);
    both.get("/import/employers").await.is(200).contains("还要有“批量导入”的编辑权限");
    both.upload("/import/employers", &[], &[("file", "单位.xlsx", &bytes)]).await.is(403);
}

#[rocket::async_test]
async fn departments_come_with_their_series() {
    let county = World::new().await;
    let mut admin = county.admin().await;
    let (one, two) = (code(1), code(2));
    let row = |name, code, series| {
        [name, code, "行政机关", "教育", "钱丽", "0371-66000000", "文化路", series, "孙强"]
    };
    let rows = [
        row("县教育局", one.as_str(), "中小学教师、工程技术人员"),
        row("县卫健委", two.as_str(), "医生"),
    ];
    let page = upload(&mut admin, "departments", &file(DEPARTMENT, &rows)).await;
    page.is(200).contains("主管系列中有不在可选内容里的项");
    admin.post("/import/departments/1/confirm", &[]).await.is(303);
    let found = "select count(*) from organization o join organization_profile f
          on f.organization_id = o.id where o.kind = 'department' and o.department_id = o.id
           and o.name = '县教育局' and f.series like '%,%'";
    assert_eq!(county.number(found).await, 1);
    // an .xlsx that is none, and a header that is not ours
    let refused = upload(&mut admin, "departments", b"name,code").await;
    refused.is(422);
    let people = file(["姓名", "身份证号"], &[["张三", &id_number(1)]]);
    upload(&mut admin, "departments", &people).await.is(422).contains("没有找到表头");
}

#[rocket::async_test]
async fn an_undo_takes_back_the_untouched_and_keeps_and_names_the_others() {
    let county = county().await;
    let mut admin = county.admin().await;
    let tables =
        "select (select count(*) from organization) + 1000 * (select count(*) from account)
        + 1000000 * (select count(*) from organization_version)
        + 1000000000 * (select count(*) from grant)";
    let before = county.number(tables).await;
    let codes: Vec<String> = (1..5).map(code).collect();
    let rows = [
        school("九小", &codes[0], "教育局", ""),
        school("十小", &codes[1], "教育局", "shi-xiao"),
        school("十一小", &codes[2], "教育局", ""),
        school("十二小", &codes[3], "教育局", ""),
    ];
    let bytes = file(EMPLOYER, &rows);
    upload(&mut admin, "employers", &bytes).await.is(200);
    admin.post("/import/employers/1/confirm", &[]).await.is(303);
    let page = admin.get("/import/employers/1/slips").await;
    let ids = boxes(&page);
    let fields: Vec<(&str, &str)> = ids.iter().map(|id| ("id", id.as_str())).collect();
    let slips = self::codes(&admin.post("/import/employers/1/slips", &fields).await);
    // one signs in, one gets a person, the others only have their slips
    let mut first = county.browser();
    first.sign_in("shi-xiao", &slips[1].1).await.redirects_to("/password/first");
    let county = county.with_person("张三", "十一小", &id_number(1)).await;
    let mut admin = county.admin().await;
    admin.get("/import/employers/1/undo").await.is(200).contains("撤销导入 4 个用人单位");
    let page = admin.post("/import/employers/1/undo", &[("reason", "选错文件")]).await;
    page.is(422).contains("您自己的登录密码");
    let fields = [("reason", "选错文件"), ("password", PASSWORD)];
    let done = admin.post("/import/employers/1/undo", &fields).await;
    let page = admin.follow(done.is(303)).await;
    page.contains("已撤销对 2 个用人单位的导入")
        .contains("管理员已经登录过")
        .contains("已有 1 名专技人员");
    let left =
        county.text("select group_concat(name) from organization where kind = 'employer'").await;
    assert_eq!(left, "十小,十一小");
    assert_eq!(county.number("select undone * 10 + kept from import").await, 22);
    assert!(county.trail().await.join("\n").contains("撤销 2 个，保留 2 个，原因：选错文件"));
    admin.post("/import/employers/1/undo", &fields).await.is(409).contains("没有重复撤销");
    // the names are free again
    let rows = [school("九小", &codes[0], "教育局", ""), school("十二小", &codes[3], "教育局", "")];
    upload(&mut admin, "employers", &file(EMPLOYER, &rows)).await.contains("全部可以导入");
    admin.post("/import/employers/2/confirm", &[]).await.is(303);
    let done = admin.post("/import/employers/2/undo", &fields).await;
    admin.follow(done.is(303)).await.contains("已撤销对 2 个用人单位的导入");
    let kept = "select count(*) from pragma_foreign_key_check";
    assert_eq!(county.number(kept).await, 0);
    assert!(before > 0);
}

#[rocket::async_test]
async fn the_bureau_fills_and_updates_who_is_there_and_takes_that_back() {
    let county = county().await;
    let mut admin = county.admin().await;
    let (one, two) = (code(1), code(2));
    let rows = [school("九小", &one, "教育局", ""), school("十小", &two, "教育局", "")];
    upload(&mut admin, "employers", &file(EMPLOYER, &rows)).await.is(200);
    admin.post("/import/employers/1/confirm", &[]).await.is(303);
    let header = [&EMPLOYER[..], &["邮编", "职工总数"]].concat();
    let header: [&str; 13] = header.try_into().unwrap();
    let mut changed = [&school("九小", &one, "卫健委", "")[..], &["450001", "86"]].concat();
    changed[5] = "何敏";
    let same = [&school("十小", &two, "", "")[..], &["", ""]].concat();
    let bytes = file(header, &[changed.try_into().unwrap(), same.try_into().unwrap()]);
    let page = upload(&mut admin, "employers", &bytes).await;
    page.is(200).contains("补空：邮编、职工总数；更新：联系人、邮编、职工总数");
    admin
        .get("/import/employers/2/confirm")
        .await
        .contains("更新：以文件为准，空格不改，1 行有变化");
    let done = admin.post("/import/employers/2/confirm", &[("policy", "fill")]).await;
    admin.follow(done.is(303)).await.contains("已补空 1 个单位的资料。");
    let profile = "select contact || postcode || staff || (select count(*) from organization_version v
           where v.organization_id = o.id) || coalesce((select name from organization d
           where d.id = o.department_id), '')
          from organization o join organization_profile f on f.organization_id = o.id where o.name = '九小'";
    assert_eq!(county.text(profile).await, "钱丽450001862教育局");
    upload(&mut admin, "employers", &bytes).await.is(200);
    let fields = [("policy", "update"), ("again", "on")];
    admin.post("/import/employers/3/confirm", &fields).await.is(303);
    assert_eq!(county.text(profile).await, "何敏450001863教育局");
    assert!(county.trail().await.join("\n").contains("批量导入更新“九小”的资料：联系人"));
    // the last first; one that was changed since is kept
    let fields = [("reason", "选错文件"), ("password", PASSWORD)];
    admin.post("/import/employers/2/undo", &fields).await.is(409);
    admin.post("/import/employers/3/undo", &fields).await.is(303);
    assert_eq!(county.text(profile).await, "钱丽450001864教育局");
    let done = admin.post("/import/employers/2/undo", &fields).await;
    admin.follow(done.is(303)).await.contains("已撤销对 1 个用人单位的导入");
    let undone = "select contact || postcode || coalesce(staff, '-') from organization_profile f
          join organization o on o.id = f.organization_id where o.name = '九小'";
    assert_eq!(county.text(undone).await, "钱丽-");
    // a department has no such choice
    let mut department = seated(&county, "教育局").await;
    upload(&mut department, "employers", &bytes).await.is(200).lacks("更新：联系人");
}
