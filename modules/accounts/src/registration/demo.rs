//! Registrations of the demo county: some wait at every desk, some were rejected or withdrawn, and
//! some are how organizations and people of the county came to be in it.

mod record;

use kit::id_card::check_character;
use kit::module::Demo;
use kit::organization::{self, Organization};
use kit::serial::Random;
use kit::{
    AccountId, Clock, Error, IdCard, OrganizationId, OrganizationKind, PersonId, Result,
    credit_code, day,
};
use sha2::{Digest, Sha256};
use sqlx::SqliteConnection;
use time::{Duration, OffsetDateTime};

use super::{Administrator, Kind, What};
use crate::demo::names;
use crate::organizations::{self, Base, Profile};
use crate::people::Fields;
use crate::{administrators, credentials, people};

/// How a registration stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Pending,
    Rejected(&'static str),
    Withdrawn,
    Approved(AccountId),
}

/// A one-page PDF that says it is an example.
const SHEET: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
    2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
    3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R\
    /Resources<</Font<</F 5 0 R>>>>>>endobj\n\
    4 0 obj<</Length 58>>stream\nBT /F 28 Tf 120 500 Td (Example document, demo only) Tj ET\nendstream endobj\n\
    5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n\
    trailer<</Root 1 0 R>>\n%%EOF\n";

/// People who wait: (name is drawn) at 云川县 …, days ago.
const PEOPLE: &[(&str, i64)] = &[
    ("人力资源和社会保障局", 9),
    ("人力资源和社会保障局", 2),
    ("第一高级中学", 12),
    ("第一高级中学", 3),
    ("第一高级中学", 1),
    ("人民医院", 8),
    ("人民医院", 1),
    ("教育局", 2),
    ("融媒体中心", 4),
];
/// Organizations that wait: kind, name after 云川县, superior after 云川县, days ago.
const UNITS: &[(Kind, &str, &str, i64)] = &[
    (Kind::Department, "气象局", "人力资源和社会保障局", 10),
    (Kind::Department, "供销合作社联合社", "人力资源和社会保障局", 1),
    (Kind::Employer, "宏远检测技术有限公司", "人力资源和社会保障局", 11),
    (Kind::Employer, "青禾农产品加工厂", "人力资源和社会保障局", 4),
    (Kind::Employer, "数智信息服务有限公司", "人力资源和社会保障局", 1),
    (Kind::Employer, "滨河实验幼儿园", "教育局", 7),
    (Kind::Employer, "城南第二小学", "教育局", 2),
    (Kind::Employer, "康宁护理院", "卫生健康委员会", 3),
    (Kind::Base, "数字技能继续教育基地", "人力资源和社会保障局", 6),
    (Kind::Base, "学前教育教师培训基地", "教育局", 2),
];
const REJECTED: &[(Kind, &str, &str, i64, &str)] = &[
    (
        Kind::Department,
        "红十字会",
        "人力资源和社会保障局",
        21,
        "请先由编办明确主管职责，并上传信用代码证书。",
    ),
    (
        Kind::Employer,
        "金桥贸易有限公司",
        "人力资源和社会保障局",
        16,
        "营业执照不清晰，请重新上传。",
    ),
    (Kind::Employer, "启明培训学校", "教育局", 12, "单位名称与办学许可证不一致，请核对后修改。"),
    (
        Kind::Base,
        "东城职业技能培训基地",
        "人力资源和社会保障局",
        19,
        "办学场地、师资等条件填写不全，请补充。",
    ),
];

/// Fills the four desks.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    (county.report)("正在生成注册申请……");
    let (password, hash) = credentials::one_time().await?;
    let sheet = sheet(&mut *tx).await?;
    let random = Random::new(county.random.bits());
    let mut maker = Maker { random, clock: county.clock.clone(), hash, sheet, serial: 0 };
    let mut told: Option<(String, String, String)> = None;
    for (unit, ago) in PEOPLE {
        let Some(unit) = named(&mut *tx, unit).await? else { continue };
        let made = maker.person(&mut *tx, &unit, *ago, End::Pending).await?;
        told.get_or_insert(made);
    }
    for (unit, ago, end) in [
        ("第一高级中学", 15, End::Rejected("不是本单位人员，请改选所在单位后重新提交。")),
        ("人民医院", 18, End::Rejected("职称信息与证书不一致，请核对后修改。")),
        ("人力资源和社会保障局", 6, End::Withdrawn),
    ] {
        if let Some(unit) = named(&mut *tx, unit).await? {
            maker.person(&mut *tx, &unit, ago, end).await?;
        }
    }
    for (kind, name, superior, ago) in UNITS {
        maker.unit(&mut *tx, *kind, name, superior, *ago, End::Pending).await?;
    }
    for (kind, name, superior, ago, reason) in REJECTED {
        maker.unit(&mut *tx, *kind, name, superior, *ago, End::Rejected(reason)).await?;
    }
    maker.approved_people(&mut *tx).await?;
    maker.approved_units(tx).await?;
    if let Some((name, number, code)) = told {
        let what = format!("注册待审核的人员（登录会告知审核状态）{name}");
        county.accounts.push((what, number.clone(), password));
        county.accounts.push(("首页“注册审核进度查询”：身份证号、查询码".to_owned(), number, code));
    }
    Ok(())
}

