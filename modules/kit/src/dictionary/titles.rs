//! Professional titles (职称): 27 series, five levels, and their names (domain.md §5.5).

use super::{Dictionary, Entry, entry};

/// The code of 无职称 in [`TITLE_SERIES`]: such a person has neither level nor name of a title.
pub const WITHOUT_TITLE: &str = "00";

/// The five levels, highest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TitleLevel {
    /// 正高级
    Senior,
    /// 副高级
    DeputySenior,
    /// 中级
    Middle,
    /// 助理级
    Assistant,
    /// 员级
    Junior,
}

impl TitleLevel {
    /// All levels, highest first: the columns of 职称系列和等级分布.
    pub const ALL: [TitleLevel; 5] = [
        TitleLevel::Senior,
        TitleLevel::DeputySenior,
        TitleLevel::Middle,
        TitleLevel::Assistant,
        TitleLevel::Junior,
    ];

    /// The stored code, that of [`TITLE_LEVELS`].
    pub fn code(self) -> &'static str {
        match self {
            TitleLevel::Senior => "senior",
            TitleLevel::DeputySenior => "deputy-senior",
            TitleLevel::Middle => "middle",
            TitleLevel::Assistant => "assistant",
            TitleLevel::Junior => "junior",
        }
    }

    /// 正高级 … 员级.
    pub fn label(self) -> &'static str {
        TITLE_LEVELS.label(self.code())
    }

    /// The level behind a stored code.
    pub fn from_code(code: &str) -> Option<TitleLevel> {
        TitleLevel::ALL.into_iter().find(|level| level.code() == code)
    }
}

/// 职称等级. 高级 and 初级 alone are no aliases: each may mean two levels.
pub const TITLE_LEVELS: Dictionary = Dictionary {
    key: "title_level",
    title: "职称等级",
    entries: &[
        entry(1, "senior", "正高级", &["正高"]),
        entry(2, "deputy-senior", "副高级", &["副高"]),
        entry(3, "middle", "中级", &[]),
        entry(4, "assistant", "助理级", &["助理", "初级（助理级）", "初级(师级)", "师级"]),
        entry(5, "junior", "员级", &["初级（员级）", "初级(士级)", "士级"]),
    ],
};

/// 职称系列: the 27 of the MOHRSS list of 2021-11-02, and 无职称 last.
pub const TITLE_SERIES: Dictionary =
    Dictionary { key: "title_series", title: "职称系列", entries: SERIES };

const SERIES: &[Entry] = &[
    entry(1, "01", "高等学校教师", &["高校教师"]),
    entry(2, "02", "哲学社会科学研究人员", &["社会科学研究人员", "哲学社会科学研究"]),
    entry(3, "03", "自然科学研究人员", &["自然科学研究"]),
    entry(4, "04", "卫生技术人员", &["卫生技术", "卫生", "卫生系列"]),
    entry(5, "05", "工程技术人员", &["工程技术", "工程", "工程系列"]),
    entry(6, "06", "农业技术人员", &["农业技术", "农业", "农业系列"]),
    entry(7, "07", "新闻专业人员", &["新闻专业", "新闻"]),
    entry(8, "08", "出版专业人员", &["出版专业", "出版"]),
    entry(9, "09", "图书资料专业人员", &["图书资料专业", "图书资料"]),
    entry(10, "10", "文物博物专业人员", &["文物博物专业", "文物博物", "文博"]),
    entry(11, "11", "档案专业人员", &["档案专业", "档案"]),
    entry(12, "12", "工艺美术专业人员", &["工艺美术专业", "工艺美术"]),
    entry(13, "13", "技工院校教师", &["技工学校教师", "技校教师"]),
    entry(14, "14", "体育专业人员", &["体育专业", "体育教练员"]),
    entry(15, "15", "翻译专业人员", &["翻译专业", "翻译"]),
    entry(16, "16", "播音主持专业人员", &["播音主持专业", "播音主持", "播音"]),
    entry(17, "17", "会计人员", &["会计专业人员", "会计专业", "会计"]),
    entry(18, "18", "统计专业人员", &["统计专业", "统计"]),
    entry(19, "19", "经济专业人员", &["经济专业", "经济"]),
    entry(20, "20", "实验技术人才", &["实验技术人员", "实验技术", "实验"]),
    entry(21, "21", "中等职业学校教师", &["中职教师", "中专教师"]),
    entry(22, "22", "中小学教师", &["中小学、幼儿园教师", "中学教师", "小学教师"]),
    entry(23, "23", "艺术专业人员", &["艺术专业", "艺术"]),
    entry(24, "24", "公共法律服务专业人员", &["公共法律服务专业", "公共法律服务"]),
    entry(25, "25", "船舶专业技术人员", &["船舶专业技术", "船舶"]),
    entry(26, "26", "民用航空飞行技术人员", &["民用航空飞行技术", "民航飞行"]),
    entry(27, "27", "审计专业人员", &["审计专业", "审计"]),
    entry(28, "00", "无职称", &["无", "暂无职称", "未评职称"]),
];

