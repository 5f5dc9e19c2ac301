//! 导入记录 and 撤销导入: what an import did is kept and can be taken back as a whole.

mod county;
mod property;
mod references;

use crate::support::{World, id_number};
use county::{Row, dump, file, import, number, same, upload};

/// A school's file of three, imported by its administrator: import 1.
async fn school() -> World {
    let county = World::new().await.with_employer("第一小学").await;
    let mut admin = county.sign_in(&county.admin_of("第一小学").await).await;
    let rows = [
        Row::new("何敏", &number(1)).at("教务处"),
        Row::new("张三", &number(2)).at("教务处"),
        Row::new("李四", &number(3)),
    ];
    assert_eq!(
        import(&county, &mut admin, &file(&rows), &[("create_departments", "on")], &[]).await,
        1
    );
    drop(admin);
    county
}

#[rocket::async_test]
async fn an_undone_import_leaves_nothing_behind() {
    let county = World::new().await.with_employer("第一小学").await;
    let login = county.admin_of("第一小学").await;
    let mut admin = county.sign_in(&login).await;
    let before = dump(&county).await;
    let rows = [Row::new("何敏", &number(1)).at("教务处"), Row::new("张三", &number(2))];
    let id = import(&county, &mut admin, &file(&rows), &[("create_departments", "on")], &[]).await;
    assert_eq!(county.number("select count(*) from person").await, 2);
    let page = admin.get(&format!("/import/records/{id}")).await;
    page.is(200)
        .contains("撤销这次导入")
        .contains("何敏")
        .contains("4199************")
        .lacks(&number(1));
    let page = admin.get(&format!("/import/{id}/undo")).await;
    page.is(200).contains("删除新增的人员").contains("删除新建的内设部门").lacks("为什么保留");
    // a reason is asked for
    let page = admin.post(&format!("/import/{id}/undo"), &[("reason", "")]).await;
    page.is(422).contains("撤销原因").contains("删除新增的人员");
    let done =
        admin.post(&format!("/import/{id}/undo"), &[("reason", "选错了文件，重新导入")]).await;
    done.redirects_to(&format!("/import/records/{id}"));
    let page = admin.follow(&done).await;
    page.is(200).contains("已撤销").contains("删除新增的人员 2").contains("选错了文件");
    page.lacks("何敏").lacks("/import/1/undo");
    same(&before, &dump(&county).await);
    let trail = county.trail().await.pop().unwrap();
    assert!(
        trail.starts_with(
            "撤销批量导入（文件“名单.xlsx”）：删除新增的人员 2，删除新建的内设部门 1，原因："
        ),
        "{trail}"
    );
    // a second click does nothing
    let again = admin.post(&format!("/import/{id}/undo"), &[("reason", "选错了文件")]).await;
    again.is(409).contains("没有重复撤销");
    admin.get(&format!("/import/{id}/undo")).await.is(409);
    // the same file goes in again, and nobody gets the number of somebody who is gone
    import(&county, &mut admin, &file(&rows), &[("create_departments", "on")], &[("again", "on")])
        .await;
    assert_eq!(county.number("select min(id) from person").await, 3);
}

#[rocket::async_test]
async fn whoever_was_touched_since_stays_and_is_named() {
    let county = school().await;
    let mut person = county.browser();
    let number = number(2);
    person.sign_in(&number, &number[12..]).await.redirects_to("/password/first");
    let mut admin = county.sign_in(&county.admin_of("第一小学").await).await;
    let page = admin.get("/import/1/undo").await;
    page.is(200).contains("张三（4199************").contains("已登录过").contains("为什么保留");
    page.contains("部门里还有人员或下级部门").lacks("何敏");
    let done = admin.post("/import/1/undo", &[("reason", "选错了文件")]).await;
    let page = admin.follow(&done).await;
    page.is(200).contains("删除新增的人员 2（保留 1）").contains("张三").contains("保留");
    assert_eq!(county.text("select group_concat(name) from person").await, "张三");
    assert_eq!(county.number("select count(*) from internal_department").await, 1);
    assert_eq!(county.number("select count(*) from account where person_id is not null").await, 1);
    // he goes on as if nothing had happened
    person.get("/password/first").await.is(200);
    assert_eq!(county.text("select undone || '/' || kept from import").await, "2/2");
}

