//! A file of former hours checked off the async threads: read, each row checked, repeated ones
//! found, handed over in batches so that a long file never lies in memory whole.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use kit::sheet::{Cell, Header, Row, Sink};
use kit::{Hours, PersonId, Result};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use super::check::{Accepted, Checked, Checker, Problem};
use super::columns::{self, Column, Layout};
use crate::check::Level;
use crate::store::{Kept, KeptProblem};

/// Rows of a batch.
pub const BATCH: usize = 1_000;
/// Rows of one person in one file: far beyond any record, and a bound for comparing them.
const OF_ONE: usize = 500;

/// A row and all that is known of it.
#[derive(Debug)]
pub struct CheckedRow {
    pub number: u32,
    pub cells: Vec<Cell>,
    pub accepted: Option<Accepted>,
    pub problems: Vec<Problem>,
    /// Whose hours, once compared with the people.
    pub person: Option<Whose>,
    /// What the file holds for this person and year, up to this row.
    pub of_year: Hours,
}

/// Whose hours a row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whose {
    pub id: PersonId,
    pub identity: kit::IdentityId,
}

impl CheckedRow {
    pub fn new(row: Row, checked: Checked) -> Self {
        Self {
            number: row.number,
            cells: row.cells,
            accepted: checked.accepted,
            problems: checked.problems,
            person: None,
            of_year: Hours::ZERO,
        }
    }

    /// `error`, `warn` or `ok`.
    pub fn verdict(&self) -> &'static str {
        if self.problems.iter().any(|p| p.level == Level::Error) {
            "error"
        } else if self.problems.is_empty() {
            "ok"
        } else {
            "warn"
        }
    }

    /// A problem with a cell, found after the row's own check.
    pub fn tell(
        &mut self,
        layout: &Layout,
        level: Level,
        column: Column,
        message: String,
        remedy: &str,
    ) {
        let cell = layout.place(column).and_then(|at| self.cells.get(at));
        let value = cell.map_or("", Cell::text).to_owned();
        self.problems.push(Problem { column, level, value, message, remedy: remedy.to_owned() });
        if level == Level::Error {
            self.accepted = None;
        }
    }

    /// As it is kept.
    pub fn kept(&self) -> Result<Kept> {
        Ok(Kept {
            number: self.number,
            verdict: self.verdict(),
            fill: 0,
            renew: 0,
            seen: String::new(),
            content: serde_json::to_string(&self.cells)?,
            problems: self.problems.iter().map(KeptProblem::from).collect(),
        })
    }
}

/// What a file yields, in order.
pub enum Piece {
    Header(Box<Header>),
    Rows(Vec<CheckedRow>),
}

/// What is known at the end only.
#[derive(Debug, Default, Clone, Copy)]
pub struct End {
    /// Example rows left out.
    pub examples: u32,
    /// Rows that are hidden in the spreadsheet.
    pub hidden: u32,
}

/// A file being read.
pub struct Parsing {
    pieces: mpsc::Receiver<Piece>,
    end: JoinHandle<Result<End, String>>,
}

impl Parsing {
    /// Starts reading; the checker's layout is the file's own.
    pub fn start(bytes: Vec<u8>, checker: Checker) -> Self {
        let (sender, pieces) = mpsc::channel(2);
        let end = spawn_blocking(move || {
            let batch = Vec::with_capacity(BATCH);
            let mut parser =
                Parser { sender, checker, batch, seen: Seen::default(), told: End::default() };
            kit::sheet::read(bytes, &columns::wanted(), &mut parser)?;
            parser.flush()?;
            Ok(parser.told)
        });
        Self { pieces, end }
    }

    pub async fn next(&mut self) -> Option<Piece> {
        self.pieces.recv().await
    }

    /// How it ended, after the last piece.
    ///
    /// # Errors
    /// A Chinese sentence about the file as a whole.
    pub async fn end(self) -> Result<End, String> {
        drop(self.pieces);
        self.end.await.unwrap_or_else(|_| Err(kit::sheet::BROKEN.to_owned()))
    }
}

struct Parser {
    sender: mpsc::Sender<Piece>,
    checker: Checker,
    batch: Vec<CheckedRow>,
    seen: Seen,
    told: End,
}

impl Parser {
    fn send(&self, piece: Piece) -> Result<(), String> {
        // nobody listens any more: cancelled or shut down
        self.sender
            .blocking_send(piece)
            .map_err(|_| "核对中断，没有写入任何数据。请重新上传。".to_owned())
    }

    fn flush(&mut self) -> Result<(), String> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        self.send(Piece::Rows(batch))
    }
}

impl Sink for Parser {
    fn header(&mut self, header: &Header) -> Result<(), String> {
        self.checker.layout = Layout::of(&header.titles);
        self.send(Piece::Header(Box::new(header.clone())))
    }

    fn row(&mut self, row: Row) -> Result<(), String> {
        let checked = self.checker.row(&row);
        if checked.example {
            self.told.examples += 1;
            return Ok(());
        }
        let mut row = CheckedRow::new(row, checked);
        self.seen.look(&mut row, &self.checker.layout);
        self.batch.push(row);
        if self.batch.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    fn hidden(&mut self, rows: u32) {
        self.told.hidden = rows;
    }
}

/// What came before among the same rows; titles and certificates as hashes, so that a file of any
/// length takes little.
#[derive(Default)]
pub struct Seen {
    people: HashMap<String, Vec<Item>>,
    years: HashMap<(String, i32), Hours>,
}

struct Item {
    number: u32,
    title: u64,
    /// 0: none.
    certificate: u64,
    started_on: String,
    ended_on: String,
}

fn mark(comparable: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    comparable.hash(&mut hasher);
    hasher.finish()
}

impl Seen {
    /// Marks a row that says what one above it said; else counts it.
    pub fn look(&mut self, row: &mut CheckedRow, layout: &Layout) {
        let Some(accepted) = &row.accepted else { return };
        let number = accepted.id_card.number().to_owned();
        let item = Item {
            number: row.number,
            title: mark(&credit_hours::comparable(&accepted.title)),
            certificate: match credit_hours::comparable_certificate(&accepted.certificate_number)
                .as_str()
            {
                "" => 0,
                text => mark(text),
            },
            started_on: accepted.started_on.clone(),
            ended_on: accepted.ended_on.clone(),
        };
        let (year, hours) = (accepted.year, accepted.hours);
        let before = self.people.entry(number.clone()).or_default();
        if before.len() >= OF_ONE {
            let message = format!("同一人在一个文件里超过 {OF_ONE} 行");
            let remedy = "核对这个人的记录，或者分成几个文件上传";
            return row.tell(layout, Level::Error, Column::IdNumber, message, remedy);
        }
        let same = |one: &&Item| item.certificate != 0 && one.certificate == item.certificate;
        let overlap = |one: &&Item| {
            one.title == item.title
                && one.started_on <= item.ended_on
                && one.ended_on >= item.started_on
        };
        if let Some(first) = before.iter().find(same) {
            let message = format!("与第 {} 行的证书编号相同", first.number);
            return row.tell(layout, Level::Error, Column::Certificate, message, KEEP_ONE);
        }
        if let Some(first) = before.iter().find(overlap) {
            let message = format!("与第 {} 行是同一项目，日期重叠", first.number);
            return row.tell(layout, Level::Error, Column::Title, message, KEEP_ONE);
        }
        before.push(item);
        let sum = self.years.entry((number, year)).or_default();
        *sum += hours;
        row.of_year = *sum;
    }
}

const KEEP_ONE: &str = "两行只保留一行";
