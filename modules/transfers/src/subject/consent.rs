//! What a consent does, in the verdict's transaction.

use accounts::{administrators, people};
use kit::review::{self, Case, Outcome};
use kit::{
    AccountId, Actor, Clock, Error, Event, Modules, OrganizationId, PersonId, Result, day, message,
    trail,
};
use sqlx::SqliteConnection;

use super::{Mover, WITHOUT_SUPER, counted, last_super, movers};
use crate::content::Content;
use crate::{out, store};

/// Everybody still there goes to the target; who meanwhile cannot is left out and named.
///
/// # Errors
/// Refused if nobody can go.
pub async fn consent(
    tx: &mut SqliteConnection,
    case: &Case,
    content: &Content,
    modules: &Modules,
    clock: &Clock,
) -> Result<Outcome> {
    let decider = decider(&mut *tx, case).await?;
    let (mut going, mut left_out) = (Vec::new(), Vec::new());
    for one in movers(&mut *tx, content.transfer).await? {
        if one.state != "pending" {
            continue;
        }
        let against = match one.against(content) {
            // nobody decides his own way, not even as one of many
            None if decider == Some(one.person_id) => Some("不能由本人同意自己的调转".to_owned()),
            against => against,
        };
        match against {
            None => going.push(one),
            Some(note) => {
                leave_out(&mut *tx, one.id, &note, clock).await?;
                left_out.push(format!("{}{note}", one.name));
            }
        }
    }
    if going.is_empty() {
        return Err(Error::refused(format!(
            "没有可以调入的人员（{}）。请驳回。",
            counted(&left_out)
        )));
    }
    store::ended(&mut *tx, content.transfer, "approved", clock).await?;
    let last = last_super(&mut *tx, content.from, &going.iter().collect::<Vec<_>>()).await?;
    let moved = take_in(&mut *tx, case, content, &going, modules, clock).await?;
    tell(&mut *tx, content, &going, clock).await?;
    let people =
        if content.is_batch() { format!("{} 人", going.len()) } else { content.names.clone() };
    let text = format!(
        "{people}由{}调入{}（{}）：随转在审申请 {} 条，终止原单位管理员权限 {} 项",
        content.from_name, content.to_name, case.number, moved.cases, moved.rights
    );
    trail::write(&mut *tx, &Actor::system(), clock, "transfers.move", &case.object(), &text)
        .await?;
    let mut told = vec![format!(
        "{people}已调入{}，还没有内设部门，请在“本单位人员”中分配。",
        content.to_name
    )];
    if !left_out.is_empty() {
        told.push(format!("没有调动 {}。", counted(&left_out)));
    }
    if moved.rights > 0 {
        // what waited for them at the old unit's desk
        review::move_on(&mut *tx, modules, clock).await?;
    }
    if last {
        told.push(without_super(tx, content, clock).await?);
    }
    Ok(Outcome { left_out: told, ..Outcome::default() })
}

/// The superior's administrators hear that the old unit has lost its last super administrator;
/// gives the sentence for the one who said yes.
async fn without_super(
    tx: &mut SqliteConnection,
    content: &Content,
    clock: &Clock,
) -> Result<String> {
    let from = &content.from_name;
    let Some((superior, accounts, href)) =
        administrators::above(&mut *tx, content.from, clock).await?
    else {
        return Ok(format!("{from}现在{WITHOUT_SUPER}，请联系人社局为它新增一名。"));
    };
    let title = format!("{from}{WITHOUT_SUPER}");
    let text = format!(
        "{}调入{}，{from}的超级管理员权限随之终止，现在{WITHOUT_SUPER}。请为它新增一名管理员。",
        content.names, content.to_name
    );
    for account in accounts {
        message::send(&mut *tx, account, &title, &text, &href, clock).await?;
    }
    Ok(format!("{from}现在{WITHOUT_SUPER}，已通知{superior}为它新增一名。"))
}

/// The person of the one who said yes.
async fn decider(db: &mut SqliteConnection, case: &Case) -> Result<Option<PersonId>> {
    let found: Option<Option<PersonId>> = sqlx::query_scalar(
        "select a.person_id from review_step s join account a on a.id = s.account_id
          where s.case_id = ? and s.act = 'approve' order by s.id desc limit 1",
    )
    .bind(case.id)
    .fetch_optional(db)
    .await?;
    Ok(found.flatten())
}

async fn leave_out(tx: &mut SqliteConnection, row: i64, note: &str, clock: &Clock) -> Result<()> {
    sqlx::query(
        "update transfer_person set state = 'withdrawn', note = ?, acted_at = ? where id = ?",
    )
    .bind(note)
    .bind(clock.stamp())
    .bind(row)
    .execute(tx)
    .await?;
    Ok(())
}

/// Moves them; who had left is 在职 again.
async fn take_in(
    tx: &mut SqliteConnection,
    case: &Case,
    content: &Content,
    going: &[Mover],
    modules: &Modules,
    clock: &Clock,
) -> Result<people::Moved> {
    let ids: Vec<PersonId> = going.iter().map(|one| one.person_id).collect();
    let cause = format!("transfer:{}", case.id);
    let moved = people::move_to(&mut *tx, modules, &ids, content.to, &cause, clock).await?;
    // papers may name a later day; the state holds from now on
    let today = day::date_text(clock.today());
    let effective = &content.effective_on;
    let on = if effective.is_empty() || *effective > today { today } else { effective.clone() };
    let reason = format!("调入{}", content.to_name);
    for one in going.iter().filter(|one| matches!(one.person_state.as_str(), "left" | "moved")) {
        people::mark::serve(&mut *tx, one.person_id, &on, &reason, &cause, clock).await?;
        let event = Event::PersonChanged { person: one.person_id };
        modules.deliver(&mut *tx, &event, clock).await?;
    }
    Ok(moved)
}

/// The old unit's administrators hear who is gone; people of a batch where they belong now.
async fn tell(
    tx: &mut SqliteConnection,
    content: &Content,
    going: &[Mover],
    clock: &Clock,
) -> Result<()> {
    let title = format!("{}已调出本单位", content.names);
    let text = format!(
        "{}已由{}接收，学时随人转走，可在“调出记录”中查看。",
        content.names, content.to_name
    );
    for account in administrators(&mut *tx, content.from).await? {
        message::send(&mut *tx, account, &title, &text, out::OUT, clock).await?;
    }
    if !content.is_batch() {
        return Ok(());
    }
    let title = format!("您已调入{}", content.to_name);
    let text = format!(
        "您由{}调入{}，已认定的学时不变，正在审核的申报由新单位继续审核。",
        content.from_name, content.to_name
    );
    for one in going {
        let account: Option<AccountId> =
            sqlx::query_scalar("select id from account where person_id = ?")
                .bind(one.person_id)
                .fetch_optional(&mut *tx)
                .await?;
        if let Some(account) = account {
            message::send(&mut *tx, account, &title, &text, crate::mine::MINE, clock).await?;
        }
    }
    Ok(())
}

async fn administrators(db: &mut SqliteConnection, id: OrganizationId) -> Result<Vec<AccountId>> {
    Ok(sqlx::query_scalar(
        "select distinct account_id from grant where organization_id = ? and state = 'active'
          order by account_id",
    )
    .bind(id)
    .fetch_all(db)
    .await?)
}
