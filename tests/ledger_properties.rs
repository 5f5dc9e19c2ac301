//! Whatever happens to a county's hours — declared, approved, rejected, revoked, moved, waived, on
//! rosters, imported — every sum on every screen is what the ledger adds up to.

use std::collections::HashMap;

use credit_hours::ledger::{NewEntry, Source, record, totals};
use credit_hours::roster::{self, Entering, NewRow};
use kit::serial::Random;
use kit::{Event, Hours, OrganizationId, PersonId};

use crate::support::{Browser, CLASS_PAPERS, PASSWORD, Page, World, id_number};

const UNITS: [&str; 2] = ["人民医院", "第一中学"];
const NAMES: [&str; 3] = ["周晓梅", "王芳", "赵国栋"];

async fn county() -> World {
    World::new()
        .await
        .with_department("卫健委")
        .await
        .with_employer_under(UNITS[0], "卫健委")
        .await
        .with_employer(UNITS[1])
        .await
        .with_active_person(NAMES[0], UNITS[0], &id_number(2))
        .await
        .with_active_person(NAMES[1], UNITS[0], &id_number(3))
        .await
        .with_active_person(NAMES[2], UNITS[1], &id_number(4))
        .await
}

/// Everybody at his own PC, by the desk's organization, and the people by their place in `NAMES`.
struct Office<'w> {
    county: &'w World,
    desks: HashMap<i64, Browser<'w>>,
    people: Vec<Browser<'w>>,
    ids: Vec<PersonId>,
}

impl<'w> Office<'w> {
    async fn open(county: &'w World) -> Self {
        let mut desks = HashMap::new();
        for name in ["卫健委", UNITS[0], UNITS[1]] {
            let login = county.admin_of(name).await;
            desks.insert(county.organization(name).await.0, seated(county, &login).await);
        }
        desks.insert(county.bureau().await.0, seated(county, "admin").await);
        let (mut people, mut ids) = (vec![], vec![]);
        for (n, name) in (2..).zip(NAMES) {
            people.push(seated(county, &id_number(n)).await);
            ids.push(county.person(name).await);
        }
        Self { county, desks, people, ids }
    }

    /// A declaration through the form; what the rules refuse is refused.
    async fn declare(&mut self, who: usize, n: usize, category: i64, halves: u64) -> Option<i64> {
        let (title, hours) = (format!("第 {n} 期培训班"), Hours::from_tenths(halves as i64 * 5));
        let (category, hours) = (category.to_string(), hours.to_string());
        let fields = [
            ("year", "2026"),
            ("category", category.as_str()),
            ("kind", "02"),
            ("title", title.as_str()),
            ("organizer", "县培训中心"),
            ("started_on", "2026-09-14"),
            ("ended_on", "2026-09-18"),
            ("hours", hours.as_str()),
            ("certificate_number", ""),
            ("promised", "on"),
            ("act", "submit"),
        ];
        let page =
            self.people[who].upload("/credit-hours/declarations", &fields, &CLASS_PAPERS).await;
        if page.status == 422 {
            return None;
        }
        assert_eq!(page.status, 303, "{}", page.text());
        // more than eight hours a day never gets in
        assert!(halves <= 80, "{halves} half hours in five days");
        Some(self.county.number("select max(id) from declaration").await)
    }

    /// The next desk decides: passes it on, gives less, or sends it back.
    async fn decide(&mut self, declaration: i64, verb: &str, fields: &[(&str, &str)]) {
        let desk = self.waits_at(declaration).await.unwrap();
        let browser = self.desks.get_mut(&desk).unwrap();
        let address = format!("/desk/declarations/{declaration}");
        browser.get(&address).await.is(200);
        let mut all = vec![("confirmed", "1")];
        all.extend(fields);
        let page = browser.post(&format!("{address}/{verb}"), &all).await;
        assert_eq!(page.status, 303, "{}", page.text());
    }

    async fn waits_at(&self, declaration: i64) -> Option<i64> {
        let mut reader = self.county.db().read().await.unwrap();
        sqlx::query_scalar("select desk_id from declaration where id = ? and state = 'pending'")
            .bind(declaration)
            .fetch_optional(&mut *reader)
            .await
            .unwrap()
    }

    fn bureau(&mut self, id: i64) -> &mut Browser<'w> {
        self.desks.get_mut(&id).unwrap()
    }
}

