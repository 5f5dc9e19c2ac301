//! A subject whose types are erased, as the desk and the registry handle it.

use crate::access::Leaf;
use crate::list::List;

use super::Subject;

/// Implemented for every `Subject`.
#[rocket::async_trait]
pub trait AnySubject: Send + Sync + 'static {
    fn key(&self) -> &'static str;
    fn title(&self) -> &'static str;
    fn noun(&self) -> &'static str;
    fn leaf(&self) -> Leaf;
    fn list(&self) -> &'static List;
    fn table(&self) -> &'static str;
    fn reasons(&self) -> &'static [&'static str];
}

#[rocket::async_trait]
impl<S: Subject> AnySubject for S {
    fn key(&self) -> &'static str {
        S::KEY
    }
    fn title(&self) -> &'static str {
        S::TITLE
    }
    fn noun(&self) -> &'static str {
        S::NOUN
    }
    fn leaf(&self) -> Leaf {
        S::LEAF
    }
    fn list(&self) -> &'static List {
        S::LIST
    }
    fn table(&self) -> &'static str {
        S::TABLE
    }
    fn reasons(&self) -> &'static [&'static str] {
        S::REASONS
    }
}
