//! The review desk through HTTP: list, detail, decisions, batches, two clerks, export.

mod county;
mod toy;

use county::{County, Desk};

#[rocket::async_test]
async fn signed_out_and_unpermitted_callers_are_turned_away() {
    let county = County::new().await;
    let row = county.case(40).await;
    for path in
        ["/desk/toys".to_owned(), "/desk/toys/export".to_owned(), format!("/desk/toys/{row}")]
    {
        assert_eq!(county.get(None, &path).await.0, 303, "{path}: to the home page");
        assert_eq!(county.get(Some(Desk::Person), &path).await.0, 403, "{path}");
        assert_eq!(county.get(Some(Desk::Unpermitted), &path).await.0, 403, "{path}");
    }
    assert_eq!(county.get(Some(Desk::Bureau), "/desk/nothing").await.0, 404);
    let other = county.get(Some(Desk::OtherEmployer), &format!("/desk/toys/{row}")).await;
    assert_eq!(other.0, 404, "another unit's case is not found");
    let (status, _) =
        county.post(Desk::OtherEmployer, &format!("/desk/toys/{row}/approve"), "").await;
    assert_eq!(status, 404);
}

#[rocket::async_test]
async fn the_list_shows_what_waits_here_and_the_other_tab_the_rest() {
    let county = County::new().await;
    let row = county.case(40).await;
    let (status, page) = county.get(Some(Desk::Employer), "/desk/toys").await;
    assert_eq!(status, 200);
    assert!(page.contains("待审核（1）") && page.contains("TY-0001"), "{page}");
    assert!(page.contains(&format!("/desk/toys/{row}/approve")));
    assert!(page.contains("/desk/toys/batch/approve"));
    let (_, page) = county.get(Some(Desk::Department), "/desk/toys").await;
    assert!(page.contains("待审核（0）") && !page.contains("TY-0001"));
    let (_, page) = county.get(Some(Desk::Department), "/desk/toys?tab=done").await;
    assert!(page.contains("TY-0001"), "the superior sees it wait below");
    assert!(!page.contains("/desk/toys/batch/approve"));
    let (_, page) = county.get(Some(Desk::OtherEmployer), "/desk/toys?tab=done").await;
    assert!(!page.contains("TY-0001"));
}

#[rocket::async_test]
async fn a_case_of_another_organization_is_decided_at_its_desk() {
    let county = County::new().await;
    let row = county.case(40).await;
    county.of_the_other_employer().await;
    let (_, page) = county.get(Some(Desk::Employer), "/desk/toys").await;
    assert!(page.contains("待审核（1）") && page.contains("TY-0001"), "{page}");
    let (_, page) = county.get(Some(Desk::Employer), "/desk/toys?tab=done").await;
    assert!(!page.contains("TY-0001"));
    let (_, page) = county.get(Some(Desk::OtherEmployer), "/desk/toys").await;
    assert!(!page.contains("TY-0001"), "it does not wait there");
    let address = format!("/desk/toys/{row}/approve");
    let unseen = county.get(Some(Desk::Department), &format!("/desk/toys/{row}")).await;
    assert_eq!(unseen.0, 200, "the department is above both");
    assert_eq!(county.post(Desk::OtherEmployer, &address, "").await.0, 409);
    assert_eq!(county.post(Desk::Employer, &address, "").await.0, 303);
    let (status, _) = county.get(Some(Desk::Employer), &format!("/desk/toys/{row}")).await;
    assert_eq!(status, 200, "who decided it may read it again");
    assert_eq!(county.get(Some(Desk::OtherEmployer), &format!("/desk/toys/{row}")).await.0, 200);
}

#[rocket::async_test]
async fn the_detail_shows_data_checks_history_and_the_way_to_decide() {
    let county = County::new().await;
    let (first, second) = (county.case(40).await, county.case(30).await);
    let (status, page) = county.get(Some(Desk::Employer), &format!("/desk/toys/{second}")).await;
    assert_eq!(status, 200);
    for text in [
        "玩具申请详情",
        "TY-0002",
        "周晓梅",
        "4199************11",
        "数量合适",
        "周晓梅 提交玩具申请",
        "等待县医院审核（今天提交）",
        "显示完整号码",
        "本年度累计",
    ] {
        assert!(page.contains(text), "{text} in {page}");
    }
    assert!(!page.contains("419999198503150011"));
    assert!(page.contains(&format!("href=\"/desk/toys/{first}\"")), "the previous one");
    assert!(page.contains(&format!("action=\"/desk/toys/{second}/approve?seen=")));
    // seen from above: no decision
    let (_, page) = county.get(Some(Desk::Bureau), &format!("/desk/toys/{second}")).await;
    assert!(page.contains("这条申请现在由县医院审核。"));
    assert!(!page.contains(&format!("/desk/toys/{second}/approve")));
}

