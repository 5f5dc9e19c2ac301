//! kill -9 at any moment: nothing acknowledged is lost, nothing half applied (RL-01, D8).

use std::path::Path;
use std::time::{Duration, Instant};

use kit::db::Pools;
use kit::serial::Random;

use crate::program::{Client, Server, demo, on, who};

/// Times the server is killed.
const ROUNDS: u64 = 24;
/// What the settings writer changes; it has room for a different value each time.
const SETTING: &str = "verification.per_day";

/// What clerks were told was done.
#[derive(Default)]
struct Told {
    /// Values of the setting, in order; the last may be one that was only sent.
    settings: Vec<i64>,
    sent: i64,
    /// Declarations that were submitted.
    declared: Vec<i64>,
    /// Declarations that a desk passed on or approved, once each time.
    decided: Vec<i64>,
    employers: Vec<String>,
}

/// Every input of a form as it stands on the page.
fn fields(page: &str) -> Vec<(String, String)> {
    let attribute = |tag: &str, name: &str| -> Option<String> {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        Some(rest.split('"').next()?.replace("&quot;", "\"").replace("&amp;", "&"))
    };
    let mut found = vec![];
    for tag in page.split("<input ").skip(1) {
        let tag = format!(" {}", tag.split('>').next().unwrap_or_default());
        let Some(name) = attribute(&tag, "name").filter(|name| name != "_csrf") else { continue };
        let box_ = attribute(&tag, "type").as_deref() == Some("checkbox");
        if !box_ || tag.contains(" checked") {
            found.push((name, attribute(&tag, "value").unwrap_or_default()));
        }
    }
    for (tag, end) in [("select", "</select>"), ("textarea", "</textarea>")] {
        for part in page.split(&format!("<{tag} ")).skip(1) {
            let part = format!(" {}", part.split(end).next().unwrap_or_default());
            let Some(name) = attribute(part.split('>').next().unwrap_or_default(), "name") else {
                continue;
            };
            let value = match tag {
                "select" => part
                    .split("<option ")
                    .find(|option| option.contains(" selected"))
                    .and_then(|option| attribute(&format!(" {option}"), "value")),
                _ => part.split_once('>').map(|(_, text)| text.to_owned()),
            };
            found.push((name, value.unwrap_or_default()));
        }
    }
    found
}

/// Changes a setting over and over until nobody answers.
fn change_settings(client: &mut Client, told: &mut Told) {
    let Ok(page) = client.get("/settings") else { return };
    let mut form = fields(&page.text());
    assert!(form.iter().any(|(name, _)| name == SETTING), "{form:?}");
    loop {
        told.sent += 1;
        for (name, value) in &mut form {
            if name == SETTING {
                *value = told.sent.to_string();
            }
        }
        let pairs: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        match client.post("/settings", &pairs) {
            Ok(answer) => {
                assert_eq!(answer.status, 303, "{}", answer.text());
                told.settings.push(told.sent);
            }
            Err(_) => return,
        }
    }
}

/// Declares hours with evidence, over and over.
fn declare(client: &mut Client, told: &mut Told, round: u64) {
    for n in 0.. {
        let title = format!("崩溃测试第 {round} 轮第 {n} 项");
        let evidence = format!("%PDF-1.4\n% {title}\n%%EOF\n");
        let form = [
            ("act", "submit"),
            ("year", "2026"),
            ("category", "2"),
            ("kind", "15"),
            ("title", title.as_str()),
            ("organizer", "某某网络学习平台"),
            ("started_on", "2026-03-02"),
            ("ended_on", "2026-03-03"),
            ("hours", "1"),
            ("promised", "on"),
        ];
        match client.upload("/credit-hours/declarations", &form, ("证明.pdf", evidence.as_bytes()))
        {
            Ok(answer) => {
                assert_eq!(answer.status, 303, "{}", answer.text());
                let id = answer.location.rsplit('/').next().and_then(|id| id.parse().ok());
                told.declared.push(id.unwrap_or_else(|| panic!("{}", answer.location)));
            }
            Err(_) => return,
        }
    }
}

