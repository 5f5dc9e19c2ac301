//! The demo county's one wrong number: its sequence was mistyped when the unit imported it.

use kit::{Actor, Clock, Error, FileId, IdCard, PersonId, Result, id_card};
use sqlx::SqliteConnection;

use super::store::{self, Wanted};
use crate::people;

/// Corrects a person's number to the next free one of his birthday and sex, with one of the demo's
/// sample sheets as evidence; gives the row. The caller tells the modules that count on it.
pub async fn demo(
    tx: &mut SqliteConnection,
    person: PersonId,
    actor: &Actor,
    clock: &Clock,
) -> Result<i64> {
    let old = people::full_number(&mut *tx, person).await?;
    let number = free(&mut *tx, &old).await?;
    let sheet: Option<FileId> = sqlx::query_scalar(
        "insert into file (sha256, name, mime, size, account_id, created_at)
         select sha256, '身份证复印件（示例材料）.pdf', mime, size, ?, ? from file
          where mime = 'application/pdf' order by id limit 1 returning id",
    )
    .bind(actor.account)
    .bind(clock.stamp())
    .fetch_optional(&mut *tx)
    .await?;
    let files: Vec<FileId> = sheet.into_iter().collect();
    let reason = "单位导入时顺序码填错，本人持身份证原件和户口簿申请，已核对";
    let wanted = Wanted { person, number: &number, reason, files: &files };
    store::change(tx, &wanted, actor, clock).await
}

/// Nobody's number of the same area, birthday and sex.
async fn free(db: &mut SqliteConnection, old: &IdCard) -> Result<IdCard> {
    let (head, sequence) = (&old.number()[..14], &old.number()[14..17]);
    let start: u32 = sequence.parse().unwrap_or_default();
    for step in 1..500 {
        let first = format!("{head}{:03}", (start + 2 * step) % 1000);
        let last = id_card::check_character(&first).unwrap_or('X');
        let Ok(card) = IdCard::stored(&format!("{first}{last}")) else { continue };
        let taken: bool =
            sqlx::query_scalar("select exists (select 1 from identity where number = ?)")
                .bind(card.number())
                .fetch_one(&mut *db)
                .await?;
        if !taken {
            return Ok(card);
        }
    }
    Err(Error::Fault("no free number for the demo".to_owned()))
}
