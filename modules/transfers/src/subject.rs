//! 4.6 人员调转 at the target's desk: what it shows, what stands against it.

mod consent;
mod list;
mod movers;

pub use list::{LIST, column};
pub use movers::may_go;
use movers::{Mover, WITHOUT_SUPER, carried, counted, last_super, movers};

use accounts::people;
use kit::list::List;
use kit::review::{Case, Check, DecisionField, Fact, Outcome, Subject, Table, TableCell};
use kit::{
    Action, Clock, Error, FileId, Form, Grantable, Leaf, Modules, OrganizationId, Result,
    organization,
};
use sqlx::SqliteConnection;

use crate::content::{Content, SUBJECT};
use crate::{LEAF, store};

/// What the buttons of batches ask for.
const EDIT: Grantable = Grantable { leaf: LEAF, action: Action::Edit };

/// The subject 调转申请.
pub struct TransferRequests;

#[rocket::async_trait]
impl Subject for TransferRequests {
    type Content = Content;
    type Decision = ();
    const KEY: &'static str = SUBJECT;
    const TITLE: &'static str = "人员调转";
    const NOUN: &'static str = "调转申请";
    const YES: &'static str = "同意";
    const LEAF: Leaf = LEAF;
    const LIST: &'static List = &LIST;
    const TABLE: &'static str = "transfer";
    const REASONS: &'static [&'static str] = &[
        "没有调令或合同，请补充证明材料后再提交。",
        "证明材料不清晰，请重新上传。",
        "本单位没有接收安排，请核对目标单位。",
        "人员已不在原单位，请按现在的单位重新提交。",
    ];
    const PENDING: &'static str = "t.state = 'pending' and t.desk_id = ?";
    const DONE: &'static str = "t.state <> 'pending' and t.desk_id is not ?";
    const ELSEWHERE: Option<&'static str> = Some("t.state = 'pending' and t.desk_id is not ?");
    const MORE_TABS: &'static [(&'static str, &'static str)] = &[("调出记录", crate::out::OUT)];
    const ACTIONS: &'static [(&'static str, &'static str, &'static str, Grantable)] = &[
        ("批量调转", crate::batches::NEW, "add", EDIT),
        ("批量调转记录", crate::batches::BATCHES, "", EDIT),
    ];

    fn row(&self, content: &Content) -> i64 {
        content.transfer
    }

    /// The target; the old unit before it, if the setting said so (domain.md, Decisions).
    async fn route(
        &self,
        _: &mut SqliteConnection,
        content: &Content,
    ) -> Result<Vec<OrganizationId>> {
        Ok(if content.former_first { vec![content.from, content.to] } else { vec![content.to] })
    }

    async fn facts(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Fact>> {
        let mut facts = Vec::new();
        if let Some(person) = content.person {
            let brief = people::brief(&mut *db, person).await?;
            facts.push(Fact::new("人员", format!("{}（{}）", content.names, brief.id_card)));
            facts.push(Fact::new("性别、出生", format!("{}，{}", brief.sex, brief.born)));
            let title = [brief.level_label.as_str(), brief.title.as_str()];
            let title: Vec<&str> = title.into_iter().filter(|one| !one.is_empty()).collect();
            facts.push(Fact::new("职称", dash(&title.join(" · "))));
            facts.push(Fact::new("学历", dash(&brief.education)));
        } else {
            facts.push(Fact::new("人员", &content.names));
            facts.push(Fact::new("提交单位", &content.by));
        }
        facts.push(Fact::new("原单位", &content.from_name));
        facts.push(Fact::new("目标单位", &content.to_name));
        if !content.is_batch() {
            facts.push(Fact::new("拟到部门", dash(&content.wish)));
        }
        facts.push(Fact::new("生效日期", dash(&content.effective_on)));
        if content.former_first {
            facts.push(Fact::new("原单位确认", "须先由原单位确认"));
        }
        facts.push(Fact::new("调转原因", &content.reason).wide());
        Ok(facts)
    }

    async fn evidence(&self, _: &mut SqliteConnection, content: &Content) -> Result<Vec<FileId>> {
        Ok(content.files.clone())
    }

    async fn tables(&self, db: &mut SqliteConnection, content: &Content) -> Result<Vec<Table>> {
        if !content.is_batch() {
            return Ok(vec![]);
        }
        let movers = movers(db, content.transfer).await?;
        let heads = [("姓名", ""), ("身份证号", ""), ("内设部门", ""), ("职称", ""), ("情况", "")];
        let mut table = Table::new(&format!("调转人员（{} 人）", movers.len()), &heads);
        for one in movers {
            let stands = match (one.note.as_str(), one.state.as_str()) {
                ("", state) => store::label(state).0.to_owned(),
                (note, _) => format!("未调动：{note}"),
            };
            let cells = [one.name, one.masked, one.internal_department, one.title, stands];
            table.rows.push(cells.map(TableCell::new).to_vec());
        }
        Ok(vec![table])
    }

    async fn checks(
        &self,
        db: &mut SqliteConnection,
        content: &Content,
        _: &Clock,
    ) -> Result<Vec<Check>> {
        let movers = movers(&mut *db, content.transfer).await?;
        let going: Vec<&Mover> = movers.iter().filter(|one| one.state == "pending").collect();
        if going.is_empty() {
            let moved = movers.iter().filter(|one| one.state == "approved").count();
            return Ok(match moved {
                0 => vec![],
                _ => vec![Check::ok(format!("已调入 {moved} 人"))],
            });
        }
        let mut checks = vec![stands(&going, content)];
        let target = organization::find(&mut *db, content.to).await?.ok_or(Error::NotFound)?;
        checks.push(if target.state == "active" {
            Check::ok("目标单位正常")
        } else {
            Check::refuse("目标单位已停用，不能接收人员。请驳回，由申请人另选单位")
        });
        let (cases, rights) = carried(&mut *db, content.transfer, content.from).await?;
        let last = last_super(db, content.from, &going).await?;
        if cases > 0 {
            checks.push(Check::warn(format!(
                "有 {cases} 条申请正在原单位审核，调入后转到目标单位继续审核"
            )));
        }
        if rights > 0 {
            checks.push(Check::warn(format!("在原单位有 {rights} 项管理员权限，调入后终止")));
        }
        if last {
            checks.push(Check::warn(format!(
                "调入后原单位{WITHOUT_SUPER}，待审申请转由上级审核，系统通知上级为它新增管理员"
            )));
        }
        if content.files.is_empty() {
            checks.push(Check::warn("没有附调令、合同等证明材料"));
        }
        Ok(checks)
    }

    fn decision_fields(&self, _: &Content, _: Option<&()>) -> Vec<DecisionField> {
        vec![]
    }

    fn decision_of(&self, _: &mut Form, _: &Content, _: Option<&()>) -> Option<()> {
        Some(())
    }

    fn own_href(&self, content: &Content) -> String {
        let place = if content.is_batch() { crate::batches::BATCHES } else { crate::mine::MINE };
        format!("{place}/{}", content.transfer)
    }

    async fn approved(
        &self,
        tx: &mut SqliteConnection,
        case: &Case,
        content: Content,
        _: (),
        modules: &Modules,
        clock: &Clock,
    ) -> Result<Outcome> {
        consent::consent(tx, case, &content, modules, clock).await
    }

    async fn rejected(
        &self,
        tx: &mut SqliteConnection,
        _: &Case,
        content: Content,
        clock: &Clock,
    ) -> Result<()> {
        store::ended(tx, content.transfer, "rejected", clock).await
    }
}

/// Whether those who are to go still can: of a batch the others go without them.
fn stands(going: &[&Mover], content: &Content) -> Check {
    let against: Vec<String> = going
        .iter()
        .filter_map(|one| Some(format!("{}{}", one.name, one.against(content)?)))
        .collect();
    if against.is_empty() {
        return Check::ok(format!("人员仍在原单位（{}），状态可以调转", content.from_name));
    }
    let told = counted(&against);
    if against.len() == going.len() {
        Check::refuse(format!("不能调转 {told}"))
    } else {
        Check::warn(format!("同意时不调动 {told}"))
    }
}

fn dash(text: &str) -> &str {
    if text.is_empty() { "—" } else { text }
}
