//! What a bureau decides: definitions by the modules, values in the database, a screen for all.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use serde::Serialize;
use sqlx::SqliteConnection;

use crate::trail::{self, Actor};
use crate::{Clock, Result};

/// What a setting's value is.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Kind {
    /// A whole number between two bounds.
    Integer { least: i64, most: i64, unit: &'static str },
    /// `1` or `0`.
    Switch,
    /// A line of text of at most so many characters.
    Text { most: usize },
    /// One of (value, label).
    Choice { options: &'static [(&'static str, &'static str)] },
}

/// More than a kind can say; refuses with a Chinese sentence.
pub type Check = fn(&str) -> Result<(), String>;

/// A setting: drawn on 系统设置 in its group.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Setting {
    /// `session.idle`
    pub key: &'static str,
    /// The panel it stands in: 登录与密码
    pub group: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    pub kind: Kind,
    /// As stored.
    pub default: &'static str,
    /// More than the kind asks; a Chinese sentence when refused.
    #[serde(skip)]
    pub check: Option<Check>,
}

impl Setting {
    /// Checks a typed value and gives it as stored.
    ///
    /// # Errors
    /// A Chinese sentence.
    pub fn accept(&self, typed: &str) -> Result<String, String> {
        let typed = typed.trim();
        let value = match self.kind {
            Kind::Integer { least, most, unit } => match typed.parse::<i64>() {
                Ok(n) if (least..=most).contains(&n) => n.to_string(),
                _ => return Err(format!("请填 {least} 到 {most} 之间的整数（{unit}）。")),
            },
            Kind::Switch => if typed == "1" { "1" } else { "0" }.to_owned(),
            Kind::Text { most } if typed.chars().count() > most => {
                return Err(format!("最多 {most} 个字，现在有 {} 个。", typed.chars().count()));
            }
            Kind::Text { .. } => typed.to_owned(),
            Kind::Choice { options } => match options.iter().find(|(value, _)| *value == typed) {
                Some((value, _)) => (*value).to_owned(),
                None => return Err("请从列出的选项中选择一项。".to_owned()),
            },
        };
        if let Some(check) = self.check {
            check(&value)?;
        }
        Ok(value)
    }
}

/// The values in force, cached; managed by Rocket, cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Settings(Arc<RwLock<HashMap<String, String>>>);

impl Settings {
    /// Reads every value from the database.
    pub async fn load(&self, db: &mut SqliteConnection) -> Result<()> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("select key, value from setting").fetch_all(db).await?;
        if let Ok(mut map) = self.0.write() {
            *map = rows.into_iter().collect();
        }
        Ok(())
    }

    /// The value as stored, or the default.
    pub fn text(&self, setting: &Setting) -> String {
        self.0
            .read()
            .ok()
            .and_then(|map| map.get(setting.key).cloned())
            .unwrap_or_else(|| setting.default.to_owned())
    }

    /// A whole number; the default if what is stored is none.
    pub fn integer(&self, setting: &Setting) -> i64 {
        self.text(setting).parse().or_else(|_| setting.default.parse()).unwrap_or_default()
    }

    /// A switch.
    pub fn on(&self, setting: &Setting) -> bool {
        self.text(setting) == "1"
    }

    /// Stores an accepted value with its trail; call `load` after the commit.
    pub async fn store(
        tx: &mut SqliteConnection,
        setting: &Setting,
        value: &str,
        actor: &Actor,
        clock: &Clock,
    ) -> Result<()> {
        sqlx::query(
            "insert into setting (key, value, changed_at, changed_by) values (?, ?, ?, ?)
             on conflict (key) do update set value = excluded.value,
               changed_at = excluded.changed_at, changed_by = excluded.changed_by",
        )
        .bind(setting.key)
        .bind(value)
        .bind(clock.stamp())
        .bind(actor.account)
        .execute(&mut *tx)
        .await?;
        let text = format!("系统设置“{}”改为“{value}”", setting.label);
        trail::write(
            tx,
            actor,
            clock,
            "settings.change",
            &format!("setting:{}", setting.key),
            &text,
        )
        .await
    }
}
