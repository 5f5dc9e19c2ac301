//! 未激活账户: who has not signed in yet, whose initial password is opened anew, 登录条.

use kit::{Action, Grantable, Permission};

use crate::support::{Page, World, id_number};

const LIST: &str = "/import/inactive";

/// 教育局 with 第一中学 (王芳, 李强, and 赵敏 who signs in), 人民医院 under the bureau (孙丽).
async fn county() -> World {
    let county = World::new()
        .await
        .with_department("教育局")
        .await
        .with_employer_under("第一中学", "教育局")
        .await
        .with_employer("人民医院")
        .await
        .with_person("王芳", "第一中学", &id_number(2))
        .await
        .with_person("李强", "第一中学", &id_number(3))
        .await
        .with_active_person("赵敏", "第一中学", &id_number(4))
        .await
        .with_person("孙丽", "人民医院", &id_number(5))
        .await;
    for unit in ["教育局", "第一中学", "人民医院"] {
        county.admin_of(unit).await;
    }
    county
}

/// The unit's administrator, signed in; `county` has made him.
async fn of<'w>(county: &'w World, unit: &str) -> crate::support::Browser<'w> {
    let login = county.admin_of(unit).await;
    county.sign_in(&login).await
}

fn rows(page: &Page) -> usize {
    page.body.matches("data-row").count()
}