/// One title a person can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Title {
    /// Code in [`TITLE_SERIES`].
    pub series: &'static str,
    /// The branch within the series, "" where it has none (医疗, 药学, 护理 …).
    pub branch: &'static str,
    pub level: TitleLevel,
    pub name: &'static str,
    /// Whether the row was compared with a copy of the official table or well known. Rows 23–26
    /// were not: their names vary by occupation, and the 员级 of 25 is left empty.
    pub verified: bool,
}

/// The rungs of one branch: names from 正高级 to 员级, several where occupations share a rung.
struct Ladder {
    series: &'static str,
    branch: &'static str,
    names: [&'static [&'static str]; 5],
}

const fn ladder(
    series: &'static str,
    branch: &'static str,
    names: [&'static [&'static str]; 5],
) -> Ladder {
    Ladder { series, branch, names }
}

const LADDERS: &[Ladder] = &[
    ladder("01", "", [&["教授"], &["副教授"], &["讲师"], &["助教"], &[]]),
    ladder("02", "", [&["研究员"], &["副研究员"], &["助理研究员"], &["研究实习员"], &[]]),
    ladder("03", "", [&["研究员"], &["副研究员"], &["助理研究员"], &["研究实习员"], &[]]),
    ladder(
        "04",
        "医疗",
        [&["主任医师"], &["副主任医师"], &["主治医师", "主管医师"], &["医师"], &["医士"]],
    ),
    ladder("04", "药学", [&["主任药师"], &["副主任药师"], &["主管药师"], &["药师"], &["药士"]]),
    ladder("04", "护理", [&["主任护师"], &["副主任护师"], &["主管护师"], &["护师"], &["护士"]]),
    ladder("04", "技术", [&["主任技师"], &["副主任技师"], &["主管技师"], &["技师"], &["技士"]]),
    ladder(
        "05",
        "",
        [&["正高级工程师"], &["高级工程师"], &["工程师"], &["助理工程师"], &["技术员"]],
    ),
    ladder(
        "06",
        "农艺",
        [&["正高级农艺师"], &["高级农艺师"], &["农艺师"], &["助理农艺师"], &["农业技术员"]],
    ),
    ladder(
        "06",
        "畜牧",
        [&["正高级畜牧师"], &["高级畜牧师"], &["畜牧师"], &["助理畜牧师"], &["农业技术员"]],
    ),
    ladder(
        "06",
        "兽医",
        [&["正高级兽医师"], &["高级兽医师"], &["兽医师"], &["助理兽医师"], &["农业技术员"]],
    ),
    ladder("06", "农业技术推广", [&["农业技术推广研究员"], &[], &[], &[], &[]]),
    ladder("07", "记者", [&["高级记者"], &["主任记者"], &["记者"], &["助理记者"], &[]]),
    ladder("07", "编辑", [&["高级编辑"], &["主任编辑"], &["编辑"], &["助理编辑"], &[]]),
    ladder("08", "", [&["编审"], &["副编审"], &["编辑"], &["助理编辑"], &[]]),
    ladder("09", "", [&["研究馆员"], &["副研究馆员"], &["馆员"], &["助理馆员"], &["管理员"]]),
    ladder("10", "", [&["研究馆员"], &["副研究馆员"], &["馆员"], &["助理馆员"], &[]]),
    ladder("11", "", [&["研究馆员"], &["副研究馆员"], &["馆员"], &["助理馆员"], &["管理员"]]),
    ladder(
        "12",
        "",
        [
            &["正高级工艺美术师"],
            &["高级工艺美术师"],
            &["工艺美术师"],
            &["助理工艺美术师"],
            &["工艺美术员"],
        ],
    ),
    ladder("13", "讲师", [&["正高级讲师"], &["高级讲师"], &["讲师"], &["助理讲师"], &[]]),
    ladder("13", "实习指导", PRACTICE),
    ladder("14", "教练", [&["国家级教练"], &["高级教练"], &["中级教练"], &["初级教练"], &[]]),
    ladder(
        "14",
        "运动防护",
        [&["国家级运动防护师"], &["高级运动防护师"], &["中级运动防护师"], &["初级运动防护师"], &[]],
    ),
    ladder("15", "", [&["译审"], &["一级翻译"], &["二级翻译"], &["三级翻译"], &[]]),
    ladder(
        "16",
        "",
        [&["播音指导"], &["主任播音员主持人"], &["一级播音员主持人"], &["二级播音员主持人"], &[]],
    ),
    ladder("17", "", [&["正高级会计师"], &["高级会计师"], &["会计师"], &["助理会计师"], &[]]),
    ladder("18", "", [&["正高级统计师"], &["高级统计师"], &["统计师"], &["助理统计师"], &[]]),
    ladder("19", "经济", [&["正高级经济师"], &["高级经济师"], &["经济师"], &["助理经济师"], &[]]),
    ladder(
        "19",
        "人力资源管理",
        [
            &["正高级人力资源管理师"],
            &["高级人力资源管理师"],
            &["人力资源管理师"],
            &["助理人力资源管理师"],
            &[],
        ],
    ),
    ladder(
        "19",
        "知识产权",
        [&["正高级知识产权师"], &["高级知识产权师"], &["知识产权师"], &["助理知识产权师"], &[]],
    ),
    ladder(
        "20",
        "",
        [&["正高级实验师"], &["高级实验师"], &["实验师"], &["助理实验师"], &["实验员"]],
    ),
    ladder("21", "讲师", [&["正高级讲师"], &["高级讲师"], &["讲师"], &["助理讲师"], &[]]),
    ladder("21", "实习指导", PRACTICE),
    ladder("22", "", [&["正高级教师"], &["高级教师"], &["一级教师"], &["二级教师"], &["三级教师"]]),
    // 23: grades 一级 to 四级 stand for 正高级 to 初级 (guidance of 2020); the occupations are a
    // selection.
    ladder("23", "演员", [&["一级演员"], &["二级演员"], &["三级演员"], &["四级演员"], &[]]),
    ladder(
        "23",
        "演奏员",
        [&["一级演奏员"], &["二级演奏员"], &["三级演奏员"], &["四级演奏员"], &[]],
    ),
    ladder("23", "编剧", [&["一级编剧"], &["二级编剧"], &["三级编剧"], &["四级编剧"], &[]]),
    ladder("23", "导演", [&["一级导演"], &["二级导演"], &["三级导演"], &["四级导演"], &[]]),
    ladder("23", "指挥", [&["一级指挥"], &["二级指挥"], &["三级指挥"], &["四级指挥"], &[]]),
    ladder("23", "作曲", [&["一级作曲"], &["二级作曲"], &["三级作曲"], &["四级作曲"], &[]]),
    ladder("23", "美术", [&["一级美术师"], &["二级美术师"], &["三级美术师"], &["四级美术师"], &[]]),
    ladder(
        "23",
        "舞美设计",
        [&["一级舞美设计师"], &["二级舞美设计师"], &["三级舞美设计师"], &["四级舞美设计师"], &[]],
    ),
    ladder(
        "23",
        "文学创作",
        [&["一级文学创作"], &["二级文学创作"], &["三级文学创作"], &["四级文学创作"], &[]],
    ),
    ladder(
        "23",
        "舞台技术",
        [&["一级舞台技术"], &["二级舞台技术"], &["三级舞台技术"], &["四级舞台技术"], &[]],
    ),
    ladder("23", "录音", [&["一级录音师"], &["二级录音师"], &["三级录音师"], &["四级录音师"], &[]]),
    ladder("23", "剪辑", [&["一级剪辑师"], &["二级剪辑师"], &["三级剪辑师"], &["四级剪辑师"], &[]]),
    ladder("24", "公证", [&["一级公证员"], &["二级公证员"], &["三级公证员"], &["四级公证员"], &[]]),
    ladder("24", "法医", [&["主任法医师"], &["副主任法医师"], &["主检法医师"], &["法医师"], &[]]),
    ladder(
        "24",
        "司法鉴定",
        [
            &["正高级司法鉴定人"],
            &["副高级司法鉴定人"],
            &["中级司法鉴定人"],
            &["初级司法鉴定人"],
            &[],
        ],
    ),
    ladder("25", "驾驶", [&["正高级船长"], &["高级船长"], &["中级驾驶员"], &["助理驾驶员"], &[]]),
    ladder(
        "25",
        "轮机",
        [&["正高级轮机长"], &["高级轮机长"], &["中级轮机员"], &["助理轮机员"], &[]],
    ),
    ladder(
        "25",
        "引航",
        [&["正高级引航员"], &["高级引航员"], &["中级引航员"], &["助理引航员"], &[]],
    ),
    ladder(
        "25",
        "船舶电子",
        [&["正高级船舶电子员"], &["高级船舶电子员"], &["中级船舶电子员"], &["助理船舶电子员"], &[]],
    ),
    ladder(
        "26",
        "飞行",
        [&["正高级飞行员"], &["一级飞行员"], &["二级飞行员"], &["三级飞行员"], &[]],
    ),
    ladder(
        "26",
        "领航",
        [&["正高级领航员"], &["一级领航员"], &["二级领航员"], &["三级领航员"], &[]],
    ),
    ladder(
        "26",
        "通信",
        [&["正高级通信员"], &["一级通信员"], &["二级通信员"], &["三级通信员"], &[]],
    ),
    ladder(
        "26",
        "机械",
        [&["正高级机械员"], &["一级机械员"], &["二级机械员"], &["三级机械员"], &[]],
    ),
    ladder("27", "", [&["正高级审计师"], &["高级审计师"], &["审计师"], &["助理审计师"], &[]]),
];