/// Three desks, one after the other: whatever waits is passed.
fn decide(desks: &mut [Client], told: &mut Told) {
    loop {
        for desk in &mut *desks {
            let Ok(page) = desk.get("/desk/declarations") else { return };
            let page = page.text();
            let ids: Vec<i64> = page
                .split("href=\"/desk/declarations/")
                .skip(1)
                .filter_map(|rest| rest.split(['"', '/', '?']).next()?.parse().ok())
                .collect();
            let mut ids = ids;
            ids.dedup();
            for id in ids.into_iter().take(4) {
                match desk.post(&format!("/desk/declarations/{id}/approve"), &[]) {
                    Ok(answer) if answer.status == 303 => told.decided.push(id),
                    // a check that stands against it
                    Ok(answer) => assert!((400..500).contains(&answer.status), "{}", answer.text()),
                    Err(_) => return,
                }
            }
        }
    }
}

/// Records employers, over and over.
fn register(client: &mut Client, told: &mut Told, round: u64, bureau: &str) {
    for n in 0.. {
        let name = format!("崩溃测试单位{round}之{n}");
        let first = format!("12419999{:09}", round * 1000 + n);
        let code = format!("{first}{}", kit::credit_code::check_character(&first).unwrap());
        let login = format!("crash-{round}-{n}");
        let form = [
            ("name", name.as_str()),
            ("credit_code", code.as_str()),
            ("parent", bureau),
            ("nature", "institution"),
            ("industry", "A"),
            ("area_code", "419999"),
            ("contact", "李四"),
            ("phone", "0999-6600000"),
            ("address", "建设路 1 号"),
            ("administrator", "张三"),
            ("login", login.as_str()),
            ("administrator_phone", "13900000000"),
        ];
        match client.post("/accounts/employers/new", &form) {
            Ok(answer) => {
                assert_eq!(answer.status, 200, "{}", answer.text());
                told.employers.push(name);
            }
            Err(_) => return,
        }
    }
}

/// One number out of the database.
async fn number(db: &mut sqlx::SqliteConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(db).await.unwrap()
}

/// Rows of the trail and of the steps beyond those of the demo: the two must stay equal.
const SUBMITTED: [&str; 2] = [
    "select count(*) from trail where act in ('review.submit', 'review.resubmit')",
    "select count(*) from review_step where act = 'submit'",
];
const DECIDED: [&str; 2] = [
    "select count(*) from trail where act in ('review.pass', 'review.approve')",
    "select count(*) from review_step where act in ('pass', 'approve')",
];

async fn proved(folder: &Path, told: &Told, base: [i64; 2]) {
    let pools = Pools::open(folder, 1, false).await.unwrap();
    let mut db = pools.read().await.unwrap();

    // the setting is the last one acknowledged, or the one that was on its way; the trail tells it
    let stored: Option<String> = sqlx::query_scalar("select value from setting where key = ?")
        .bind(SETTING)
        .fetch_optional(&mut *db)
        .await
        .unwrap();
    let stored: i64 = stored.map_or(0, |value| value.parse().unwrap());
    let last = told.settings.last().copied().unwrap_or_default();
    assert!(stored == last || stored == told.sent, "{stored}: {last} was acknowledged");
    let rows: Vec<String> =
        sqlx::query_scalar("select text from trail where object = ? order by id")
            .bind(format!("setting:{SETTING}"))
            .fetch_all(&mut *db)
            .await
            .unwrap();
    assert!(rows.last().is_none_or(|text| text.ends_with(&format!("“{stored}”"))), "{rows:?}");
    for value in &told.settings {
        let end = format!("“{value}”");
        assert_eq!(rows.iter().filter(|text| text.ends_with(&end)).count(), 1, "{value}");
    }

    // each declaration has its case, its file and one row of the trail
    for id in &told.declared {
        let state: Option<String> = sqlx::query_scalar(
            "select c.state from declaration d join review_case c on c.id = d.case_id where d.id = ?",
        )
        .bind(id)
        .fetch_optional(&mut *db)
        .await
        .unwrap();
        assert!(state.is_some(), "declaration {id} was acknowledged");
    }
    let submitted = number(&mut db, SUBMITTED[0]).await;
    assert_eq!(submitted, number(&mut db, SUBMITTED[1]).await + base[0]);
    assert!(submitted >= told.declared.len() as i64);
    for id in &told.decided {
        let steps: i64 = sqlx::query_scalar(
            "select count(*) from review_step s join declaration d on d.case_id = s.case_id
              where d.id = ? and s.act in ('pass', 'approve')",
        )
        .bind(id)
        .fetch_one(&mut *db)
        .await
        .unwrap();
        let wanted = told.decided.iter().filter(|decided| *decided == id).count();
        assert!(steps >= wanted as i64, "declaration {id}: {steps} of {wanted} decisions");
    }
    assert_eq!(number(&mut db, DECIDED[0]).await, number(&mut db, DECIDED[1]).await + base[1]);

    // an employer is there with profile, version, administrator and trail, or not at all
    let made =
        number(&mut db, "select count(*) from organization where name like '崩溃测试%'").await;
    for sql in [
        "select count(*) from organization_profile p join organization o on o.id = p.organization_id where o.name like '崩溃测试%'",
        "select count(*) from organization_version where name like '崩溃测试%'",
        "select count(*) from grant g join organization o on o.id = g.organization_id where o.name like '崩溃测试%'",
        "select count(*) from account where login like 'crash-%'",
        "select count(*) from trail where act = 'accounts.employer.create' and text like '%崩溃测试%'",
    ] {
        assert_eq!(number(&mut db, sql).await, made, "{sql}");
    }
    for name in &told.employers {
        let there: bool =
            sqlx::query_scalar("select exists (select 1 from organization where name = ?)")
                .bind(name)
                .fetch_one(&mut *db)
                .await
                .unwrap();
        assert!(there, "{name} was acknowledged");
    }
    drop(db);
    pools.shut().await;
    // integrity, references, the trail's chain, totals recounted from the ledger, files
    on(folder, &["doctor", "--deep"]).ends(0);
}

