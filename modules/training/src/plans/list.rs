//! 培训计划申报: the base's own plans.

use kit::list::{self, Ask, Cell, Column, Extra, Filter, FilterKind, List, Order, Search};
use kit::{Can, Clock, Db, Page, Permission, Result, Settings};
use rocket::{State, get};

use crate::leaves::{EditPlans, PLANS, ViewPlans};

pub const BASE: &str = "/training/plans";

/// (stored, shown, class of its tag): stages of plans and states of their versions.
pub const STATES: &[(&str, &str, &str)] = &[
    ("draft", "草稿", "info"),
    ("pending", "待审核", "wait"),
    ("rejected", "已驳回", "back"),
    ("withdrawn", "已撤回", "off"),
    ("approved", "已通过", "pass"),
    ("running", "已开班", "pass"),
    ("ended", "已结业", "info"),
    ("declared", "已代申报", "info"),
    ("cancelled", "已取消", "off"),
];

/// Of a change that is not in force yet.
const CHANGES: &[(&str, &str, &str)] = &[
    ("", "", ""),
    ("draft", "变更草稿", "info"),
    ("pending", "变更待审核", "wait"),
    ("rejected", "变更被驳回", "back"),
    ("withdrawn", "变更已撤回", "off"),
];

/// Before the first approval the state of its version, then the plan's own stage.
const STAGE: &str = "case p.stage when 'planned' then (select v.state from plan_version v \
    where v.plan_id = p.id order by v.version desc limit 1) else p.stage end";
const CHANGE: &str = "case when p.stage = 'planned' then '' else (select \
    case v.state when 'approved' then '' else v.state end from plan_version v \
    where v.plan_id = p.id order by v.version desc limit 1) end";
/// The label of a form of training, in SQL; a test compares them.
pub const FORM_LABEL: &str = "case p.form when 'onsite' then '面授' when 'online' then '网络' when 'mixed' then '混合' else '' end";
/// From day to day; one day once, one year once.
const DATES: &str = "p.begins_on || case when p.ends_on = p.begins_on then '' \
    when substr(p.ends_on, 1, 4) = substr(p.begins_on, 1, 4) then ' 至 ' || substr(p.ends_on, 6) \
    else ' 至 ' || p.ends_on end";
/// Per person, in yuan.
const FEE: &str = "case p.fee when 0 then '免费' else printf('%.2f 元', p.fee / 100.0) end";

const fn column(
    key: &'static str,
    title: &'static str,
    sql: &'static str,
    cell: Cell,
    order: &'static str,
) -> Column {
    Column { key, title, sql, cell, order }
}

/// The base's plans, the latest class first.
pub static LIST: List = List {
    key: "training-plans-own",
    title: "培训计划申报",
    href: BASE,
    leaf: PLANS,
    from: "plan p left join category c on c.id = p.category",
    alias: "p",
    only: "",
    columns: &[
        column("number", "计划编号", "p.number", Cell::Text, ""),
        column(
            "title",
            "培训名称",
            "case p.title when '' then '（还没有填名称）' else p.title end",
            Cell::LongLink,
            "",
        ),
        column("stage", "状态", STAGE, Cell::Tag(STATES), ""),
        column("change", "变更", CHANGE, Cell::Tag(CHANGES), ""),
        column("category", "科目", "coalesce(c.short, '')", Cell::Text, ""),
        column("form", "形式", FORM_LABEL, Cell::Text, ""),
        column("dates", "起止日期", DATES, Cell::Text, "begins"),
        column("hours", "学时", "p.hours", Cell::Hours, ""),
        column("capacity", "计划人数", "p.capacity", Cell::Number, ""),
        column("signed", "报名人数", "p.signed", Cell::Number, ""),
        column("fee", "收费", FEE, Cell::Text, ""),
    ],
    filters: &[
        Filter {
            key: "year",
            label: "年度",
            kind: FilterKind::Own(
                "select distinct cast(year as text), cast(year as text) from plan \
                  where organization_id = ? and year > 0 order by 1 desc",
            ),
            sql: "p.year = ?",
        },
        Filter {
            key: "category",
            label: "科目类别",
            kind: FilterKind::Query("select cast(id as text), name from category order by sort"),
            sql: "p.category = ?",
        },
        Filter {
            key: "stage",
            label: "状态",
            kind: FilterKind::Choice(&[
                ("draft", "草稿"),
                ("pending", "待审核"),
                ("rejected", "已驳回"),
                ("withdrawn", "已撤回"),
                ("approved", "已通过"),
                ("running", "已开班"),
                ("ended", "已结业"),
                ("declared", "已代申报"),
                ("cancelled", "已取消"),
            ]),
            sql: "case p.stage when 'planned' then (select v.state from plan_version v \
                where v.plan_id = p.id order by v.version desc limit 1) else p.stage end = ?",
        },
        Filter { key: "begins", label: "开始日期", kind: FilterKind::Days, sql: "p.begins_on" },
    ],
    search: Some(Search {
        label: "培训名称或计划编号",
        placeholder: "名称中的字词或拼音首字母、计划编号",
        phrase: "p.id in (select rowid from plan_search where plan_search match ?)",
        number: "",
        number_end: "",
        phone: "",
        code: "p.id in (select plan_id from plan_version where number <> '' and number = ?)",
    }),
    orders: &[
        Order { key: "new", label: "登记先后", by: "p.id", descending: true },
        Order { key: "begins", label: "开始日期", by: "p.begins_on", descending: true },
    ],
    row: "/training/plans/{id}",
    ops: &[("详情", "/training/plans/{id}")],
    empty: "没有符合条件的培训计划。要办培训，请点“新增计划”，填写课程表后提交审核；办过的可以在详情页“复制”。",
};

#[get("/plans")]
pub async fn page(
    user: Can<ViewPlans>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut extra = Extra { note: user.grant.organization_name.clone(), ..Extra::default() };
    if user.grant.may(EditPlans::grantable()) {
        let new = format!("{BASE}/new");
        extra.actions.push(("新增计划".to_owned(), new, "add".to_owned(), true));
    }
    let mut grant = user.grant.clone();
    grant.scope = grant.own();
    let mut reader = db.read().await?;
    list::page(&LIST, &ask, &mut reader, &user.user, &grant, clock, settings, extra).await
}

#[cfg(test)]
mod tests {
    use kit::dictionary::TRAINING_FORMS;

    #[test]
    fn the_labels_in_sql_are_those_of_the_dictionary() {
        for entry in TRAINING_FORMS.entries {
            let case = format!("when '{}' then '{}'", entry.code, entry.label);
            assert!(super::FORM_LABEL.contains(&case), "{case}");
        }
    }
}
