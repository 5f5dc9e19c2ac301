//! The review desk, once: cases, their way from desk to desk, decisions and history.

mod case;
mod decide;
mod erased;
mod history;
mod parties;
mod query;
mod record;
mod route;
mod seen;
mod start;
mod submit;
mod submitter;
mod tabs;
mod take;
#[cfg(test)]
mod tests;

pub use case::{Case, CaseState, Step};
pub use decide::{BatchRow, REASON, approve, reject, reveal};
pub use erased::AnySubject;
pub use history::{Line, Verdict, before, history};
pub use parties::{BOTH, NAMED, OWN, Parties, concerns, is_own};
pub use query::{
    Limit, case, identity_number, limit, neighbours, oldest, overdue, steps, waited, waited_words,
    waiting, waiting_for, working_days,
};
pub use route::{attended, follow, move_on, reroute, resuperior};
pub use seen::{AGAIN, seen, seen_of, unchanged};
pub use start::{Waiting, cards, longest};
pub use submit::{
    Submission, recall, remind, resubmit, resubmit_to, submit, submit_to, withdraw, withdraw_from,
};
pub use submitter::Submitter;
pub use tabs::{Side, at_desk, family, sees_other_desks, tabs};
pub use take::{from_below, take_over};

use rocket::serde::DeserializeOwned;
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::access::{Grantable, Kinds, Leaf};
use crate::list::List;
use crate::{
    AccountId, Clock, Event, FileId, Form, Modules, OrganizationId, Result, Setting, settings,
};

/// Working days after which a waiting case is overdue, may be pushed (催办) and taken over.
pub const OVERDUE_DAYS: Setting = Setting {
    key: "review.overdue",
    group: "审核",
    label: "审核时限",
    help: "等待超过这么多个工作日的事项标红；申请人可以催办，上级可以接管。",
    kind: settings::Kind::Integer { least: 1, most: 60, unit: "工作日" },
    default: "5",
    check: None,
};

/// A line of the detail; `before` draws a difference.
#[derive(Debug, Clone, Serialize)]
pub struct Fact {
    pub label: String,
    pub value: String,
    pub before: Option<String>,
    /// Takes the whole width.
    pub wide: bool,
}

impl Fact {
    pub fn new(label: &str, value: impl Into<String>) -> Self {
        Self { label: label.to_owned(), value: value.into(), before: None, wide: false }
    }

    /// A changed value beside what it was.
    pub fn changed(label: &str, before: impl Into<String>, value: impl Into<String>) -> Self {
        Self { before: Some(before.into()), ..Self::new(label, value) }
    }

    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Ok,
    Warn,
    /// Stands against approval.
    Refuse,
}

/// A system check (系统核对): shown, and run again when deciding.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    pub level: Level,
    pub text: String,
}

impl Check {
    pub fn ok(text: impl Into<String>) -> Self {
        Self { level: Level::Ok, text: text.into() }
    }
    pub fn warn(text: impl Into<String>) -> Self {
        Self { level: Level::Warn, text: text.into() }
    }
    pub fn refuse(text: impl Into<String>) -> Self {
        Self { level: Level::Refuse, text: text.into() }
    }
}

/// A target and what is reached, drawn as a meter; hours in tenths.
#[derive(Debug, Clone, Serialize)]
pub struct Meter {
    pub label: String,
    pub value: i64,
    pub target: i64,
}

/// A side panel of the detail: meters and a sentence (本年度累计).
#[derive(Debug, Clone, Serialize)]
pub struct Panel {
    pub title: String,
    pub meters: Vec<Meter>,
    pub sentence: String,
}

/// A table below the facts.
#[derive(Debug, Clone, Serialize)]
pub struct Table {
    pub title: String,
    pub columns: Vec<TableColumn>,
    pub rows: Vec<Vec<TableCell>>,
}

/// A column's head; `class` is `num` for figures, else empty.
#[derive(Debug, Clone, Serialize)]
pub struct TableColumn {
    pub title: String,
    pub class: String,
}

/// A cell. `before` draws a difference as `Fact::changed` does: empty for a new row.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TableCell {
    /// `text` or `tag`
    pub kind: &'static str,
    pub text: String,
    pub before: Option<String>,
    /// Of a tag, its class: wait, pass, back, off, info.
    pub tag: &'static str,
    /// Another case of the desk; the desk leaves it out where the reviewer may not open it.
    pub href: String,
}

impl TableCell {
    pub fn new(text: impl Into<String>) -> Self {
        Self { kind: "text", text: text.into(), ..Self::default() }
    }

    /// A mark: how a row's check came out.
    pub fn tag(tag: &'static str, text: impl Into<String>) -> Self {
        Self { kind: "tag", tag, ..Self::new(text) }
    }

    /// A link to another case: `/desk/<key>/<row>`.
    pub fn case(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { href: href.into(), ..Self::new(text) }
    }

