//! Requests of the demo county: some wait at a unit, some at the bureau.

use std::sync::Arc;

use accounts::changes::{self, Content, Item};
use accounts::people;
use kit::module::Demo;
use kit::review::{self, Submission};
use kit::session::Session;
use kit::{AccountId, PersonId, Result, SessionId, User};
use sqlx::SqliteConnection;

use crate::PersonChanges;

/// A few people ask for corrections: before the desks that somebody can sign in to, and others.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    let near = "select p.id, a.id, a.name from person p join account a on a.person_id = p.id
          where p.state = 'serving' and a.state = 'initial' and p.organization_id in (
           select g.organization_id from grant g join account h on h.id = g.account_id
            where h.password_hash is not null) order by p.id desc limit ?";
    let others = "select p.id, a.id, a.name from person p join account a on a.person_id = p.id
          where p.state = 'serving' and a.state = 'initial' order by p.id limit ?";
    let most = (county.people / 60).clamp(4, 60) as i64;
    for (sql, count) in [(near, most), (others, most)] {
        let people: Vec<(PersonId, AccountId, String)> =
            sqlx::query_as(sql).bind(count).fetch_all(&mut *tx).await?;
        for (index, (person, account, name)) in people.into_iter().enumerate() {
            let user = signed_in(person, account, name);
            ask(&mut *tx, county, person, &user, index).await?;
        }
    }
    Ok(())
}

/// Somebody on his personal side.
fn signed_in(person: PersonId, account: AccountId, name: String) -> User {
    User(Arc::new(Session {
        id: SessionId(0),
        account,
        name,
        person: Some(person),
        grant: None,
        sides: vec![],
        restricted: false,
        csrf: String::new(),
        address: "本机".to_owned(),
        request: String::new(),
        idle_seconds: 0,
        key: vec![],
    }))
}

async fn ask(
    tx: &mut SqliteConnection,
    county: &mut Demo,
    person: PersonId,
    user: &User,
    index: usize,
) -> Result<()> {
    if changes::pending(&mut *tx, person).await?.is_some() {
        return Ok(());
    }
    let brief = people::brief(&mut *tx, person).await?;
    let Some(fields) = people::fields(&mut *tx, person).await? else { return Ok(()) };
    let field = |field: &str, old: &str, new: String| Item::Field {
        field: field.to_owned(),
        old: old.to_owned(),
        new,
    };
    let year = 1990 + county.random.below(20);
    let (items, reason) = match index % 3 {
        0 => (
            vec![field("native_place", &fields.native_place, "河南云川".to_owned())],
            "入职时漏填籍贯，现补充",
        ),
        1 => (
            vec![field("started_work_on", &fields.started_work_on, format!("{year}-09"))],
            "参加工作时间与人事档案不一致，按档案更正",
        ),
        _ => {
            let number = format!("YC{year}{:06}", county.random.below(1_000_000));
            (
                vec![field("title_certificate", &fields.title_certificate, number)],
                "职称证书编号登记有误，按证书更正",
            )
        }
    };
    let clock = &county.clock;
    let change = changes::create(&mut *tx, person, user.account, false, clock).await?;
    let titles = changes::titles(&items);
    changes::save(&mut *tx, change, &changes::Draft::default(), &titles, clock).await?;
    let content = Content {
        change,
        person,
        identity_id: brief.identity,
        name: brief.name.clone(),
        organization_name: brief.organization_name,
        by_unit: false,
        items,
        reason: reason.to_owned(),
        files: vec![],
    };
    let (organization, department) = changes::belongs(&mut *tx, person, &[]).await?;
    let submission = Submission {
        content,
        number: changes::number(&mut *tx, clock).await?,
        title: format!("{} 修改{titles}", brief.name),
        person: Some(person),
        organization,
        department,
    };
    review::submit(tx, &PersonChanges, submission, user, clock).await?;
    Ok(())
}
