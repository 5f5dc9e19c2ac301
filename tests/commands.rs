//! The commands, typed at the real executable.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::Path;

use kit::db::Pools;

use crate::program::{Server, demo, jxjy, on, who};

/// One number out of a county's database.
async fn number(folder: &Path, sql: &'static str) -> i64 {
    let pools = Pools::open(folder, 1, false).await.unwrap();
    let number =
        sqlx::query_scalar(sql).fetch_one(&mut *pools.read().await.unwrap()).await.unwrap();
    pools.shut().await;
    number
}

/// Statements that only somebody with the file in his hands could run.
async fn meddle(folder: &Path, sql: &'static str) {
    let pools = Pools::open(folder, 1, false).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut *pools.writer().await.unwrap()).await.unwrap();
    pools.shut().await;
}

async fn counts(folder: &Path) -> BTreeMap<String, i64> {
    let pools = Pools::open(folder, 1, false).await.unwrap();
    let counts = jxjy::archive::counts(&mut pools.read().await.unwrap()).await.unwrap();
    pools.shut().await;
    counts
}

#[test]
fn what_is_typed_wrongly_ends_with_2_and_help_with_0() {
    jxjy(&["--help"]).ends(0).says("命令");
    jxjy(&["admin", "create", "--help"]).ends(0).says("登录账号");
    jxjy(&["--version"]).ends(0).says("0.1.0");
    jxjy(&["fly"]).ends(2).says("没有命令 fly");
    jxjy(&["backup", "--fast"]).ends(2).says("--fast");
    jxjy(&["restore"]).ends(2).says("文件");
    jxjy(&["audit"]).ends(2);
    jxjy(&["demo", "--people", "many"]).ends(2).says("many");
    jxjy(&["demo", "--people", "0"]).ends(2);
}

#[rocket::async_test]
async fn a_demo_is_reproducible_but_for_its_passwords() {
    let home = tempfile::tempdir().unwrap();
    let (one, other) = (home.path().join("one"), home.path().join("other"));
    let first = demo(&one, 60);
    let second = demo(&other, 60);
    let logins = |signers: &[(String, String, String)]| -> Vec<String> {
        signers.iter().map(|(_, login, _)| login.clone()).collect()
    };
    assert_eq!(logins(&first), logins(&second));
    let (admin, again) = (who(&first, "人社局超级管理员"), who(&second, "人社局超级管理员"));
    assert_ne!(admin.1, again.1, "passwords are never the same");
    assert!(counts(&one).await == counts(&other).await);
    assert_eq!(number(&one, "select count(*) from person").await, 60);
    let sum = "select coalesce(sum(length(p.name) * p.id + i.number % 1000003), 0)
                 from person p join identity i on i.id = p.identity_id
                where i.number not like '%X'";
    assert_eq!(number(&one, sum).await, number(&other, sum).await);

    on(&one, &["demo"]).ends(1).says("已有数据");
    assert_eq!(number(&one, "select count(*) from person").await, 60);
    on(&one, &["doctor"]).ends(0);
    on(&home.path().join("third"), &["demo", "--people", "60", "--seed", "7"]).ends(0);
    assert_ne!(number(&one, sum).await, number(&home.path().join("third"), sum).await);
}

