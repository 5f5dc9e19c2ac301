use kit::OrganizationId;

use super::{Named, Units};

/// 人社局 (1) that may import for 第一小学 (2), 第二小学 (3); the others cannot be meant.
fn county() -> Units {
    let mut units = Units::none(OrganizationId(1), true);
    for (id, name, code) in [
        (1, "云川县人力资源和社会保障局", None),
        (2, "云川县第一小学", Some("914199990000000011")),
        (3, "云川县第二小学", None),
        (4, "云川县人民医院", None),
    ] {
        units.note(name, code, Named::Unit(OrganizationId(id)));
    }
    units.note("云川县第三小学", None, Named::Disabled);
    units.note("云川县教师发展中心", None, Named::Base);
    units.note("邻县第一小学", None, Named::Foreign);
    units
}

fn refused(units: &mut Units, typed: &str) -> String {
    let (message, remedy) = units.find(typed).expect_err("refused");
    // asked again it is the same
    assert_eq!(units.find(typed), Err((message.clone(), remedy.clone())));
    format!("{message}。{remedy}")
}

#[test]
fn a_unit_is_found_by_its_name_in_any_dress() {
    let mut units = county();
    assert_eq!(units.find(""), Ok(OrganizationId(1).into()));
    for typed in ["云川县第一小学", " 云川县 第一小学　"] {
        assert_eq!(units.find(typed), Ok(OrganizationId(2).into()), "{typed}");
    }
    // by its credit code, with blanks and full-width digits
    assert_eq!(units.find("914199990000000011"), Ok(OrganizationId(2).into()));
    assert_eq!(units.find("９１41 9999 0000 0000 11"), Ok(OrganizationId(2).into()));
}

#[test]
fn what_cannot_be_meant_says_why() {
    let mut units = county();
    for (typed, told) in [
        ("第一小学", "您是不是要填“云川县第一小学”"),
        ("云川县第一小字", "“云川县第一小学”"),
        ("河南省云川县人民医院", "您是不是要填“云川县人民医院”"),
        ("小学", "名称相近的有"),
        ("火星小学堂", "填写单位全称或统一社会信用代码"),
        ("云川县第三小学", "已停用"),
        ("云川县教师发展中心", "继续教育基地"),
        ("邻县第一小学", "不在您的管理范围内"),
        ("914199990000000012", "校验位不对"),
        ("914199990000000024", "没有这个统一社会信用代码的单位"),
    ] {
        let sentence = refused(&mut units, typed);
        assert!(sentence.contains(told), "{typed}: {sentence}");
    }
}

#[test]
fn two_names_that_look_alike_need_the_code() {
    let mut units = county();
    units.note("云川县 第二小学", None, Named::Unit(OrganizationId(9)));
    assert!(refused(&mut units, "云川县第二小学").contains("改填统一社会信用代码"));
    // one that cannot be meant does not stand in another's way
    units.note("云川县 第一小学", None, Named::Disabled);
    assert_eq!(units.find("云川县第一小学"), Ok(OrganizationId(2).into()));
}

#[test]
fn without_the_setting_only_the_own_unit_may_be_named() {
    let mut units = Units::alone(crate::departments::Departments::default());
    assert_eq!(units.find("云川县第一小学"), Ok(OrganizationId(1).into()));
    let sentence = refused(&mut units, "云川县第二小学");
    assert!(sentence.contains("不是导入的单位“云川县第一小学”"), "{sentence}");
    // many a file has a column 单位 with the short name
    for typed in ["第一小学", "河南省云川县第一小学"] {
        let meant = units.find(typed).unwrap();
        assert_eq!(meant.unit, OrganizationId(1));
        assert!(meant.warning.unwrap().0.contains("按本单位导入"));
    }
    assert!(units.find("小学").is_err());
}