    /// A changed value beside what it was; equal ones are drawn plain.
    pub fn changed(before: impl Into<String>, text: impl Into<String>) -> Self {
        Self { before: Some(before.into()), ..Self::new(text) }
    }
}

impl Table {
    /// With heads as (title, class).
    pub fn new(title: &str, columns: &[(&str, &str)]) -> Self {
        let columns = columns.iter().map(|(title, class)| TableColumn {
            title: (*title).to_owned(),
            class: (*class).to_owned(),
        });
        Self { title: title.to_owned(), columns: columns.collect(), rows: vec![] }
    }
}

/// A line of a decision field's drop-down.
#[derive(Debug, Clone, Serialize)]
pub struct DecisionOption {
    pub value: String,
    pub label: String,
}

/// A field of the desk's own decision (认定学时).
#[derive(Debug, Clone, Default, Serialize)]
pub struct DecisionField {
    pub name: String,
    pub label: String,
    /// `number`, `select`, `date` or `text`
    pub kind: String,
    pub value: String,
    pub hint: String,
    pub min: String,
    pub max: String,
    pub step: String,
    /// Of a `select`.
    pub options: Vec<DecisionOption>,
}

/// What became of an approved case's effect after the approval.
#[derive(Debug, Clone, Default)]
pub struct Since {
    /// (class, text) of the tag in place of the case's own.
    pub tag: Option<(&'static str, &'static str)>,
    /// Told after the case's own history.
    pub lines: Vec<Line>,
    /// Beside the subject's own links.
    pub links: Vec<(&'static str, String, Grantable)>,
}

/// What an approval did.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Rows of the submission that were left out, a sentence each.
    pub left_out: Vec<String>,
    /// What the engine tells all modules, in the verdict's transaction.
    pub events: Vec<Event>,
    /// The account that a visitor's submission has become: the case is his from now on.
    pub account: Option<AccountId>,
}

