//! A roster as its pages show it, a hundred rows a page: failing ones first.

use kit::OrganizationId;
use serde::Serialize;

use super::roster::Marked;

/// Rows of a page.
const ON_PAGE: usize = 100;

/// A row as the templates draw it.
#[derive(Debug, Serialize)]
pub struct Line {
    /// Row of `roster_row`.
    id: i64,
    number: i64,
    name: String,
    id_card: String,
    unit: String,
    attendance: String,
    score: String,
    hours: String,
    /// What the base declared, if a desk has lowered it.
    asked: String,
    lowered: String,
    /// The desk whose reason it is.
    #[serde(skip)]
    desk: Option<OrganizationId>,
    certificate: String,
    /// Class and text of the mark.
    tag: &'static str,
    mark: &'static str,
    text: String,
    /// Whether a desk may set its hours.
    open: bool,
}

/// One page of a roster.
#[derive(Debug, Serialize)]
pub struct Paged {
    pub lines: Vec<Line>,
    count: usize,
    pub page: usize,
    pages: usize,
    /// Address of a page, to be ended with its number.
    href: String,
}

impl Paged {
    /// For a desk's own form: it gives its own reasons, not an earlier desk's.
    pub fn reasons_of(mut self, desk: Option<OrganizationId>) -> Self {
        for line in self.lines.iter_mut().filter(|line| line.desk != desk) {
            line.lowered.clear();
        }
        self
    }
}

/// The page of these rows; out of bounds: the nearest.
pub fn of(marked: &[Marked], page: Option<usize>, address: &str) -> Paged {
    let pages = marked.len().div_ceil(ON_PAGE).max(1);
    let page = page.unwrap_or(1).clamp(1, pages);
    let lines = marked.iter().skip((page - 1) * ON_PAGE).take(ON_PAGE).map(line).collect();
    Paged { lines, count: marked.len(), page, pages, href: format!("{address}?page=") }
}

fn line(one: &Marked) -> Line {
    let (tag, mark, text) = one.told();
    Line {
        id: one.row.id,
        number: one.row.number,
        name: one.row.name.clone(),
        id_card: one.id_card.clone(),
        unit: one.row.unit.clone(),
        attendance: one.detail.attendance.clone(),
        score: one.detail.score.clone(),
        hours: one.row.hours.to_string(),
        asked: one
            .detail
            .asked
            .map(|asked| kit::Hours::from_tenths(asked).to_string())
            .unwrap_or_default(),
        lowered: one.detail.lowered.clone(),
        desk: one.detail.lowerings.last().map(|last| last.desk),
        certificate: one.row.certificate_number.clone(),
        tag,
        mark,
        text,
        open: one.row.state == "pending" && one.detail.passed,
    }
}
