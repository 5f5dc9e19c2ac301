//! The leaves of 培训管理 and of the desks 4.5 and 4.9, and what may be done on them.

use kit::{Grantable, Group, Kinds, Leaf, Module, Permission, permission};

/// 4.9 审核培训计划申报
pub const PLAN_REVIEWS: Leaf = Leaf {
    key: "training.plan-reviews",
    title: "审核培训计划申报",
    group: Group::Audits,
    kinds: Kinds::SUPERIOR,
};

/// 4.5 审核继续教育基地年度报告
pub const REPORT_REVIEWS: Leaf = Leaf {
    key: "training.report-reviews",
    title: "审核继续教育基地年度报告",
    group: Group::Audits,
    kinds: Kinds::SUPERIOR,
};

/// 5.2 继续教育基地代申报审批
pub const PROXY_REVIEWS: Leaf = Leaf {
    key: "training.proxy-reviews",
    title: "继续教育基地代申报审批",
    group: Group::CreditHours,
    kinds: Kinds::SUPERIOR,
};

/// 代申报 of a base: it declares its trainees' hours.
pub const PROXIES: Leaf =
    Leaf {
        key: "training.proxies", title: "代申报", group: Group::Training, kinds: Kinds::BASE
    };

/// 外县学员移交 with full ID numbers: the bureau's alone.
pub const HANDOVERS: Leaf = Leaf {
    key: "training.handovers",
    title: "外县学员移交",
    group: Group::CreditHours,
    kinds: Kinds::BUREAU,
};

/// 培训计划申报 of a base, and the classes that come of it.
pub const PLANS: Leaf = Leaf {
    key: "training.plans",
    title: "培训计划申报",
    group: Group::Training,
    kinds: Kinds::BASE,
};

/// 年度报告 of a base.
pub const REPORTS: Leaf =
    Leaf {
        key: "training.reports", title: "年度报告", group: Group::Training, kinds: Kinds::BASE
    };

/// 培训报名: a unit signs up its own people.
pub const ENROLMENTS: Leaf = Leaf {
    key: "training.enrolments",
    title: "培训报名",
    group: Group::Training,
    kinds: Kinds::ALL.own_unit(),
};

permission!(pub ViewPlans, PLANS, View);
permission!(
    /// Writes and submits plans, opens and ends classes, keeps their rosters.
    pub EditPlans, PLANS, Edit
);
permission!(pub ExportPlans, PLANS, Export);
permission!(
    /// 签到表, 结业证书
    pub PrintPlans, PLANS, Print
);
permission!(pub ViewReports, REPORTS, View);
permission!(pub EditReports, REPORTS, Edit);
permission!(pub PrintReports, REPORTS, Print);
permission!(
    /// An approved report of a base below.
    pub PrintReportReviews, REPORT_REVIEWS, Print
);
permission!(pub ViewProxies, PROXIES, View);
permission!(
    /// Writes and submits a base's declarations for its trainees.
    pub EditProxies, PROXIES, Edit
);
permission!(
    /// Workbooks of the base's own, with masked numbers.
    pub ExportProxies, PROXIES, Export
);
permission!(pub ViewProxyReviews, PROXY_REVIEWS, View);
permission!(
    /// Decides, lowers hours per person, marks who was handed over.
    pub ReviewProxies, PROXY_REVIEWS, Review
);
permission!(
    /// The workbook for another county, with full ID numbers.
    pub ExportHandovers, HANDOVERS, Export
);
permission!(pub ViewEnrolments, ENROLMENTS, View);
permission!(pub EditEnrolments, ENROLMENTS, Edit);
permission!(pub ExportEnrolments, ENROLMENTS, Export);

/// Holds the permissions of the module's own screens; the desks' come from their subjects.
pub struct Leaves;

impl Module for Leaves {
    fn name(&self) -> &'static str {
        "training"
    }

    fn title(&self) -> &'static str {
        "培训管理"
    }

    fn permissions(&self) -> Vec<Grantable> {
        vec![
            ViewPlans::grantable(),
            EditPlans::grantable(),
            ExportPlans::grantable(),
            PrintPlans::grantable(),
            ViewReports::grantable(),
            EditReports::grantable(),
            PrintReports::grantable(),
            PrintReportReviews::grantable(),
            ViewProxies::grantable(),
            EditProxies::grantable(),
            ExportProxies::grantable(),
            ExportHandovers::grantable(),
            ViewEnrolments::grantable(),
            EditEnrolments::grantable(),
            ExportEnrolments::grantable(),
        ]
    }
}