#[rocket::async_test]
async fn only_the_importers_unit_and_the_bureau_take_it_back_and_in_time() {
    let county = World::new().await.with_department("教育局").await;
    let county =
        county.with_employer_under("第一小学", "教育局").await.with_employer("人民医院").await;
    let organization = county.organization("第一小学").await;
    let county = county.with_clerk("reader", organization, &[import_view()]).await;
    let mut admin = county.sign_in(&county.admin_of("第一小学").await).await;
    import(&county, &mut admin, &file(&[Row::new("何敏", &number(1))]), &[], &[]).await;
    county.get("/import/records/1").await.is(303);
    county.get("/import/1/undo").await.is(303);
    let reason = [("reason", "选错了文件")];
    let mut hospital = county.sign_in(&county.admin_of("人民医院").await).await;
    hospital.get("/import/records/1").await.is(404);
    hospital.get("/import/1/undo").await.is(404);
    hospital.post("/import/1/undo", &reason).await.is(404);
    hospital.get("/import/records").await.is(200).lacks("名单.xlsx");
    // the department sees what its unit did, but it is not its own to undo
    let mut above = county.sign_in(&county.admin_of("教育局").await).await;
    above.get("/import/records").await.is(200).lacks("名单.xlsx");
    above.get("/import/records?tab=below").await.is(200).contains("名单.xlsx").contains("第一小学");
    above.get("/import/records/1").await.is(200).contains("何敏").lacks("撤销这次导入");
    above.get("/import/1/undo").await.is(404);
    above.post("/import/1/undo", &reason).await.is(404);
    let mut reader = county.sign_in("reader").await;
    reader.get("/import/records/1").await.is(200).lacks("撤销这次导入");
    reader.get("/import/1/undo").await.is(403);
    reader.post("/import/1/undo", &reason).await.is(403);
    // too late
    let ended = "update import set ended_at = '2026-10-23T10:00:00.000Z', created_at = ended_at";
    county.execute(ended).await;
    let mut bureau = county.admin().await;
    bureau
        .get("/import/records/1")
        .await
        .is(200)
        .contains("导入已超过 30 天")
        .lacks("/import/1/undo");
    bureau.get("/import/1/undo").await.is(409);
    bureau.post("/import/1/undo", &reason).await.is(409).contains("不能整批撤销");
    assert_eq!(county.number("select count(*) from person").await, 1);
    county.set("import.undo-days", "60").await;
    bureau.get("/import/records/1").await.is(200).contains("/import/1/undo");
    bureau.post("/import/1/undo", &reason).await.redirects_to("/import/records/1");
    assert_eq!(county.number("select count(*) from person").await, 0);
}

fn import_view() -> kit::Grantable {
    use kit::Permission;
    import::ViewImports::grantable()
}

#[rocket::async_test]
async fn records_are_filtered_and_told_apart() {
    let county = school().await;
    let mut admin = county.sign_in(&county.admin_of("第一小学").await).await;
    upload(&county, &mut admin, &file(&[Row::new("王五", &number(9))]), &[]).await;
    let page = admin.get("/import/records").await;
    page.is(200).contains("共 2 条").contains("待导入").contains("已导入").lacks("所属单位");
    admin
        .get("/import/records?state=checked")
        .await
        .is(200)
        .contains("共 1 条")
        .lacks("/import/records/1\"");
    admin.get("/import/records?state=failed").await.is(200).contains("没有符合条件的记录");
    admin.get("/import/records/2").await.is(200).contains("继续办理").lacks("撤销这次导入");
    admin.get("/import/2/undo").await.is(409).contains("没有导入");
    admin.get("/import/records/99").await.is(404);
    admin.get("/import/records/1?tab=nonsense&page=-3").await.is(200).contains("何敏");
    let _ = id_number(1);
}