#[rocket::async_test]
async fn an_approval_leads_to_the_next_and_goes_on_to_the_next_desk() {
    let county = County::new().await;
    let (first, second) = (county.case(40).await, county.case(30).await);
    let (status, to) =
        county.post(Desk::Employer, &format!("/desk/toys/{first}/approve"), "given=36").await;
    assert_eq!((status, to.as_str()), (303, format!("/desk/toys/{second}").as_str()));
    let (_, page) = county.get(Some(Desk::Employer), &to).await;
    assert!(page.contains("已通过：TY-0001 周晓梅（县医院）。已转卫健委继续审核。"), "{page}");
    let (status, to) =
        county.post(Desk::Employer, &format!("/desk/toys/{second}/approve"), "").await;
    assert_eq!((status, to.as_str()), (303, "/desk/toys"));
    let (_, page) = county.get(Some(Desk::Department), &format!("/desk/toys/{first}")).await;
    assert!(page.contains("审核通过，给予 36") && page.contains("value=\"36\""), "{page}");
    county.post(Desk::Department, &format!("/desk/toys/{first}/approve"), "").await;
    county.post(Desk::Bureau, &format!("/desk/toys/{first}/approve"), "given=20").await;
    assert_eq!(county.number("select sum(given) from toy_effect").await, 20);
}

#[rocket::async_test]
async fn a_refused_field_comes_back_as_typed() {
    let county = County::new().await;
    let row = county.case(40).await;
    let (status, page) =
        county.post(Desk::Employer, &format!("/desk/toys/{row}/approve"), "given=41").await;
    assert_eq!(status, 422);
    assert!(
        page.contains("给予请填 0 到 40 之间的整数。") && page.contains("value=\"41\""),
        "{page}"
    );
}

#[rocket::async_test]
async fn a_check_stands_against_approval_on_screen_and_behind_it() {
    let county = County::new().await;
    let row = county.case(500).await;
    let (_, page) = county.get(Some(Desk::Employer), &format!("/desk/toys/{row}")).await;
    assert!(page.contains("数量超过 100") && page.contains("系统核对有不能通过的事项"), "{page}");
    assert!(!page.contains(&format!("action=\"/desk/toys/{row}/approve?seen=")));
    let (status, page) =
        county.post(Desk::Employer, &format!("/desk/toys/{row}/approve"), "").await;
    assert_eq!(status, 409);
    assert!(page.contains("系统核对不能通过：数量超过 100"));
}

#[rocket::async_test]
async fn the_second_clerk_is_told_who_was_first() {
    let county = County::new().await;
    let row = county.case(40).await;
    county.post(Desk::Employer, &format!("/desk/toys/{row}/reject"), "reason=缺少结业证书").await;
    let (status, page) =
        county.post(Desk::Colleague, &format!("/desk/toys/{row}/approve"), "").await;
    assert_eq!(status, 409);
    assert!(page.contains("该记录已被 陈芳 于 2026-11-23 09:00 驳回，没有重复办理。"), "{page}");
    assert_eq!(county.number("select count(*) from toy_effect").await, 0);
}

#[rocket::async_test]
async fn a_rejection_without_script_asks_for_its_reason() {
    let county = County::new().await;
    let row = county.case(40).await;
    let address = format!("/desk/toys/{row}/reject");
    let (status, page) = county.get(Some(Desk::Employer), &address).await;
    assert_eq!(status, 200);
    assert!(page.contains("驳回玩具申请") && page.contains("材料不齐"), "{page}");
    let (status, page) = county.post(Desk::Employer, &address, "reason=太短").await;
    assert_eq!(status, 422);
    assert!(page.contains("驳回原因至少 5 个字，现在有 2 个。"), "{page}");
    assert_eq!(county.post(Desk::Employer, &address, "reason=缺少结业证书").await.0, 303);
    let (_, page) = county.get(Some(Desk::Employer), &format!("/desk/toys/{row}")).await;
    assert!(page.contains("已驳回") && page.contains("缺少结业证书"));
    let (status, page) =
        county.get(Some(Desk::Employer), &format!("/desk/toys/{row}/approve")).await;
    assert_eq!(status, 303, "shown as it is now: {page}");
}

