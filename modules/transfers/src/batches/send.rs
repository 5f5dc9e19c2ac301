//! A batch goes its way: one case for all at the target's desk.

use kit::organization::Organization;
use kit::review::Case;
use kit::{Clock, Done, FileId, Form, Result, User};
use sqlx::SqliteConnection;

use super::{Editor, address};
use crate::content::Content;
use crate::form::Asked;
use crate::mine;
use crate::store::{self, Settled, Transfer};

/// Submits a batch; who cannot go is left out and named. Refused by field if nobody can.
pub async fn send(
    tx: &mut SqliteConnection,
    transfer: &Transfer,
    source: &Organization,
    asked: &Asked,
    user: &Editor,
    form: &mut Form,
    clock: &Clock,
) -> Result<Option<Done>> {
    let left_out = leave_out(&mut *tx, transfer.id, source).await?;
    let by = &user.grant.organization_name;
    let case = ask(&mut *tx, transfer, source, asked, by, &user.user, clock).await?;
    let Some(case) = case else {
        form.refuse(
            "",
            match left_out.len() {
                0 => "名单中还没有人员。请先点“选择人员”，把要调转的人加入名单。".to_owned(),
                _ => format!("名单中没有可以调转的人员：{}。", told(&left_out)),
            },
        );
        return Ok(None);
    };
    let desk = match case.desk_id {
        Some(desk) => kit::organization::find(tx, desk).await?.map(|o| o.name).unwrap_or_default(),
        None => String::new(),
    };
    let done = Done::to(address(transfer.id))
        .ok(format!("已提交，申请编号 {}，等待{desk}审核。同意以前人员单位不变。", case.number));
    let done = if left_out.is_empty() {
        done
    } else {
        done.warn(format!("{} 人没有列入：{}。", left_out.len(), told(&left_out)))
    };
    Ok(Some(if case.unattended {
        done.warn("审核单位暂时无人审核，已转上一级。")
    } else {
        done
    }))
}

/// Opens the case of a batch, or opens a rejected or withdrawn one again; none if nobody can go.
pub async fn ask(
    tx: &mut SqliteConnection,
    transfer: &Transfer,
    source: &Organization,
    asked: &Asked,
    by_name: &str,
    by: &User,
    clock: &Clock,
) -> Result<Option<Case>> {
    let (id, to) = (transfer.id, &asked.to);
    let (people, first): (i64, Option<String>) = sqlx::query_as(
        "select count(*), (select p.name from transfer_person tp join person p on p.id = tp.person_id
                            where tp.transfer_id = ?1 and tp.note = '' order by tp.id limit 1)
           from transfer_person where transfer_id = ?1 and note = ''",
    )
    .bind(id)
    .fetch_one(&mut *tx)
    .await?;
    let Some(first) = first else { return Ok(None) };
    let names = if people == 1 { first } else { format!("{first}等 {people} 人") };
    let settled = Settled {
        from: source.id,
        to,
        people,
        names: &names,
        reason: &asked.reason,
        effective_on: &asked.effective_on,
    };
    store::settle(&mut *tx, id, &settled, clock).await?;
    sqlx::query(
        "update transfer_person set state = 'withdrawn', to_id = ?1, submitted_at = ?2, acted_at = ?2
          where transfer_id = ?3 and note <> ''",
    )
    .bind(to.id)
    .bind(clock.stamp())
    .bind(id)
    .execute(&mut *tx)
    .await?;
    let files: Vec<FileId> =
        store::files(&mut *tx, id).await?.into_iter().map(|file| file.id).collect();
    let mut others = vec![source.id];
    others.extend(source.department_id);
    others.extend(transfer.by_id);
    store::show_files(&mut *tx, &files, None, to, &others).await?;
    let content = Content {
        transfer: id,
        person: None,
        identity_id: None,
        names,
        from: source.id,
        from_name: source.name.clone(),
        to: to.id,
        to_name: to.name.clone(),
        // the old unit or its superior is who asks
        former_first: false,
        wish: String::new(),
        reason: asked.reason.clone(),
        effective_on: asked.effective_on.clone(),
        files,
        by: by_name.to_owned(),
    };
    mine::submit(tx, transfer, content, None, to, by, clock).await.map(Some)
}

/// Notes who of the list cannot go; everybody is looked at anew in each round.
async fn leave_out(
    tx: &mut SqliteConnection,
    id: i64,
    source: &Organization,
) -> Result<Vec<String>> {
    sqlx::query(
        "update transfer_person as r set note = coalesce((
           select case when p.organization_id <> ?1 then '已不在原单位'
                       when p.state not in ('serving', 'rehired', 'retired') then '人员状态不能调转'
                       when exists (select 1 from transfer_person o
                         where o.person_id = p.id and o.state = 'pending') then '另有调转申请正在审核'
                  end from person p where p.id = r.person_id), '')
          where r.transfer_id = ?2",
    )
    .bind(source.id)
    .bind(id)
    .execute(&mut *tx)
    .await?;
    Ok(sqlx::query_scalar(
        "select p.name || '（' || tp.note || '）' from transfer_person tp
           join person p on p.id = tp.person_id
          where tp.transfer_id = ? and tp.note <> '' order by tp.id",
    )
    .bind(id)
    .fetch_all(tx)
    .await?)
}

/// The first ten of them.
fn told(left_out: &[String]) -> String {
    let shown: Vec<&str> = left_out.iter().take(10).map(String::as_str).collect();
    let more = if left_out.len() > shown.len() { "等" } else { "" };
    format!("{}{more}", shown.join("、"))
}