/// The cells of a workbook's first sheet, row by row.
fn cells(page: &Page) -> Vec<Vec<String>> {
    use calamine::Reader;
    let bytes = std::io::Cursor::new(page.bytes.clone());
    let mut book: calamine::Xlsx<_> = calamine::Xlsx::new(bytes).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

#[rocket::async_test]
async fn each_sees_those_of_his_scope_who_have_not_signed_in() {
    let county = county().await;
    county.get(LIST).await.is(303);
    county.sign_in(&id_number(4)).await.get(LIST).await.is(403);
    let mut bureau = county.admin().await;
    let page = bureau.get(LIST).await;
    page.is(200).contains("王芳").contains("李强").contains("孙丽").lacks("赵敏");
    assert_eq!(rows(&page), 3);
    let mut department = of(&county, "教育局").await;
    department.get(LIST).await.is(200).contains("王芳").lacks("孙丽").lacks("赵敏");
    let mut school = of(&county, "第一中学").await;
    let page = school.get(LIST).await;
    page.is(200).contains("王芳").contains("李强").lacks("孙丽").lacks(&id_number(2));
    page.contains(&format!("{}************{}", &id_number(2)[..4], &id_number(2)[16..]));
    page.contains("365 天").contains("2027-11-23").contains("导入");
    // another unit, named or guessed
    let hospital = county.organization("人民医院").await;
    for path in [LIST.to_owned(), format!("{LIST}/slips"), format!("{LIST}/reopen")] {
        school.get(&format!("{path}?unit={hospital}")).await.is(404);
        department.get(&format!("{path}?unit={hospital}")).await.is(404);
    }
    bureau.get(&format!("{LIST}?unit={hospital}")).await.is(200).contains("孙丽").lacks("王芳");
    bureau.get(&format!("{LIST}?unit=x")).await.is(404);
    // once he has set a password he is gone
    let number = id_number(3);
    let mut browser = county.browser();
    browser.sign_in(&number, &number[12..]).await.redirects_to("/password/first");
    let chosen = "green-Kettle-on-the-roof";
    browser.get("/password/first").await.is(200);
    browser.post("/password/first", &[("password", chosen), ("again", chosen)]).await.is(303);
    school.get(LIST).await.is(200).lacks("李强");
}

#[rocket::async_test]
async fn without_the_permission_nothing_is_shown_or_done() {
    let county = county().await;
    let school = county.organization("第一中学").await;
    let view = Grantable { leaf: import::inactive::INACTIVE, action: Action::View };
    let county = county.with_clerk("viewer", school, &[view]).await;
    let mut viewer = county.sign_in("viewer").await;
    let page = viewer.get(LIST).await;
    page.is(200).contains("王芳").lacks("登录条</a>").lacks("重新开放</a>").lacks("导出 Excel");
    let id = county.person("王芳").await.to_string();
    viewer.get(&format!("{LIST}/slips")).await.is(403);
    viewer.get(&format!("{LIST}/export")).await.is(403);
    viewer.post(&format!("{LIST}/slips"), &[("id", &id)]).await.is(403);
    viewer.post(&format!("{LIST}/reopen"), &[("id", &id)]).await.is(403);
    viewer.post(&format!("{LIST}/{id}/reopen"), &[]).await.is(403);
}

#[rocket::async_test]
async fn the_bands_follow_the_clock() {
    let county = county().await;
    county
        .execute(
            "update account set initial_until = '2026-11-28T01:00:00.000Z'
              where person_id = (select id from person where name = '王芳')",
        )
        .await;
    county
        .execute(
            "update account set initial_until = null
              where person_id = (select id from person where name = '孙丽')",
        )
        .await;
    let band = async |band: &str| {
        let page = county.admin().await.get(&format!("{LIST}?band={band}")).await;
        page.is(200);
        ["王芳", "李强", "孙丽"].map(|name| page.body.contains(name))
    };
    assert_eq!(band("expired").await, [false; 3]);
    assert_eq!(band("week").await, [true, false, false]);
    assert_eq!(band("month").await, [true, false, false]);
    assert_eq!(band("later").await, [false, true, true]);
    let page = county.admin().await.get(LIST).await;
    page.contains("5 天").contains("365 天").contains("长期").contains("7 天内到期（1）");
    county.clock.advance(time::Duration::days(5));
    county.admin().await.get(LIST).await.contains("已过期</span>").contains("已过期（1）");
    assert_eq!(band("expired").await, [true, false, false]);
    assert_eq!(band("week").await, [false; 3]);
    county.clock.advance(time::Duration::days(340));
    assert_eq!(band("month").await, [false, true, false]);
    county.clock.advance(time::Duration::days(30));
    assert_eq!(band("expired").await, [true, true, false]);
    assert_eq!(band("later").await, [false, false, true]);
    // the card says so where it can be helped, and sign-in tells nobody why
    let mut school = of(&county, "第一中学").await;
    school.get("/start").await.contains("未激活账户").contains("2 人的初始密码已过期");
    let number = id_number(2);
    county.browser().sign_in(&number, &number[12..]).await.is(422).lacks("过期");
}

#[rocket::async_test]
async fn the_list_keeps_up_with_resets_disabling_and_transfers() {
    let county = county().await;
    let origin = "select coalesce((select x.origin from initial_account x join person p on p.id = x.id where p.name = '赵敏'), '')";
    let id = county.person("赵敏").await;
    let mut tx = county.db().begin().await.unwrap();
    accounts::credentials::reset_to_initial(&mut tx, id, &county.clock).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(county.text(origin).await, "reset");
    let mut school = of(&county, "第一中学").await;
    school.get(LIST).await.contains("赵敏").contains("重置").contains("2026-11-23 09:00");
    school.get(&format!("{LIST}?origin=reset")).await.contains("赵敏").lacks("王芳");
    // disabled and enabled again: as before
    let wang = "update account set state = 'disabled' where name = '王芳'";
    county.execute(wang).await;
    school.get(LIST).await.lacks("王芳");
    county.execute("update account set state = 'initial' where name = '王芳'").await;
    school.get(&format!("{LIST}?origin=import")).await.contains("王芳");
    // moved to another unit: he is listed there
    county
        .execute(
            "update person set department_id = null,
               organization_id = (select id from organization where name = '人民医院')
              where name = '王芳'",
        )
        .await;
    school.get(LIST).await.lacks("王芳");
    of(&county, "教育局").await.get(LIST).await.lacks("王芳");
    of(&county, "人民医院").await.get(LIST).await.contains("王芳");
    // and what is listed is exactly who is in the initial state
    let listed = county.number("select count(*) from initial_account").await;
    let initial = county
        .number(
            "select count(*) from account a join initial_account x on x.id = a.person_id
              join person p on p.id = x.id and p.organization_id = x.organization_id
               and p.department_id is x.department_id
             where a.state = 'initial'",
        )
        .await;
    assert_eq!((listed, initial), (4, 4));
    county.execute("delete from account where name = '孙丽'").await;
    assert_eq!(county.number("select count(*) from initial_account").await, 3);
}

#[rocket::async_test]
async fn a_unit_opens_its_own_anew_one_the_ticked_or_all() {
    let county = county().await;
    let stale =
        "update account set initial_until = '2026-01-01T00:00:00.000Z' where state = 'initial'";
    county.execute(stale).await;
    let expired =
        "select count(*) from account where state = 'initial' and initial_until < '2026-11-23'";
    let mut school = of(&county, "第一中学").await;
    let wang = county.person("王芳").await.to_string();
    school.get(LIST).await.contains("重新开放").contains("已过期");
    let page = school.get(&format!("{LIST}/{wang}/reopen")).await;
    page.is(200).contains("王芳").contains("365 天内有效");
    let done = school.post(&format!("{LIST}/{wang}/reopen"), &[]).await;
    done.redirects_to(LIST);
    school.follow(&done).await.contains("已重新开放初始密码，365 天内有效");
    assert_eq!(county.number(expired).await, 2);
    let number = id_number(2);
    county.browser().sign_in(&number, &number[12..]).await.redirects_to("/password/first");
    county.execute(stale).await;
    let zhao = county.person("赵敏").await.to_string();
    let li = county.person("李强").await.to_string();
    let done = school.post(&format!("{LIST}/reopen"), &[("id", &li), ("id", &zhao)]).await;
    school.follow(&done).await.contains("已重新开放 1 人").contains("另有 1 人已设置过自己的密码");
    assert_eq!(county.number(expired).await, 2);
    school.post(&format!("{LIST}/{zhao}/reopen"), &[]).await.is(409);
    // all of the unit, and nobody else's
    school
        .get(&format!("{LIST}/reopen"))
        .await
        .is(200)
        .contains("第一中学")
        .contains("重新开放 2 人");
    let unit = county.organization("第一中学").await.to_string();
    let done = school.post(&format!("{LIST}/reopen"), &[("unit", &unit)]).await;
    school.follow(&done).await.contains("已重新开放第一中学 2 人的初始密码");
    assert_eq!(county.number(expired).await, 1);
    assert!(county.trail().await.iter().any(|t| t.contains("重新开放第一中学全部 2 名")));
    // others' people are not there
    let sun = county.person("孙丽").await.to_string();
    school.get(&format!("{LIST}/{sun}/reopen")).await.is(404);
    school.post(&format!("{LIST}/{sun}/reopen"), &[]).await.is(404);
    school.post(&format!("{LIST}/reopen"), &[("id", &li), ("id", &sun)]).await.is(404);
    let hospital = county.organization("人民医院").await.to_string();
    school.post(&format!("{LIST}/reopen"), &[("unit", &hospital)]).await.is(404);
    school.post(&format!("{LIST}/reopen"), &[]).await.is(422).contains("没有勾选人员");
    assert_eq!(county.number(expired).await, 1);
}

#[rocket::async_test]
async fn a_superior_opens_anew_only_where_nobody_else_can() {
    let county = county().await;
    let stale =
        "update account set initial_until = '2026-01-01T00:00:00.000Z' where state = 'initial'";
    county.execute(stale).await;
    let expired =
        "select count(*) from account where state = 'initial' and initial_until < '2026-11-23'";
    let school = county.organization("第一中学").await.to_string();
    let wang = county.person("王芳").await.to_string();
    let offered = "全部重新开放</a>";
    let at = format!("{LIST}?unit={school}");
    for login in ["admin".to_owned(), county.admin_of("教育局").await] {
        let mut superior = county.sign_in(&login).await;
        superior.get(LIST).await.is(200).lacks("重新开放</a>").contains("重新开放请先选单位");
        superior.get(&at).await.is(200).lacks(offered).contains("由它自己重新开放");
        superior.get(&format!("{LIST}/reopen?unit={school}")).await.is(409);
        superior.get(&format!("{LIST}/{wang}/reopen")).await.is(409);
        superior.post(&format!("{LIST}/{wang}/reopen"), &[]).await.is(409).contains("第一中学");
        superior.post(&format!("{LIST}/reopen"), &[("id", &wang)]).await.is(409);
        superior.post(&format!("{LIST}/reopen"), &[("unit", &school)]).await.is(409);
    }
    assert_eq!(county.number(expired).await, 3);
    // its administrator disabled: the department may
    county
        .execute(
            "update grant set state = 'disabled'
              where organization_id = (select id from organization where name = '第一中学')",
        )
        .await;
    let mut department = of(&county, "教育局").await;
    department.get(&at).await.contains(offered).contains("重新开放</a>");
    let done = department.post(&format!("{LIST}/reopen"), &[("unit", &school)]).await;
    done.redirects_to(&at);
    assert_eq!(county.number(expired).await, 1);
    // by setting the bureau everywhere, a department still not
    county
        .execute(
            "update grant set state = 'active'
              where organization_id = (select id from organization where name = '第一中学')",
        )
        .await;
    county.execute(stale).await;
    county.set("accounts.county-reopens", "1").await;
    department.post(&format!("{LIST}/{wang}/reopen"), &[]).await.is(409);
    let mut bureau = county.admin().await;
    bureau.get(LIST).await.contains("重新开放</a>");
    bureau.post(&format!("{LIST}/{wang}/reopen"), &[]).await.redirects_to(LIST);
    assert_eq!(county.number(expired).await, 2);
}

#[rocket::async_test]
async fn nobody_opens_his_own_anew() {
    let county = county().await.with_grant("赵敏", "第一中学").await;
    let mut zhao = county.sign_in(&id_number(4)).await;
    let side = county
        .number(
            "select id from grant where account_id = (select id from account where name = '赵敏')",
        )
        .await;
    zhao.get("/start").await;
    zhao.post("/side", &[("side", &side.to_string())]).await;
    let id = county.person("赵敏").await.to_string();
    let page = zhao.post(&format!("{LIST}/{id}/reopen"), &[]).await;
    page.is(409).contains("不能自己办理");
}

#[rocket::async_test]
async fn the_workbook_holds_what_is_shown_with_masked_numbers() {
    let county = county().await;
    county
        .execute(
            "update account set initial_until = '2026-01-01T00:00:00.000Z'
              where person_id = (select id from person where name = '王芳')",
        )
        .await;
    let mut school = of(&county, "第一中学").await;
    let book = school.get(&format!("{LIST}/export?band=expired")).await;
    book.is(200);
    let rows = cells(&book);
    let text: String = rows.iter().flatten().cloned().collect();
    assert!(!text.contains(&id_number(2)) && text.contains("************"));
    assert!(!text.contains(&id_number(2)[12..]), "the last six are the password");
    let head = rows.iter().position(|row| row[0] == "姓名").unwrap();
    assert_eq!(rows.len() - head - 1, 1);
    assert_eq!(rows[head + 1][0], "王芳");
    assert!(rows[head + 1].iter().any(|cell| cell == "已过期"));
    assert!(county.trail().await.last().unwrap().starts_with("导出“未激活账户” 1 行"));
    // the shared export does not reach further either
    let book = school.get("/lists/inactive/export").await;
    let text: String = cells(&book).into_iter().flatten().collect();
    assert!(text.contains("李强") && !text.contains("孙丽") && !text.contains(&id_number(2)));
}

#[rocket::async_test]
async fn slips_say_how_to_sign_in_and_show_no_more_of_the_number() {
    let county = county().await;
    let mut school = of(&county, "第一中学").await;
    let page = school.get(&format!("{LIST}/slips")).await;
    page.is(200).contains("王芳").contains("李强").lacks("赵敏").lacks("孙丽");
    page.contains("第一中学").contains("账号：本人身份证号").contains("末位 X 大小写都可以");
    page.contains("首次登录必须修改密码").contains("有效期至 2027-11-23 09:00");
    page.contains("http://192.168.1.10:8090").contains("id=\"code\"");
    for n in [2, 3] {
        let number = id_number(n);
        page.lacks(&number).lacks(&number[12..]).lacks(&number[4..12]);
        page.contains(&format!("{}************{}", &number[..4], &number[16..]));
    }
    assert_eq!(county.trail().await.last().unwrap(), "打印登录条 2 人：本单位");
    // the ticked, from the list
    school.get(LIST).await.is(200);
    let wang = county.person("王芳").await.to_string();
    let done = school.post(&format!("{LIST}/slips"), &[("id", &wang)]).await;
    done.redirects_to(&format!("{LIST}/slips?ids={wang}"));
    school.follow(&done).await.contains("王芳").lacks("李强");
    assert_eq!(county.trail().await.last().unwrap(), "打印登录条 1 人：勾选的人员");
    school.get(LIST).await.is(200);
    school.post(&format!("{LIST}/slips"), &[]).await.is(422).contains("没有勾选人员");
    // others'
    let sun = county.person("孙丽").await.to_string();
    school.post(&format!("{LIST}/slips"), &[("id", &sun)]).await.is(404);
    school.get(&format!("{LIST}/slips?ids={wang},{sun}")).await.is(404).lacks("孙丽");
    // who has set a password gets none
    let zhao = county.person("赵敏").await.to_string();
    let before = county.trail().await.len();
    school
        .get(&format!("{LIST}/slips?ids={zhao}"))
        .await
        .contains("没有需要打印登录条")
        .lacks("赵敏");
    assert_eq!(county.trail().await.len(), before);
    // an expired one says so; without an address there is no code
    county
        .execute(
            "update account set initial_until = '2026-01-01T00:00:00.000Z' where name = '王芳'",
        )
        .await;
    county.set("verification.public_address", "").await;
    let page = school.get(&format!("{LIST}/slips?band=expired")).await;
    page.contains("王芳").lacks("李强").contains("已过期，请联系单位重新开放");
    page.contains("没有填写系统的对外网址").lacks("id=\"code\"");
}

#[rocket::async_test]
async fn a_superior_prints_a_unit_sorted_by_department_and_name() {
    let county = county().await;
    let mut bureau = county.admin().await;
    bureau.get(&format!("{LIST}/slips")).await.is(422).contains("请先选择一个单位");
    let school = county.organization("第一中学").await;
    county
        .execute(
            "insert into internal_department (id, organization_id, name)
             select 900, id, '语文组' from organization where name = '第一中学'",
        )
        .await;
    county.execute("update person set internal_department_id = 900 where name = '李强'").await;
    let page = bureau.get(&format!("{LIST}/slips?unit={school}")).await;
    page.is(200).contains("第一中学 · 语文组").lacks("孙丽");
    let (li, wang) = (page.body.find("李强").unwrap(), page.body.find("王芳").unwrap());
    assert!(li < wang, "who is in no department comes last");
    assert_eq!(county.trail().await.last().unwrap(), "打印登录条 2 人：第一中学");
    let page = of(&county, "教育局").await.get(&format!("{LIST}/slips?unit={school}")).await;
    page.is(200).contains("王芳");
}

#[rocket::async_test]
async fn an_import_gets_its_own_slips() {
    let county = county().await;
    county
        .execute(
            "insert into import (id, organization_id, by_name, file_name, sha256, size, state, created_at, seen_at, imported)
             select 70, id, '李', '新教师.xlsx', 'x', 1, 'imported', '', '', 1 from organization where name = '第一中学'",
        )
        .await;
    county.execute("update person set import_id = 70 where name = '李强'").await;
    let mut school = of(&county, "第一中学").await;
    let page = school.get(&format!("{LIST}?import=70")).await;
    page.is(200).contains("李强").lacks("王芳").contains("新教师.xlsx").contains("打印全部登录条");
    let page = school.get(&format!("{LIST}/slips?import=70")).await;
    page.is(200).contains("李强").lacks("王芳");
    assert_eq!(county.trail().await.last().unwrap(), "打印登录条 1 人：导入 70（新教师.xlsx）");
    school.get("/import/70").await.is(200).contains("/import/inactive/slips?import=70");
    let mut hospital = of(&county, "人民医院").await;
    hospital.get(&format!("{LIST}/slips?import=70")).await.is(404).lacks("李强");
    hospital.get(&format!("{LIST}?import=70")).await.is(404);
    county.admin().await.get(&format!("{LIST}/slips?import=70")).await.is(200).contains("李强");
}

#[rocket::async_test]
async fn superiors_see_units_with_their_numbers() {
    let county = county().await;
    county
        .execute(
            "update account set initial_until = '2026-11-25T01:00:00.000Z' where name = '王芳'",
        )
        .await;
    let mut bureau = county.admin().await;
    let page = bureau.get(&format!("{LIST}/units")).await;
    page.is(200).contains("2 个单位的 3 人还没有登录过").contains("第一中学").contains("人民医院");
    let text = page.text();
    let row = text.split("名单").find(|part| part.contains("第一中学")).unwrap().to_owned();
    assert!(row.contains("2026-11-25（还剩 2 天）"), "{row}");
    let (school, hospital) = (page.body.find(">第一中学<"), page.body.find(">人民医院<"));
    assert!(school < hospital, "who has most comes first");
    // 3 people, 1 activated, 2 not, none expired
    let (_, rest) = page.body.split_once(">第一中学<").unwrap();
    let numbers: Vec<&str> = rest
        .split("class=\"num")
        .skip(1)
        .take(4)
        .map(|cell| {
            cell.split('>').find(|part| part.starts_with(|c: char| c.is_ascii_digit())).unwrap()
        })
        .map(|cell| cell.split('<').next().unwrap())
        .collect();
    assert_eq!(numbers, ["3", "1", "2", "0"]);
    let unit = county.organization("第一中学").await;
    page.contains(&format!("href=\"{LIST}?unit={unit}\""));
    let page = of(&county, "教育局").await.get(&format!("{LIST}/units")).await;
    page.is(200).contains("1 个单位的 2 人").contains("第一中学").lacks("人民医院");
    // the way to one unit by its name
    let to = bureau.post(&format!("{LIST}/units"), &[("unit", "第一中学")]).await;
    to.redirects_to(&format!("{LIST}?unit={unit}"));
    bureau
        .post(&format!("{LIST}/units"), &[("unit", "没有这个单位")])
        .await
        .is(422)
        .contains("没有找到");
    bureau.post(&format!("{LIST}/units"), &[("unit", "")]).await.is(422);
    let mut department = of(&county, "教育局").await;
    department.get(LIST).await.is(200);
    let page = department.post(&format!("{LIST}/units"), &[("unit", "人民医院")]).await;
    page.is(422).contains("不在您的管理范围内");
}

#[rocket::async_test]
async fn no_band_or_unit_makes_the_list_walk_a_large_table() {
    use kit::list::Fixed;
    let county = county().await;
    let modules = county.modules();
    let list = modules.list("inactive").unwrap();
    let mut reader = county.db().read().await.unwrap();
    let ended = || Fixed { sql: "x.until <= ?", values: vec![1] };
    let within = || Fixed { sql: "x.until > ? and x.until < ?", values: vec![1, 2] };
    let unit = || Fixed { sql: "x.organization_id = ?", values: vec![3] };
    let import =
        || Fixed { sql: "x.id in (select id from person where import_id = ?)", values: vec![3] };
    let mut faults = vec![];
    for fixed in [
        vec![ended()],
        vec![within()],
        vec![unit()],
        vec![unit(), within()],
        vec![import()],
        vec![import(), ended()],
    ] {
        let small = ["organization", "internal_department", "role", "grant", "account"];
        for plan in kit::list::plans_with(&mut reader, list, &fixed).await.unwrap() {
            // an import's people are sorted: a filter of its own
            let sorts = fixed.iter().any(|one| one.sql.contains("import_id"));
            faults.extend(
                plan.faults(&small)
                    .into_iter()
                    .filter(|fault| !(sorts && fault.contains("USE TEMP B-TREE"))),
            );
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_leaf_is_asked_for_by_its_name_elsewhere() {
    // 本单位人员 names it to link here
    assert_eq!(import::inactive::ViewInactive::grantable().leaf.key, "import.inactive");
}
