//! Sections 3.1–3.4 and 单位资料: where people, units below and open cases go; administrators of
//! the units below; bases and their validity; internal departments.

use accounts::organizations::{self, Plan};
use accounts::people;
use kit::PersonId;

use crate::support::{Browser, World, id_number};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";

/// 教育局 with 第一中学 (张三丰, 李四光), 卫健委 with 人民医院.
async fn county() -> World {
    World::new()
        .await
        .with_department("教育局")
        .await
        .with_department("卫健委")
        .await
        .with_employer_under("第一中学", "教育局")
        .await
        .with_employer_under("人民医院", "卫健委")
        .await
        .with_active_person("张三丰", "第一中学", &id_number(2))
        .await
        .with_active_person("李四光", "第一中学", &id_number(3))
        .await
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

/// A person submits a declaration of 40 hours with evidence; its id.
async fn declare(county: &World, number: &str, title: &str) -> i64 {
    let mut person = seated(county, number).await;
    let fields = [
        ("year", "2026"),
        ("category", "2"),
        ("kind", "02"),
        ("title", title),
        ("organizer", "培训中心"),
        ("started_on", "2026-09-14"),
        ("ended_on", "2026-09-18"),
        ("hours", "40"),
        ("promised", "on"),
        ("act", "submit"),
    ];
    let files: [(&str, &str, &[u8]); 1] = [("files", "证书.pdf", PDF)];
    person.upload("/credit-hours/declarations", &fields, &files).await.is(303);
    county.number("select max(id) from declaration").await
}

/// One desk approves a declaration.
async fn approve(county: &World, login: &str, declaration: i64) {
    let mut desk = seated(county, login).await;
    let page = desk
        .post(&format!("/desk/declarations/{declaration}/approve"), &[("confirmed", "1")])
        .await;
    page.is(303);
}

/// Where a declaration's case waits, by name.
async fn desk(county: &World, declaration: i64) -> String {
    sqlx::query_scalar(
        "select coalesce(o.name, '') from declaration d join review_case c on c.id = d.case_id
           left join organization o on o.id = c.desk_id where d.id = ?",
    )
    .bind(declaration)
    .fetch_one(&mut *county.db().read().await.unwrap())
    .await
    .unwrap()
}

/// What is kept of totals and head counts agrees with a recount.
async fn totals_agree(county: &World) {
    let mut db = county.db().read().await.unwrap();
    assert_eq!(credit_hours::recount(&mut db, None).await.unwrap(), []);
    let wrong: i64 = sqlx::query_scalar(
        "select count(*) from person_count c
          where c.people <> (select count(*) from person p where p.organization_id = c.organization_id)",
    )
    .fetch_one(&mut *db)
    .await
    .unwrap();
    assert_eq!(wrong, 0);
}

#[rocket::async_test]
async fn people_who_move_take_everything_along_but_where_it_was_earned() {
    let county = county().await;
    let earned = declare(&county, &id_number(2), "已认定的培训").await;
    for login in
        [county.admin_of("第一中学").await, county.admin_of("教育局").await, "admin".to_owned()]
    {
        approve(&county, &login, earned).await;
    }
    let waiting = declare(&county, &id_number(2), "等待单位的培训").await;
    let above = declare(&county, &id_number(3), "等待主管部门的培训").await;
    approve(&county, &county.admin_of("第一中学").await, above).await;
    let last = declare(&county, &id_number(3), "等待人社局的培训").await;
    approve(&county, &county.admin_of("第一中学").await, last).await;
    approve(&county, &county.admin_of("教育局").await, last).await;
    assert_eq!(desk(&county, waiting).await, "第一中学");
    assert_eq!(desk(&county, above).await, "教育局");

    let county = county.with_grant("张三丰", "第一中学").await;
    let hospital = county.organization("人民医院").await;
    let both = [county.person("张三丰").await, county.person("李四光").await];
    let mut tx = county.db().begin().await.unwrap();
    let (modules, clock) = (county.modules(), &county.clock);
    let moved =
        people::move_to(&mut tx, modules, &both, hospital, "transfer:1", clock).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((moved.people, moved.cases, moved.rights), (2, 2, 1));

    for declaration in [waiting, above] {
        assert_eq!(desk(&county, declaration).await, "人民医院");
    }
    assert_eq!(desk(&county, last).await, "示例县人力资源和社会保障局");
    let health = county.organization("卫健委").await;
    for table in ["person", "declaration", "entry", "review_case", "file_link"] {
        let sql = format!(
            "select count(*) from {table}
              where organization_id <> {hospital} or department_id is not {health}"
        );
        let others: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_one(&mut *county.db().read().await.unwrap())
            .await
            .unwrap();
        assert_eq!(others, 0, "{table}");
    }
    let school = county.organization("第一中学").await.0;
    assert_eq!(county.number("select distinct earned_organization_id from entry").await, school);
    assert_eq!(
        county.number("select count(*) from person_version where cause = 'transfer:1'").await,
        2
    );
    assert_eq!(
        county.text("select state from grant where id = (select max(id) from grant)").await,
        "removed"
    );
    totals_agree(&county).await;
    // seen by the new side, no longer by the old
    let file = county.number("select max(id) from file").await;
    of(&county, "人民医院").await.get(&format!("/files/{file}")).await.is(200);
    of(&county, "第一中学").await.get(&format!("/files/{file}")).await.is(404);
    // the new unit's department can go on with it
    approve(&county, &county.admin_of("人民医院").await, waiting).await;
    assert_eq!(desk(&county, waiting).await, "卫健委");
}

#[rocket::async_test]
async fn nobody_moves_into_a_disabled_unit_or_where_he_is() {
    let county = county().await;
    let one = [county.person("张三丰").await];
    let (school, hospital) =
        (county.organization("第一中学").await, county.organization("人民医院").await);
    county.execute("update organization set state = 'disabled' where name = '人民医院'").await;
    let mut tx = county.db().begin().await.unwrap();
    for to in [school, hospital] {
        let refused =
            people::move_to(&mut tx, county.modules(), &one, to, "transfer:1", &county.clock).await;
        assert!(matches!(refused, Err(kit::Error::Refused(_))), "{refused:?}");
    }
    let absent = kit::OrganizationId(9999);
    let refused =
        people::move_to(&mut tx, county.modules(), &one, absent, "transfer:1", &county.clock).await;
    assert!(matches!(refused, Err(kit::Error::NotFound)), "{refused:?}");
}

#[rocket::async_test]
async fn a_merge_moves_thousands_and_head_counts_stay() {
    let county = county().await;
    let (school, hospital) =
        (county.organization("第一中学").await, county.organization("人民医院").await);
    let new = (0..3000u32).map(|n| {
        let first = format!(
            "419999{}{:02}{:02}{:03}",
            1960 + n / 1000,
            1 + n / 100 % 10,
            1 + n % 28,
            n % 1000
        );
        let last = kit::id_card::check_character(&first).unwrap();
        people::NewPerson {
            id_card: kit::IdCard::stored(&format!("{first}{last}")).unwrap(),
            organization: school,
            internal_department: None,
            fields: people::Fields::named("某某"),
        }
    });
    let (modules, clock) = (county.modules(), &county.clock);
    let mut tx = county.db().begin().await.unwrap();
    let new: Vec<_> = new.collect();
    let ids: Vec<PersonId> =
        people::create_many(&mut tx, &new, people::Origin::Import, None, clock).await.unwrap();
    let event = kit::Event::PeopleCreated { people: ids };
    modules.deliver(&mut tx, &event, clock).await.unwrap();
    tx.commit().await.unwrap();
    let before = county.number("select sum(people) from unit_year").await;
    assert_eq!(before, 3002);

    let started = std::time::Instant::now();
    let mut tx = county.db().begin().await.unwrap();
    let plan = Plan::merge(hospital, None);
    let done = organizations::dissolve(&mut tx, modules, school, &plan, clock).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((done.people, done.rights), (3002, 1));
    // measured 0.5 s in a debug build; per person it would take many times that
    assert!(started.elapsed().as_secs() < 15, "{:?}", started.elapsed());
    assert_eq!(county.number("select sum(people) from unit_year").await, before);
    assert_eq!(
        county.number("select count(*) from person_version where recorded_to is null").await,
        3002
    );
    totals_agree(&county).await;
    let mut tx = county.db().begin().await.unwrap();
    let again = organizations::dissolve(&mut tx, modules, school, &plan, clock).await;
    assert!(matches!(again, Err(kit::Error::Refused(_))), "{again:?}");
}