async fn named(tx: &mut SqliteConnection, name: &str) -> Result<Option<Organization>> {
    organizations::named(tx, &format!("云川县{name}")).await
}

/// Writes the example where uploads are kept; gives its hash.
async fn sheet(tx: &mut SqliteConnection) -> Result<String> {
    let file: String =
        sqlx::query_scalar("select file from pragma_database_list where name = 'main'")
            .fetch_one(tx)
            .await?;
    let sha256 = kit::migration::hex(&Sha256::digest(SHEET));
    if let Some(folder) = std::path::Path::new(&file).parent().filter(|_| !file.is_empty()) {
        std::fs::create_dir_all(folder.join("files"))?;
        std::fs::write(folder.join("files").join(&sha256), SHEET)?;
    }
    Ok(sha256)
}

struct Maker {
    random: Random,
    clock: Clock,
    /// Of the one password all applicants chose.
    hash: String,
    sheet: String,
    serial: u64,
}

impl Maker {
    /// A working hour so many days ago.
    fn then(&mut self, ago: i64) -> OffsetDateTime {
        let day = day::begins(self.clock.today()) - Duration::days(ago);
        day + Duration::minutes(9 * 60 + self.random.below(8 * 60) as i64)
    }

    /// A number that the county's own people cannot have: their serials are 001 to 998.
    fn id_card(&mut self) -> Result<IdCard> {
        self.serial += 1;
        let (year, month) = (1972 + self.serial % 26, 1 + self.serial / 26 % 12);
        let day = 1 + self.random.below(28);
        let serial = if self.random.chance(50) { "999" } else { "000" };
        let first = format!("419999{year}{month:02}{day:02}{serial}");
        let check = check_character(&first).unwrap_or_default();
        IdCard::stored(&format!("{first}{check}"))
            .map_err(|error| Error::Fault(format!("demo: {}", error.message())))
    }

    /// A person who is not in the county yet; his name, number and query code.
    async fn person(
        &mut self,
        tx: &mut SqliteConnection,
        unit: &Organization,
        ago: i64,
        end: End,
    ) -> Result<(String, String, String)> {
        let card = self.id_card()?;
        let mut fields =
            Fields::named(names::person(&mut self.random, card.sex() == kit::id_card::Sex::Female));
        fields.nation = "01".to_owned();
        fields.education = "21".to_owned();
        fields.degree = "4".to_owned();
        fields.school = "中原师范大学".to_owned();
        let year = card.birth().year() + 22;
        fields.graduated_on = format!("{year}-07");
        fields.started_work_on = format!("{year}-08");
        if self.random.chance(60) {
            let (series, title) = if unit.name.ends_with("医院") {
                ("04", "主治医师")
            } else if unit.name.ends_with("中学") {
                ("22", "一级教师")
            } else {
                ("05", "工程师")
            };
            fields.series = series.to_owned();
            fields.level = "middle".to_owned();
            fields.title = title.to_owned();
            fields.titled_on = format!("{}-12", (year + 8).min(self.clock.year() - 1));
        }
        fields.phone = format!("140{:08}", self.random.below(100_000_000));
        let what = What::Person {
            sex: card.sex().label().to_owned(),
            born: day::date_text(card.birth()),
            internal_department: if unit.name.ends_with("中学") {
                "教务处".to_owned()
            } else {
                String::new()
            },
            fields: Box::new(fields),
        };
        let name = names_of(&what);
        let code = self.record(tx, Kind::Person, what, Some(&card), unit, ago, end).await?;
        Ok((name, card.number().to_owned(), code))
    }