async fn seated<'w>(county: &'w World, login: &str) -> Browser<'w> {
    let mut browser = county.sign_in(login).await;
    browser.get("/start").await.is(200);
    browser
}

fn entry(person: PersonId, category: i64, n: usize, tenths: i64) -> NewEntry {
    NewEntry {
        person,
        year: 2026,
        category,
        kind: String::new(),
        title: format!("第 {n} 项以往学时"),
        organizer: "县培训中心".to_owned(),
        started_on: "2026-03-02".to_owned(),
        ended_on: "2026-03-03".to_owned(),
        hours: Hours::from_tenths(tenths),
        source: Source::Import,
        declaration: None,
        recognised_by: "示例县人力资源和社会保障局".to_owned(),
        certificate_number: String::new(),
        plan: None,
        case: None,
        corrects: None,
    }
}

/// A unit's roster of everybody in it, checked and entered as its approval does.
async fn enter_roster(county: &World, unit: i64, n: usize, tenths: i64) {
    let mut tx = county.db().begin().await.unwrap();
    let people: Vec<(i64, PersonId, String)> = sqlx::query_as(
        "select identity_id, id, name from person where organization_id = ? order by id",
    )
    .bind(unit)
    .fetch_all(&mut *tx)
    .await
    .unwrap();
    let parent = 1_000 + n as i64;
    let rows: Vec<NewRow> = (1..)
        .zip(people)
        .map(|(number, (identity, person, name))| NewRow {
            number,
            identity: kit::IdentityId(identity),
            person: Some(person),
            name,
            unit: String::new(),
            year: 2026,
            category: 2,
            kind: "02".to_owned(),
            title: format!("第 {n} 次校本研修"),
            organizer: "本单位".to_owned(),
            started_on: "2026-10-12".to_owned(),
            ended_on: "2026-10-13".to_owned(),
            certificate_number: String::new(),
            hours: Hours::from_tenths(tenths),
            plan: None,
            detail: "{}".to_owned(),
        })
        .collect();
    roster::put(&mut tx, roster::STAFF, parent, &rows).await.unwrap();
    roster::set_state(&mut tx, roster::STAFF, parent, "draft", "pending").await.unwrap();
    let entering = Entering {
        subject: roster::STAFF,
        parent,
        source: Source::Employer,
        case: None,
        recognised_by: "示例县人力资源和社会保障局",
        unit: Some(OrganizationId(unit)),
    };
    let done = roster::enter(&mut tx, &entering, &county.clock).await.unwrap();
    // two days hold sixteen hours; more is left out, with its reason
    assert!(tenths <= 160 || done.entries.is_empty(), "{done:?}");
    tx.commit().await.unwrap();
}

async fn move_to(county: &World, person: PersonId, to: i64) {
    let mut tx = county.db().begin().await.unwrap();
    let from: OrganizationId =
        sqlx::query_scalar("select organization_id from person where id = ?")
            .bind(person)
            .fetch_one(&mut *tx)
            .await
            .unwrap();
    sqlx::query(
        "update person set organization_id = ?1, department_id =
           (select department_id from organization where id = ?1) where id = ?2",
    )
    .bind(to)
    .bind(person)
    .execute(&mut *tx)
    .await
    .unwrap();
    let event = Event::PeopleMoved { people: vec![person], from, to: OrganizationId(to) };
    county.modules().deliver(&mut tx, &event, &county.clock).await.unwrap();
    tx.commit().await.unwrap();
}

async fn waive(county: &World, person: PersonId, tenths: i64) {
    let mut tx = county.db().begin().await.unwrap();
    sqlx::query("update exemption set in_force = 0 where person_id = ?")
        .bind(person)
        .execute(&mut *tx)
        .await
        .unwrap();
    if tenths > 0 {
        let case: i64 = sqlx::query_scalar(
            "insert into review_case (subject, number, state, route, stage, person_id,
               organization_id, title, content, submitted_at, waiting_since)
             select 'exemptions', hex(randomblob(8)), 'approved', '[1]', 0, id, organization_id,
                    '', '{}', '', '' from person where id = ? returning id",
        )
        .bind(person)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        sqlx::query(
            "insert into exemption (case_id, state, organization_id, person_id, account_id, year,
               granted, in_force, created_at, updated_at)
             select ?, 'approved', organization_id, id, (select min(id) from account), 2026, ?, 1,
                    '', '' from person where id = ?",
        )
        .bind(case)
        .bind(tenths)
        .bind(person)
        .execute(&mut *tx)
        .await
        .unwrap();
    }
    sqlx::query(
        "update person_year set exempt = min(?, required) where person_id = ? and year = 2026",
    )
    .bind(tenths)
    .bind(person)
    .execute(&mut *tx)
    .await
    .unwrap();
    totals::settle(&mut tx, &[(person, 2026)]).await.unwrap();
    tx.commit().await.unwrap();
}

