//! The page of a list.

use sqlx::SqliteConnection;

use super::{Ask, List};
use crate::access::Grant;
use crate::{Clock, Page, Result, Settings, User};

/// A condition the handler adds: of the desk's tab, of a drill-down.
#[derive(Debug, Clone)]
pub struct Fixed {
    /// A constant condition with as many `?` as `values`.
    pub sql: &'static str,
    pub values: Vec<i64>,
}

/// A tab above the list.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Tab {
    pub title: String,
    pub href: String,
    pub current: bool,
}

/// What a handler adds to a list page.
#[derive(Debug, Clone, Default)]
pub struct Extra {
    pub fixed: Vec<Fixed>,
    pub tabs: Vec<Tab>,
    /// Buttons of the page head: (title, address, icon, primary).
    pub actions: Vec<(String, String, String, bool)>,
    /// Acts on the ticked rows: (title, address to post to, class).
    pub batch: Vec<(String, String, String)>,
    /// Replaces the list's row address.
    pub row: Option<&'static str>,
    /// Replaces the list's row acts.
    pub ops: Option<&'static [(&'static str, &'static str)]>,
    /// Where the export button points; none: the core's `/lists/<key>/export`.
    pub export: Option<String>,
    /// Template; none: `list.html`.
    pub template: Option<&'static str>,
    /// Sentence beside the heading (total head count …).
    pub note: String,
}

/// Draws the list for the caller's scope.
pub async fn page(
    _list: &'static List,
    _ask: &Ask,
    _db: &mut SqliteConnection,
    _user: &User,
    _grant: &Grant,
    _clock: &Clock,
    _settings: &Settings,
    _extra: Extra,
) -> Result<Page> {
    Err(crate::Error::Fault("not built".to_owned()))
}
