//! A published plan as people see it: its line, its state today, the search over those to come.

use kit::dictionary::{TITLE_SERIES, TRAINING_FORMS};
use kit::{Error, Hours, OrganizationId, Result, day};
use serde::Serialize;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use time::Date;

/// A published plan. Days are `YYYY-MM-DD`.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Course {
    /// Row of `plan`.
    pub id: i64,
    pub number: String,
    /// approved, running, ended, declared or cancelled
    pub stage: String,
    pub title: String,
    /// 科目
    pub category: String,
    /// TRAINING_FORMS
    pub form: String,
    /// TITLE_SERIES codes, joined by commas.
    pub fields: String,
    pub audience: String,
    pub place: String,
    pub begins_on: String,
    pub ends_on: String,
    /// 报名截止, the last day.
    pub signup_until: String,
    /// 认定学时
    pub hours: Hours,
    pub capacity: i64,
    /// Fen per person.
    pub fee: i64,
    /// 报名人数
    pub signed: i64,
    pub base: OrganizationId,
    pub base_name: String,
    /// `active` or `disabled`
    pub base_state: String,
    pub cancelled_reason: String,
}

/// What to do with a course today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// 可报名
    Open,
    /// 名额已满
    Full,
    /// 报名已截止
    Closed,
    /// The base is disabled.
    Suspended,
    Running,
    Ended,
    Cancelled,
}

impl Standing {
    /// (label, class of its tag)
    pub fn tag(self) -> (&'static str, &'static str) {
        match self {
            Self::Open => ("可报名", "pass"),
            Self::Full => ("名额已满", "wait"),
            Self::Closed => ("报名已截止", "off"),
            Self::Suspended => ("暂停报名", "wait"),
            Self::Running => ("已开班", "info"),
            Self::Ended => ("已结业", "off"),
            Self::Cancelled => ("已取消", "back"),
        }
    }
}

impl Course {
    pub fn standing(&self, today: Date) -> Standing {
        match self.stage.as_str() {
            "cancelled" => Standing::Cancelled,
            "ended" | "declared" => Standing::Ended,
            "running" => Standing::Running,
            _ if self.base_state != "active" => Standing::Suspended,
            _ if self.signup_until < day::date_text(today) => Standing::Closed,
            _ if self.signed >= self.capacity => Standing::Full,
            _ => Standing::Open,
        }
    }

    /// 2026-12-01 至 2026-12-05, or the one day.
    pub fn dates(&self) -> String {
        if self.begins_on == self.ends_on {
            self.begins_on.clone()
        } else {
            format!("{} 至 {}", self.begins_on, self.ends_on)
        }
    }
}

/// A course with what is computed of it, for templates.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    #[serde(flatten)]
    pub course: Course,
    pub dates: String,
    pub form_label: &'static str,
    /// 专业领域, labels.
    pub field_labels: String,
    /// 免费, or yuan.
    pub fee_text: String,
    /// Places left.
    pub left: i64,
    pub state: &'static str,
    pub tag: &'static str,
    pub open: bool,
}

impl Shown {
    pub fn of(course: Course, today: Date) -> Self {
        let standing = course.standing(today);
        let (state, tag) = standing.tag();
        Self {
            dates: course.dates(),
            form_label: TRAINING_FORMS.entry(&course.form).map_or("", |entry| entry.label),
            field_labels: TITLE_SERIES.labels_of(&course.fields),
            fee_text: fee(course.fee),
            left: (course.capacity - course.signed).max(0),
            state,
            tag,
            open: standing == Standing::Open,
            course,
        }
    }
}

/// 免费, 300 元/人, 99.50 元/人
pub fn fee(fen: i64) -> String {
    match (fen / 100, fen % 100) {
        (0, 0) => "免费".to_owned(),
        (yuan, 0) => format!("{yuan} 元/人"),
        (yuan, fen) => format!("{yuan}.{fen:02} 元/人"),
    }
}

const COLUMNS: &str = "select p.id, p.number, p.stage, p.title, coalesce(c.short, '') as category, \
    p.form, p.fields, p.audience, p.place, p.begins_on, p.ends_on, p.signup_until, p.hours, \
    p.capacity, p.fee, p.signed, p.organization_id as base, b.name as base_name, \
    b.state as base_state, p.cancelled_reason";

const FROM: &str = " from plan p join organization b on b.id = p.organization_id \
    left join category c on c.id = p.category where p.stage <> 'planned'";

