//! The one statement behind page, count and export.

use sqlx::SqliteConnection;

use super::List;
use crate::{Clock, Form, Result, User};

/// One query plan of a list, for the plan test.
#[derive(Debug, Clone)]
pub struct Plan {
    pub list: &'static str,
    /// scope, order and filter of this statement
    pub what: String,
    /// Lines of EXPLAIN QUERY PLAN.
    pub steps: Vec<String>,
}

/// EXPLAIN of every scope × order × single filter (and search) of a list.
pub async fn plans(_db: &mut SqliteConnection, _list: &'static List) -> Result<Vec<Plan>> {
    Ok(vec![])
}

/// Keeps a posted query: its free text goes to the session, the rest into the address, which is
/// returned to redirect to.
pub async fn store_query(
    _tx: &mut SqliteConnection,
    _list: &'static List,
    _page: &str,
    _user: &User,
    _form: &Form,
    _clock: &Clock,
) -> Result<String> {
    Err(crate::Error::Fault("not built".to_owned()))
}
