//! Who may take a case back, and who may not decide it.

use super::toy::Toy;
use super::world::World;
use crate::review::{self, BOTH, Case, OWN};
use crate::{Error, Form, OrganizationId, User};

/// More accounts: 5 赵局 of 妇幼院 and 6 孙丽, its second; 7 吴刚 and 8 郑洁 of 县医院.
const MORE: &str = "insert into account (id, login, name, state, created_at) values
      (5, 'f1', '赵局', 'active', ''), (6, 'f2', '孙丽', 'active', ''),
      (7, 'e2', '吴刚', 'active', ''), (8, 'e3', '郑洁', 'active', '');
    insert into grant (account_id, organization_id, created_at) values
      (5, 4, ''), (6, 4, ''), (7, 3, ''), (8, 3, '');
    insert into grant_role (grant_id, role_id)
      select id, 1 from grant where id not in (select grant_id from grant_role);";

/// Submits something of 县医院's that is about nobody.
async fn submit(world: &World, by: &User) -> Case {
    let mut tx = world.pools.begin().await.unwrap();
    let row: i64 = sqlx::query_scalar(
        "insert into toy (organization_id, department_id) values (3, 2) returning id",
    )
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    let submission = review::Submission { person: None, ..world.submission(row, 0, 40) };
    let case = review::submit(&mut tx, &Toy, submission, by, &world.clock).await.unwrap();
    tx.commit().await.unwrap();
    case
}

async fn again(world: &World, case: &Case, by: &User) -> crate::Result<Case> {
    let mut tx = world.pools.begin().await?;
    let row = review::AnySubject::row(&Toy, &case.content)?;
    let submission = review::Submission { person: None, ..world.submission(row, 0, 30) };
    let case = review::resubmit(&mut tx, &Toy, case.id, submission, by, &world.clock).await?;
    tx.commit().await?;
    Ok(case)
}

fn refused<T>(result: crate::Result<T>) -> String {
    match result {
        Err(Error::Refused(text)) => text,
        Err(other) => panic!("another error: {other}"),
        Ok(_) => panic!("not refused"),
    }
}

#[rocket::async_test]
async fn what_one_organization_hands_in_for_another_stays_its_own_to_take_back() {
    let world = World::new().await;
    world.run(MORE).await;
    let other = Some(OrganizationId(4));
    let case = submit(&world, &world.user(5, "赵局", None, other)).await;
    for stranger in [world.clerk(world.employer), world.user(6, "孙丽", None, None)] {
        assert!(matches!(world.withdraw(&stranger, case.id).await, Err(Error::NotFound)));
        assert!(matches!(again(&world, &case, &stranger).await, Err(Error::NotFound)));
        assert!(matches!(world.remind(&stranger, case.id).await, Err(Error::NotFound)));
    }
    let colleague = world.user(6, "孙丽", None, other);
    world.withdraw(&colleague, case.id).await.unwrap();
    let next = again(&world, &case, &colleague).await.unwrap();
    assert_eq!(next.round, 2);
    // the first submitter is still one of them
    world.withdraw(&world.user(5, "赵局", None, other), case.id).await.unwrap();
}

#[rocket::async_test]
async fn whoever_handed_in_any_round_does_not_decide_it() {
    let world = World::new().await;
    world.run(MORE).await;
    let (chen, wu) =
        (world.clerk(world.employer), world.user(7, "吴刚", None, Some(world.employer)));
    let case = submit(&world, &chen).await;
    world.reject(&wu, case.id, "缺少结业证书，请补充。").await.unwrap();
    let next = again(&world, &case, &wu).await.unwrap();
    assert_eq!((next.account_id, next.desk_id), (Some(wu.account), Some(world.employer)));
    for party in [&chen, &wu] {
        assert_eq!(refused(world.approve(party, case.id, &mut Form::new()).await), OWN);
        assert_eq!(refused(world.reject(party, case.id, "缺少结业证书，请补充。").await), OWN);
    }
    // without the third nobody is left: it does not wait there
    world.run("update account set state = 'disabled' where id = 8;").await;
    let mut tx = world.pools.begin().await.unwrap();
    assert_eq!(review::move_on(&mut tx, &world.modules, &world.clock).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(world.stored(case.id).await.desk_id, Some(world.department));
}

#[rocket::async_test]
async fn an_administrator_of_both_sides_does_not_decide_unless_nobody_else_could() {
    let world = World::new().await;
    // 赵局 looks at 县医院's things and decides at 卫健委
    world
        .run(
            "insert into role (id, organization_id, name, created_at) values (9, 3, '查看', '');
             insert into role_permission values (9, 'toy.review', 'view');
             insert into account (id, login, name, state, created_at) values (5, 'x', '赵局', 'active', '');
             insert into grant (id, account_id, organization_id, created_at) values (50, 5, 3, ''), (51, 5, 2, ''), (52, 5, 1, '');
             insert into grant_role (grant_id, role_id) values (50, 9), (51, 1), (52, 1);",
        )
        .await;
    let case = submit(&world, &world.clerk(world.employer)).await;
    assert_eq!(case.desk_id, Some(world.department));
    let zhao = world.user(5, "赵局", None, Some(world.department));
    assert_eq!(refused(world.approve(&zhao, case.id, &mut Form::new()).await), BOTH);
    assert_eq!(refused(world.reject(&zhao, case.id, "缺少结业证书，请补充。").await), BOTH);
    // alone at 卫健委 he does not attend it; at the bureau, the last desk, he does
    world.run("update account set state = 'disabled' where id in (1, 2);").await;
    let mut tx = world.pools.begin().await.unwrap();
    assert_eq!(review::move_on(&mut tx, &world.modules, &world.clock).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(world.stored(case.id).await.desk_id, Some(world.bureau));
    let there = world.user(5, "赵局", None, Some(world.bureau));
    world.approve(&there, case.id, &mut Form::new()).await.unwrap().unwrap();
    // a person's own submission is no affair of the organization
    let world = World::new().await;
    world
        .run("insert into grant (account_id, organization_id, created_at) values (2, 3, '');")
        .await;
    world.run("update account set state = 'disabled' where id = 3;").await;
    let case = world.case().await;
    world
        .approve(&world.clerk(world.department), case.id, &mut Form::new())
        .await
        .unwrap()
        .unwrap();
}