/// The published plan.
///
/// # Errors
/// `NotFound` as long as no version of it is approved.
pub async fn find(db: &mut SqliteConnection, id: i64) -> Result<Course> {
    let mut sql = QueryBuilder::<Sqlite>::new(COLUMNS);
    sql.push(FROM).push(" and p.id = ").push_bind(id);
    sql.build_query_as().fetch_optional(db).await?.ok_or(Error::NotFound)
}

/// What is looked for. Empty: whatever it is.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Words of the title or the base's name.
    pub words: String,
    /// Row of `category`.
    pub category: Option<i64>,
    /// TRAINING_FORMS
    pub form: String,
    /// A TITLE_SERIES code.
    pub field: String,
    /// `YYYY-MM`: those that begin in it, past ones too; none: those not yet over.
    pub month: String,
    /// Only those one can sign up for today.
    pub open: bool,
}

impl Wanted {
    fn conditions(&self, sql: &mut QueryBuilder<Sqlite>, today: &str) {
        sql.push(FROM);
        if self.month.is_empty() {
            sql.push(" and p.ends_on >= ").push_bind(today.to_owned());
        } else {
            sql.push(" and p.begins_on >= ").push_bind(format!("{}-01", self.month));
            sql.push(" and p.begins_on <= ").push_bind(format!("{}-31", self.month));
        }
        if self.open {
            sql.push(" and p.stage = 'approved' and b.state = 'active' and p.signed < p.capacity");
            sql.push(" and p.signup_until >= ").push_bind(today.to_owned());
        }
        if let Some(category) = self.category {
            sql.push(" and p.category = ").push_bind(category);
        }
        if !self.form.is_empty() {
            sql.push(" and p.form = ").push_bind(self.form.clone());
        }
        if !self.field.is_empty() {
            sql.push(" and instr(',' || p.fields || ',', ',' || ")
                .push_bind(self.field.clone())
                .push(" || ',') > 0");
        }
        if !self.words.is_empty() {
            let words = self.words.to_lowercase();
            sql.push(" and (instr(lower(p.title), ").push_bind(words.clone());
            sql.push(") > 0 or instr(lower(b.name), ").push_bind(words);
            sql.push(") > 0)");
        }
    }

    /// The statement of a page; the order's plus keeps to the index of the condition, which is
    /// the narrower one.
    pub(super) fn select(
        &self,
        today: &str,
        skip: i64,
        most: i64,
        explain: bool,
    ) -> QueryBuilder<Sqlite> {
        let mut sql = QueryBuilder::new(if explain { "explain query plan " } else { "" });
        sql.push(COLUMNS);
        self.conditions(&mut sql, today);
        sql.push(" order by +p.begins_on, p.id limit ").push_bind(most);
        sql.push(" offset ").push_bind(skip);
        sql
    }

    /// A page of what is looked for, those that begin first first.
    pub async fn page(
        &self,
        db: &mut SqliteConnection,
        today: Date,
        skip: i64,
        most: i64,
    ) -> Result<Vec<Shown>> {
        let mut sql = self.select(&day::date_text(today), skip, most, false);
        let courses: Vec<Course> = sql.build_query_as().fetch_all(db).await?;
        Ok(courses.into_iter().map(|course| Shown::of(course, today)).collect())
    }

    /// How many there are.
    pub async fn count(&self, db: &mut SqliteConnection, today: Date) -> Result<i64> {
        let mut sql = QueryBuilder::new("select count(*)");
        self.conditions(&mut sql, &day::date_text(today));
        Ok(sql.build_query_scalar().fetch_one(db).await?)
    }
}

/// Steps of the statements of each way to look, for the test that none walks the table.
pub async fn plans(db: &mut SqliteConnection) -> Result<Vec<String>> {
    let all = Wanted {
        words: "管理".to_owned(),
        category: Some(1),
        form: "onsite".to_owned(),
        field: "01".to_owned(),
        month: String::new(),
        open: true,
    };
    let month = Wanted { month: "2026-11".to_owned(), ..Wanted::default() };
    let mut steps = Vec::new();
    for wanted in [Wanted::default(), all, month] {
        let mut sql = wanted.select("2026-11-23", 0, 20, true);
        for row in sql.build().fetch_all(&mut *db).await? {
            steps.push(sqlx::Row::try_get::<String, _>(&row, "detail")?);
        }
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::fee;

    #[test]
    fn a_fee_is_told_in_yuan() {
        assert_eq!(
            [0, 30_000, 9_950, 5].map(fee),
            ["免费", "300 元/人", "99.50 元/人", "0.05 元/人"]
        );
    }
}
