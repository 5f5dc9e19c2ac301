//! 查询统计: people (7.1) and the ledger (7.3), each within the caller's scope.

use crate::support::{World, id_number};

async fn county() -> World {
    World::new()
        .await
        .with_department("卫健委")
        .await
        .with_employer_under("妇幼保健院", "卫健委")
        .await
        .with_employer("一中")
        .await
        .with_person("周晓梅", "妇幼保健院", &id_number(2))
        .await
        .with_person("赵国栋", "一中", &id_number(3))
        .await
}

#[rocket::async_test]
async fn everybody_counts_and_sees_his_own_people() {
    let county = county().await;
    let mut bureau = county.admin().await;
    bureau.get("/queries/people").await.is(200).contains("共 2 人").contains("赵国栋");
    let mut department = county.sign_in(&county.admin_of("卫健委").await).await;
    let page = department.get("/queries/people").await;
    page.is(200).contains("共 1 人").contains("周晓梅").lacks("赵国栋").lacks(&id_number(2));
    let stranger = county.number("select id from person where name = '赵国栋'").await;
    department.get(&format!("/queries/people/{stranger}")).await.is(404);
    bureau.get(&format!("/queries/people/{stranger}")).await.is(200).contains("学时记录");
}

#[rocket::async_test]
async fn a_name_is_found_by_part_and_by_initials_and_stays_out_of_the_address() {
    let county = county().await;
    let mut bureau = county.admin().await;
    for typed in ["晓梅", "zxm", &id_number(2), &id_number(2)[14..]] {
        bureau.get("/queries/people").await.is(200);
        let sent = bureau.post("/lists/people/query", &[("q", typed)]).await;
        let to = sent.location.clone().unwrap();
        assert!(!to.contains(typed) && !to.contains('%'), "{to}");
        bureau.get(&to).await.is(200).contains("周晓梅").lacks("赵国栋");
    }
    // a longer end would tell the masked rest, digit by digit, down to the initial password
    for longer in [&id_number(2)[13..], &id_number(2)[12..], &id_number(2)[1..]] {
        let sent = bureau.post("/lists/people/query", &[("q", longer)]).await;
        let to = sent.location.clone().unwrap();
        bureau.get(&to).await.is(200).lacks("周晓梅");
    }
}

#[rocket::async_test]
async fn the_head_count_follows_people_who_move() {
    let county = county().await;
    county
        .execute(
            "update person set organization_id = (select id from organization where name = '一中'),
               department_id = null where name = '周晓梅'",
        )
        .await;
    let mut school = county.sign_in(&county.admin_of("一中").await).await;
    school.get("/queries/people").await.is(200).contains("共 2 人");
    let kept = county.number("select sum(people) from person_count").await;
    assert_eq!(kept, county.number("select count(*) from person").await);
}
