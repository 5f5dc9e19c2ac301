//! The start page's blocks: a person's record and what to do about it; a unit's own panel, with
//! first steps while it is new.

use kit::dictionary::BASE_LEVELS;
use kit::module::Block;
use kit::{Clock, Kinds, OrganizationKind, Permission, PersonId, Result, User, day};
use serde::Serialize;
use serde_json::json;
use sqlx::SqliteConnection;

use crate::permissions::{
    EditInternalDepartments, EditStaff, ViewInternalDepartments, ViewOwnUnit, ViewStaff,
};
use crate::profile::{CHANGE, PROFILE};
use crate::{changes, people, staff};

/// The blocks of the side in use; the bureau's start page is its desks.
pub async fn start(db: &mut SqliteConnection, user: &User, clock: &Clock) -> Result<Vec<Block>> {
    match (&user.grant, user.person) {
        (None, Some(person)) => Ok(vec![own(db, person).await?]),
        (Some(grant), _) if grant.kind != OrganizationKind::Bureau => unit(db, user, clock).await,
        _ => Ok(vec![]),
    }
}

/// A line of 接下来: what to do and where.
#[derive(Serialize)]
struct Step {
    text: String,
    href: String,
    act: &'static str,
}

fn step(text: impl Into<String>, href: impl Into<String>, act: &'static str) -> Step {
    Step { text: text.into(), href: href.into(), act }
}

/// 我的资料 of a person.
async fn own(db: &mut SqliteConnection, id: PersonId) -> Result<Block> {
    let brief = people::brief(&mut *db, id).await?;
    let title = match brief.title.as_str() {
        "" => brief.series_label.clone(),
        title => format!("{title}（{}）", brief.level_label),
    };
    let facts = json!([
        { "label": "工作单位", "value": brief.organization_name },
        { "label": "内设部门", "value": brief.internal_department },
        { "label": "职称", "value": title },
        { "label": "学历", "value": brief.education },
        { "label": "人员状态", "value": brief.state_label },
    ]);
    let steps = steps(db, &brief).await?;
    let context = json!({ "facts": facts, "steps": steps, "profile": PROFILE });
    Ok(Block { order: 92, template: "accounts/start_person.html", context })
}

async fn steps(db: &mut SqliteConnection, brief: &people::PersonBrief) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    if let Some(pending) = changes::pending(&mut *db, brief.id).await? {
        let text = format!("信息修改申请 {} 正在审核：{}", pending.number, pending.items);
        let href =
            if pending.by_unit { PROFILE.to_owned() } else { format!("{CHANGE}/{}", pending.id) };
        steps.push(step(text, href, "查看进度"));
    } else if let Some(open) = changes::open(&mut *db, brief.id).await? {
        match open.state.as_str() {
            "rejected" => {
                let text = format!("信息修改申请 {} 被驳回，修改后可以重新提交", open.number);
                steps.push(step(text, CHANGE, "去修改"));
            }
            "draft" => steps.push(step("有一份没有提交的信息修改申请", CHANGE, "继续填写")),
            _ => {}
        }
    }
    if brief.phone.is_empty() && brief.email.is_empty() {
        let text = "还没有留手机或邮箱，单位不容易联系到您";
        steps.push(step(text, PROFILE, "去填写"));
    }
    let missing: Vec<&str> = [
        ("民族", &brief.nation),
        ("学历", &brief.education),
        ("岗位", &brief.position),
        ("参加工作时间", &brief.started_work_on),
    ]
    .into_iter()
    .filter(|(_, value)| value.is_empty())
    .map(|(label, _)| label)
    .collect();
    if !missing.is_empty() {
        let text = format!("资料缺少{}，可以申请补充", missing.join("、"));
        steps.push(step(text, CHANGE, "申请补充"));
    }
    Ok(steps)
}

/// What the panel of a unit counts.
#[derive(sqlx::FromRow)]
struct Counts {
    superior: String,
    credit_code: String,
    people: i64,
    serving: i64,
    initial: i64,
    expired: i64,
    departments: i64,
    unplaced: i64,
    level: String,
    valid_until: String,
}