#[rocket::async_test]
async fn people_of_a_demo_ask_for_corrections_and_join_classes_as_real_ones_would() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    demo(folder, 300);
    for (what, sql) in [
        (
            "wait at the bureau, for a name and for a title",
            "select count(distinct c.items) > 1 from person_change c
               join organization o on o.id = c.desk_id
              where c.state = 'pending' and o.kind = 'bureau'",
        ),
        (
            "wait at a unit",
            "select count(*) > 2 from person_change c join organization o on o.id = c.desk_id
              where c.state = 'pending' and o.kind = 'employer'",
        ),
        ("are rejected", "select count(*) > 1 from person_change where state = 'rejected'"),
        ("are withdrawn", "select count(*) > 0 from person_change where state = 'withdrawn'"),
        (
            "are approved, so that the person has the history of it",
            "select count(*) > 2 from person_change c where c.state = 'approved' and exists (
              select 1 from person_version v where v.cause = 'change:' || c.case_id)",
        ),
        (
            "came on many days",
            "select count(distinct substr(submitted_at, 1, 10)) > 7 from person_change",
        ),
        (
            "have evidence, all of them",
            "select not exists (select 1 from person_change c where not exists (
              select 1 from person_change_file f where f.change_id = c.id))",
        ),
        (
            "trainees are of the series of their class",
            "select count(*) > 50 and sum(e.series not in (select value from json_each(v.content, '$.fields'))
                and exists (select 1 from person x join json_each(v.content, '$.fields') f
                             on f.value = x.series)) = 0
               from trainee t join person e on e.id = t.person_id join plan p on p.id = t.plan_id
               join plan_version v on v.id = p.version_id",
        ),
        (
            "and of the trade of its base",
            "select count(*) = 0 from trainee t join person e on e.id = t.person_id
               join organization o on o.id = t.base_id
              where o.department_id is not null and e.department_id is not o.department_id
                and e.series not in ('17', '19')",
        ),
        (
            "nobody is in more than three classes a year",
            "select max(n) <= 3 from (select count(*) as n from trainee t
               join plan p on p.id = t.plan_id group by t.person_id, substr(p.begins_on, 1, 4))",
        ),
        (
            "nobody is in two classes at once",
            "select count(*) = 0 from trainee a join plan p on p.id = a.plan_id
               join trainee b on b.person_id = a.person_id and b.plan_id > a.plan_id
               join plan q on q.id = b.plan_id
              where p.begins_on <= q.ends_on and q.begins_on <= p.ends_on",
        ),
        (
            "no class ended without people",
            "select count(*) = 0 from plan p where p.stage in ('running', 'ended')
                and not exists (select 1 from trainee t where t.plan_id = p.id)",
        ),
    ] {
        assert_eq!(number(folder, sql).await, 1, "{what}");
    }
}

#[rocket::async_test]
async fn the_machine_can_always_let_an_administrator_in() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    on(folder, &["admin", "list"]).ends(1).says("还没有数据库");
    let signers = demo(folder, 20);
    let server = Server::start(folder);

    // everything beside the running server
    on(folder, &["demo"]).ends(1).says("正在被另一个 jxjy 使用");
    let made = on(folder, &["admin", "create", "--login", "zhouwei", "--name", "周伟"]);
    made.ends(0).says("只显示这一次");
    let code = |out: &str| -> String {
        let (_, rest) = out.split_once("一次性密码：").unwrap();
        rest.lines().next().unwrap().to_owned()
    };
    on(folder, &["admin", "create", "--login", "zhouwei", "--name", "周伟"])
        .ends(1)
        .says("已被使用");
    on(folder, &["admin", "create", "--login", "周", "--name", "周伟"]).ends(1).says("4 到 32");
    on(folder, &["admin", "list"]).ends(0).says("zhouwei").says("待用一次性密码登录");
    let mut zhou = server.client();
    let answer = zhou.sign_in(("zhouwei", &code(&made.out)));
    assert_eq!((answer.status, answer.location.as_str()), (303, "/password/first"));

    // a reset ends sessions at the next request
    let admin = who(&signers, "人社局超级管理员");
    let mut chief = server.client();
    assert_eq!(chief.sign_in(admin).location, "/start");
    assert_eq!(chief.get("/start").unwrap().status, 200);
    let reset = on(folder, &["admin", "reset-password", admin.0]);
    reset.ends(0).says("结束了 1 个登录");
    assert_ne!(chief.get("/start").unwrap().status, 200);
    assert_ne!(server.client().sign_in(admin).location, "/start", "the old password is gone");
    assert_eq!(server.client().sign_in((admin.0, &code(&reset.out))).location, "/password/first");
    on(folder, &["admin", "reset-password", "nobody"]).ends(1).says("没有账号 nobody");

    // an account locked by wrong passwords
    let clerk = who(&signers, "主管部门管理员");
    for _ in 0..5 {
        server.client().sign_in((clerk.0, "wrong-password"));
    }
    assert_ne!(server.client().sign_in(clerk).location, "/start", "locked");
    on(folder, &["admin", "unlock", clerk.0]).ends(0).says("现在可以登录");
    assert_eq!(server.client().sign_in(clerk).location, "/start");

    on(folder, &["audit", "verify"]).ends(0).says("操作日志完好");
    let acts = "select count(*) from trail where act in
                ('admin.create', 'admin.reset-password', 'admin.unlock') and name like '命令行 %'";
    assert_eq!(number(folder, acts).await, 3);
}

