//! Notices of the demo county: what a bureau tells in a year, one with a PDF.

mod pdf;

use std::path::PathBuf;

use kit::file::{ATTACHMENT, keep_as};
use kit::form::Uploaded;
use kit::module::Demo;
use kit::{AccountId, Clock, OrganizationId, Result};
use sqlx::SqliteConnection;
use time::Duration;

use crate::rich;
use crate::store::{self, Fields};

/// A notice of the demo: days before today, title, body as an editor would post it.
struct Told {
    days: i64,
    pinned: bool,
    title: &'static str,
    body: &'static str,
}

const TOLD: [Told; 6] = [
    Told {
        days: 5,
        pinned: true,
        title: "关于做好{year}年度专业技术人员继续教育学时登记工作的通知",
        body: "<p>各主管部门、用人单位、继续教育基地：</p><p>为做好本年度专业技术人员继续教育学时登记工作，现将有关事项通知如下。</p><h3>一、登记范围</h3><p>全县企业事业单位在职的专业技术人员。</p><h3>二、学时要求</h3><p>每年累计不少于 <strong>90 学时</strong>，其中专业科目一般不少于总学时的三分之二。</p><table><thead><tr><th>科目</th><th>学时</th><th>怎样取得</th></tr></thead><tbody><tr><td>公需科目</td><td>30</td><td>参加公需科目学习</td></tr><tr><td>专业科目</td><td>60</td><td>培训、会议、论文、课题等</td></tr></tbody></table><h3>三、时间安排</h3><ol><li>12 月 20 日前，专业技术人员在系统中填写学时申报，上传证明材料；</li><li>12 月 25 日前，用人单位、主管部门审核；</li><li>12 月 31 日前，县人社局审批。</li></ol><p>申报表样式见附件，在系统中填写的不用再交纸质材料。</p>",
    },
    Told {
        days: 20,
        pinned: false,
        title: "{year}年度公需科目学习安排及学时认定说明",
        body: "<p>本年度公需科目共两门，完成全部学习并通过考试的，每门认定 15 学时。</p><ul><li>学习平台出具的学习证明可以直接作为证明材料；</li><li>同一门课不重复认定；</li><li>线下集中学习的，由举办单位统一申报。</li></ul>",
    },
    Told {
        days: 27,
        pinned: false,
        title: "继续教育基地年度报告请在次年3月31日前报送",
        body: "<p>各继续教育基地请在次年 3 月 31 日前，从“培训管理”的“年度报告”报送上一年度的年度报告，核对培训班次、人数和学时，填写经费使用情况，并附盖章版。</p>",
    },
    Told {
        days: 54,
        pinned: false,
        title: "关于专业技术人员调转单位后学时记录处理的说明",
        body: "<p>专业技术人员在县内调转单位的，已审核通过的学时随人转入新单位；正在审核的申报由新单位继续审核，<strong>不用重新申报</strong>。</p>",
    },
    Told {
        days: 72,
        pinned: false,
        title: "用人单位批量导入模板更新",
        body: "<p>批量导入模板已更新，增加“内设部门”一列。请从“批量导入”页面重新下载模板，旧模板仍可使用到年底。</p><blockquote><p>导入前请核对身份证号，系统按身份证号识别同一个人。</p></blockquote>",
    },
    Told {
        days: 90,
        pinned: false,
        title: "专业技术人员学时申报操作说明",
        body: "<p>第一次使用系统的，请按下面的步骤办理：</p><ol><li>用身份证号和单位告知的初始密码登录，设置自己的密码；</li><li>点“我的学时申报”，填写学习项目、起止时间和学时；</li><li>上传结业证书等证明材料，提交；</li><li>被驳回的，按原因修改后再次提交。</li></ol><p>学时通过审核后，可在“学时证明”中打印证明。</p>",
    },
];

const DRAFT: (&str, &str) = (
    "关于开展继续教育工作检查的通知（征求意见稿）",
    "<p>拟于明年一季度对各单位继续教育工作开展检查，具体安排待定。</p>",
);

/// Lines of the attached form.
const FORM: [&str; 8] = [
    "专业技术人员继续教育学时申报表（样式）",
    "姓    名：________________    工作单位：________________",
    "学习项目：______________________________________________",
    "主办单位：______________________________________________",
    "起止时间：____年__月__日 至 ____年__月__日",
    "申报学时：________    科目：公需科目 / 专业科目",
    "用人单位意见：                      （盖章）",
    "说明：在系统中填写申报的，不用再交本表。",
];

/// Publishes them as the bureau's first administrator.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    let who: Option<(AccountId, String, OrganizationId)> = sqlx::query_as(
        "select a.id, a.name, o.id from organization o join grant g on g.organization_id = o.id
           join account a on a.id = g.account_id where o.kind = 'bureau' order by a.id limit 1",
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some((account, by, bureau)) = who else { return Ok(()) };
    for told in TOLD.iter().rev() {
        let minutes = county.random.below(7 * 60) as i64;
        let at = kit::day::begins(county.clock.today()) - Duration::days(told.days)
            + Duration::minutes(9 * 60 + minutes);
        let clock = Clock::fixed(at);
        let title = told.title.replace("{year}", &county.clock.year().to_string());
        let id = write(tx, &title, told.body, told.pinned, bureau, &by, &clock).await?;
        if told.pinned {
            attach(tx, id, account, &clock).await?;
        }
        store::publish(tx, id, &by, &clock).await?;
        store::keep_version(tx, id, &by, "发布", &clock).await?;
    }
    write(tx, DRAFT.0, DRAFT.1, false, bureau, &by, &county.clock).await?;
    Ok(())
}

async fn write(
    tx: &mut SqliteConnection,
    title: &str,
    body: &str,
    pinned: bool,
    bureau: OrganizationId,
    by: &str,
    clock: &Clock,
) -> Result<i64> {
    let fields = Fields { title: title.to_owned(), body: rich::clean(body), pinned };
    store::create(tx, &fields, bureau, by, clock).await
}

async fn attach(
    tx: &mut SqliteConnection,
    notice: i64,
    account: AccountId,
    clock: &Clock,
) -> Result<()> {
    let Some(data) = data_folder(&mut *tx).await? else { return Ok(()) };
    let upload = Uploaded {
        field: "files".to_owned(),
        name: "学时申报表（样式）.pdf".to_owned(),
        bytes: pdf::page(&FORM),
        complete: true,
    };
    let stored = keep_as(ATTACHMENT, &data, &mut *tx, &upload, Some(account), clock).await?;
    store::attach(tx, notice, stored.id).await
}

/// Where the open database lies.
async fn data_folder(db: &mut SqliteConnection) -> Result<Option<PathBuf>> {
    let file: Option<String> =
        sqlx::query_scalar("select file from pragma_database_list where name = 'main'")
            .fetch_one(db)
            .await?;
    let file = file.filter(|file| !file.is_empty()).map(PathBuf::from);
    Ok(file.and_then(|file| file.parent().map(PathBuf::from)))
}
