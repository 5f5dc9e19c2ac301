//! What an organization is and what a person is to it.

use super::{Dictionary, Entry, entry};

/// 单位性质 (domain.md §3.2).
pub const ORGANIZATION_NATURES: Dictionary = Dictionary {
    key: "organization_nature",
    title: "单位性质",
    entries: &[
        entry(1, "agency", "机关", &["国家机关", "党政机关", "行政机关"]),
        entry(2, "institution", "事业单位", &["事业", "事业法人"]),
        entry(3, "state-enterprise", "国有企业", &["国企", "国有控股企业", "国有独资企业"]),
        entry(4, "private-enterprise", "民营企业", &["民企", "私营企业", "私企"]),
        entry(5, "foreign-enterprise", "外资企业", &["外资", "外企", "港澳台资企业", "合资企业"]),
        entry(6, "social-organization", "社会组织", &["社会团体", "民办非企业单位", "基金会"]),
        entry(7, "other", "其他", &["其它"]),
    ],
};

/// 行业: the 20 sections (门类) of GB/T 4754-2017.
pub const INDUSTRIES: Dictionary =
    Dictionary { key: "industry", title: "行业", entries: SECTIONS };

const SECTIONS: &[Entry] = &[
    entry(1, "A", "农、林、牧、渔业", &["农林牧渔业", "农业"]),
    entry(2, "B", "采矿业", &["采矿"]),
    entry(3, "C", "制造业", &["制造", "工业"]),
    entry(
        4,
        "D",
        "电力、热力、燃气及水生产和供应业",
        &["电力热力燃气及水生产和供应业", "电力", "水电气"],
    ),
    entry(5, "E", "建筑业", &["建筑"]),
    entry(6, "F", "批发和零售业", &["批发零售业", "批发和零售"]),
    entry(7, "G", "交通运输、仓储和邮政业", &["交通运输仓储和邮政业", "交通运输", "交通运输业"]),
    entry(8, "H", "住宿和餐饮业", &["住宿餐饮业", "餐饮业"]),
    entry(
        9,
        "I",
        "信息传输、软件和信息技术服务业",
        &["信息传输软件和信息技术服务业", "信息技术", "软件和信息技术服务业"],
    ),
    entry(10, "J", "金融业", &["金融"]),
    entry(11, "K", "房地产业", &["房地产"]),
    entry(12, "L", "租赁和商务服务业", &["租赁和商务服务", "商务服务业"]),
    entry(13, "M", "科学研究和技术服务业", &["科学研究", "科研和技术服务业"]),
    entry(
        14,
        "N",
        "水利、环境和公共设施管理业",
        &["水利环境和公共设施管理业", "水利", "公共设施管理业"],
    ),
    entry(
        15,
        "O",
        "居民服务、修理和其他服务业",
        &["居民服务修理和其他服务业", "居民服务", "其他服务业"],
    ),
    entry(16, "P", "教育", &["教育业"]),
    entry(17, "Q", "卫生和社会工作", &["卫生", "医疗卫生", "社会工作"]),
    entry(18, "R", "文化、体育和娱乐业", &["文化体育和娱乐业", "文化", "体育"]),
    entry(19, "S", "公共管理、社会保障和社会组织", &["公共管理社会保障和社会组织", "公共管理"]),
    entry(20, "T", "国际组织", &[]),
];

/// 继续教育基地的级别 (domain.md §2.5).
pub const BASE_LEVELS: Dictionary = Dictionary {
    key: "base_level",
    title: "基地级别",
    entries: &[
        entry(1, "national", "国家级", &[]),
        entry(2, "provincial", "省级", &[]),
        entry(3, "city", "市级", &[]),
        entry(4, "county", "县级", &["县区级", "区级"]),
    ],
};

/// 培训形式 (domain.md §2.17).
pub const TRAINING_FORMS: Dictionary = Dictionary {
    key: "training_form",
    title: "培训形式",
    entries: &[
        entry(1, "onsite", "面授", &["线下"]),
        entry(2, "online", "网络", &["线上", "远程"]),
        entry(3, "mixed", "混合", &["线上线下结合"]),
    ],
};

/// 编制或用工类型 (domain.md §3.1).
pub const EMPLOYMENTS: Dictionary = Dictionary {
    key: "employment",
    title: "用工类型",
    entries: &[
        entry(1, "establishment", "在编", &["编内", "事业编制", "行政编制"]),
        entry(2, "contract", "合同制", &["劳动合同", "聘用制"]),
        entry(3, "dispatched", "劳务派遣", &["派遣"]),
        entry(4, "other", "其他", &["临时", "兼职"]),
    ],
};

/// 人员状态 (domain.md, Decisions).
pub const PERSON_STATES: Dictionary = Dictionary {
    key: "person_state",
    title: "人员状态",
    entries: &[
        entry(1, "serving", "在职", &["在岗", "在编"]),
        entry(2, "rehired", "返聘", &["退休返聘"]),
        entry(3, "retired", "退休", &["已退休", "离休"]),
        entry(4, "left", "离职", &["辞职", "解聘", "已离职"]),
        entry(5, "moved", "调出", &["调出本县", "已调出"]),
        entry(6, "deceased", "去世", &["死亡", "已故"]),
    ],
};

/// Whether somebody in this state owes hours of continuing education (应参加): 在职 and 返聘 do.
pub fn takes_part(person_state: &str) -> bool {
    matches!(person_state, "serving" | "rehired")
}

#[cfg(test)]
mod tests {
    use super::{PERSON_STATES, takes_part};

    #[test]
    fn only_those_at_work_take_part() {
        let taking: Vec<&str> =
            PERSON_STATES.entries.iter().filter(|e| takes_part(e.code)).map(|e| e.label).collect();
        assert_eq!(taking, ["在职", "返聘"]);
    }
}
