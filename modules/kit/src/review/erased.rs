//! A subject whose types are erased, as the desk and the registry handle it: JSON in, JSON out.

use serde::de::DeserializeOwned;
use sqlx::SqliteConnection;

use super::{Case, Check, DecisionField, Fact, Outcome, Panel, Since, Subject, Table};
use crate::access::{Grantable, Kinds, Leaf};
use crate::list::List;
use crate::{AccountId, Clock, FileId, Form, Modules, OrganizationId, Result};

/// Implemented for every `Subject`. Content and decisions are the JSON texts of a `Case`.
#[rocket::async_trait]
pub trait AnySubject: Send + Sync + 'static {
    fn key(&self) -> &'static str;
    fn title(&self) -> &'static str;
    fn noun(&self) -> &'static str;
    /// The word for a desk's yes.
    fn yes(&self) -> &'static str;
    fn leaf(&self) -> Leaf;
    fn list(&self) -> &'static List;
    fn table(&self) -> &'static str;
    fn reasons(&self) -> &'static [&'static str];
    /// Condition of the tab 待审核, with one `?` for the desk.
    fn pending(&self) -> &'static str;
    /// Condition of the tab 已审核, with one `?` for the desk.
    fn done(&self) -> &'static str;
    /// Condition of the tab 其他单位审核中, with one `?` for the desk, if there is such a tab.
    fn elsewhere(&self) -> Option<&'static str>;
    /// Who has that tab.
    fn elsewhere_for(&self) -> Kinds;
    /// Tabs of what is never decided at the desk.
    fn more_tabs(&self) -> &'static [(&'static str, &'static str)];
    /// Subjects that share its entry of the menu: (key, title).
    fn family(&self) -> &'static [(&'static str, &'static str)];
    /// Buttons of the list's head: (title, address, icon, what they ask for).
    fn actions(&self) -> &'static [(&'static str, &'static str, &'static str, Grantable)];
    /// Whether nobody approves without having seen the decision fields.
    fn must_see(&self) -> bool;
    /// Whether a case has a roster of people.
    fn roster(&self) -> bool;
    /// Columns that the list of what waits leaves out.
    fn folded(&self) -> &'static [&'static str];
    /// The content's row in the subject's table.
    fn row(&self, content: &str) -> Result<i64>;
    async fn route(&self, db: &mut SqliteConnection, content: &str) -> Result<Vec<OrganizationId>>;
    /// Administrators whom the roster names.
    async fn named(&self, db: &mut SqliteConnection, content: &str) -> Result<Vec<AccountId>>;
    async fn facts(&self, db: &mut SqliteConnection, content: &str) -> Result<Vec<Fact>>;
    async fn evidence(&self, db: &mut SqliteConnection, content: &str) -> Result<Vec<FileId>>;
    /// What each piece of evidence is, by file.
    fn slots(&self, content: &str) -> Result<Vec<(FileId, String)>>;
    async fn panels(&self, db: &mut SqliteConnection, content: &str) -> Result<Vec<Panel>>;
    async fn tables(&self, db: &mut SqliteConnection, content: &str) -> Result<Vec<Table>>;
    async fn note(&self, db: &mut SqliteConnection, clock: &Clock) -> Result<String>;
    async fn checks(
        &self,
        db: &mut SqliteConnection,
        content: &str,
        clock: &Clock,
    ) -> Result<Vec<Check>>;
    async fn decision_fields(
        &self,
        db: &mut SqliteConnection,
        content: &str,
        earlier: &str,
    ) -> Result<Vec<DecisionField>>;
    /// The decision as JSON; none if a field is refused.
    async fn decision_of(
        &self,
        db: &mut SqliteConnection,
        form: &mut Form,
        content: &str,
        earlier: &str,
    ) -> Result<Option<String>>;
    /// Where its applicant looks at it; empty: nowhere.
    fn own_href(&self, content: &str) -> Result<String>;
    /// Links beside the detail's heading: (title, address, what its page asks for).
    fn links(&self, case: &Case) -> Result<Vec<(&'static str, String, Grantable)>>;
    /// What became of it since.
    async fn since(&self, db: &mut SqliteConnection, case: &Case) -> Result<Since>;
    /// One phrase for the history; empty if there is no decision.
    fn decision_text(&self, decision: &str) -> String;
    async fn passed(&self, tx: &mut SqliteConnection, case: &Case, clock: &Clock) -> Result<()>;
    /// With the case's own content and decision.
    async fn approved(
        &self,
        tx: &mut SqliteConnection,
        case: &Case,
        modules: &Modules,
        clock: &Clock,
    ) -> Result<Outcome>;
    async fn rejected(&self, tx: &mut SqliteConnection, case: &Case, clock: &Clock) -> Result<()>;
}

fn read<T: DeserializeOwned>(json: &str) -> Result<T> {
    Ok(serde_json::from_str(json)?)
}