#[rocket::async_test]
async fn a_batch_answers_row_by_row() {
    let county = County::new().await;
    let (a, b, c) = (county.case(40).await, county.case(500).await, county.case(30).await);
    let ids = format!("id={a}&id={b}&id={c}&id=9999");
    let (status, page) = county.post(Desk::Employer, "/desk/toys/batch/approve", &ids).await;
    assert_eq!(status, 200);
    assert!(page.contains("将通过以下 3 条申请") && page.contains("“给予”"), "{page}");
    assert_eq!(county.number("select count(*) from review_step where act = 'pass'").await, 0);
    let (status, page) = county
        .post(Desk::Employer, "/desk/toys/batch/approve", &format!("confirmed=1&{ids}"))
        .await;
    assert_eq!(status, 200);
    for text in ["2 条已通过。", "2 条未处理。", "数量超过 100", "第 9999 号记录"]
    {
        assert!(page.contains(text), "{text} in {page}");
    }
    assert_eq!(county.number("select count(*) from review_step where act = 'pass'").await, 2);
    let (status, page) = county
        .post(Desk::Employer, "/desk/toys/batch/reject", &format!("confirmed=1&reason=短&id={b}"))
        .await;
    assert_eq!(status, 422, "{page}");
    let body = format!("confirmed=1&reason=数量不符合规定&id={b}");
    let (status, to) = county.post(Desk::Employer, "/desk/toys/batch/reject", &body).await;
    assert_eq!((status, to.as_str()), (303, "/desk/toys"));
    assert!(county.get(Some(Desk::Employer), &to).await.1.contains("1 条已驳回。"));
    let (_, to) = county.post(Desk::Employer, "/desk/toys/batch/approve", "confirmed=1").await;
    assert!(county.get(Some(Desk::Employer), &to).await.1.contains("没有勾选任何记录"));
}

#[rocket::async_test]
async fn a_full_id_number_is_shown_once_and_kept_in_the_trail() {
    let county = County::new().await;
    let row = county.case(40).await;
    let address = format!("/desk/toys/{row}/reveal");
    let (status, page) = county.post(Desk::Employer, &address, "").await;
    assert_eq!(status, 200);
    assert!(page.contains("419999198503150011"));
    let (_, page) = county.get(Some(Desk::Employer), &format!("/desk/toys/{row}")).await;
    assert!(!page.contains("419999198503150011") && page.contains("查看完整身份证号"));
    assert_eq!(county.number("select count(*) from trail where act = 'review.reveal'").await, 1);
    assert_eq!(county.post(Desk::Bureau, &address, "").await.0, 409, "not pending at this desk");
}

#[rocket::async_test]
async fn a_superior_takes_over_what_waits_too_long() {
    let county = County::new().await;
    let row = county.case(40).await;
    let address = format!("/desk/toys/{row}/take-over");
    let (_, page) = county.get(Some(Desk::Bureau), &format!("/desk/toys/{row}")).await;
    assert!(!page.contains("接管"));
    assert_eq!(county.post(Desk::Bureau, &address, "reason=单位长时间没有审核").await.0, 409);
    county.age("2026-11-01T01:00:00.000Z").await;
    let (_, page) = county.get(Some(Desk::Bureau), &format!("/desk/toys/{row}")).await;
    assert!(page.contains(&address));
    assert!(county.get(Some(Desk::Bureau), &address).await.1.contains("接管原因"));
    assert_eq!(county.post(Desk::Bureau, &address, "reason=短").await.0, 422);
    let (status, to) = county.post(Desk::Bureau, &address, "reason=单位长时间没有审核").await;
    assert_eq!((status, to.as_str()), (303, format!("/desk/toys/{row}").as_str()));
    let (_, page) = county.get(Some(Desk::Bureau), &to).await;
    assert!(page.contains("现在由本单位审核") && page.contains("单位长时间没有审核"), "{page}");
}

#[rocket::async_test]
async fn the_export_holds_the_tab() {
    let county = County::new().await;
    county.case(40).await;
    assert_eq!(county.get(Some(Desk::Employer), "/desk/toys/export").await.0, 200);
    assert_eq!(county.get(Some(Desk::Employer), "/desk/toys/export?tab=done").await.0, 200);
    assert_eq!(county.number("select count(*) from trail where act like '%export%'").await, 2);
}
