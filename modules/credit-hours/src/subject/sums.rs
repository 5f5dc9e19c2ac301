//! What a desk is shown beside a case: its evidence against the slots, days and hours against the
//! rules, the year before and after.

use sqlx::SqliteConnection;

use kit::dictionary::learning_kind;
use kit::review::{Check, Meter, Panel};
use kit::{Error, Hours, PersonId, Result, day};

use super::Content;
use crate::declaration::{CAP, evidence, rules};
use crate::read::{self, YearTotal};

/// Dates and hours against the rules, as the desk reads them.
pub(super) fn sums(content: &Content) -> Vec<Check> {
    let (Some(from), Some(to)) =
        (day::stored_date(&content.started_on), day::stored_date(&content.ended_on))
    else {
        return vec![Check::refuse("起止日期不完整")];
    };
    let mut checks = Vec::new();
    if to.year() != content.year {
        checks.push(Check::refuse(format!(
            "结束日期 {} 不在 {} 年度内",
            content.ended_on, content.year
        )));
    } else if from.year() != content.year {
        checks.push(Check::warn(format!(
            "{} 开始，跨年度；按结束日期计入 {} 年度",
            content.started_on, content.year
        )));
    } else {
        checks.push(Check::ok("培训时间在学习年度内"));
    }
    let hours = content.hours;
    if let Some(kind) = learning_kind(&content.kind)
        && let Some(most) = rules::most_present(kind, from, to)
    {
        let days = rules::days(from, to).max(1);
        let per_day = Hours::from_tenths((hours.tenths() + days - 1) / days);
        checks.push(if hours > most {
            Check::refuse(format!("{days} 天 {hours} 学时，超过每天 8 学时（最多 {most} 学时）"))
        } else if hours == most {
            Check::warn(format!("{days} 天 {hours} 学时，每天 8 学时，为上限"))
        } else {
            Check::ok(format!("{days} 天 {hours} 学时，平均每天 {per_day} 学时"))
        });
    }
    if hours > Hours::from_tenths(CAP) {
        let cap = Hours::from_tenths(CAP);
        checks.push(Check::refuse(format!("申报 {hours} 学时，超过一条申报最多 {cap} 学时")));
    }
    checks
}

/// 材料齐全 or what is missing. What was submitted is complete by the rules of its day; what lacks by
/// today's is told, and the desk decides.
pub(super) fn complete(content: &Content) -> Check {
    filled(&content.kind, content.files.len(), content.slots.as_deref())
}

/// The same of so many files in these slots; none: from before there were slots.
pub(crate) fn filled(kind: &str, files: usize, slots: Option<&[String]>) -> Check {
    if files == 0 {
        return Check::refuse("没有证明材料");
    }
    let Some(kind) = learning_kind(kind) else {
        return Check::ok(format!("证明材料 {files} 份"));
    };
    let Some(slots) = slots else {
        return Check::warn("提交时还没有按种类上传材料，请逐份核对是否齐全");
    };
    let there: Vec<&str> = slots.iter().map(String::as_str).collect();
    let lacking: Vec<String> =
        evidence::lacking(kind, &there).into_iter().map(|(_, label)| label).collect();
    match (lacking.is_empty(), kind.evidence.is_empty()) {
        (false, _) => Check::warn(format!("材料缺：{}", lacking.join("、"))),
        (true, true) => Check::ok(format!("证明材料 {files} 份")),
        (true, false) => Check::ok(format!("材料齐全（{files} 份）")),
    }
}

/// 本年度累计: each subject against its minimum, as kept in the ledger.
pub async fn year_panel(db: &mut SqliteConnection, person: PersonId, year: i32) -> Result<Panel> {
    let totals = read::year_totals(db, person, year, year).await?;
    let Some(total) = totals.into_iter().next() else { return Err(Error::NotFound) };
    let meters = total.categories.iter().map(|one| Meter {
        label: one.name.clone(),
        value: one.done.tenths(),
        target: one.required.tenths(),
    });
    let sentence = if total.complete {
        format!("全年 {} 学时，已达到 {} 学时要求。", total.total, total.required)
    } else {
        format!("全年 {} 学时，{}。", total.total, total.missing().join("，"))
    };
    Ok(Panel { title: format!("本年度累计（{year}）"), meters: meters.collect(), sentence })
}

/// 本条通过后专业科目为 64 学时，全年 94 学时，达到 90 学时要求。
pub(super) fn after_sentence(year: &YearTotal, category: i64, hours: Hours) -> String {
    let mut after = year.clone();
    after.total += hours;
    let mut subject = String::new();
    for one in after.categories.iter_mut().filter(|one| one.id == category) {
        one.done += hours;
        subject = format!("{}为 {} 学时，", one.name, one.done);
    }
    let missing = after.missing();
    let end = if missing.is_empty() {
        format!("达到 {} 学时要求", after.required)
    } else {
        missing.join("，")
    };
    format!("本条通过后{subject}全年 {} 学时，{end}。", after.total)
}
