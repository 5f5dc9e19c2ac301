//! 折算规则: the table of rules.

use rocket::{State, get};

use kit::list::{self, Ask, Cell, Column, Extra, Filter, FilterKind, List, Order};
use kit::{Can, Clock, Db, Page, Permission, Result, Settings};

use super::tabs::{CONVERSION, tabs};
use crate::leaves::{EditRules, RULES, ViewRules};
use crate::subject::{KIND_LABEL, KINDS};

const fn column(key: &'static str, title: &'static str, sql: &'static str, cell: Cell) -> Column {
    Column { key, title, sql, cell, order: "" }
}

const RANKS: &str = "case when d.rank = 0 then '' when d.max_rank = d.rank then '第 ' || d.rank || ' 名' \
    else '第 ' || d.rank || ' 至 ' || d.max_rank || ' 名' end";
/// 每项 12 学时; a rule that gives no number of its own says what it does instead.
const GIVES: &str = "case when d.effect = 'completes_professional' then '补足专业科目' \
    when d.unit = 'stated' then '按载明的学时' else case d.unit when 'item' then '每项 ' \
    when 'year' then '每项每年 ' when 'day' then '每天 ' when 'half_day' then '每半天 ' \
    when 'course' then '每门课程 ' when 'module' then '每模块 ' else '每百字 ' end \
    || (d.hours / 10) || case when d.hours % 10 = 5 then '.5' else '' end || ' 学时' end";
const CAPS: &str = "case when d.cap_item is null then '' else '一项 ' || (d.cap_item / 10) \
    || case when d.cap_item % 10 = 5 then '.5' else '' end end \
    || case when d.cap_item is null or d.cap_year is null then '' else '，' end \
    || case when d.cap_year is null then '' else '全年 ' || (d.cap_year / 10) \
    || case when d.cap_year % 10 = 5 then '.5' else '' end end";
const DATES: &str =
    "d.valid_from || case d.valid_to when '' then ' 起' else ' 至 ' || d.valid_to end";
/// Its beginning: the whole of it stands on the rule's page.
const SOURCE: &str =
    "case when length(d.source) > 18 then substr(d.source, 1, 18) || '…' else d.source end";
const LEVEL: &str = "case d.level when 'national' then '国家级' when 'provincial' then '省部级' \
    when 'municipal' then '市厅级' when 'county' then '县级' when 'unit' then '单位' else '' end";

/// 折算规则
pub static LIST: List = List {
    key: "conversion-rules",
    title: "学时规则",
    href: "/credit-hours/rules",
    leaf: RULES,
    from: "conversion_rule d left join category c on c.id = d.category_id",
    alias: "d",
    only: "",
    columns: &[
        column("kind", "学习形式", KIND_LABEL, Cell::LongLink),
        column("item", "种类", "d.item", Cell::Long),
        column("level", "级别", LEVEL, Cell::Text),
        column("rank", "排名", RANKS, Cell::Text),
        column("gives", "认定", GIVES, Cell::Text),
        column("step", "每后一名减", "nullif(d.step, 0)", Cell::Hours),
        column("caps", "最多", CAPS, Cell::Text),
        column("category", "科目", "coalesce(c.short, '不限')", Cell::Text),
        column(
            "sample",
            "标记",
            "d.sample",
            Cell::Tag(&[("1", "示例", "wait"), ("0", "已核定", "info")]),
        ),
        column(
            "valid",
            "效力",
            "'active ' || d.valid_to",
            Cell::Until(&[("active", "有效", "pass")]),
        ),
        column("dates", "有效期", DATES, Cell::Text),
        column("source", "依据", SOURCE, Cell::Long),
    ],
    filters: &[
        Filter {
            key: "kind",
            label: "学习形式",
            kind: FilterKind::Choice(&KINDS),
            sql: "d.kind = ?",
        },
        Filter {
            key: "sample",
            label: "标记",
            kind: FilterKind::Choice(&[("1", "示例"), ("0", "已核定")]),
            sql: "d.sample = ?",
        },
        Filter {
            key: "end",
            label: "有效期",
            kind: FilterKind::Choice(&[("open", "长期有效"), ("ended", "定了终止日期")]),
            sql: "case d.valid_to when '' then 'open' else 'ended' end = ?",
        },
    ],
    search: None,
    orders: &[Order { key: "place", label: "规则表顺序", by: "d.place", descending: false }],
    row: "/credit-hours/rules/{id}",
    ops: &[("详情", "/credit-hours/rules/{id}")],
    empty: "没有折算规则。点“新增规则”按本省文件录入；没有规则的学习形式由审核单位按文件认定。",
};

/// Acts on a row, of those who may edit.
const EDITOR: &[(&str, &str)] = &[
    ("详情", "/credit-hours/rules/{id}"),
    ("编辑", "/credit-hours/rules/{id}/edit"),
    ("停用", "/credit-hours/rules/{id}/end"),
];

#[get("/rules")]
pub async fn page(
    user: Can<ViewRules>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut extra = Extra {
        tabs: tabs(CONVERSION),
        note: "标“示例”的规则来自网上资料，不是本省规定，核实后请改为“已核定”".to_owned(),
        ..Extra::default()
    };
    if user.grant.may(EditRules::grantable()) {
        let new = "/credit-hours/rules/new".to_owned();
        extra.actions.push(("新增规则".to_owned(), new, "add".to_owned(), true));
        extra.ops = Some(EDITOR);
    }
    let mut reader = db.read().await?;
    list::page(&LIST, &ask, &mut reader, &user.user, &user.grant, clock, settings, extra).await
}
