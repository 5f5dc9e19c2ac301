//! Which desk a case waits at: unattended desks, take-over, reminders, moves.

use time::Duration;

use crate::review::{self, CaseState};
use crate::{Error, Form, OrganizationId, PersonId};

use super::world::World;

#[rocket::async_test]
async fn a_desk_without_anybody_is_passed_over() {
    for nobody in [
        "update account set state = 'disabled' where id = 3;",
        "update account set state = 'initial', password_hash = null, person_id = 300 where id = 3;",
        "update grant set state = 'disabled' where account_id = 3;",
        "update grant set until = '2026-11-22' where account_id = 3;",
        "update organization set state = 'disabled' where id = 3;",
        "insert into role (id, organization_id, name, created_at) values (9, 3, '查看', '');
         insert into role_permission values (9, 'toy.review', 'view');
         update grant_role set role_id = 9 where grant_id = (select id from grant where account_id = 3);",
    ] {
        let world = World::new().await;
        world.run(nobody).await;
        let case = world.case().await;
        assert_eq!(case.desk_id, Some(world.department), "{nobody}");
        assert!(case.unattended);
        assert_eq!(world.acts(case.id).await, ["submit", "skip"]);
        world.stored(case.id).await;
    }
}

#[rocket::async_test]
async fn a_role_with_the_permission_attends() {
    let world = World::new().await;
    world
        .run(
            "insert into role (id, organization_id, name, created_at) values (9, 3, '审核', '');
             insert into role_permission values (9, 'toy.review', 'review');
             update grant set until = '2026-11-23' where account_id = 3;
             update grant_role set role_id = 9 where grant_id = (select id from grant where account_id = 3);",
        )
        .await;
    assert_eq!(world.case().await.desk_id, Some(world.employer));
}

#[rocket::async_test]
async fn the_only_clerk_does_not_hold_up_his_own_submission() {
    let world = World::new().await;
    world.run("update account set person_id = 200 where id = 3;").await;
    let clerk = world.user(3, "陈芳", Some(200), None);
    assert_eq!(world.submit(&clerk, 200, 40).await.desk_id, Some(world.department));
    assert_eq!(world.submit(&world.zhou(), 200, 40).await.desk_id, Some(world.department));
}

#[rocket::async_test]
async fn the_rule_holds_at_each_advance_and_never_skips_the_last_desk() {
    let world = World::new().await;
    world.run("update account set state = 'disabled' where id in (1, 2);").await;
    let case = world.case().await;
    assert!(!case.unattended);
    world.approve(&world.clerk(world.employer), case.id, &mut Form::new()).await.unwrap();
    let stored = world.stored(case.id).await;
    assert_eq!((stored.desk_id, stored.stage, stored.unattended), (Some(world.bureau), 2, true));
    assert_eq!(world.acts(case.id).await, ["submit", "pass", "skip"]);
}

#[rocket::async_test]
async fn a_superior_takes_over_what_waits_too_long() {
    let world = World::new().await;
    let case = world.case().await;
    let bureau = world.clerk(world.bureau);
    let early = world.take_over(&bureau, case.id, "单位长时间没有审核").await;
    assert!(
        matches!(&early, Err(Error::Refused(text)) if text.contains("超过 5 个工作日")),
        "{early:?}"
    );
    world.clock.advance(Duration::days(8)); // Monday to the Tuesday after next: six working days
    assert!(matches!(world.take_over(&bureau, case.id, "太久").await, Err(Error::Invalid(_))));
    let below = world.take_over(&world.clerk(world.employer), case.id, "单位长时间没有审核").await;
    assert!(matches!(below, Err(Error::Refused(_))));
    world.take_over(&bureau, case.id, "单位长时间没有审核").await.unwrap();
    let stored = world.stored(case.id).await;
    assert_eq!((stored.desk_id, stored.stage), (Some(world.bureau), 2));
    assert_eq!(stored.waiting_since, world.clock.stamp());
    assert_eq!(world.acts(case.id).await, ["submit", "take"]);
    let late = world.approve(&world.clerk(world.employer), case.id, &mut Form::new()).await;
    assert!(
        matches!(&late, Err(Error::Refused(text)) if text.contains("王局") && text.contains("接管")),
        "{late:?}"
    );
    world.approve(&bureau, case.id, &mut Form::new()).await.unwrap().unwrap();
    assert_eq!(world.stored(case.id).await.state, CaseState::Approved);
}

