//! What becomes of an approved plan: published, signed up for, held, ended with a roster.

use kit::Module;

/// 公示, 报名, 开班, 结业.
pub struct Classes;

#[rocket::async_trait]
impl Module for Classes {
    fn name(&self) -> &'static str {
        "training"
    }

    fn title(&self) -> &'static str {
        "培训报名"
    }
}
