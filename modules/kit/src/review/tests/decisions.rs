//! Approve, reject, resubmit, withdraw.

use crate::review::{self, CaseState, is_own};
use crate::{Error, Form, Result};

use super::world::World;

fn refused<T>(result: Result<T>) -> String {
    match result {
        Err(Error::Refused(text)) => text,
        Err(other) => panic!("another error: {other}"),
        Ok(_) => panic!("not refused"),
    }
}

#[rocket::async_test]
async fn a_submission_opens_at_its_first_desk() {
    let world = World::new().await;
    let case = world.case().await;
    assert_eq!(case.desk_id, Some(world.employer));
    assert_eq!(
        (case.state, case.stage, case.round, case.unattended),
        (CaseState::Pending, 0, 1, false)
    );
    assert_eq!(world.stored(case.id).await.number, "TY-0001");
    assert_eq!(world.acts(case.id).await, ["submit"]);
    assert_eq!(world.number("select count(*) from trail where act = 'review.submit'").await, 1);
    let mut db = world.pools.read().await.unwrap();
    assert_eq!(review::waiting(&mut db, world.employer, "toys").await.unwrap(), 1);
}

#[rocket::async_test]
async fn a_row_is_submitted_once() {
    let world = World::new().await;
    world.case().await;
    let mut tx = world.pools.begin().await.unwrap();
    let mut again = world.submission(1, 100, 40);
    again.number = "TY-9999".to_owned();
    let told = refused(
        review::submit(&mut tx, &super::toy::Toy, again, &world.zhou(), &world.clock).await,
    );
    assert!(told.contains("已经提交过"), "{told}");
}

