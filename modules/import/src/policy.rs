//! What a file does to people who are there already (domain.md §4, Duplicates).

use accounts::people::Fields;

use crate::columns::{Column, Layout};

/// 跳过 / 补空 / 更新 / 拒绝.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// They stay as they are.
    Skip,
    /// What is recorded as empty takes what the file says.
    #[default]
    Fill,
    /// What the file says replaces what is recorded; its empty cells change nothing.
    Update,
    /// Their rows are errors.
    Reject,
}

impl Policy {
    pub const ALL: [Self; 4] = [Self::Fill, Self::Update, Self::Skip, Self::Reject];

    /// As stored, in forms and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Fill => "fill",
            Self::Update => "update",
            Self::Reject => "reject",
        }
    }

    /// What it means, for the form.
    pub fn explained(self) -> &'static str {
        match self {
            Self::Skip => "保持原样",
            Self::Fill => "只填系统中空着的内容",
            Self::Update => "以文件为准，文件中空着的不动",
            Self::Reject => "这些行算作需要修改",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Skip => "跳过",
            Self::Fill => "补空",
            Self::Update => "更新",
            Self::Reject => "拒绝",
        }
    }

    /// The policy with this key.
    pub fn of(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.key() == key)
    }

    /// What is recorded once the row is in. Columns the file lacks, and empty cells, change nothing;
    /// series, level and name of a title go together: a part of one fits no other. 无职称 in the file
    /// takes no title away (a list made elsewhere often lacks titles): who lost his is changed by
    /// hand, under the rules of 4.4.
    pub fn merged(self, recorded: &Fields, typed: &Fields, layout: &Layout) -> Fields {
        let mut merged = recorded.clone();
        if matches!(self, Self::Skip | Self::Reject) {
            return merged;
        }
        let mut set = |column: Column, at: fn(&mut Fields) -> &mut String, typed: &str| {
            let place = at(&mut merged);
            let may = self == Self::Update || place.is_empty();
            if layout.place(column).is_some() && !typed.is_empty() && may {
                typed.clone_into(place);
            }
        };
        set(Column::Nation, |f| &mut f.nation, &typed.nation);
        set(Column::Political, |f| &mut f.political, &typed.political);
        set(Column::Phone, |f| &mut f.phone, &typed.phone);
        set(Column::Email, |f| &mut f.email, &typed.email);
        set(Column::Education, |f| &mut f.education, &typed.education);
        set(Column::Degree, |f| &mut f.degree, &typed.degree);
        set(Column::School, |f| &mut f.school, &typed.school);
        set(Column::Major, |f| &mut f.major, &typed.major);
        set(Column::GraduatedOn, |f| &mut f.graduated_on, &typed.graduated_on);
        set(Column::StartedWorkOn, |f| &mut f.started_work_on, &typed.started_work_on);
        set(Column::Position, |f| &mut f.position, &typed.position);
        set(Column::Note, |f| &mut f.note, &typed.note);
        let whole = self == Self::Update || recorded.series == kit::dictionary::WITHOUT_TITLE;
        let same = (&merged.series, &merged.level, &merged.title)
            == (&typed.series, &typed.level, &typed.title);
        if whole && !same && typed.series != kit::dictionary::WITHOUT_TITLE {
            merged.series.clone_from(&typed.series);
            merged.level.clone_from(&typed.level);
            merged.title.clone_from(&typed.title);
            // the day and number of another title are not this one's
            merged.titled_on.clone_from(&typed.titled_on);
            merged.title_certificate.clone_from(&typed.title_certificate);
        } else if same {
            for (place, typed) in [
                (&mut merged.titled_on, &typed.titled_on),
                (&mut merged.title_certificate, &typed.title_certificate),
            ] {
                if !typed.is_empty() && (place.is_empty() || self == Self::Update) {
                    place.clone_from(typed);
                }
            }
        }
        merged
    }
}
