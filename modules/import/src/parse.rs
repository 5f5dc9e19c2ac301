//! A file checked off the async threads: read, each row checked, duplicates found, handed over in
//! batches so that a long file never lies in memory whole.

use std::collections::HashMap;

use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::check::{Accepted, Checked, Checker, Level, Problem};
use crate::columns::{self, Column, Layout};
use crate::effect::{Decides, Held, Would};
use crate::units::Units;
use kit::sheet::{Cell, Header, Row, Sink};

/// Rows of a batch.
pub const BATCH: usize = 1_000;

/// A row and all that is known of it.
#[derive(Debug)]
pub struct CheckedRow {
    pub number: u32,
    pub cells: Vec<Cell>,
    pub id_card: Option<kit::IdCard>,
    pub accepted: Option<Accepted>,
    pub problems: Vec<Problem>,
    /// Where the person goes; none if the row names no unit that can be meant.
    pub unit: Option<kit::OrganizationId>,
    /// Who is there already, of the same unit: the policy decides.
    pub known: Option<Box<Known>>,
    /// His own registration, which waits at the importer's desk: it is passed with the import.
    pub registration: Option<kit::CaseId>,
}

impl CheckedRow {
    pub fn new(row: Row, checked: Checked) -> Self {
        let Checked { unit, id_card, accepted, problems, .. } = checked;
        let Row { number, cells } = row;
        Self { number, cells, unit, id_card, accepted, problems, known: None, registration: None }
    }

    /// `error`, `known`, `warn` or `ok`.
    pub fn verdict(&self) -> &'static str {
        if self.problems.iter().any(|p| p.level == Level::Error) {
            "error"
        } else if self.known.is_some() {
            "known"
        } else if self.problems.is_empty() {
            "ok"
        } else {
            "warn"
        }
    }

    /// What stood in the database when it was checked, if the row is about somebody there.
    pub fn seen(&self) -> String {
        match (&self.known, self.registration) {
            (Some(known), _) => known.seen.clone(),
            (None, Some(case)) => format!("case:{case}"),
            (None, None) => String::new(),
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
        let value = self.typed(layout, column).to_owned();
        self.problems.push(Problem { column, level, value, message, remedy: remedy.to_owned() });
        if level == Level::Error {
            self.accepted = None;
        }
    }

    pub fn typed(&self, layout: &Layout, column: Column) -> &str {
        layout.place(column).and_then(|at| self.cells.get(at)).map_or("", Cell::text)
    }
}

/// Somebody recorded who has a row's number, of the row's own unit and name.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    pub person: kit::PersonId,
    pub state: String,
    pub fields: accounts::people::Fields,
    /// 内设部门
    pub place: Option<i64>,
    /// The row's 内设部门, if it names one that is there.
    pub typed_place: Option<i64>,
    /// What of it the importing organization decides.
    pub decides: Decides,
    /// Why something is not done.
    pub held: Option<Held>,
    /// His latest version and request: another one means that data moved since.
    pub seen: String,
    /// What 补空 and 更新 would do.
    pub fill: Would,
    pub renew: Would,
}

/// What a file yields, in order.
pub enum Piece {
    /// About how many rows are to come.
    Expect(u64),
    Header(Box<Header>),
    Rows(Vec<CheckedRow>),
}

