//! The leaves of sections 3.1 to 3.4 and of 单位资料, and what may be done on them.

use kit::{Action, Grantable, Group, Kinds, Leaf, Permission};

/// 3.1 管理主管部门
pub const DEPARTMENTS: Leaf = Leaf {
    key: "accounts.departments",
    title: "管理主管部门",
    group: Group::Profile,
    kinds: Kinds::BUREAU,
};

/// 3.2 管理用人单位
pub const EMPLOYERS: Leaf = Leaf {
    key: "accounts.employers",
    title: "管理用人单位",
    group: Group::Profile,
    kinds: Kinds::SUPERIOR,
};

/// 3.3 管理继续教育基地
pub const BASES: Leaf = Leaf {
    key: "accounts.bases",
    title: "管理继续教育基地",
    group: Group::Profile,
    kinds: Kinds::SUPERIOR,
};

/// 单位资料 of a unit below the bureau, by itself.
pub const OWN_UNIT: Leaf =
    Leaf {
        key: "accounts.unit", title: "单位资料", group: Group::Profile, kinds: Kinds::UNITS
    };

/// 3.4 管理内设部门
pub const INTERNAL_DEPARTMENTS: Leaf = Leaf {
    key: "accounts.internal-departments",
    title: "管理内设部门",
    group: Group::Profile,
    kinds: Kinds::ALL.own_unit(),
};

/// 本单位人员: each organization's own professionals.
pub const STAFF: Leaf = Leaf {
    key: "accounts.people",
    title: "本单位人员",
    group: Group::Profile,
    kinds: Kinds::ALL.own_unit(),
};

/// 3.5 管理单位管理员
pub const ADMINISTRATORS: Leaf = Leaf {
    key: "accounts.administrators",
    title: "管理单位管理员",
    group: Group::Profile,
    kinds: Kinds::ALL.own_unit(),
};

/// 3.6 角色管理
pub const ROLES: Leaf = Leaf {
    key: "accounts.roles",
    title: "角色管理",
    group: Group::Profile,
    kinds: Kinds::ALL.own_unit(),
};

/// 身份证号更正, by the bureau alone.
pub const IDENTITY: Leaf = Leaf {
    key: "accounts.identity-corrections",
    title: "身份证号更正",
    group: Group::System,
    kinds: Kinds::BUREAU.whole_county(),
};

/// What may be done on the screens of the units below; their guard asks by leaf and action.
fn of_units(leaf: Leaf) -> [Grantable; 4] {
    [Action::View, Action::Edit, Action::Export, Action::Reset]
        .map(|action| Grantable { leaf, action })
}

kit::permission!(pub ViewOwnUnit, OWN_UNIT, View);
kit::permission!(
    /// Contact, telephone and address; the rest is reviewed.
    pub EditOwnUnit, OWN_UNIT, Edit
);
kit::permission!(pub ViewInternalDepartments, INTERNAL_DEPARTMENTS, View);
kit::permission!(pub EditInternalDepartments, INTERNAL_DEPARTMENTS, Edit);
kit::permission!(pub ViewStaff, STAFF, View);
kit::permission!(pub EditStaff, STAFF, Edit);
kit::permission!(pub ExportStaff, STAFF, Export);
kit::permission!(
    /// Initial passwords of the own people: reset and opened anew.
    pub ResetStaff, STAFF, Reset
);
kit::permission!(pub ExportInternalDepartments, INTERNAL_DEPARTMENTS, Export);

kit::permission!(pub ViewAdministrators, ADMINISTRATORS, View);
kit::permission!(pub EditAdministrators, ADMINISTRATORS, Edit);
kit::permission!(pub ExportAdministrators, ADMINISTRATORS, Export);
kit::permission!(
    /// New one-time codes for the own unit's administrators.
    pub ResetAdministrators, ADMINISTRATORS, Reset
);
kit::permission!(pub ViewRoles, ROLES, View);
kit::permission!(pub EditRoles, ROLES, Edit);
kit::permission!(pub ExportRoles, ROLES, Export);

kit::permission!(
    /// Corrections that were made.
    pub ViewIdentity, IDENTITY, View
);
kit::permission!(
    /// Corrects a person's ID number.
    pub EditIdentity, IDENTITY, Edit
);
kit::permission!(pub ExportIdentity, IDENTITY, Export);

/// All of them, for the role form.
pub fn all() -> Vec<Grantable> {
    let mut all: Vec<Grantable> =
        [DEPARTMENTS, EMPLOYERS, BASES].into_iter().flat_map(of_units).collect();
    all.extend([
        ViewOwnUnit::grantable(),
        EditOwnUnit::grantable(),
        ViewInternalDepartments::grantable(),
        EditInternalDepartments::grantable(),
        ViewStaff::grantable(),
        EditStaff::grantable(),
        ExportStaff::grantable(),
        ResetStaff::grantable(),
        ViewAdministrators::grantable(),
        EditAdministrators::grantable(),
        ExportAdministrators::grantable(),
        ResetAdministrators::grantable(),
        ViewRoles::grantable(),
        EditRoles::grantable(),
        ExportRoles::grantable(),
        ExportInternalDepartments::grantable(),
        ViewIdentity::grantable(),
        EditIdentity::grantable(),
        ExportIdentity::grantable(),
    ]);
    all
}
