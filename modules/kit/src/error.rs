//! The one error of every handler, and the page it becomes.

use rocket::http::Status;
use rocket::request::Request;
use rocket::response::{self, Responder};

use crate::page::Page;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an act was not done. Its text, where it has one, is Chinese and says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Absent or not ours; which of the two is not told.
    #[error("not found")]
    NotFound,
    /// Signed in, but without the right.
    #[error("forbidden: {0}")]
    Forbidden(String),
    /// A rule stands against it (409).
    #[error("refused: {0}")]
    Refused(String),
    /// The input is not usable (422); forms answer by field instead.
    #[error("invalid: {0}")]
    Invalid(String),
    /// Too many tries (429).
    #[error("too many: {0}")]
    TooMany(String),
    /// Try again in a moment (503).
    #[error("busy: {0}")]
    Busy(String),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error("template: {0}")]
    Template(#[from] tera::Error),
    #[error("file: {0}")]
    Io(#[from] std::io::Error),
    #[error("json: {0}")]
    Json(#[from] serde_json::Error),
    #[error("spreadsheet: {0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    /// A fault of ours; logged, never shown.
    #[error("fault: {0}")]
    Fault(String),
}

impl Error {
    /// A refusal with its sentence.
    pub fn refused(sentence: impl Into<String>) -> Self {
        Error::Refused(sentence.into())
    }

    /// The answer's status.
    pub fn status(&self) -> Status {
        match self {
            Error::NotFound => Status::NotFound,
            Error::Forbidden(_) => Status::Forbidden,
            Error::Refused(_) => Status::Conflict,
            Error::Invalid(_) => Status::UnprocessableEntity,
            Error::TooMany(_) => Status::TooManyRequests,
            Error::Busy(_) => Status::ServiceUnavailable,
            Error::Database(error) if is_busy(error) => Status::ServiceUnavailable,
            _ => Status::InternalServerError,
        }
    }

    /// The sentence a user may read.
    pub fn sentence(&self) -> &str {
        match self {
            Error::NotFound => "没有找到这个页面或记录。它可能已被删除，或者不在您的管理范围内。",
            Error::Forbidden(text)
            | Error::Refused(text)
            | Error::Invalid(text)
            | Error::TooMany(text)
            | Error::Busy(text) => text,
            Error::Database(error) if is_full(error) => {
                "服务器磁盘已满，没有保存。请联系系统管理员清理磁盘后重试。"
            }
            Error::Database(error) if is_busy(error) => "系统正忙，没有保存。请稍等片刻再试。",
            _ => "系统出了问题，没有保存。请稍后重试；仍然不行，请把下面的请求编号告诉系统管理员。",
        }
    }
}

fn is_busy(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::PoolTimedOut)
        || matches!(error.as_database_error().and_then(|e| e.code()), Some(code) if ["5", "6", "261", "517"].contains(&code.as_ref()))
}

fn is_full(error: &sqlx::Error) -> bool {
    matches!(error.as_database_error().and_then(|e| e.code()), Some(code) if code == "13")
}

/// Turns a broken unique key into a sentence at the call.
pub trait OnUnique<T> {
    /// `column` is `table.column` as SQLite names it; other errors pass unchanged.
    fn on_unique(self, column: &str, sentence: &str) -> Result<T>;
}

impl<T> OnUnique<T> for Result<T, sqlx::Error> {
    fn on_unique(self, column: &str, sentence: &str) -> Result<T> {
        self.map_err(|error| match error.as_database_error() {
            Some(database)
                if database.is_unique_violation() && database.message().contains(column) =>
            {
                Error::refused(sentence)
            }
            _ => error.into(),
        })
    }
}

impl<'r> Responder<'r, 'static> for Error {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let status = self.status();
        if status.code >= 500 {
            tracing::error!(request = crate::page::request_id(request), error = %self, "request failed");
        }
        Page::error(status, self.sentence()).respond_to(request)
    }
}