#[rocket::async_test]
async fn every_desk_says_yes_and_the_last_has_the_effect_once() {
    let world = World::new().await;
    let case = world.case().await;
    let mut form = Form::of([("given", "36".to_owned())]);
    world.approve(&world.clerk(world.employer), case.id, &mut form).await.unwrap();
    let passed = world.stored(case.id).await;
    assert_eq!((passed.desk_id, passed.stage), (Some(world.department), 1));
    assert_eq!(passed.decision, r#"{"given":36}"#);
    assert_eq!(world.number("select count(*) from toy_effect").await, 0);
    // the desk's decision is the next one's default
    world.approve(&world.clerk(world.department), case.id, &mut Form::new()).await.unwrap();
    world.approve(&world.clerk(world.bureau), case.id, &mut Form::new()).await.unwrap();
    let done = world.stored(case.id).await;
    assert_eq!((done.state, done.desk_id), (CaseState::Approved, None));
    assert!(done.decided_at.is_some());
    assert_eq!(world.number("select sum(given) from toy_effect").await, 36);
    assert_eq!(world.acts(case.id).await, ["submit", "pass", "pass", "approve"]);
    assert_eq!(
        world
            .number(
                "select count(*) from toy_event where text like 'ReviewDecided%approved: true%'"
            )
            .await,
        1
    );
    let told = refused(world.approve(&world.clerk(world.bureau), case.id, &mut Form::new()).await);
    assert_eq!(told, "该记录已被 王局 于 2026-11-23 09:00 通过，没有重复办理。");
    assert_eq!(world.number("select count(*) from toy_effect").await, 1);
}

#[rocket::async_test]
async fn two_clerks_at_once_decide_once() {
    let world = World::new().await;
    world
        .run(
            "update organization set state = 'disabled' where id in (2, 3);
             insert into account (id, login, name, state, created_at) values (5, 'b2', '赵局', 'active', '');
             insert into grant (account_id, organization_id, created_at) values (5, 1, '');
             insert into grant_role (grant_id, role_id)
           select id, 1 from grant where id not in (select grant_id from grant_role);",
        )
        .await;
    let wang = world.clerk(world.bureau);
    let zhao = world.user(5, "赵局", None, Some(world.bureau));
    for _ in 0..50 {
        let case = world.case().await;
        let (mut one, mut other) = (Form::new(), Form::new());
        let (a, b) = tokio::join!(
            world.approve(&wang, case.id, &mut one),
            world.approve(&zhao, case.id, &mut other),
        );
        let (won, lost) = if a.is_ok() { (a, b) } else { (b, a) };
        won.unwrap().unwrap();
        let told = refused(lost);
        assert!(told.starts_with("该记录已被 ") && told.contains("通过"), "{told}");
    }
    assert_eq!(world.number("select count(*) from toy_effect").await, 50);
    assert_eq!(world.number("select count(distinct case_id) from toy_effect").await, 50);
}

#[rocket::async_test]
async fn a_rejection_needs_a_reason_and_has_no_effect() {
    let world = World::new().await;
    let case = world.case().await;
    let clerk = world.clerk(world.employer);
    for reason in ["", " 缺材料 ", &"长".repeat(201)] {
        let answer = world.reject(&clerk, case.id, reason).await;
        assert!(matches!(answer, Err(Error::Invalid(_))), "{answer:?}");
    }
    assert_eq!(world.stored(case.id).await.state, CaseState::Pending);
    world.reject(&clerk, case.id, "缺少结业证书，请补充。").await.unwrap();
    let stored = world.stored(case.id).await;
    assert_eq!((stored.state, stored.desk_id), (CaseState::Rejected, None));
    assert_eq!(world.number("select count(*) from toy_effect").await, 0);
    let told = refused(world.approve(&clerk, case.id, &mut Form::new()).await);
    assert_eq!(told, "该记录已被 陈芳 于 2026-11-23 09:00 驳回，没有重复办理。");
    assert_eq!(
        world.number("select count(*) from toy_event where text like '%approved: false%'").await,
        1
    );
}

#[rocket::async_test]
async fn nobody_decides_his_own_submission() {
    let world = World::new().await;
    // by the clerk's account, about another; and about the clerk, by another's account
    world.run("update account set person_id = 200 where id = 3;").await;
    let clerk = world.user(3, "陈芳", Some(200), Some(world.employer));
    world
        .run(
            "insert into account (id, login, name, state, created_at) values (6, 'e2', '孙丽', 'active', '');
             insert into grant (account_id, organization_id, created_at) values (6, 3, '');
             insert into grant_role (grant_id, role_id)
           select id, 1 from grant where id not in (select grant_id from grant_role);",
        )
        .await;
    let colleague = world.user(6, "孙丽", None, Some(world.employer));
    let submitted = world.submit(&clerk, 100, 40).await;
    let about = world.submit(&world.zhou(), 200, 40).await;
    for case in [submitted, about] {
        assert_eq!(case.desk_id, Some(world.employer), "the colleague can decide");
        assert!(is_own(&case, &clerk));
        let told = refused(world.approve(&clerk, case.id, &mut Form::new()).await);
        assert_eq!(told, review::OWN);
        refused(world.reject(&clerk, case.id, "缺少结业证书，请补充。").await);
        world.approve(&colleague, case.id, &mut Form::new()).await.unwrap().unwrap();
    }
}

#[rocket::async_test]
async fn a_check_stands_against_an_approval() {
    let world = World::new().await;
    let case = world.submit(&world.zhou(), 100, 500).await;
    let told =
        refused(world.approve(&world.clerk(world.employer), case.id, &mut Form::new()).await);
    assert_eq!(told, "系统核对不能通过：数量超过 100");
}

#[rocket::async_test]
async fn a_refused_decision_comes_back_by_field() {
    let world = World::new().await;
    let case = world.case().await;
    let mut form = Form::of([("given", "41".to_owned())]);
    let answer = world.approve(&world.clerk(world.employer), case.id, &mut form).await.unwrap();
    assert!(answer.is_none());
    assert!(form.errors().contains_key("given"));
    assert_eq!(world.stored(case.id).await.stage, 0);
}

#[rocket::async_test]
async fn another_desk_cannot_decide() {
    let world = World::new().await;
    let case = world.case().await;
    let told = refused(world.approve(&world.clerk(world.bureau), case.id, &mut Form::new()).await);
    assert!(told.contains("县医院"), "{told}");
    let mut stranger = world.clerk(world.employer);
    if let Some(session) = std::sync::Arc::get_mut(&mut stranger.0)
        && let Some(grant) = session.grant.as_mut()
    {
        grant.full = false;
    }
    let answer = world.approve(&stranger, case.id, &mut Form::new()).await;
    assert!(matches!(answer, Err(Error::Forbidden(_))), "{answer:?}");
}

#[rocket::async_test]
async fn a_resubmission_keeps_its_number_and_its_history() {
    let world = World::new().await;
    let case = world.case().await;
    refused(world.resubmit(&world.zhou(), &case, 30).await);
    world.approve(&world.clerk(world.employer), case.id, &mut Form::new()).await.unwrap();
    world.reject(&world.clerk(world.department), case.id, "缺少结业证书，请补充。").await.unwrap();
    let other = world.user(11, "别人", Some(101), None);
    assert!(matches!(world.resubmit(&other, &case, 30).await, Err(Error::NotFound)));
    let again = world.resubmit(&world.zhou(), &case, 30).await.unwrap();
    assert_eq!((again.id, &again.number, again.round), (case.id, &case.number, 2));
    assert_eq!((again.desk_id, again.stage), (Some(world.employer), 0));
    assert_eq!(again.decision, "null", "a new round starts without a decision");
    world.stored(case.id).await;
    assert_eq!(world.acts(case.id).await, ["submit", "pass", "reject", "submit"]);
    let mut db = world.pools.read().await.unwrap();
    let lines =
        review::history(&mut db, &super::toy::Toy, &again, false, &world.clock).await.unwrap();
    let told: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(
        told,
        [
            "周晓梅 提交玩具申请",
            "县医院（陈芳）",
            "卫健委（李委）",
            "周晓梅 修改后重新提交",
            "等待县医院审核（今天提交）"
        ]
    );
    assert_eq!(lines[2].reason, "缺少结业证书，请补充。");
    assert_eq!(lines[1].verdict.as_ref().unwrap().text, "审核通过，给予 40");
}

#[rocket::async_test]
async fn a_withdrawal_ends_with_the_first_yes() {
    let world = World::new().await;
    let case = world.case().await;
    let other = world.user(11, "别人", Some(101), None);
    assert!(matches!(world.withdraw(&other, case.id).await, Err(Error::NotFound)));
    world.withdraw(&world.zhou(), case.id).await.unwrap();
    assert_eq!(world.stored(case.id).await.state, CaseState::Withdrawn);
    let told =
        refused(world.approve(&world.clerk(world.employer), case.id, &mut Form::new()).await);
    assert!(told.contains("周晓梅") && told.contains("撤回"), "{told}");
    // the yes of a former round does not count
    let again = world.resubmit(&world.zhou(), &case, 40).await.unwrap();
    world.approve(&world.clerk(world.employer), again.id, &mut Form::new()).await.unwrap();
    let told = refused(world.withdraw(&world.zhou(), case.id).await);
    assert!(told.contains("不能撤回"), "{told}");
    world.reject(&world.clerk(world.department), case.id, "缺少结业证书，请补充。").await.unwrap();
    world.resubmit(&world.zhou(), &case, 40).await.unwrap();
    world.withdraw(&world.zhou(), case.id).await.unwrap();
}

#[rocket::async_test]
async fn an_error_undoes_the_whole_act() {
    let world = World::new().await;
    world.run("update organization set state = 'disabled' where id in (2, 3);").await;
    let case = world.case().await;
    world.run("drop table toy_effect;").await;
    world.approve(&world.clerk(world.bureau), case.id, &mut Form::new()).await.unwrap_err();
    let stored = world.stored(case.id).await;
    assert_eq!((stored.state, stored.decision.as_str()), (CaseState::Pending, "null"));
    assert_eq!(world.number("select count(*) from trail where act = 'review.approve'").await, 0);
}