/// People who were there already, filled by a file: field by field as before, with history.
#[rocket::async_test]
async fn changed_people_are_as_they_were_unless_somebody_changed_them_since() {
    let county = World::new().await.with_employer("第一小学").await;
    let county = county.with_person("何敏", "第一小学", &number(1)).await;
    let county = county.with_person("张三", "第一小学", &number(2)).await;
    let mut admin = county.sign_in(&county.admin_of("第一小学").await).await;
    let rows = [
        Row::new("何敏", &number(1)).at("教务处"),
        Row::new("张三", &number(2)).at("教务处"),
        Row::new("李四", &number(3)).at("教务处"),
    ];
    // what a unit's file changes of reviewed fields may go another way: what was written counts
    let fields = [("create_departments", "on")];
    import(&county, &mut admin, &file(&rows), &fields, &[("policy", "fill")]).await;
    assert_eq!(county.number("select count(*) from person where phone = '13812345678'").await, 3);
    county.execute("update person set phone = '13900000000' where name = '张三'").await;
    let page = admin.get("/import/1/undo").await;
    page.is(200)
        .contains("恢复修改过的人员")
        .contains("撤回信息修改申请")
        .contains("手机号码后来改过，保留现在的内容");
    admin.post("/import/1/undo", &[("reason", "选错了文件")]).await.is(303);
    // what the unit may only ask for waits no longer
    let waiting = "select count(*) from person_change where state not in ('withdrawn', 'draft')";
    assert_eq!(county.number(waiting).await, 0);
    assert!(
        county.number("select count(*) from person_change where state = 'withdrawn'").await > 0
    );
    let told = "select group_concat(name || phone || coalesce(internal_department_id, '-')) from
                (select * from person order by id)";
    assert_eq!(county.text(told).await, "何敏-,张三13900000000-");
    let cause =
        "select group_concat(v.cause) from person p join person_version v on v.person_id = p.id
                  where p.name = '何敏'";
    assert_eq!(county.text(cause).await, "import,import:1,import-undo:1");
    assert_eq!(
        county.number("select count(*) from internal_department where removed_at is null").await,
        0
    );
    // nothing of what stood there is kept once it is put back
    assert_eq!(
        county.number("select count(*) from import_touch where before <> '' or after <> ''").await,
        0
    );
    assert_eq!(
        county.text("select note from import_touch where state = 'kept'").await,
        "手机号码后来改过，保留现在的内容"
    );
}

#[rocket::async_test]
async fn a_registration_that_an_import_approved_stays() {
    let county = World::new().await.with_employer("第一小学").await;
    let county = county.with_person("何敏", "第一小学", &number(1)).await;
    let mut admin = county.sign_in(&county.admin_of("第一小学").await).await;
    import(&county, &mut admin, &file(&[Row::new("李四", &number(3))]), &[], &[]).await;
    county
        .execute(
            "insert into import_touch (import_id, object, object_id, what, number)
             select 1, 'person', id, 'approved', 9 from person where name = '何敏'",
        )
        .await;
    let page = admin.get("/import/1/undo").await;
    page.is(200).contains("本人提交的注册已审核通过").contains("何敏");
    admin.post("/import/1/undo", &[("reason", "选错了文件")]).await.is(303);
    assert_eq!(county.text("select group_concat(name) from person").await, "何敏");
}

#[rocket::async_test]
async fn beside_a_sign_in_an_undo_keeps_him_whole_or_takes_him_whole() {
    for wait in [0, 5, 20, 40, 80] {
        let county = school().await;
        let number = number(1);
        let mut person = county.browser();
        person.get("/").await;
        let mut admin = county.sign_in(&county.admin_of("第一小学").await).await;
        admin.get("/import/1/undo").await.is(200);
        let last = &number[12..];
        let fields = [("login", number.as_str()), ("password", last)];
        let (came, undone) = rocket::tokio::join!(person.post("/sign-in", &fields), async {
            rocket::tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
            admin.post("/import/1/undo", &[("reason", "选错了文件")]).await
        });
        undone.is(303);
        let there = county.number("select count(*) from person where name = '何敏'").await;
        let accounts = "select count(*) from account a join identity i on i.id = a.identity_id";
        assert_eq!(county.number(accounts).await, there, "{wait}");
        if came.status == 303 {
            // he is in: then he is still there, with a page to go on with
            assert_eq!(there, 1, "{wait}");
            person.get("/password/first").await.is(200);
        } else {
            came.contains("账号或密码不正确");
            assert_eq!(there, 0, "{wait}");
        }
    }
}

#[rocket::async_test]
async fn of_two_undos_at_once_one_is_done() {
    let county = school().await;
    let login = county.admin_of("第一小学").await;
    let (mut one, mut two) = (county.sign_in(&login).await, county.sign_in(&login).await);
    let reason = [("reason", "选错了文件")];
    one.get("/import/1/undo").await.is(200);
    two.get("/import/1/undo").await.is(200);
    let (a, b) = rocket::tokio::join!(
        one.post("/import/1/undo", &reason),
        two.post("/import/1/undo", &reason)
    );
    let mut answers = [a.status, b.status];
    answers.sort_unstable();
    assert_eq!(answers, [303, 409]);
    assert_eq!(county.number("select count(*) from person").await, 0);
    assert_eq!(county.text("select undone || '/' || kept from import").await, "4/0");
    let undos = "select count(*) from trail where act = 'import.undo'";
    assert_eq!(county.number(undos).await, 1);
}