#[rocket::async_test]
async fn a_backup_made_while_the_server_runs_restores_to_the_same_county() {
    let home = tempfile::tempdir().unwrap();
    let (folder, copy) = (home.path().join("county"), home.path().join("copy"));
    let signers = demo(&folder, 120);
    let server = Server::start(&folder);
    on(&folder, &["backup"]).ends(0).says("已备份到");
    assert_eq!(
        fs::read_dir(folder.join("backups"))
            .unwrap()
            .flatten()
            .filter(|e| e.file_name().to_string_lossy().ends_with(".zip"))
            .count(),
        1
    );
    let zip = home.path().join("county.zip");
    on(&folder, &["backup", zip.to_str().unwrap()]).ends(0);
    on(&folder, &["backup", zip.to_str().unwrap()]).ends(1).says("已存在");
    on(&folder, &["backup", "/proc/no/such/place.zip"]).ends(1).says("写入 /proc/no/such");
    let before = counts(&folder).await;

    // the page: its own backup, and the download is the archive
    let mut chief = server.client();
    chief.sign_in(who(&signers, "人社局超级管理员"));
    assert!(chief.get("/backup").unwrap().text().contains("立即备份"));
    let answer = chief.post("/backup", &[]).unwrap();
    assert_eq!((answer.status, answer.location.as_str()), (303, "/backup"));
    let page = chief.get("/backup").unwrap().text();
    assert!(page.contains("备份完成"), "{page}");
    let (_, rest) = page.split_once("action=\"/backup/").unwrap();
    let name = rest.split('/').next().unwrap();
    let saved = chief.post(&format!("/backup/{name}/download"), &[]).unwrap();
    assert_eq!(saved.status, 200);
    assert_eq!(saved.body, fs::read(folder.join("backups").join(name)).unwrap());
    assert_eq!(chief.post("/backup/jxjy-20200101-000000.zip/download", &[]).unwrap().status, 404);
    let mut nobody = server.client();
    nobody.get("/").unwrap();
    assert_ne!(nobody.post(&format!("/backup/{name}/download"), &[]).unwrap().status, 200);
    drop(server);

    on(&folder, &["restore", zip.to_str().unwrap()]).ends(1).says("已有数据");
    on(&copy, &["restore", zip.to_str().unwrap()]).ends(0).says("已恢复");
    let mut after = counts(&copy).await;
    // without the rows of this backup and of two that were refused, with that of the restore
    assert_eq!(after.insert("trail".to_owned(), 0).unwrap(), before["trail"] - 3 + 1);
    let mut before = before;
    before.insert("trail".to_owned(), 0);
    before.insert("session".to_owned(), 0);
    assert_eq!(after, before);
    on(&copy, &["audit", "verify"]).ends(0);
    on(&copy, &["doctor", "--deep"]).ends(0);
    let server = Server::start(&copy);
    assert_eq!(server.client().sign_in(who(&signers, "用人单位管理员")).location, "/start");

    let mut bytes = fs::read(&zip).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&zip, bytes).unwrap();
    let third = home.path().join("third");
    on(&third, &["restore", zip.to_str().unwrap()]).ends(1).says("不能恢复");
    assert!(!third.exists());
    on(&third, &["restore", "/no/such.zip"]).ends(1).says("没有找到备份文件");
}

#[rocket::async_test]
async fn whoever_touches_the_trail_is_found_out() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    demo(folder, 10);
    for login in ["zhangsan", "lisisi"] {
        on(folder, &["admin", "create", "--login", login, "--name", "张三"]).ends(0);
    }
    on(folder, &["backup"]).ends(0); // notes the head
    let rows = number(folder, "select max(id) from trail").await;
    let edited = home.path().join("edited");
    fs::create_dir_all(edited.join("files")).unwrap();
    fs::copy(folder.join(kit::db::FILE), edited.join(kit::db::FILE)).unwrap();
    meddle(
        &edited,
        "drop trigger trail_no_update; update trail set text = '无事' where act = 'admin.create';",
    )
    .await;
    let bad = number(&edited, "select min(id) from trail where text = '无事'").await;
    on(&edited, &["audit", "verify"]).ends(1).says(&format!("第 {bad} 条"));
    on(&edited, &["doctor"]).ends(1).says(&format!("第 {bad} 条"));

    meddle(
        folder,
        "drop trigger trail_no_delete; delete from trail where id = (select max(id) from trail);",
    )
    .await;
    on(folder, &["audit", "verify"]).ends(1).says(&format!("第 {rows} 条")).says("截断");
}