/// Rungs of 实习指导教师, the same in series 13 and 21.
const PRACTICE: [&[&str]; 5] = [
    &["正高级实习指导教师"],
    &["高级实习指导教师"],
    &["一级实习指导教师"],
    &["二级实习指导教师"],
    &["三级实习指导教师"],
];

/// Every title, by series, branch and level: the seed of the table of titles.
pub fn titles() -> impl Iterator<Item = Title> {
    LADDERS.iter().flat_map(|ladder| {
        let verified = !matches!(ladder.series, "23" | "24" | "25" | "26");
        TitleLevel::ALL.into_iter().zip(ladder.names).flat_map(move |(level, names)| {
            let Ladder { series, branch, .. } = *ladder;
            names.iter().map(move |name| Title { series, branch, level, name, verified })
        })
    })
}

/// Names of the titles of a series (by code) at a level, each once. Empty if the series has no
/// such level.
pub fn titles_of(series: &str, level: TitleLevel) -> Vec<&'static str> {
    let mut names = Vec::new();
    for title in titles().filter(|title| title.series == series && title.level == level) {
        if !names.contains(&title.name) {
            names.push(title.name);
        }
    }
    names
}

/// The levels a series (by code) has, highest first; none for 无职称 and unknown codes.
pub fn levels_of(series: &str) -> Vec<TitleLevel> {
    TitleLevel::ALL.into_iter().filter(|level| !titles_of(series, *level).is_empty()).collect()
}