#[rocket::async_test]
async fn what_was_acknowledged_survives_a_kill_and_nothing_is_half_done() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let signers = demo(folder, 200);
    let pools = Pools::open(folder, 1, false).await.unwrap();
    let mut db = pools.read().await.unwrap();
    let base = [
        number(&mut db, SUBMITTED[0]).await - number(&mut db, SUBMITTED[1]).await,
        number(&mut db, DECIDED[0]).await - number(&mut db, DECIDED[1]).await,
    ];
    let bureau = number(&mut db, "select id from organization where kind = 'bureau'").await;
    drop(db);
    pools.shut().await;
    let bureau = bureau.to_string();

    let seed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let seed = seed.as_nanos() as u64;
    println!("seed {seed}");
    let mut random = Random::new(seed);
    let server = Server::start(folder);
    let signed = |what: &str| {
        let mut client = server.client();
        assert_eq!(client.sign_in(who(&signers, what)).location, "/start", "{what}");
        client
    };
    let (mut settings, mut registrar) = (signed("人社局超级管理员"), signed("人社局超级管理员"));
    let mut person = signed("专业技术人员");
    let mut desks =
        vec![signed("用人单位管理员"), signed("主管部门管理员"), signed("人社局超级管理员")];
    let mut told = [Told::default(), Told::default(), Told::default(), Told::default()];
    let mut server = Some(server);
    let began = Instant::now();
    for round in 0..ROUNDS {
        let running = server.take().unwrap_or_else(|| Server::start(folder));
        settings = settings.at(&running);
        registrar = registrar.at(&running);
        person = person.at(&running);
        desks = desks.into_iter().map(|desk| desk.at(&running)).collect();
        let [one, two, three, four] = &mut told;
        std::thread::scope(|scope| {
            scope.spawn(|| change_settings(&mut settings, one));
            scope.spawn(|| declare(&mut person, two, round));
            scope.spawn(|| decide(&mut desks, three));
            scope.spawn(|| register(&mut registrar, four, round, &bureau));
            std::thread::sleep(Duration::from_millis(100 + random.below(700)));
            running.kill();
        });
        let all = Told {
            settings: told[0].settings.clone(),
            sent: told[0].sent,
            declared: told[1].declared.clone(),
            decided: told[2].decided.clone(),
            employers: told[3].employers.clone(),
        };
        proved(folder, &all, base).await;
    }
    let counts = [
        told[0].settings.len(),
        told[1].declared.len(),
        told[2].decided.len(),
        told[3].employers.len(),
    ];
    println!(
        "{ROUNDS} kills in {:.0?}: settings, declarations, decisions, employers {counts:?}",
        began.elapsed()
    );
    assert!(
        counts.iter().all(|count| *count as u64 >= ROUNDS),
        "too little was written: {counts:?}"
    );
}
