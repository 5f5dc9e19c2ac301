//! Sex, political status, education and degree of a person.

use super::{Dictionary, Entry, entry};

/// 性别 (GB/T 2261.1); a person's sex itself comes from the identity number.
pub const SEX: Dictionary = Dictionary {
    key: "sex",
    title: "性别",
    entries: &[
        entry(1, "1", "男", &["男性", "M", "male"]),
        entry(2, "2", "女", &["女性", "F", "female"]),
    ],
};

/// 政治面貌 (GB/T 4762-1984, with today's names).
pub const POLITICAL_STATUSES: Dictionary =
    Dictionary { key: "political_status", title: "政治面貌", entries: STATUSES };

const STATUSES: &[Entry] = &[
    entry(1, "01", "中共党员", &["党员", "中国共产党党员", "共产党员", "中共正式党员"]),
    entry(2, "02", "中共预备党员", &["预备党员", "中国共产党预备党员"]),
    entry(3, "03", "共青团员", &["团员", "中国共产主义青年团团员"]),
    entry(4, "04", "民革党员", &["民革", "民革会员", "中国国民党革命委员会会员"]),
    entry(5, "05", "民盟盟员", &["民盟", "中国民主同盟盟员"]),
    entry(6, "06", "民建会员", &["民建", "中国民主建国会会员"]),
    entry(7, "07", "民进会员", &["民进", "中国民主促进会会员"]),
    entry(8, "08", "农工党党员", &["农工党", "农工民主党党员", "中国农工民主党党员"]),
    entry(9, "09", "致公党党员", &["致公党", "中国致公党党员"]),
    entry(10, "10", "九三学社社员", &["九三学社", "九三社员"]),
    entry(11, "11", "台盟盟员", &["台盟", "台湾民主自治同盟盟员"]),
    entry(12, "12", "无党派人士", &["无党派", "无党派民主人士"]),
    entry(13, "13", "群众", &["普通公民", "普通群众"]),
];

/// 学历, with codes of GB/T 4658-2006 as far as recalled; "70" stands for 初中及以下 as a whole.
/// 研究生 alone is no alias: it may mean either of the first two.
pub const EDUCATIONS: Dictionary = Dictionary {
    key: "education",
    title: "学历",
    entries: &[
        entry(1, "11", "博士研究生", &["博士", "博士研究生毕业", "博士生"]),
        entry(2, "14", "硕士研究生", &["硕士", "硕士研究生毕业", "硕士生"]),
        entry(3, "21", "大学本科", &["本科", "大学", "大本", "大学本科毕业", "本科毕业"]),
        entry(4, "31", "大学专科", &["专科", "大专", "大学专科毕业", "专科毕业", "高职"]),
        entry(5, "41", "中等专科", &["中专", "中等专科毕业", "中等专业学校"]),
        entry(6, "44", "职业高中", &["职高", "职业高中毕业"]),
        entry(7, "47", "技工学校", &["技校", "技工学校毕业", "技师学院"]),
        entry(8, "61", "普通高中", &["高中", "普通高中毕业", "高中毕业"]),
        entry(9, "70", "初中及以下", &["初中", "初中毕业", "小学", "初级中学"]),
    ],
};

/// 学位, with the leading digit of GB/T 6864 as code; "0" for none.
pub const DEGREES: Dictionary = Dictionary {
    key: "degree",
    title: "学位",
    entries: &[
        entry(1, "2", "博士", &["博士学位", "名誉博士"]),
        entry(2, "3", "硕士", &["硕士学位", "专业硕士"]),
        entry(3, "4", "学士", &["学士学位", "双学士"]),
        entry(4, "0", "无", &["无学位", "没有"]),
    ],
};
