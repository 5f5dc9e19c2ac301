//! 职称: series, level, name, date and certificate, which must fit each other.

use kit::dictionary::{self, TitleLevel, WITHOUT_TITLE, titles_of};
use time::Date;

use super::{At, Words};
use crate::columns::Column;

/// The professional title as stored.
#[derive(Debug, Default)]
pub(super) struct Title {
    pub series: &'static str,
    pub level: &'static str,
    pub name: String,
    pub on: String,
    pub certificate: String,
}

impl At<'_> {
    pub(super) fn title(&mut self, words: &mut Words, today: Date, born: Option<Date>) -> Title {
        let series = self.word(words, Column::Series, &dictionary::TITLE_SERIES);
        if series == WITHOUT_TITLE {
            self.without_title();
            return Title { series, ..Title::default() };
        }
        let level = self.level(words, series);
        let name = self.title_name(words, series, level);
        if !series.is_empty() && self.text(Column::TitledOn).is_empty() {
            self.warn(Column::TitledOn, "没有填写", "建议按职称证书补上批准日期");
        }
        Title {
            series,
            level: level.map_or("", TitleLevel::code),
            name,
            on: self.date(Column::TitledOn, today, born, 18),
            certificate: self.line(Column::TitleCertificate, 50),
        }
    }

    /// 无职称 with anything of a title beside it: one of the two is wrong.
    fn without_title(&mut self) {
        let rest = [Column::Level, Column::Title, Column::TitledOn, Column::TitleCertificate];
        for column in rest {
            let text = self.text(column);
            if !text.is_empty()
                && !matches!(text.as_str(), "无" | "无职称" | "-" | "—" | "/")
                && !self.told(column)
            {
                self.error(
                    column,
                    "职称系列填了“无职称”，这里却有内容",
                    "没有职称的，清空这一格；有职称的，改正职称系列",
                );
            }
        }
    }

    fn level(&mut self, words: &mut Words, series: &'static str) -> Option<TitleLevel> {
        let column = Column::Level;
        let text = self.text(column);
        if self.told(column) {
            return None;
        }
        if text.is_empty() {
            if !series.is_empty() {
                self.error(
                    column,
                    "没有填写",
                    "有职称的须选择等级；没有职称的，职称系列选“无职称”",
                );
            }
            return None;
        }
        let vague = match text.trim_end_matches('级') {
            "高" => Some("“高级”分为正高级和副高级，按证书写明是哪一种"),
            "初" => Some("“初级”分为助理级和员级，按证书写明是哪一种"),
            _ => None,
        };
        if let Some(remedy) = vague {
            self.error(column, "不在可选内容中", remedy);
            return None;
        }
        let level = TitleLevel::from_code(self.word(words, column, &dictionary::TITLE_LEVELS))?;
        if !series.is_empty() && !words.levels(series).contains(&level) {
            let labels: Vec<&str> = words.levels(series).iter().map(|l| l.label()).collect();
            self.error(
                column,
                format!("“{}”系列没有{}", dictionary::TITLE_SERIES.label(series), level.label()),
                format!("改为{}之一，或改正职称系列", labels.join("、")),
            );
            return None;
        }
        Some(level)
    }

    fn title_name(
        &mut self,
        words: &mut Words,
        series: &'static str,
        level: Option<TitleLevel>,
    ) -> String {
        let column = Column::Title;
        let text = self.line(column, 50);
        if series.is_empty() || self.told(column) {
            return text;
        }
        if text.is_empty() {
            self.error(column, "没有填写", "按职称证书填写职称名称");
            return text;
        }
        let named = words.title(series, &text);
        match (named, level) {
            (Some(title), Some(level)) if title.level != level => {
                self.error(
                    column,
                    format!(
                        "“{}”属于{}，与所填的{}不一致",
                        title.name,
                        title.level.label(),
                        level.label()
                    ),
                    "核对职称等级和职称名称，改正其中一个",
                );
                text
            }
            (Some(title), _) => title.name.to_owned(),
            // the names of these series are not settled: a clerk may know better
            (None, _) if words.unsettled(series) => {
                self.warn(column, "不在常用的职称名称中", "核对职称证书；属实可以不改");
                text
            }
            (None, level) => {
                let names = level.map(|level| titles_of(series, level)).unwrap_or_default();
                let remedy = match names.as_slice() {
                    [] => "按“字典”表中这个系列的职称名称填写".to_owned(),
                    [one] => format!("改为“{one}”，或改正职称系列、等级"),
                    some => format!(
                        "改为{}之一，或改正职称系列、等级",
                        some.iter().map(|n| format!("“{n}”")).collect::<Vec<_>>().join("")
                    ),
                };
                let label = dictionary::TITLE_SERIES.label(series);
                self.error(column, format!("“{label}”系列没有这个职称"), remedy);
                text
            }
        }
    }
}