#[rocket::async_test]
async fn an_overdue_case_is_reminded_once_a_working_day() {
    let world = World::new().await;
    let case = world.case().await;
    let zhou = world.zhou();
    world.clock.advance(Duration::days(7)); // five working days: not more than five
    assert!(matches!(world.remind(&zhou, case.id).await, Err(Error::Refused(_))));
    world.clock.advance(Duration::days(4)); // Friday 4 December
    world.remind(&zhou, case.id).await.unwrap();
    assert!(matches!(world.remind(&zhou, case.id).await, Err(Error::Refused(_))));
    world.clock.advance(Duration::days(1)); // Saturday
    assert!(matches!(world.remind(&zhou, case.id).await, Err(Error::Refused(_))));
    world.clock.advance(Duration::days(2)); // Monday
    world.remind(&zhou, case.id).await.unwrap();
    assert_eq!(world.acts(case.id).await, ["submit", "remind", "remind"]);
    let other = world.user(11, "别人", Some(101), None);
    assert!(matches!(world.remind(&other, case.id).await, Err(Error::NotFound)));
}

#[rocket::async_test]
async fn cards_tell_count_oldest_and_overdue() {
    let world = World::new().await;
    let clerk = world.clerk(world.employer);
    let read = async || {
        let mut db = world.pools.read().await.unwrap();
        let cards = review::cards(&mut db, &world.modules, &clerk, &world.clock, &world.settings)
            .await
            .unwrap();
        (cards[0].count, cards[0].note.clone(), cards[0].late)
    };
    assert_eq!(read().await, (0, "没有待办".to_owned(), false));
    world.case().await;
    world.clock.advance(Duration::days(1));
    world.case().await;
    assert_eq!(read().await, (2, "最早 11-23 提交".to_owned(), false));
    world.clock.advance(Duration::days(7));
    assert_eq!(read().await, (2, "1 条超过时限".to_owned(), true));
    let mut db = world.pools.read().await.unwrap();
    let late = review::overdue(&mut db, world.employer, "toys", 5, &world.clock).await.unwrap();
    assert_eq!(late, 1);
    let longest =
        review::longest(&mut db, &world.modules, &clerk, &world.clock, &world.settings, 5)
            .await
            .unwrap();
    assert_eq!(
        (longest[0].days, longest[0].late, longest[0].href.as_str()),
        (6, true, "/desk/toys/1")
    );
    assert_eq!(longest[1].days, 5);
}

#[rocket::async_test]
async fn neighbours_follow_the_waiting_order() {
    let world = World::new().await;
    let (one, two, three) = (world.case().await, world.case().await, world.case().await);
    let clerk = world.clerk(world.employer);
    let grant = clerk.grant.clone().unwrap();
    let mut db = world.pools.read().await.unwrap();
    let around = review::neighbours(&mut db, &grant, &two).await.unwrap();
    assert_eq!(around, (Some(one.content.clone()), Some(three.content.clone())));
    assert_eq!(review::neighbours(&mut db, &grant, &one).await.unwrap().0, None);
    assert_eq!(review::neighbours(&mut db, &grant, &three).await.unwrap().1, None);
}