#[rocket::async_test]
async fn the_doctor_misses_what_is_missing() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    demo(folder, 10);
    let report = on(folder, &["doctor", "--json"]);
    report.ends(0);
    let report: serde_json::Value = serde_json::from_str(&report.out).unwrap();
    assert_eq!(report["ok"], true);
    assert!(report["findings"].as_array().unwrap().len() > 6);

    let sha256 = "6ae8a75555209fd6c44157c0aed8016e763ff435a19cf186f76863140143ff72"; // of “test content”, 12 bytes
    meddle(folder, "insert into file (sha256, name, mime, size, account_id, created_at) values
        ('6ae8a75555209fd6c44157c0aed8016e763ff435a19cf186f76863140143ff72', 'a.pdf', 'application/pdf', 12, 1, '2026-01-01T00:00:00.000Z')").await;
    on(folder, &["doctor"]).ends(1).says("缺少 1 个").says("6ae8a755");
    fs::write(folder.join("files").join(sha256), "test content").unwrap();
    on(folder, &["doctor", "--deep"]).ends(0);
    fs::write(folder.join("files").join(sha256), "test-content").unwrap();
    on(folder, &["doctor"]).ends(0);
    on(folder, &["doctor", "--deep"]).ends(1).says("内容不符 1 个");
    fs::write(folder.join("files").join(sha256), "short").unwrap();
    on(folder, &["doctor"]).ends(1).says("内容不符 1 个");
    fs::write(folder.join("files").join(sha256), "test content").unwrap();

    meddle(
        folder,
        "insert into setting (key, value, changed_at) values ('backup.keep', 'viele', '')",
    )
    .await;
    on(folder, &["doctor"]).ends(1).says("保留自动备份");
    meddle(
        folder,
        "delete from setting; pragma foreign_keys = off;
        update account set created_by = 99999 where id = (select min(id) from account);",
    )
    .await;
    on(folder, &["doctor", "--json"]).ends(1).says("不存在的记录");
}

#[rocket::async_test]
async fn whatever_is_in_the_way_is_named() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("county");
    demo(&folder, 10);

    // a port that is in use
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = held.local_addr().unwrap().port().to_string();
    on(&folder, &["serve", "--port", &port]).ends(1).says("已被占用").says(&port);

    // a second server on the same folder
    let server = Server::start(&folder);
    on(&folder, &["serve", "--port", &port]).ends(1).says("正在被另一个 jxjy 使用");
    assert_eq!(server.stop(), Some(0));

    // a folder that cannot be written
    let nowhere = Path::new("/proc/jxjy");
    for command in [vec!["serve"], vec!["demo"]] {
        on(nowhere, &command).ends(1).says("不能写入数据文件夹");
    }
    let plain = home.path().join("plain");
    fs::write(&plain, "x").unwrap();
    on(&plain, &["demo"]).ends(1).says("plain");

    // no county here
    let empty = home.path().join("empty");
    for command in [vec!["backup"], vec!["audit", "verify"], vec!["doctor"], vec!["admin", "list"]]
    {
        on(&empty, &command).ends(1).says("还没有数据库");
    }

    // a newer program's database
    let newer = home.path().join("newer");
    copy(&folder, &newer);
    meddle(&newer, "insert into migration (module, name, checksum, applied_at) values ('kit', '9999_future', '', '')").await;
    for command in [
        vec!["serve"],
        vec!["backup"],
        vec!["doctor"],
        vec!["admin", "list"],
        vec!["audit", "verify"],
    ] {
        on(&newer, &command).ends(1).says("9999_future");
    }

    // a database that is none any more
    let corrupt = home.path().join("corrupt");
    copy(&folder, &corrupt);
    let file = corrupt.join(kit::db::FILE);
    let mut bytes = fs::read(&file).unwrap();
    bytes[..100].fill(0x5a);
    fs::write(&file, &bytes).unwrap();
    for command in
        [vec!["serve"], vec!["backup"], vec!["doctor"], vec!["admin", "list"], vec!["demo"]]
    {
        on(&corrupt, &command).ends(1).says("已损坏");
    }
    assert_eq!(fs::read(&file).unwrap(), bytes, "nobody wrote to it");

    // and one with damage inside
    let torn = home.path().join("torn");
    copy(&folder, &torn);
    let file = torn.join(kit::db::FILE);
    let mut bytes = fs::read(&file).unwrap();
    let half = bytes.len() / 2 / 4096 * 4096;
    bytes[half..half + 40 * 4096].fill(0x5a);
    fs::write(&file, &bytes).unwrap();
    on(&torn, &["doctor"]).ends(1).says("数据库");
}

/// A county that nobody has open.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.join("files")).unwrap();
    fs::copy(from.join(kit::db::FILE), to.join(kit::db::FILE)).unwrap();
}
