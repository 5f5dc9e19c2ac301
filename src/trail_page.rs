//! 操作日志: who did what and when, for those with the permission.

use kit::list::{self, Ask, Cell, Column, Extra, Filter, FilterKind, List, Order, Search};
use kit::{Can, Clock, Db, Page, Result, Settings};
use rocket::{Route, State, get, routes};

use crate::core::{TRAIL, ViewTrail};

/// Acts that are looked for by kind.
const ACTS: &[(&str, &str)] = &[
    ("sign_in.done", "登录"),
    ("sign_in.failed", "登录失败"),
    ("sign_out", "退出登录"),
    ("credit-hours.remind", "提醒未完成人员"),
    ("credit-hours.unfinished.print", "打印未完成人员名单"),
    ("access.refused", "没有权限被拒绝"),
    ("password.first", "首次设置密码"),
    ("password.change", "修改密码"),
    ("review.submit", "提交申请"),
    ("review.pass", "审核通过，转下一级"),
    ("review.approve", "审批通过"),
    ("review.reject", "驳回"),
    ("review.take", "接管"),
    ("review.reveal", "显示完整身份证号"),
    ("import.commit", "批量导入"),
    ("import.undo", "撤销批量导入"),
    ("import.slips", "打印登录条"),
    ("accounts.person.reopen", "重新开放初始密码"),
    ("import.organizations", "批量导入单位"),
    ("import.slip", "生成管理员登录条"),
    ("import.history", "导入历史学时"),
    ("import.history.person", "外县转入学时"),
    ("import.history.undo", "撤销历史学时导入"),
    ("accounts.person.change", "修改人员资料"),
    ("accounts.person.mark", "登记人员状态"),
    ("accounts.identity.correct", "更正身份证号"),
    ("accounts.identity.release", "放开身份证号"),
    ("accounts.unit.change", "修改单位资料"),
    ("transfers.move", "人员调转"),
    ("transfers.leave", "登记调出本县"),
    ("transfers.leave.undo", "撤销调出"),
    ("transfers.ledger", "下载学时台账"),
    ("training.plan.cancel", "取消培训计划"),
    ("training.open", "开班"),
    ("training.end", "结业"),
    ("training.roster.export", "导出名册"),
    ("credit-hours.staff.upload", "上传单位申报名单"),
    ("credit-hours.staff.roster", "修改单位申报名单"),
    ("training.proxy.save", "填写代申报"),
    ("training.proxy.lower", "调整代申报学时"),
    ("training.handover.export", "导出外县学员（完整身份证号）"),
    ("training.handover.mark", "标记外县学员已移交"),
    ("accounts.administrator.create", "新增管理员"),
    ("accounts.administrator.edit", "编辑管理员"),
    ("accounts.administrator.disable", "禁用管理员"),
    ("accounts.administrator.delete", "删除管理员"),
    ("accounts.administrator.reset", "重置管理员密码"),
    ("accounts.role.create", "新增角色"),
    ("accounts.role.edit", "编辑角色"),
    ("credit-hours.entry.reverse", "撤销学时"),
    ("credit-hours.entry.correct", "更正学时"),
    ("credit-hours.requirement.change", "修改年度要求"),
    ("credit-hours.window.change", "修改申报时间"),
    ("credit-hours.category.change", "修改科目"),
    ("credit-hours.rule.create", "新增折算规则"),
    ("credit-hours.rule.edit", "修改折算规则"),
    ("credit-hours.rule.end", "停用折算规则"),
    ("credit-hours.exemption.end", "撤销减免"),
    ("certificate.issue", "出具学时证明"),
    ("certificate.print", "打印学时证明"),
    ("list.export", "导出"),
    ("settings.change", "修改系统设置"),
    ("holiday.change", "登记节假日"),
    ("backup.create", "备份"),
];

/// The newest first.
pub static LIST: List = List {
    key: "trail",
    title: "操作日志",
    href: "/trail",
    leaf: TRAIL,
    from: "trail_row t",
    alias: "t",
    only: "",
    columns: &[
        Column { key: "at", title: "时间", sql: "t.at", cell: Cell::Minute, order: "at" },
        Column { key: "name", title: "操作人", sql: "t.name", cell: Cell::Text, order: "" },
        Column {
            key: "organization",
            title: "单位",
            sql: "coalesce((select o.name from organization o where o.id = t.organization_id), '')",
            cell: Cell::Long,
            order: "",
        },
        Column { key: "address", title: "地址", sql: "t.address", cell: Cell::Text, order: "" },
        Column { key: "text", title: "内容", sql: "t.text", cell: Cell::Long, order: "" },
        Column {
            key: "result",
            title: "结果",
            sql: "t.result",
            cell: Cell::Tag(&[("done", "完成", "pass"), ("refused", "拒绝", "back")]),
            order: "",
        },
        Column { key: "id", title: "序号", sql: "t.id", cell: Cell::Number, order: "" },
    ],
    filters: &[
        Filter { key: "at", label: "时间", kind: FilterKind::Times, sql: "t.at" },
        Filter { key: "act", label: "操作", kind: FilterKind::Choice(ACTS), sql: "t.act = ?" },
        Filter {
            key: "result",
            label: "结果",
            kind: FilterKind::Choice(&[("done", "完成"), ("refused", "拒绝")]),
            sql: "t.result = ?",
        },
    ],
    search: Some(Search {
        label: "操作人",
        placeholder: "完整姓名",
        phrase: "",
        number: "",
        number_end: "",
        phone: "",
        code: "t.name = ? collate nocase",
    }),
    orders: &[Order { key: "at", label: "时间", by: "t.at", descending: true }],
    row: "",
    ops: &[],
    empty: "还没有操作记录。",
};

#[get("/trail")]
async fn view(
    user: Can<ViewTrail>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let extra = Extra { template: Some("trail.html"), ..Extra::default() };
    let mut reader = db.read().await?;
    list::page(&LIST, &ask, &mut reader, &user.user, &user.grant, clock, settings, extra).await
}

pub fn routes() -> Vec<Route> {
    routes![view]
}