#[rocket::async_test]
async fn a_transfer_moves_pending_cases_to_the_new_unit() {
    let world = World::new().await;
    let case = world.case().await;
    let other = world.submit(&world.zhou(), 101, 40).await;
    let mut tx = world.pools.begin().await.unwrap();
    sqlx::query("update toy set organization_id = 4 where case_id = ?")
        .bind(case.id)
        .execute(&mut *tx)
        .await
        .unwrap();
    sqlx::raw_sql(
        "insert into account (id, login, name, state, created_at) values (7, 'm', '吴敏', 'active', '');
         insert into grant (account_id, organization_id, created_at) values (7, 4, '');
             insert into grant_role (grant_id, role_id)
           select id, 1 from grant where id not in (select grant_id from grant_role);",
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    let person = Some(PersonId(100));
    let moved = review::reroute(&mut tx, &world.modules, person, world.employer, &world.clock)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(moved, 1);
    let stored = world.stored(case.id).await;
    assert_eq!(stored.desk_id, Some(OrganizationId(4)));
    assert_eq!(stored.organization_id, OrganizationId(4));
    assert_eq!(world.acts(case.id).await, ["submit", "reroute"]);
    assert_eq!(world.stored(other.id).await.desk_id, Some(world.employer));
}

#[rocket::async_test]
async fn a_desk_that_disappears_gives_its_cases_on() {
    let world = World::new().await;
    let case = world.case().await;
    world.approve(&world.clerk(world.employer), case.id, &mut Form::new()).await.unwrap();
    world.run("update organization set state = 'disabled' where id = 2;").await;
    let mut tx = world.pools.begin().await.unwrap();
    let moved = review::reroute(&mut tx, &world.modules, None, world.department, &world.clock)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(moved, 1);
    let stored = world.stored(case.id).await;
    assert_eq!((stored.desk_id, stored.unattended), (Some(world.bureau), true));
}

async fn move_on(world: &World) -> u64 {
    let mut tx = world.pools.begin().await.unwrap();
    let moved = review::move_on(&mut tx, &world.modules, &world.clock).await.unwrap();
    tx.commit().await.unwrap();
    moved
}

#[rocket::async_test]
async fn what_waits_for_nobody_any_more_goes_to_the_superior() {
    for gone in [
        "update account set state = 'disabled' where id = 3;",
        "update grant set state = 'removed' where account_id = 3;",
        "update grant set until = '2026-11-22' where account_id = 3;",
    ] {
        let world = World::new().await;
        let case = world.case().await;
        assert_eq!(move_on(&world).await, 0, "somebody is there");
        world.run(gone).await;
        assert_eq!(move_on(&world).await, 1, "{gone}");
        let stored = world.stored(case.id).await;
        assert_eq!((stored.desk_id, stored.unattended), (Some(world.department), true));
        assert_eq!(world.acts(case.id).await, ["submit", "reroute", "skip"]);
        // the bureau's desk is the last: what waits there stays until somebody is appointed
        world.run("update account set state = 'disabled' where id in (1, 2);").await;
        assert_eq!(move_on(&world).await, 1);
        assert_eq!(world.stored(case.id).await.desk_id, Some(world.bureau));
        assert_eq!(move_on(&world).await, 0);
    }
}

#[rocket::async_test]
async fn the_last_clerks_own_submission_does_not_wait_for_himself() {
    let world = World::new().await;
    world
        .run(
            "update account set person_id = 200 where id = 3;
             insert into account (id, login, name, state, created_at) values (4, 'x', '同事', 'active', '');
             insert into grant (account_id, organization_id, created_at) values (4, 3, '');
             insert into grant_role (grant_id, role_id)
           select id, 1 from grant where id not in (select grant_id from grant_role);",
        )
        .await;
    let own = world.submit(&world.user(3, "陈芳", Some(200), None), 200, 40).await;
    let other = world.case().await;
    assert_eq!(own.desk_id, Some(world.employer));
    assert_eq!(move_on(&world).await, 0);
    world.run("update grant set state = 'removed' where account_id = 4;").await;
    assert_eq!(move_on(&world).await, 1);
    assert_eq!(world.stored(own.id).await.desk_id, Some(world.department));
    assert_eq!(world.stored(other.id).await.desk_id, Some(world.employer));
}

#[rocket::async_test]
async fn an_organization_with_another_superior_takes_its_cases_along() {
    let world = World::new().await;
    let (here, above, last) = (world.case().await, world.case().await, world.case().await);
    world.approve(&world.clerk(world.employer), above.id, &mut Form::new()).await.unwrap();
    for desk in [world.employer, world.department] {
        world.approve(&world.clerk(desk), last.id, &mut Form::new()).await.unwrap();
    }
    world
        .run(
            "insert into organization (id, kind, name, parent_id, department_id, created_at)
               values (5, 'department', '教育局', 1, 5, '');
             insert into account (id, login, name, state, created_at) values (5, 'e', '孙', 'active', '');
             insert into grant (account_id, organization_id, created_at) values (5, 5, '');
             insert into grant_role (grant_id, role_id)
           select id, 1 from grant where id not in (select grant_id from grant_role);
             update organization set parent_id = 5, department_id = 5 where id = 3;
             update toy set department_id = 5 where organization_id = 3;",
        )
        .await;
    let mut tx = world.pools.begin().await.unwrap();
    let (modules, clock) = (&world.modules, &world.clock);
    let former = Some(world.department);
    let moved = review::resuperior(&mut tx, modules, world.employer, former, clock).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(moved, 1);
    let education = OrganizationId(5);
    for (case, desk) in [(&here, world.employer), (&above, education), (&last, world.bureau)] {
        let stored = world.stored(case.id).await;
        assert_eq!((stored.desk_id, stored.department_id), (Some(desk), Some(education)));
    }
    // what still waits at its own unit goes the new way afterwards
    world.approve(&world.clerk(world.employer), here.id, &mut Form::new()).await.unwrap();
    assert_eq!(world.stored(here.id).await.desk_id, Some(education));
}

#[rocket::async_test]
async fn a_reveal_is_in_history_and_trail() {
    let world = World::new().await;
    world
        .run(
            "insert into identity (id, number, reversed) values (1, '419999198503150011', '110051305891999914');
             update account set identity_id = 1 where id = 10;",
        )
        .await;
    let case = world.case().await;
    let clerk = world.clerk(world.employer);
    let grant = clerk.grant.clone().unwrap();
    let mut tx = world.pools.begin().await.unwrap();
    let number = review::reveal(&mut tx, &super::toy::Toy, case.id, &clerk, &grant, &world.clock)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(number, "419999198503150011");
    assert_eq!(world.acts(case.id).await, ["submit", "reveal"]);
    assert_eq!(
        world.number("select count(*) from trail where act = 'review.reveal' and text like '%4199************11'").await,
        1
    );
    let mut db = world.pools.read().await.unwrap();
    let told =
        review::history(&mut db, &super::toy::Toy, &case, false, &world.clock).await.unwrap();
    assert_eq!(told.len(), 2, "the applicant is not told");
}

/// A case that passes the employer's desk only.
async fn short(world: &World, by: impl Into<review::Submitter> + Send) -> review::Case {
    let mut tx = world.pools.begin().await.unwrap();
    let row: i64 = sqlx::query_scalar(
        "insert into toy (organization_id, department_id) values (3, 2) returning id",
    )
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    let mut submission = world.submission(row, 100, 40);
    submission.content.short = true;
    let case =
        review::submit(&mut tx, &super::toy::Toy, submission, by, &world.clock).await.unwrap();
    tx.commit().await.unwrap();
    case
}

#[rocket::async_test]
async fn where_the_only_desk_has_nobody_its_superior_decides() {
    let world = World::new().await;
    let case = short(&world, &world.zhou()).await;
    assert_eq!((case.desk_id, case.unattended), (Some(world.employer), false));
    world.run("update grant set state = 'disabled' where account_id = 3;").await;
    let case = short(&world, &world.zhou()).await;
    assert_eq!((case.desk_id, case.unattended), (Some(world.department), true));
    assert_eq!(world.acts(case.id).await, ["submit", "skip"]);
    world.run("update account set state = 'disabled' where id = 2;").await;
    let case = short(&world, &world.zhou()).await;
    assert_eq!(case.desk_id, Some(world.bureau));
    // the bureau is never passed over, and one yes is enough
    world.run("update account set state = 'disabled' where id = 1;").await;
    let case = short(&world, &world.zhou()).await;
    assert_eq!(case.desk_id, Some(world.bureau));
    assert_eq!(world.acts(case.id).await, ["submit", "skip", "skip"]);
    world.approve(&world.clerk(world.bureau), case.id, &mut Form::new()).await.unwrap();
    assert_eq!(world.stored(case.id).await.state, CaseState::Approved);
    // what waited at the desk before it was left moves on, too
    let mut tx = world.pools.begin().await.unwrap();
    assert_eq!(review::move_on(&mut tx, &world.modules, &world.clock).await.unwrap(), 2);
    tx.commit().await.unwrap();
    assert_eq!(world.number("select count(*) from review_case where desk_id = 3").await, 0);
}

#[rocket::async_test]
async fn a_superior_beyond_the_route_takes_over_what_waits_too_long() {
    let world = World::new().await;
    let case = short(&world, &world.zhou()).await;
    world.clock.advance(Duration::days(8));
    let stranger = world.user(9, "别人", None, Some(OrganizationId(4)));
    assert!(world.take_over(&stranger, case.id, "单位长时间没有审核").await.is_err());
    world.take_over(&world.clerk(world.department), case.id, "单位长时间没有审核").await.unwrap();
    assert_eq!(world.stored(case.id).await.desk_id, Some(world.department));
    world.approve(&world.clerk(world.department), case.id, &mut Form::new()).await.unwrap();
    assert_eq!(world.stored(case.id).await.state, CaseState::Approved);
}

#[rocket::async_test]
async fn the_outcome_reaches_submitter_and_person_once_each() {
    let world = World::new().await;
    world.run("insert into account (id, login, name, state, created_at) values (20, 'unit', '郑办', 'active', '');").await;
    let clerk = world.user(20, "郑办", None, Some(world.employer));
    let case = short(&world, &clerk).await;
    world.reject(&world.clerk(world.employer), case.id, "材料不齐，请补充").await.unwrap();
    let told = async |account: i64| {
        let mut db = world.pools.read().await.unwrap();
        crate::message::of(&mut db, crate::AccountId(account), None, 9).await.unwrap()
    };
    for account in [20, 10] {
        let messages = told(account).await;
        assert_eq!(messages.len(), 1, "{account}");
        assert_eq!(messages[0].title, "玩具申请被驳回");
        assert!(messages[0].text.contains("原因：材料不齐，请补充"), "{:?}", messages[0]);
    }
    assert_eq!(told(3).await.len(), 0, "who decided is told nothing");
}

#[rocket::async_test]
async fn a_limited_right_decides_what_it_is_limited_to() {
    use crate::access::Scope;
    let world = World::new().await;
    world.run("update grant set state = 'disabled' where account_id in (2, 3);").await;
    let case = short(&world, &world.zhou()).await;
    assert_eq!(case.desk_id, Some(world.bureau));
    for (scope, may) in [
        (Scope::County, true),
        (Scope::Department(world.department), true),
        (Scope::Department(OrganizationId(99)), false),
        (Scope::Organization(world.bureau), false),
    ] {
        let mut user = world.clerk(world.bureau);
        std::sync::Arc::get_mut(&mut user.0).unwrap().grant.as_mut().unwrap().scope = scope;
        let grant = user.grant.clone().unwrap();
        let limit = review::limit(&grant);
        assert_eq!(limit.admits(&case), may, "{scope:?}");
        let mut db = world.pools.read().await.unwrap();
        let counted = review::waiting_for(&mut db, &grant, "toys").await.unwrap();
        assert_eq!(counted, i64::from(may), "{scope:?}");
        drop(db);
        if !may {
            let done = world.approve(&user, case.id, &mut Form::new()).await;
            assert!(matches!(done, Err(Error::NotFound)), "{scope:?}");
        }
    }
}
