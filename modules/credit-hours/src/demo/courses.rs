//! What the demo county's people have learnt: invented courses, by the series of their titles.

/// A course; `{y}` is the year, `{c}` the county.
pub struct Course {
    pub title: &'static str,
    pub organizer: &'static str,
    /// 学习形式, dictionary code.
    pub kind: &'static str,
}

const fn course(kind: &'static str, title: &'static str, organizer: &'static str) -> Course {
    Course { title, organizer, kind }
}

/// 公需科目
pub const GENERAL: &[Course] = &[
    course("15", "{y}年度公需科目：数字经济与人工智能应用", "省专业技术人员继续教育网络平台"),
    course("15", "{y}年度公需科目：职业道德与诚信建设", "省专业技术人员继续教育网络平台"),
    course("15", "{y}年度公需科目：知识产权保护实务", "省专业技术人员继续教育网络平台"),
    course("01", "{y}年公需科目面授班：乡村振兴与县域发展", "{c}专业技术人员继续教育基地"),
    course("01", "{y}年公需科目面授班：法治思维与依法履职", "{c}专业技术人员继续教育基地"),
    course("14", "{y}年新录用专业技术人员岗前培训", "{c}人才服务中心"),
];

const TEACHERS: &[Course] = &[
    course("02", "中小学教师全员培训（{y}年度）", "{c}教师发展中心"),
    course("02", "新课程标准与学科教学研修班（{y}）", "云州师范学院"),
    course("13", "{y}年班主任工作能力提升培训", "{c}教育局"),
    course("12", "{y}年送教下乡活动", "{c}教师发展中心"),
    course("04", "{y}年基础教育课堂教学研讨会", "云州市教育学会"),
    course("06", "核心素养导向的单元教学设计", "《云州教育》编辑部"),
    course("05", "县级课题：农村学校作业设计研究（{y}）", "{c}教育科学研究室"),
];

const HEALTH: &[Course] = &[
    course("02", "基层常见病诊疗规范培训班（{y}）", "{c}卫生健康培训中心"),
    course("02", "{y}年院内感染防控培训", "{c}人民医院"),
    course("13", "{y}年住院医师理论课程", "云州市卫生健康委员会"),
    course("04", "云州市医学会{y}年学术年会", "云州市医学会"),
    course("12", "{y}年支农义诊活动", "{c}卫生健康委员会"),
    course("06", "基层高血压患者随访管理分析", "《云州医学》编辑部"),
    course("03", "在职本科课程进修（{y}学年）", "江州医科大学"),
];

const ENGINEERS: &[Course] = &[
    course("02", "建设工程质量与安全生产培训（{y}）", "{c}建设培训中心"),
    course("13", "{y}年绿色建筑标准宣贯班", "{c}住房和城乡建设局"),
    course("01", "{y}年工程技术人员专业科目面授班", "云州市工程技术继续教育基地"),
    course("04", "{y}年智能制造技术交流会", "云州市工程师学会"),
    course("07", "一种便于检修的输送装置", "国家知识产权局"),
    course("09", "注册工程师继续教育考核（{y}）", "省执业资格考试中心"),
];

const FARMERS: &[Course] = &[
    course("02", "基层农技推广人员知识更新培训（{y}）", "{c}农业技术推广中心"),
    course("12", "{y}年科技下乡服务", "{c}农业农村局"),
    course("13", "{y}年植物保护与绿色防控培训", "{c}农业农村局"),
    course("05", "小麦节水栽培技术示范（{y}）", "云州市农业科学院"),
    course("04", "{y}年畜牧兽医学术交流会", "云州市畜牧兽医学会"),
];

const FINANCE: &[Course] = &[
    course("15", "{y}年度会计专业技术人员继续教育", "省会计人员继续教育平台"),
    course("02", "政府会计准则制度培训班（{y}）", "{c}财政局"),
    course("13", "{y}年统计业务与数据质量培训", "{c}统计局"),
    course("01", "{y}年经济专业人员专业科目班", "云州财经学校继续教育基地"),
    course("09", "中级职称资格考试合格（{y}）", "省人事考试中心"),
];

const CULTURE: &[Course] = &[
    course("02", "公共文化服务业务培训班（{y}）", "{c}文化馆"),
    course("04", "{y}年图书档案工作研讨会", "云州市图书馆学会"),
    course("12", "{y}年文化惠民下乡演出", "{c}文化广电和旅游局"),
    course("13", "{y}年融媒体采编业务培训", "{c}融媒体中心"),
    course("06", "县域地方文献整理的实践", "《云州文博》编辑部"),
];

const OTHERS: &[Course] = &[
    course("14", "{y}年岗位业务能力培训", "{c}人才服务中心"),
    course("02", "专业技术人员能力提升研修班（{y}）", "云州市职工大学"),
    course("15", "{y}年度专业科目网络课程", "省专业技术人员继续教育网络平台"),
    course("12", "{y}年基层服务活动", "{c}人力资源和社会保障局"),
];

/// Every group of 专业科目, in the order of `group`.
pub const PROFESSIONAL: [&[Course]; 7] =
    [TEACHERS, HEALTH, ENGINEERS, FARMERS, FINANCE, CULTURE, OTHERS];

/// The group of courses that suits a title series.
pub fn group(series: &str) -> usize {
    match series {
        "01" | "13" | "21" | "22" => 0,
        "04" => 1,
        "03" | "05" | "20" | "25" | "26" => 2,
        "06" => 3,
        "17" | "18" | "19" | "27" => 4,
        "07" | "08" | "09" | "10" | "11" | "12" | "14" | "15" | "16" | "23" => 5,
        _ => 6,
    }
}

/// Index, in the temporary table, of the first course of each group; general ones first.
pub fn offsets() -> [usize; 8] {
    let mut offsets = [0; 8];
    let mut next = GENERAL.len();
    for (group, courses) in PROFESSIONAL.iter().enumerate() {
        offsets[group + 1] = next;
        next += courses.len();
    }
    offsets
}

/// What a course is called in a year and a county.
pub fn filled(text: &str, year: i32, county: &str) -> String {
    text.replace("{y}", &year.to_string()).replace("{c}", county)
}

#[cfg(test)]
mod tests {
    use kit::dictionary::{TITLE_SERIES, learning_kind};

    use super::{GENERAL, PROFESSIONAL, filled, group, offsets};

    #[test]
    fn every_course_has_a_kind_and_every_series_its_courses() {
        for course in PROFESSIONAL.iter().flat_map(|group| group.iter()).chain(GENERAL) {
            assert!(learning_kind(course.kind).is_some(), "{}", course.title);
            let name = filled(course.title, 2026, "云川县");
            assert!(!name.contains('{') && (2..=100).contains(&name.chars().count()));
        }
        assert!(TITLE_SERIES.entries.iter().all(|series| group(series.code) < PROFESSIONAL.len()));
        assert_eq!(offsets()[1], GENERAL.len());
    }
}