/// One of the entries that stand; none if there are none.
async fn standing(county: &World, random: &mut Random) -> Option<i64> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "select id from entry e where reverses_id is null
            and not exists (select 1 from entry r where r.reverses_id = e.id) order by id",
    )
    .fetch_all(&mut *county.db().read().await.unwrap())
    .await
    .unwrap();
    (!ids.is_empty()).then(|| *random.pick(&ids))
}

/// What the ledger adds up to, entry by entry, reversals taken away.
async fn counted(county: &World, person: PersonId) -> i64 {
    let rows: Vec<i64> =
        sqlx::query_scalar("select hours from entry where person_id = ? and year = 2026")
            .bind(person)
            .fetch_all(&mut *county.db().read().await.unwrap())
            .await
            .unwrap();
    rows.iter().sum()
}

async fn act(office: &mut Office<'_>, random: &mut Random, n: usize) {
    let county = office.county;
    let who = random.below(NAMES.len() as u64) as usize;
    let category = 1 + random.below(2) as i64;
    let bureau = county.bureau().await.0;
    match random.below(12) {
        0..=4 => {
            let halves = 1 + random.below(90);
            let Some(id) = office.declare(who, n, category, halves).await else { return };
            match random.below(5) {
                0 => {} // it waits
                1 => office.decide(id, "reject", &[("reason", "材料不齐全，请补充。")]).await,
                2 => {
                    let lower = [("hours", "0.5"), ("lowered", "缺勤")];
                    let fields: &[(&str, &str)] = if halves > 1 { &lower } else { &[] };
                    while office.waits_at(id).await.is_some() {
                        office.decide(id, "approve", fields).await;
                    }
                }
                _ => {
                    while office.waits_at(id).await.is_some() {
                        office.decide(id, "approve", &[]).await;
                    }
                }
            }
        }
        5 | 6 => {
            let Some(id) = standing(county, random).await else { return };
            let address = format!("/credit-hours/entries/{id}/revoke");
            let browser = office.bureau(bureau);
            browser.get(&address).await.is(200);
            let fields = [("reason", "经核查，证书不实。"), ("password", PASSWORD)];
            let page = browser.post(&address, &fields).await;
            assert_eq!(page.status, 303, "{}", page.text());
        }
        7 => {
            let to = county.organization(random.pick::<&str>(&UNITS)).await;
            move_to(county, office.ids[who], to.0).await;
        }
        8 => waive(county, office.ids[who], 50 * random.below(19) as i64).await,
        9 => {
            let unit = county.organization(random.pick::<&str>(&UNITS)).await;
            enter_roster(county, unit.0, n, 5 * (1 + random.below(40)) as i64).await;
        }
        _ => {
            let tenths = 5 * (1 + random.below(100)) as i64;
            let new = entry(office.ids[who], category, n, tenths);
            let mut tx = county.db().begin().await.unwrap();
            record(&mut tx, &[new], &county.clock).await.unwrap();
            tx.commit().await.unwrap();
        }
    }
}

