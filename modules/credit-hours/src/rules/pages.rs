//! One rule: what it says, its versions, its end (停用).

use rocket::{State, get, post};

use kit::review::Fact;
use kit::{Answer, Can, Clock, Db, Done, Form, Page, Permission, Result, day, trail};

use super::rule::{Effect, Rule, Unit};
use super::store;
use super::tabs::{CONVERSION, tabs};
use crate::category::{self, Category};
use crate::leaves::{EditRules, ViewRules};
use crate::read::kind_label;

#[get("/rules/<id>")]
pub async fn show(
    user: Can<ViewRules>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let rule = store::find(&mut db, id).await?;
    let categories = category::all(&mut db).await?;
    let today = day::date_text(clock.today());
    let (state, tag) = if rule.valid_on(&today) {
        ("有效", "pass")
    } else if rule.valid_from > today {
        ("还没有开始", "wait")
    } else {
        ("已停用", "off")
    };
    Ok(Page::new("credit-hours/rule.html")
        .with("tabs", &tabs(CONVERSION))
        .with("rule", &rule)
        .with("sentence", &rule.sentence())
        .with("state", state)
        .with("tag", tag)
        .with("facts", &facts(&rule, &categories))
        .with("versions", &store::versions(&mut db, id).await?)
        .with("editor", &user.grant.may(EditRules::grantable())))
}

/// The rule as it was.
#[get("/rules/<id>/versions/<number>", rank = 2)]
pub async fn version(_user: Can<ViewRules>, id: i64, number: i64, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let (version, rule) = store::version(&mut db, id, number).await?;
    let categories = category::all(&mut db).await?;
    let now = store::find(&mut db, id).await?;
    Ok(Page::new("credit-hours/rule_version.html")
        .with("tabs", &tabs(CONVERSION))
        .with("id", &id)
        .with("version", &version)
        .with("current", &(now.version == number))
        .with("sentence", &rule.sentence())
        .with("facts", &facts(&rule, &categories)))
}

pub fn facts(rule: &Rule, categories: &[Category]) -> Vec<Fact> {
    let none = |text: &str| if text.is_empty() { "不限".to_owned() } else { text.to_owned() };
    let hours = |hours: Option<kit::Hours>| match hours {
        Some(hours) => format!("{hours} 学时"),
        None => "不限".to_owned(),
    };
    let category = categories.iter().find(|one| Some(one.id) == rule.category);
    let ranks = match rule.rank {
        0 => "不分名次".to_owned(),
        rank if rank == rule.max_rank => format!("第 {rank} 名"),
        rank => format!("第 {rank} 至 {} 名", rule.max_rank),
    };
    let gives = match (rule.effect, rule.unit) {
        (Effect::CompletesProfessional, _) => "补足专业科目当年要求".to_owned(),
        (_, Unit::Stated) => "按载明的学时".to_owned(),
        _ => format!("{} 学时", rule.hours),
    };
    let level = kit::dictionary::DECLARATION_LEVELS.label(&rule.level);
    let mut facts = vec![
        Fact::new("学习形式", kind_label(&rule.kind)),
        Fact::new("种类", none(&rule.item)),
        Fact::new("级别", none(level)),
        Fact::new("排名", ranks),
        Fact::new("计算单位", rule.unit.label()),
        Fact::new("学时", gives),
    ];
    if !rule.step.is_zero() {
        facts.push(Fact::new("每后一名减", format!("{} 学时", rule.step)));
    }
    facts.extend([
        Fact::new("一项最多", hours(rule.cap_item)),
        Fact::new("全年最多", hours(rule.cap_year)),
        Fact::new("科目类别", category.map_or("不限", |one| one.name.as_str())),
        Fact::new(
            "有效期",
            match rule.valid_to.as_str() {
                "" => format!("{} 起，长期有效", rule.valid_from),
                to => format!("{} 至 {to}", rule.valid_from),
            },
        ),
        Fact::new("标记", if rule.sample { "示例，未按本省文件核定" } else { "已核定" }),
        Fact::new("依据", &rule.source).wide(),
    ]);
    facts
}

#[get("/rules/<id>/end", rank = 2)]
pub async fn end_page(
    _user: Can<EditRules>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let rule = store::find(&mut *db.read().await?, id).await?;
    let last = if rule.valid_to.is_empty() {
        day::date_text(clock.today())
    } else {
        rule.valid_to.clone()
    };
    let form = Form::of([("valid_to", last), ("version", rule.version.to_string())]);
    Ok(end_form(&rule, &form))
}

/// 停用: sets the last day; learning that ended by then is still converted by it.
#[post("/rules/<id>/end", data = "<form>", rank = 2)]
pub async fn end(
    user: Can<EditRules>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let old = store::find(&mut tx, id).await?;
    let last = form.date("valid_to", "最后一天").map(day::date_text).unwrap_or_default();
    let rule = Rule {
        valid_to: last.clone(),
        version: form.text("version").parse().unwrap_or(0),
        ..old.clone()
    };
    if !last.is_empty() && last < rule.valid_from {
        let from = &rule.valid_from;
        form.refuse("valid_to", format!("最后一天 {last} 早于起始日期 {from}，请核对。"));
    } else if !last.is_empty() && last == old.valid_to {
        form.refuse("valid_to", format!("这条规则的最后一天已经是 {last}，不用再停用。"));
    } else if let Some(other) = store::same(&mut tx, &rule).await? {
        let sentence = format!("这一天已有另一条规则（{} 起），请填更早的日期。", other.valid_from);
        form.refuse("valid_to", sentence);
    }
    if form.refused() {
        return Ok(end_form(&old, &form).refused().into());
    }
    let what = format!("停用，最后一天 {last}");
    store::update(&mut tx, &rule, &what, &user.user.name, clock).await?;
    let (object, text) =
        (format!("conversion-rule:{id}"), format!("{what}：折算规则 {}", rule.sentence()));
    trail::write(&mut tx, &user.user.actor(), clock, "credit-hours.rule.end", &object, &text)
        .await?;
    tx.commit().await?;
    Ok(Done::to(format!("/credit-hours/rules/{id}"))
        .ok(format!("已停用：{last} 以后结束的学习不再按这条规则计算，已经提交和通过的不变。"))
        .into())
}

fn end_form(rule: &Rule, form: &Form) -> Page {
    Page::new("credit-hours/rule_end.html")
        .with("tabs", &tabs(CONVERSION))
        .with("id", &rule.id)
        .with("sentence", &rule.sentence())
        .with("from", &rule.valid_from)
        .with("form", form)
}