/// 本单位 of a department, employer or base.
async fn unit(db: &mut SqliteConnection, user: &User, clock: &Clock) -> Result<Vec<Block>> {
    let Some(grant) = &user.grant else { return Ok(vec![]) };
    let counts: Option<Counts> = sqlx::query_as(
        "select coalesce(s.name, '') as superior, coalesce(o.credit_code, '') as credit_code,
                count(p.id) as people, coalesce(sum(p.state in ('serving', 'rehired')), 0) as serving,
                coalesce(sum(a.state = 'initial'), 0) as initial,
                coalesce(sum(a.state = 'initial' and a.initial_until < ?1), 0) as expired,
                coalesce(sum(p.internal_department_id is null
                  and p.state in ('serving', 'rehired')), 0) as unplaced,
                (select count(*) from internal_department d
                  where d.organization_id = o.id and d.state = 'active') as departments,
                coalesce(b.level, '') as level, coalesce(b.valid_until, '') as valid_until
           from organization o
           left join organization s on s.id = o.parent_id
           left join base_profile b on b.organization_id = o.id
           left join person p on p.organization_id = o.id
           left join account a on a.person_id = p.id
          where o.id = ?2 group by o.id",
    )
    .bind(clock.stamp())
    .bind(grant.organization)
    .fetch_optional(db)
    .await?;
    let Some(counts) = counts else { return Ok(vec![]) };
    let mut facts = vec![
        json!({ "label": "单位", "value": grant.organization_name }),
        json!({ "label": "上级", "value": counts.superior }),
        json!({ "label": "信用代码", "value": counts.credit_code }),
        json!({ "label": "专业技术人员", "value": format!("{} 人，在职和返聘 {} 人", counts.people, counts.serving) }),
        json!({ "label": "内设部门", "value": format!("{} 个", counts.departments) }),
    ];
    if grant.kind == OrganizationKind::Base {
        let valid = match counts.valid_until.as_str() {
            "" => "没有登记有效期".to_owned(),
            until if *until < *day::date_text(clock.today()) => format!("已于 {until} 到期"),
            until => format!("有效期至 {until}"),
        };
        let level = BASE_LEVELS.entry(&counts.level).map_or("", |entry| entry.label);
        facts.push(json!({ "label": "基地级别", "value": level }));
        facts.push(json!({ "label": "资格", "value": valid }));
    }
    let context = json!({
        "facts": facts,
        "first": first(user, &counts),
        "steps": todo(user, &counts),
        "profile": user.may(ViewOwnUnit::grantable()).then_some("/accounts/unit"),
        "people": user.may(ViewStaff::grantable()).then_some(staff::BASE),
        "departments": user.may(ViewInternalDepartments::grantable())
            .then_some("/accounts/internal-departments"),
    });
    Ok(vec![Block { order: 100, template: "accounts/start_unit.html", context }])
}

/// What a new unit does first, in order.
fn first(user: &User, counts: &Counts) -> Vec<Step> {
    let mut steps = Vec::new();
    if counts.departments == 0 && user.may(EditInternalDepartments::grantable()) {
        let text = "建立内设部门，便于把人员分到部门管理（没有分部门的单位可以跳过）";
        steps.push(step(text, "/accounts/internal-departments/new", "新增内设部门"));
    }
    if counts.people == 0 && user.may(EditStaff::grantable()) {
        let imports = user.grant.as_ref().is_some_and(|g| Kinds::STAFFED.has(g.kind));
        let text = if imports {
            "登记本单位的专业技术人员：人少的逐个新增，人多的用“批量导入”"
        } else {
            "登记本单位的专业技术人员，逐个新增"
        };
        steps.push(step(text, format!("{}/new", staff::BASE), "新增人员"));
        let text = "把初始密码（身份证号后六位）告诉他们，首次登录后各自设置密码、申报学时";
        steps.push(step(text, staff::BASE, "本单位人员"));
    }
    if counts.people == 0 { steps } else { vec![] }
}

/// What is to be done about the people there are.
fn todo(user: &User, counts: &Counts) -> Vec<Step> {
    let mut steps = Vec::new();
    if counts.people == 0 || !user.may(ViewStaff::grantable()) {
        return steps;
    }
    let initial = format!("{}?account=initial", staff::BASE);
    if counts.expired > 0 {
        let text = format!("{} 人的初始密码已过期，还没有登录过", counts.expired);
        steps.push(step(text, initial, "去重新开放"));
    } else if counts.initial > 0 {
        let text = format!("{} 人还没有首次登录，请提醒他们", counts.initial);
        steps.push(step(text, initial, "查看名单"));
    }
    if counts.departments > 0 && counts.unplaced > 0 {
        let text = format!("{} 名在职人员还没有放入内设部门", counts.unplaced);
        steps.push(step(text, staff::BASE, "去放入"));
    }
    steps
}