/// What is known at the end only.
#[derive(Debug, Default)]
pub struct End {
    /// First rows whose number comes again below.
    pub late: Vec<(u32, Problem)>,
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
    /// Starts reading.
    pub fn start(bytes: Vec<u8>, today: time::Date, units: Units, create: bool) -> Self {
        let (sender, pieces) = mpsc::channel(2);
        let end = spawn_blocking(move || {
            let mut parser = Parser {
                sender,
                today,
                units: Some(units),
                create,
                checker: None,
                batch: Vec::with_capacity(BATCH),
                seen: Seen::default(),
                examples: 0,
                hidden: 0,
            };
            kit::sheet::read(bytes, &columns::wanted(), &mut parser)?;
            parser.flush()?;
            let Parser { examples, hidden, .. } = parser;
            Ok(End { late: parser.seen.late(), examples, hidden })
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
        match self.end.await {
            Ok(end) => end,
            Err(_) => Err(kit::sheet::BROKEN.to_owned()),
        }
    }
}

struct Parser {
    sender: mpsc::Sender<Piece>,
    today: time::Date,
    units: Option<Units>,
    create: bool,
    checker: Option<(Checker, Layout)>,
    batch: Vec<CheckedRow>,
    seen: Seen,
    examples: u32,
    hidden: u32,
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
    fn expect(&mut self, rows: u64) {
        // a file that nobody listens to any more ends with its first row
        let _ = self.send(Piece::Expect(rows));
    }

    fn header(&mut self, header: &Header) -> Result<(), String> {
        let Some(units) = self.units.take() else { return Ok(()) };
        let layout = Layout::of(&header.titles);
        let checker = Checker::new(self.today, layout.clone(), units, self.create);
        self.checker = Some((checker, layout));
        self.send(Piece::Header(Box::new(header.clone())))
    }

    fn row(&mut self, row: Row) -> Result<(), String> {
        let Some((checker, layout)) = &mut self.checker else { return Ok(()) };
        let checked = checker.row(&row);
        if checked.example {
            self.examples += 1;
            return Ok(());
        }
        let mut row = CheckedRow::new(row, checked);
        self.seen.look(&mut row, layout);
        self.batch.push(row);
        if self.batch.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    fn hidden(&mut self, rows: u32) {
        self.hidden = rows;
    }
}

/// What came before in the same file.
#[derive(Default)]
struct Seen {
    /// By ID number: the first row, what it typed, and the rows that repeat it.
    numbers: HashMap<String, (u32, Vec<u32>)>,
    phones: HashMap<String, u32>,
    people: HashMap<(String, time::Date), u32>,
    typed: HashMap<u32, String>,
}

const KEEP_ONE: &str = "两行只保留一行";

impl Seen {
    fn look(&mut self, row: &mut CheckedRow, layout: &Layout) {
        let number = row.number;
        if let Some(card) = &row.id_card {
            let (first, others) =
                self.numbers.entry(card.number().to_owned()).or_insert_with(|| (number, vec![]));
            if *first != number {
                let first = *first;
                if others.is_empty() {
                    self.typed.insert(first, card.number().to_owned());
                }
                others.push(number);
                row.tell(
                    layout,
                    Level::Error,
                    Column::IdNumber,
                    format!("与第 {first} 行重复"),
                    KEEP_ONE,
                );
                return;
            }
        }
        let Some(accepted) = &row.accepted else { return };
        let phone = accepted.fields.phone.clone();
        let person = (accepted.fields.name.clone(), accepted.id_card.birth());
        if !phone.is_empty() {
            let first = *self.phones.entry(phone).or_insert(number);
            if first != number {
                let message = format!("与第 {first} 行的手机号码相同");
                row.tell(layout, Level::Warn, Column::Phone, message, "核对是否填错；属实可以不改");
            }
        }
        let first = *self.people.entry(person).or_insert(number);
        if first != number {
            let message = format!("与第 {first} 行姓名、出生日期相同，身份证号不同");
            row.tell(layout, Level::Warn, Column::Name, message, "核对是否同一个人；属实可以不改");
        }
    }

    /// The first rows of repeated numbers are at fault as well: nobody knows which is right.
    fn late(mut self) -> Vec<(u32, Problem)> {
        let repeated = self.numbers.into_values().filter(|(_, others)| !others.is_empty());
        let mut late: Vec<(u32, Problem)> = repeated
            .map(|(first, others)| {
                let shown: Vec<String> = others.iter().take(5).map(u32::to_string).collect();
                let more = if others.len() > 5 { "等" } else { "" };
                let problem = Problem {
                    column: Column::IdNumber,
                    level: Level::Error,
                    value: self.typed.remove(&first).unwrap_or_default(),
                    message: format!("与第 {}{more} 行重复", shown.join("、")),
                    remedy: KEEP_ONE.to_owned(),
                };
                (first, problem)
            })
            .collect();
        late.sort_by_key(|(number, _)| *number);
        late
    }
}
