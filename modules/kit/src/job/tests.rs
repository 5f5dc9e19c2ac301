//! Promises of long work.

use std::sync::Arc;
use std::time::Duration;

use super::{Jobs, Progress, State, Status};
use crate::access::Scope;
use crate::testing::{County, user};
use crate::{AccountId, Error, JobId};

async fn ended(jobs: &Jobs, county: &County, id: JobId) -> Status {
    for _ in 0..200 {
        let mut db = county.pools.read().await.unwrap();
        let status = jobs.status(&mut db, id, AccountId(1)).await.unwrap();
        if status.state.ended() {
            return status;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the job never ended");
}

#[tokio::test]
async fn a_job_tells_its_owner_how_far_it_is_and_how_it_ended() {
    let county = County::new().await;
    let jobs = Jobs::new(Arc::new(county.pools.clone()), county.clock.clone());
    let me = user(1, Scope::County);
    let gate = Arc::new(tokio::sync::Notify::new());
    let (reached, open) = (Arc::new(tokio::sync::Notify::new()), gate.clone());
    let there = reached.clone();
    let work = |progress: Progress| async move {
        progress.expect(10);
        progress.advance(4);
        progress.say("正在核对");
        there.notify_one();
        open.notified().await;
        progress.at(10);
        Ok("已导入 10 人。".to_owned())
    };
    let id = jobs.start(&me, "import", "import:1", 0, work).await.unwrap();
    reached.notified().await;
    let mut db = county.pools.read().await.unwrap();
    let status = jobs.status(&mut db, id, AccountId(1)).await.unwrap();
    assert_eq!((status.done, status.total, status.message.as_str()), (4, 10, "正在核对"));
    let other = jobs.status(&mut db, id, AccountId(2)).await;
    assert!(matches!(other, Err(Error::NotFound)));
    drop(db);
    gate.notify_one();
    let status = ended(&jobs, &county, id).await;
    assert_eq!(
        (status.state, status.done, status.message.as_str()),
        (State::Done, 10, "已导入 10 人。")
    );
}

#[tokio::test]
async fn a_job_fails_with_its_sentence_even_when_it_panics() {
    let county = County::new().await;
    let jobs = Jobs::new(Arc::new(county.pools.clone()), county.clock.clone());
    let me = user(1, Scope::County);
    let refused = |_: Progress| async { Err(Error::refused("第 3 行有误。")) };
    let id = jobs.start(&me, "import", "", 0, refused).await.unwrap();
    let status = ended(&jobs, &county, id).await;
    assert_eq!((status.state, status.message.as_str()), (State::Failed, "第 3 行有误。"));
    let broken = |progress: Progress| async move {
        assert!(progress.cancelled(), "on purpose");
        Ok(String::new())
    };
    let id = jobs.start(&me, "import", "", 0, broken).await.unwrap();
    let status = ended(&jobs, &county, id).await;
    assert_eq!(status.state, State::Failed);
    assert!(status.message.contains("系统出了问题"));
}

#[tokio::test]
async fn a_cancelled_job_stops_and_a_waiting_one_never_starts() {
    let county = County::new().await;
    let jobs = Jobs::new(Arc::new(county.pools.clone()), county.clock.clone());
    let me = user(1, Scope::County);
    let endless = |progress: Progress| async move {
        loop {
            progress.check()?;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let mut ids = vec![];
    for _ in 0..3 {
        ids.push(jobs.start(&me, "import", "", 0, endless).await.unwrap());
    }
    let mut db = county.pools.read().await.unwrap();
    assert!(matches!(jobs.cancel(&mut db, ids[0], AccountId(2)).await, Err(Error::NotFound)));
    // the third waits for its turn
    for id in ids.iter().rev() {
        jobs.cancel(&mut db, *id, AccountId(1)).await.unwrap();
    }
    drop(db);
    for id in ids {
        let status = ended(&jobs, &county, id).await;
        assert_eq!(status.state, State::Cancelled);
        let mut db = county.pools.read().await.unwrap();
        assert!(matches!(jobs.cancel(&mut db, id, AccountId(1)).await, Err(Error::Refused(_))));
    }
}

#[tokio::test]
async fn what_a_stopped_server_left_is_interrupted() {
    let county = County::new().await;
    county
        .run(
            "insert into job (id, kind, account_id, state, created_at) values
               (1, 'import', 1, 'running', ''), (2, 'import', 1, 'waiting', ''),
               (3, 'import', 1, 'done', '')",
        )
        .await;
    let jobs = Jobs::new(Arc::new(county.pools.clone()), county.clock.clone());
    assert_eq!(jobs.recover().await.unwrap(), 2);
    let mut db = county.pools.read().await.unwrap();
    let status = jobs.status(&mut db, JobId(1), AccountId(1)).await.unwrap();
    assert_eq!(status.state, State::Interrupted);
    let status = jobs.status(&mut db, JobId(3), AccountId(1)).await.unwrap();
    assert_eq!(status.state, State::Done);
}
