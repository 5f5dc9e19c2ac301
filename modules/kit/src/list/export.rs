//! The workbook of a list: exactly what is shown, all pages of it.

use super::{Ask, Extra, List};
use crate::access::Grant;
use crate::{Clock, Db, Download, Result, Settings, User};

/// Writes the .xlsx and its trail row.
pub async fn export(
    _list: &'static List,
    _ask: &Ask,
    _db: &Db,
    _user: &User,
    _grant: &Grant,
    _clock: &Clock,
    _settings: &Settings,
    _extra: Extra,
) -> Result<Download> {
    Err(crate::Error::Fault("not built".to_owned()))
}

/// `单位_表名_日期.xlsx`
pub fn file_name(organization: &str, title: &str, today: time::Date) -> String {
    format!("{organization}_{title}_{}.xlsx", crate::day::date_text(today).replace('-', ""))
}
