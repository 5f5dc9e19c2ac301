//! Whatever a file says and whatever is chosen, the check promises what the import does, and its
//! undo restores every table.

use kit::serial::Random;

use super::county::{Row, dump, file, number, same, upload};
use crate::support::World;

const POLICIES: [&str; 4] = ["fill", "update", "skip", "reject"];
const PHONES: [&str; 4] = ["", "13812345678", "13900000001", "13900000002"];
const EDUCATIONS: [&str; 3] = ["大学本科", "大学专科", "硕士研究生"];
const TITLES: [(&str, &str, &str); 3] =
    [("中小学教师", "中级", "一级教师"), ("中小学教师", "助理级", "二级教师"), ("无职称", "", "")];

/// Tables in which an undone change of somebody who stays is history: his versions, and requests
/// that were opened and withdrawn.
const TOLD: [&str; 6] = [
    "person_version",
    "person_change",
    "review_case",
    "review_step",
    "message",
    "person_change_file",
];

/// People one to six are recorded: four of the importing unit, two of another.
async fn county(unit: &str) -> World {
    let mut county =
        World::new().await.with_employer("第一小学").await.with_employer("第二小学").await;
    for n in 1..=6 {
        let place = if n <= 4 { unit } else { "第二小学" };
        county = county.with_person(&format!("旧人{}", name(n)), place, &number(n)).await;
    }
    county
}

fn name(n: u32) -> char {
    ['甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬', '癸'][(n % 10) as usize]
}

/// One to twelve rows: people who are there, people who are not, numbers that are wrong or twice.
fn rows(random: &mut Random) -> Vec<Row> {
    (0..=random.below(12))
        .map(|_| {
            let n = random.below(16) as u32 + 1;
            let known = n <= 6;
            let prefix = if known || random.chance(5) { "旧人" } else { "新人" };
            let mut id = number(n);
            if random.chance(8) {
                id.replace_range(16..17, "0"); // mostly a wrong check digit
            }
            let (series, level, title) = *random.pick(&TITLES);
            let row = Row::new(&format!("{prefix}{}", name(n)), &id)
                .with("手机号码", random.pick::<&str>(&PHONES))
                .with("学历", random.pick::<&str>(&EDUCATIONS))
                .with("职称系列", series)
                .with("职称等级", level)
                .with("职称名称", title);
            if known || random.chance(60) { row } else { row.at("教务处") }
        })
        .collect()
}

#[rocket::async_test]
async fn whatever_a_file_does_its_undo_restores_every_table() {
    let (mut imported, mut updated, mut requested) = (0, 0, 0);
    for seed in 0..16_u64 {
        let unit = ["第一小学", "示例县人力资源和社会保障局"][(seed % 2) as usize];
        let policy = POLICIES[(seed / 2 % 4) as usize];
        let county = county(unit).await;
        let mut random = Random::new(seed);
        let mut admin = match unit {
            "第一小学" => county.sign_in(&county.admin_of(unit).await).await,
            _ => county.admin().await,
        };
        // when a row was last touched is not what it says
        county.execute("update person set updated_at = ''").await;
        let before = dump(&county).await;

        let file = file(&rows(&mut random));
        let id = upload(&county, &mut admin, &file, &[("create_departments", "on")]).await;
        let valid = county.number("select valid from import").await;
        let sent = admin.post(&format!("/import/{id}/confirm"), &[("policy", policy)]).await;
        if sent.status != 303 {
            sent.is(422);
            same(&before, &dump(&county).await);
            continue;
        }
        assert_eq!(county.number("select imported from import").await, valid, "{seed}");
        assert_eq!(county.number("select count(*) from person").await, 6 + valid, "{seed}");
        imported += valid;
        updated += county.number("select updated from import").await;
        requested += county.number("select requested from import").await;

        let undo = [("reason", "选错了文件，重新导入")];
        admin.post(&format!("/import/{id}/undo"), &undo).await.is(303);
        assert_eq!(
            county.number("select count(*) from import_touch where state <> 'undone'").await,
            0,
            "{seed}"
        );
        county.execute("update person set updated_at = ''").await;
        let (mut was, mut is) = (before, dump(&county).await);
        for table in TOLD {
            was.remove(table);
            is.remove(table);
        }
        same(&was, &is);
        // who was created has left nothing even there
        assert_eq!(
            county
                .number("select count(*) from person_version where person_id not in (select id from person)")
                .await,
            0
        );
        assert_eq!(
            county.number("select count(*) from person_change where state <> 'withdrawn'").await,
            0
        );
    }
    assert!(imported > 20 && updated > 5 && requested > 3, "{imported} {updated} {requested}");
}
