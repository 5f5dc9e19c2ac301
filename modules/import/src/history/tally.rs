//! What a batch brings, counted by person; and what each is told.

use std::collections::BTreeMap;

use kit::{Clock, Hours, PersonId, Result, message};
use sqlx::SqliteConnection;

use super::batch::years;

/// One person's share.
#[derive(Debug, Clone, Copy)]
struct Share {
    rows: i64,
    hours: Hours,
    from: i32,
    to: i32,
}

/// What a batch brings.
#[derive(Debug, Default)]
pub struct Tally(BTreeMap<PersonId, Share>);

impl Tally {
    pub fn add(&mut self, person: PersonId, year: i32, hours: Hours) {
        let empty = Share { rows: 0, hours: Hours::ZERO, from: year, to: year };
        let share = self.0.entry(person).or_insert(empty);
        share.rows += 1;
        share.hours += hours;
        share.from = share.from.min(year);
        share.to = share.to.max(year);
    }

    pub fn rows(&self) -> i64 {
        self.0.values().map(|share| share.rows).sum()
    }

    pub fn people(&self) -> i64 {
        self.0.len() as i64
    }

    pub fn hours(&self) -> Hours {
        self.0.values().map(|share| share.hours).sum()
    }

    /// The first and the last year.
    pub fn years(&self) -> (i32, i32) {
        let from = self.0.values().map(|share| share.from).min().unwrap_or_default();
        let to = self.0.values().map(|share| share.to).max().unwrap_or_default();
        (from, to)
    }

    /// Notes on the batch what it brings.
    pub async fn note(&self, tx: &mut SqliteConnection, batch: i64, clock: &Clock) -> Result<()> {
        let (from, to) = self.years();
        sqlx::query(
            "update history_batch set rows = ?, people = ?, hours = ?, year_from = ?, year_to = ?,
               updated_at = ? where id = ?",
        )
        .bind(self.rows())
        .bind(self.people())
        .bind(self.hours())
        .bind(from)
        .bind(to)
        .bind(clock.stamp())
        .bind(batch)
        .execute(tx)
        .await?;
        Ok(())
    }

    /// One message to each person, summed. `end`: what became of the hours, and what to do.
    pub async fn tell(
        &self,
        tx: &mut SqliteConnection,
        title: &str,
        end: &str,
        clock: &Clock,
    ) -> Result<()> {
        let told = self.0.iter().map(|(person, share)| {
            let years = years(share.from, share.to);
            (*person, format!("{years} 年度共 {} 条、{} 学时，{end}", share.rows, share.hours))
        });
        let told: Vec<_> = told.collect();
        message::send_people(tx, &told, title, "/credit-hours/mine", clock).await?;
        Ok(())
    }
}