#[rocket::async_trait]
impl<S: Subject> AnySubject for S {
    fn key(&self) -> &'static str {
        S::KEY
    }
    fn title(&self) -> &'static str {
        S::TITLE
    }
    fn noun(&self) -> &'static str {
        S::NOUN
    }
    fn yes(&self) -> &'static str {
        S::YES
    }
    fn leaf(&self) -> Leaf {
        S::LEAF
    }
    fn list(&self) -> &'static List {
        S::LIST
    }
    fn table(&self) -> &'static str {
        S::TABLE
    }
    fn reasons(&self) -> &'static [&'static str] {
        S::REASONS
    }
    fn pending(&self) -> &'static str {
        S::PENDING
    }
    fn done(&self) -> &'static str {
        S::DONE
    }
    fn elsewhere(&self) -> Option<&'static str> {
        S::ELSEWHERE
    }
    fn elsewhere_for(&self) -> Kinds {
        S::ELSEWHERE_FOR
    }
    fn more_tabs(&self) -> &'static [(&'static str, &'static str)] {
        S::MORE_TABS
    }
    fn family(&self) -> &'static [(&'static str, &'static str)] {
        S::FAMILY
    }
    fn actions(&self) -> &'static [(&'static str, &'static str, &'static str, Grantable)] {
        S::ACTIONS
    }
    fn folded(&self) -> &'static [&'static str] {
        S::FOLDED
    }
    fn must_see(&self) -> bool {
        S::MUST_SEE
    }
    fn roster(&self) -> bool {
        S::ROSTER
    }
    fn row(&self, content: &str) -> Result<i64> {
        Ok(Subject::row(self, &read(content)?))
    }
    async fn route(&self, db: &mut SqliteConnection, content: &str) -> Result<Vec<OrganizationId>> {
        Subject::route(self, db, &read(content)?).await
    }
    async fn named(&self, db: &mut SqliteConnection, content: &str) -> Result<Vec<AccountId>> {
        if S::ROSTER { Subject::named(self, db, &read(content)?).await } else { Ok(vec![]) }
    }
    async fn facts(&self, db: &mut SqliteConnection, content: &str) -> Result<Vec<Fact>> {
        Subject::facts(self, db, &read(content)?).await
    }
    async fn evidence(&self, db: &mut SqliteConnection, content: &str) -> Result<Vec<FileId>> {
        Subject::evidence(self, db, &read(content)?).await
    }
    fn slots(&self, content: &str) -> Result<Vec<(FileId, String)>> {
        Ok(Subject::slots(self, &read(content)?))
    }
    async fn panels(&self, db: &mut SqliteConnection, content: &str) -> Result<Vec<Panel>> {
        Subject::panels(self, db, &read(content)?).await
    }
    async fn tables(&self, db: &mut SqliteConnection, content: &str) -> Result<Vec<Table>> {
        Subject::tables(self, db, &read(content)?).await
    }
    async fn note(&self, db: &mut SqliteConnection, clock: &Clock) -> Result<String> {
        Subject::note(self, db, clock).await
    }
    async fn checks(
        &self,
        db: &mut SqliteConnection,
        content: &str,
        clock: &Clock,
    ) -> Result<Vec<Check>> {
        Subject::checks(self, db, &read(content)?, clock).await
    }
    async fn decision_fields(
        &self,
        db: &mut SqliteConnection,
        content: &str,
        earlier: &str,
    ) -> Result<Vec<DecisionField>> {
        let content = Subject::now(self, db, read(content)?).await?;
        let earlier: Option<S::Decision> = read(earlier)?;
        Ok(Subject::decision_fields(self, &content, earlier.as_ref()))
    }
    async fn decision_of(
        &self,
        db: &mut SqliteConnection,
        form: &mut Form,
        content: &str,
        earlier: &str,
    ) -> Result<Option<String>> {
        let content = Subject::now(self, db, read(content)?).await?;
        let earlier: Option<S::Decision> = read(earlier)?;
        let decision = Subject::decision_of(self, form, &content, earlier.as_ref());
        Ok(decision.map(|decision| serde_json::to_string(&decision)).transpose()?)
    }
    fn own_href(&self, content: &str) -> Result<String> {
        Ok(Subject::own_href(self, &read(content)?))
    }
    fn links(&self, case: &Case) -> Result<Vec<(&'static str, String, Grantable)>> {
        Ok(Subject::links(self, case, &read(&case.content)?))
    }
    async fn since(&self, db: &mut SqliteConnection, case: &Case) -> Result<Since> {
        Subject::since(self, db, case, &read(&case.content)?).await
    }
    fn decision_text(&self, decision: &str) -> String {
        // a decision of an older version that no longer reads is simply not told
        let decision = read::<Option<S::Decision>>(decision).ok().flatten();
        decision.map(|decision| Subject::decision_text(self, &decision)).unwrap_or_default()
    }
    async fn passed(&self, tx: &mut SqliteConnection, case: &Case, clock: &Clock) -> Result<()> {
        Subject::passed(self, tx, case, &read(&case.content)?, clock).await
    }
    async fn approved(
        &self,
        tx: &mut SqliteConnection,
        case: &Case,
        modules: &Modules,
        clock: &Clock,
    ) -> Result<Outcome> {
        let (content, decision) = (read(&case.content)?, read(&case.decision)?);
        Subject::approved(self, tx, case, content, decision, modules, clock).await
    }
    async fn rejected(&self, tx: &mut SqliteConnection, case: &Case, clock: &Clock) -> Result<()> {
        Subject::rejected(self, tx, case, read(&case.content)?, clock).await
    }
}