/// The title of a series with this name, however blanks and widths are typed.
pub fn title_named(series: &str, typed: &str) -> Option<Title> {
    let wanted = super::comparable(typed);
    titles().find(|title| title.series == series && super::comparable(title.name) == wanted)
}

#[cfg(test)]
mod tests {
    use super::{
        TITLE_LEVELS, TITLE_SERIES, TitleLevel, WITHOUT_TITLE, levels_of, title_named, titles,
        titles_of,
    };

    #[test]
    fn every_series_has_titles_from_the_top_to_the_assistants() {
        for series in TITLE_SERIES.entries {
            let levels = levels_of(series.code);
            if series.code == WITHOUT_TITLE {
                assert!(levels.is_empty());
            } else {
                assert!(levels.starts_with(&TitleLevel::ALL[..4]), "{}", series.label);
            }
        }
    }

    #[test]
    fn the_series_with_a_lowest_rung_are_those_of_the_table() {
        let with: Vec<&str> = TITLE_SERIES
            .entries
            .iter()
            .map(|series| series.code)
            .filter(|code| levels_of(code).contains(&TitleLevel::Junior))
            .collect();
        assert_eq!(with, ["04", "05", "06", "09", "11", "12", "13", "20", "21", "22"]);
    }

    #[test]
    fn names_are_found_by_series_and_level() {
        assert_eq!(
            titles_of("04", TitleLevel::Middle),
            ["主治医师", "主管医师", "主管药师", "主管护师", "主管技师"]
        );
        assert_eq!(titles_of("06", TitleLevel::Junior), ["农业技术员"]);
        assert_eq!(titles_of("17", TitleLevel::Junior), [""; 0]);
        assert_eq!(
            title_named("05", " 高级 工程师").map(|t| t.level),
            Some(TitleLevel::DeputySenior)
        );
        assert_eq!(title_named("05", "高级教师"), None);
    }

    #[test]
    fn within_a_series_a_name_has_one_level() {
        for title in titles() {
            let found = title_named(title.series, title.name).map(|other| other.level);
            assert_eq!(found, Some(title.level), "{title:?}");
            assert_eq!(title.verified, !("23"..="26").contains(&title.series));
        }
        assert!(titles().count() > 200);
    }

    #[test]
    fn levels_and_their_dictionary_agree() {
        for (level, entry) in TitleLevel::ALL.iter().zip(TITLE_LEVELS.entries) {
            assert_eq!((level.code(), level.label()), (entry.code, entry.label));
            assert_eq!(TitleLevel::from_code(entry.code), Some(*level));
        }
        assert!(TitleLevel::Senior < TitleLevel::Junior);
    }
}