/// One kind of submission. It says only what is its own; the engine does the rest.
///
/// Its table has the columns `id`, `case_id`, `number`, `state`, `desk_id`, `organization_id`,
/// `department_id`, `submitted_at`, `waiting_since`, `acted_at`: the engine keeps case, number,
/// state, desk and times in step with the case, so that lists stand on one table's indexes.
/// `state` is `pending`, `approved`, `rejected` or `withdrawn` (the subject adds its own before
/// the first submission: `draft`); `desk_id` is null and `waiting_since` empty unless pending;
/// `acted_at` is the time of the last act.
///
/// The screen of a case is `/desk/<KEY>/<id of the row in TABLE>`; so `LIST.href` is
/// `/desk/<KEY>`, `LIST.row` is `/desk/<KEY>/{id}`, and `LIST.ops` are 通过
/// `/desk/<KEY>/{id}/approve` and 驳回 `/desk/<KEY>/{id}/reject` (the desk hides them on 已审核).
#[rocket::async_trait]
pub trait Subject: Send + Sync + 'static {
    /// As submitted, kept as it was that day. Holds `identity_id`, never an ID number.
    type Content: Serialize + DeserializeOwned + Send + Sync;
    /// What the desk itself gives; the default in a batch is what `decision_of` an empty form gives.
    type Decision: Serialize + DeserializeOwned + Send + Sync;
    /// The address of its screen (`/desk/<KEY>`) and its name in the database.
    const KEY: &'static str;
    /// As the manual calls the screen: 学时审批
    const TITLE: &'static str;
    /// What one case is called: 学时申报
    const NOUN: &'static str;
    /// The manual's word for a desk's yes: 通过, of a transfer 同意.
    const YES: &'static str = "通过";
    const LEAF: Leaf;
    const LIST: &'static List;
    /// The subject's table.
    const TABLE: &'static str;
    /// 常用驳回原因
    const REASONS: &'static [&'static str];
    /// The condition of the tab 待审核, with one `?` for the desk; written with the list's alias
    /// and the condition of its partial index where it has one.
    const PENDING: &'static str = "desk_id = ?";
    /// The condition of the tab 已审核, with one `?` for the desk.
    const DONE: &'static str = "submitted_at > '' and desk_id is not ?";
    /// The condition of the tab 其他单位审核中, with one `?` for the desk, where what waits at other
    /// desks of the scope does not stand on 已审核; none: it does.
    const ELSEWHERE: Option<&'static str> = None;
    /// Who has that tab: superiors; units too, where what they passed waits above them.
    const ELSEWHERE_FOR: Kinds = Kinds::SUPERIOR;
    /// Tabs beside the desk's own, for what is never decided there: (title, address of a list
    /// whose handler draws `review::tabs` of this subject).
    const MORE_TABS: &'static [(&'static str, &'static str)] = &[];
    /// Subjects that share one entry of the menu, itself among them: (key, title of its switch), the
    /// menu's own first. The lists lead to each other; the menu counts them together.
    const FAMILY: &'static [(&'static str, &'static str)] = &[];
    /// Buttons of the list's head for those who hold the permission: (title, address, icon, what).
    const ACTIONS: &'static [(&'static str, &'static str, &'static str, Grantable)] = &[];
    /// Whether nobody approves without having seen the decision fields: the list then leads to
    /// the page that has them, and a batch names what each row gets.
    const MUST_SEE: bool = false;
    /// Whether a case has a roster of people (`named`): nobody decides one that he stands on.
    const ROSTER: bool = false;

    /// The content's row in `TABLE`.
    fn row(&self, content: &Self::Content) -> i64;
    /// One to three desks, in order.
    async fn route(
        &self,
        db: &mut SqliteConnection,
        content: &Self::Content,
    ) -> Result<Vec<OrganizationId>>;
    /// Accounts of administrators whom its roster names; asked where `ROSTER` is set. The roster is
    /// complete when the case is submitted.
    async fn named(
        &self,
        _db: &mut SqliteConnection,
        _content: &Self::Content,
    ) -> Result<Vec<AccountId>> {
        Ok(vec![])
    }
    /// The lines of the detail.
    async fn facts(&self, db: &mut SqliteConnection, content: &Self::Content) -> Result<Vec<Fact>>;
    /// Files beside the data, in order.
    async fn evidence(
        &self,
        _db: &mut SqliteConnection,
        _content: &Self::Content,
    ) -> Result<Vec<FileId>> {
        Ok(vec![])
    }
    /// What each piece of evidence is, by file: 结业证书. Those not named have none.
    fn slots(&self, _content: &Self::Content) -> Vec<(FileId, String)> {
        vec![]
    }
    /// What the facts cannot hold: course tables, rosters.
    async fn tables(
        &self,
        _db: &mut SqliteConnection,
        _content: &Self::Content,
    ) -> Result<Vec<Table>> {
        Ok(vec![])
    }
    /// Side panels.
    async fn panels(
        &self,
        _db: &mut SqliteConnection,
        _content: &Self::Content,
    ) -> Result<Vec<Panel>> {
        Ok(vec![])
    }
    /// Columns of what waits that the case's page and the workbook tell, and the list does not.
    const FOLDED: &'static [&'static str] = &[];
    /// A sentence at the head of the desk's list (until when a year is to be decided); may be empty.
    async fn note(&self, _db: &mut SqliteConnection, _clock: &Clock) -> Result<String> {
        Ok(String::new())
    }
    /// Shown, and run again when deciding: a `Refuse` then stops an approval.
    async fn checks(
        &self,
        db: &mut SqliteConnection,
        content: &Self::Content,
        clock: &Clock,
    ) -> Result<Vec<Check>>;
    /// The content with what a decision must know of this moment (what a cap leaves today): the
    /// decision's fields read no database. Never stored.
    async fn now(
        &self,
        _db: &mut SqliteConnection,
        content: Self::Content,
    ) -> Result<Self::Content> {
        Ok(content)
    }
    /// The desk's own fields, prefilled with an earlier desk's decision.
    fn decision_fields(
        &self,
        content: &Self::Content,
        earlier: Option<&Self::Decision>,
    ) -> Vec<DecisionField>;
    /// Reads them; an empty form (batch) gives the default. Refuses by field.
    fn decision_of(
        &self,
        form: &mut Form,
        content: &Self::Content,
        earlier: Option<&Self::Decision>,
    ) -> Option<Self::Decision>;
    /// Where its applicant looks at it (a page of the side he submitted on); empty: nowhere.
    fn own_href(&self, _content: &Self::Content) -> String {
        String::new()
    }
    /// Links beside the detail's heading: (title, address, what its page asks for).
    fn links(
        &self,
        _case: &Case,
        _content: &Self::Content,
    ) -> Vec<(&'static str, String, Grantable)> {
        vec![]
    }
    /// What became of an approved case's effect since, for its page at the desk.
    async fn since(
        &self,
        _db: &mut SqliteConnection,
        _case: &Case,
        _content: &Self::Content,
    ) -> Result<Since> {
        Ok(Since::default())
    }
    /// One phrase for the history: 认定 36 学时
    fn decision_text(&self, _decision: &Self::Decision) -> String {
        String::new()
    }
    /// An intermediate desk said yes; `case` already stands at the next desk.
    async fn passed(
        &self,
        _tx: &mut SqliteConnection,
        _case: &Case,
        _content: &Self::Content,
        _clock: &Clock,
    ) -> Result<()> {
        Ok(())
    }
    /// The last desk said yes: the effect, in the verdict's transaction. `case` is as it is now:
    /// approved, with `decided_at`.
    async fn approved(
        &self,
        tx: &mut SqliteConnection,
        case: &Case,
        content: Self::Content,
        decision: Self::Decision,
        modules: &Modules,
        clock: &Clock,
    ) -> Result<Outcome>;
    async fn rejected(
        &self,
        _tx: &mut SqliteConnection,
        _case: &Case,
        _content: Self::Content,
        _clock: &Clock,
    ) -> Result<()> {
        Ok(())
    }
}