fn cells(page: &Page) -> Vec<Vec<String>> {
    use calamine::Reader;
    let bytes = std::io::Cursor::new(page.bytes.clone());
    let mut book: calamine::Xlsx<_> = calamine::Xlsx::new(bytes).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

/// The column of this head in a workbook, by the name in its row.
fn column(rows: &[Vec<String>], head: &str) -> Vec<(String, f64)> {
    let at = |head: &str| rows[2].iter().position(|cell| cell == head).unwrap();
    let (name, at) = (at("姓名"), at(head));
    rows[3..].iter().map(|row| (row[name].clone(), row[at].parse().unwrap())).collect()
}

/// Every screen on which the year's sum of a person stands.
async fn every_screen_agrees(office: &mut Office<'_>) {
    let county = office.county;
    let bureau = county.bureau().await.0;
    let ledger = office.bureau(bureau).get("/lists/ledger/export?year=2026").await;
    let ledger = if ledger.status == 200 { column(&cells(&ledger), "学时") } else { vec![] };
    let calls = office.bureau(bureau).get("/credit-hours/unfinished/export").await;
    let calls = column(&cells(&calls), "已完成");
    for (who, name) in NAMES.into_iter().enumerate() {
        let id = office.ids[who];
        let sum = counted(county, id).await;
        assert!(sum >= 0, "{name}: {sum}");
        let shown = Hours::from_tenths(sum);
        let mine = office.people[who].get("/credit-hours/mine").await;
        mine.is(200).contains(&format!("合计 {shown} 学时"));
        let record = office.bureau(bureau).get(&format!("/queries/people/{id}")).await;
        record.is(200).contains(&format!("合计 {shown}/"));
        let start = office.people[who].get("/start").await;
        start.is(200).contains(&format!("<strong>{shown}</strong>"));
        start.contains(&format!("全年 {shown} 学时"));
        let listed: f64 = ledger.iter().filter(|row| row.0 == name).map(|row| row.1).sum();
        assert_eq!(listed * 10.0, sum as f64, "{name} in 7.3");
        let called = calls.iter().find(|row| row.0 == name);
        let complete: bool = sqlx::query_scalar(
            "select complete from person_year where person_id = ? and year = 2026",
        )
        .bind(id)
        .fetch_one(&mut *county.db().read().await.unwrap())
        .await
        .unwrap();
        let expected = (!complete).then(|| (name.to_owned(), sum as f64 / 10.0));
        assert_eq!(called.cloned(), expected, "{name} in the call list");
        if sum > 0 {
            let period = [("from", "2026"), ("to", "2026")];
            office.people[who].get("/verification/mine").await.is(200);
            let issued = office.people[who].post("/verification/mine", &period).await;
            let printed = office.people[who].follow(&issued).await;
            printed.is(200).contains(&format!("<strong>{shown}</strong>"));
        }
        let waits: Option<(i64, i64, i64)> = sqlx::query_as(
            "select id, desk_id, hours from declaration where person_id = ? and state = 'pending'",
        )
        .bind(id)
        .fetch_optional(&mut *county.db().read().await.unwrap())
        .await
        .unwrap();
        if let Some((declaration, desk, hours)) = waits {
            let after = Hours::from_tenths(sum + hours);
            let page = office.bureau(desk).get(&format!("/desk/declarations/{declaration}")).await;
            page.is(200).contains(&format!("全年 {after} 学时"));
        }
    }
}

/// Plays a sequence and looks at everything three times.
async fn play(seed: u64) {
    let county = county().await;
    let mut office = Office::open(&county).await;
    let mut random = Random::new(seed);
    for n in 1..=24 {
        act(&mut office, &mut random, n).await;
        let mut reader = county.db().read().await.unwrap();
        let wrong = credit_hours::recount(&mut reader, None).await.unwrap();
        assert!(wrong.is_empty(), "seed {seed}, act {n}: {wrong:?}");
        for sql in [
            "select coalesce(min(total), 0) from person_year",
            "select coalesce(min(hours), 0) from person_year_category",
            "select coalesce(min(hours), 0) from unit_year",
        ] {
            let least: i64 = sqlx::query_scalar(sql).fetch_one(&mut *reader).await.unwrap();
            assert!(least >= 0, "seed {seed}, act {n}: {sql} gives {least}");
        }
        drop(reader);
        if n % 8 == 0 {
            every_screen_agrees(&mut office).await;
        }
    }
    // one item never gives more than ninety hours, five days of training never more than forty
    assert_eq!(county.number("select count(*) from entry where hours > 900").await, 0);
    let over = "select count(*) from entry where source = 'person' and kind = '02' and hours > 400";
    assert_eq!(county.number(over).await, 0);
}

#[rocket::async_test]
async fn whatever_happens_every_screen_shows_the_ledgers_sum() {
    play(5).await;
}

#[rocket::async_test]
async fn and_so_it_does_in_another_order() {
    play(2026).await;
}