    /// An organization that is not in the county.
    async fn unit(
        &mut self,
        tx: &mut SqliteConnection,
        kind: Kind,
        name: &str,
        superior: &str,
        ago: i64,
        end: End,
    ) -> Result<()> {
        let Some(superior) = named(&mut *tx, superior).await? else { return Ok(()) };
        self.serial += 1;
        let company = name.ends_with("公司") || name.ends_with('厂');
        let prefix = if company { "91" } else { "12" };
        let first = format!("{prefix}419998{:09}", 3_000_000 + self.serial);
        let code = credit_code::check_character(&first).unwrap_or_default();
        let staff = 20 + self.random.below(300) as i64;
        let person = names::person(&mut self.random, false);
        let base = Base {
            host: "云川县职业教育中心".to_owned(),
            level: "county".to_owned(),
            recognized_by: superior.name.clone(),
            valid_until: format!("{}-12-31", self.clock.year() + 3),
            fields: "05,22".to_owned(),
            categories: "public,professional".to_owned(),
            forms: "onsite,online".to_owned(),
            area: Some(600),
            seats: Some(180),
            full_time: Some(12),
            part_time: Some(20),
            managers: Some(4),
            fee: "按物价部门核定的标准收取".to_owned(),
            head: names::person(&mut self.random, true),
            ..Base::default()
        };
        let profile = Profile {
            area_code: "419999".to_owned(),
            nature: if kind == Kind::Department {
                "agency"
            } else if company {
                "private-enterprise"
            } else {
                "institution"
            }
            .to_owned(),
            industry: if company { "M" } else { "P" }.to_owned(),
            legal_person: person.clone(),
            contact: person.clone(),
            phone: format!("0999-6{:06}", self.random.below(1_000_000)),
            address: format!("云川县建设路 {} 号", 1 + self.random.below(200)),
            staff: Some(staff),
            professionals: Some(staff / 3),
            series: if kind == Kind::Department { "05,06".to_owned() } else { String::new() },
            base: (kind == Kind::Base).then_some(base),
            ..Profile::default()
        };
        let administrator = Administrator {
            login: format!("shenqing{:02}", self.serial),
            name: person,
            phone: format!("140{:08}", self.random.below(100_000_000)),
            telephone: profile.phone.clone(),
            ..Administrator::default()
        };
        let what = What::Unit {
            name: format!("云川县{name}"),
            credit_code: format!("{first}{code}"),
            profile: Box::new(profile),
            administrator,
        };
        self.record(tx, kind, what, None, &superior, ago, end).await?;
        Ok(())
    }

    /// Some people of the county, as if they had registered this year.
    async fn approved_people(&mut self, tx: &mut SqliteConnection) -> Result<()> {
        for unit in ["人力资源和社会保障局", "第一高级中学", "人民医院", "教育局"]
        {
            let Some(unit) = named(&mut *tx, unit).await? else { continue };
            let people: Vec<PersonId> = sqlx::query_scalar(
                "select id from person where organization_id = ? order by id desc limit 2",
            )
            .bind(unit.id)
            .fetch_all(&mut *tx)
            .await?;
            for person in people {
                let Some(fields) = people::fields(&mut *tx, person).await? else { continue };
                let card = people::full_number(&mut *tx, person).await?;
                let account: AccountId =
                    sqlx::query_scalar("select id from account where person_id = ?")
                        .bind(person)
                        .fetch_one(&mut *tx)
                        .await?;
                let what = What::Person {
                    sex: card.sex().label().to_owned(),
                    born: day::date_text(card.birth()),
                    internal_department: String::new(),
                    fields: Box::new(fields),
                };
                let ago = 30 + self.random.below(200) as i64;
                let end = End::Approved(account);
                self.record(&mut *tx, Kind::Person, what, Some(&card), &unit, ago, end).await?;
            }
        }
        Ok(())
    }

    /// Some organizations of the county, as if they had registered years ago.
    async fn approved_units(&mut self, tx: &mut SqliteConnection) -> Result<()> {
        for (kind, most) in [(Kind::Department, 2), (Kind::Employer, 6), (Kind::Base, 2)] {
            let Some(of) = kind.organization() else { continue };
            for id in last(&mut *tx, of, most).await? {
                let Some(found) = organization::find(&mut *tx, id).await? else { continue };
                let Some(parent) = found.parent_id else { continue };
                let Some(superior) = organization::find(&mut *tx, parent).await? else { continue };
                let of = administrators::of(&mut *tx, id).await?;
                let Some(first) = of.into_iter().next() else { continue };
                let what = What::Unit {
                    name: found.name,
                    credit_code: found.credit_code.unwrap_or_default(),
                    profile: Box::new(organizations::profile(&mut *tx, id).await?),
                    administrator: Administrator {
                        name: first.name,
                        login: first.login,
                        phone: first.phone,
                        ..Administrator::default()
                    },
                };
                let ago = 300 + self.random.below(300) as i64;
                let end = End::Approved(first.account);
                self.record(&mut *tx, kind, what, None, &superior, ago, end).await?;
            }
        }
        Ok(())
    }
}

fn names_of(what: &What) -> String {
    match what {
        What::Person { fields, .. } => fields.name.clone(),
        What::Unit { name, .. } => name.clone(),
    }
}

/// The last organizations of a kind.
async fn last(
    tx: &mut SqliteConnection,
    kind: OrganizationKind,
    most: i64,
) -> Result<Vec<OrganizationId>> {
    Ok(sqlx::query_scalar("select id from organization where kind = ? order by id desc limit ?")
        .bind(kind)
        .bind(most)
        .fetch_all(tx)
        .await?)
}
