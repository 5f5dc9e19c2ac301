//! What happened to a person: versions of his record, what administrators did.

use kit::{PersonId, Result};
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::changes::{self, Content, Item};
use crate::people::{Fields, form, sex_label, state_label};

/// A line of the timeline component.
#[derive(Debug, Serialize)]
pub struct Step {
    pub time: String,
    pub text: String,
    pub reason: String,
}

#[derive(sqlx::FromRow)]
struct Version {
    recorded_from: String,
    cause: String,
    /// Of the request that it was changed by.
    number: String,
    organization: String,
    place: String,
    state: String,
    sex: String,
    born: String,
    /// 身份证号更正: both numbers masked, and its reason; empty of other versions.
    corrected: String,
    #[sqlx(flatten)]
    fields: Fields,
}

/// Versions told of at most.
const MOST: i64 = 30;

/// 单位和资料变更, newest first: what each version changed, and where the person then was.
pub async fn versions(db: &mut SqliteConnection, id: PersonId) -> Result<Vec<Step>> {
    let rows: Vec<Version> = sqlx::query_as(
        "select v.recorded_from, v.cause, coalesce(c.number, '') as number,
                coalesce(o.name, '') as organization,
                coalesce(d.name, '') as place, v.state, v.sex, v.born,
                coalesce('身份证号：' || substr(x.old_number, 1, 4) || '************' || substr(x.old_number, 17)
                  || ' → ' || substr(x.new_number, 1, 4) || '************' || substr(x.new_number, 17)
                  || '；原因：' || x.reason || '（' || x.by_name || '办理）', '') as corrected,
                v.name, v.nation, v.political, v.education, v.degree, v.series, v.level, v.title,
                v.titled_on, v.title_certificate, v.school, v.major, v.graduated_on,
                v.started_work_on, v.position, v.phone, v.email, v.note, v.native_place,
                v.employment, v.address
           from person_version v
           left join organization o on o.id = v.organization_id
           left join internal_department d on d.id = v.internal_department_id
           left join identity_correction x
             on v.cause like 'identity:%' and x.id = cast(substr(v.cause, 10) as integer)
           left join review_case c
             on v.cause like 'change:%' and c.id = cast(substr(v.cause, 8) as integer)
          where v.person_id = ? order by v.id desc limit ?",
    )
    .bind(id)
    .bind(MOST + 1)
    .fetch_all(&mut *db)
    .await?;
    let mut steps = Vec::new();
    for (at, row) in rows.iter().enumerate().take(usize::try_from(MOST).unwrap_or(30)) {
        let (text, reason) = match rows.get(at + 1) {
            Some(before) => {
                let decided = decided(&mut *db, &row.cause).await?;
                let told = [differences(before, row), row.corrected.clone(), decided];
                let told: Vec<String> = told.into_iter().filter(|text| !text.is_empty()).collect();
                (cause(&row.cause, &row.number), told.join("；"))
            }
            None => (
                format!("{}，单位：{}", cause(&row.cause, &row.number), row.organization),
                String::new(),
            ),
        };
        steps.push(Step { time: row.recorded_from.clone(), text, reason });
    }
    Ok(steps)
}

/// Of a version that came by a request: the records it changed, who decided and with what opinion.
async fn decided(db: &mut SqliteConnection, cause: &str) -> Result<String> {
    let case = cause.strip_prefix("change:").and_then(|id| id.parse::<i64>().ok());
    let Some(case) = case else { return Ok(String::new()) };
    let content: Option<String> =
        sqlx::query_scalar("select content from review_case where id = ? and subject = ?")
            .bind(case)
            .bind(changes::SUBJECT)
            .fetch_optional(&mut *db)
            .await?;
    let Some(content) = content else { return Ok(String::new()) };
    let content: Content = serde_json::from_str(&content)?;
    let mut told = Vec::new();
    // fields are told by the two versions; further records have no versions of their own
    for item in content.items.iter().filter(|item| !matches!(item, Item::Field { .. })) {
        let shown = changes::shown(&mut *db, item).await?;
        let line = [shown.before, shown.after].into_iter().filter(|text| !text.is_empty());
        told.push(format!("{}：{}", shown.label, line.collect::<Vec<_>>().join(" → ")));
    }
    let steps: Vec<(String, String, String, String)> = sqlx::query_as(
        "select at, desk_name, name, opinion from review_step
          where case_id = ? and act in ('pass', 'approve') order by id",
    )
    .bind(case)
    .fetch_all(db)
    .await?;
    told.push(format!("申请原因：{}", content.reason));
    for (at, desk, name, opinion) in steps {
        let opinion =
            if opinion.is_empty() { String::new() } else { format!("，意见：{opinion}") };
        told.push(format!("{} {desk}（{name}）审核通过{opinion}", kit::day::shown_time(&at)));
    }
    Ok(told.join("；"))
}

/// 职称等级：中级 → 副高级；内设部门：（空）→ 内科
fn differences(before: &Version, after: &Version) -> String {
    let shown = |text: &str| if text.is_empty() { "（空）".to_owned() } else { text.to_owned() };
    let mut told = Vec::new();
    let mut differ = |label: &str, before: &str, after: &str| {
        if before != after {
            told.push(format!("{label}：{} → {}", shown(before), shown(after)));
        }
    };
    differ("单位", &before.organization, &after.organization);
    differ("内设部门", &before.place, &after.place);
    differ("性别", sex_label(&before.sex), sex_label(&after.sex));
    differ("出生日期", &before.born, &after.born);
    differ("状态", state_label(&before.state), state_label(&after.state));
    let pairs = form::facts(&before.fields).into_iter().zip(form::facts(&after.fields));
    for ((_, label, old), (_, _, new)) in pairs {
        differ(label, &old, &new);
    }
    differ("备注", &before.fields.note, &after.fields.note);
    told.join("；")
}

fn cause(stored: &str, number: &str) -> String {
    match stored.split(':').next().unwrap_or_default() {
        "import" => "批量导入".to_owned(),
        "import-undo" => "撤销批量导入".to_owned(),
        "registration" => "注册通过".to_owned(),
        "form" => "单位新增".to_owned(),
        "demo" => "装入示例数据".to_owned(),
        "self" => "本人修改".to_owned(),
        "unit" => "单位修改".to_owned(),
        "identity" => "身份证号更正".to_owned(),
        "leave" => "调出本县".to_owned(),
        "leave-undo" => "撤销调出".to_owned(),
        "place" => "调整内设部门".to_owned(),
        "state" => "登记状态".to_owned(),
        "state-undo" => "撤销状态登记".to_owned(),
        "change" if number.is_empty() => "信息修改申请通过".to_owned(),
        "change" => format!("信息修改申请 {number} 通过"),
        "transfer" => "人员调转".to_owned(),
        "merge" => "单位合并".to_owned(),
        "superior" | "organization-change" => "上级单位变动".to_owned(),
        "internal-merge" => "内设部门合并".to_owned(),
        "disable" => "单位停用，转到其他单位".to_owned(),
        _ => "资料变更".to_owned(),
    }
}

/// 操作记录, newest first: who did what with this person's record.
pub async fn acts(db: &mut SqliteConnection, id: PersonId) -> Result<Vec<Step>> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "select at, name, text from trail where object = ? and result = 'done'
          order by id desc limit 30",
    )
    .bind(format!("person:{id}"))
    .fetch_all(db)
    .await?;
    let step = |(time, name, text): (String, String, String)| Step {
        time,
        text: format!("{name}：{text}"),
        reason: String::new(),
    };
    Ok(rows.into_iter().map(step).collect())
}
