//! 4.5 年度报告: one per base and year.

use kit::Module;

/// 4.5 and 年度报告.
pub struct Reports;

#[rocket::async_trait]
impl Module for Reports {
    fn name(&self) -> &'static str {
        "training"
    }

    fn title(&self) -> &'static str {
        "年度报告"
    }
}
