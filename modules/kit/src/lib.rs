//! What a module is written with: database, access, pages, forms, lists, reviews, trail.
//! Owns tables, no route. Its migrations run before every module's.

pub mod access;
pub mod calendar;
pub mod clock;
pub mod credit_code;
pub mod csrf;
pub mod day;
pub mod db;
pub mod dictionary;
pub mod error;
pub mod event;
pub mod file;
pub mod form;
pub mod hours;
pub mod id_card;
pub mod ids;
pub mod initials;
pub mod job;
pub mod kind_of_file;
pub mod list;
pub mod mask;
pub mod message;
pub mod migration;
pub mod module;
pub mod organization;
pub mod page;
pub mod password;
pub mod quota;
pub mod review;
pub mod serial;
pub mod session;
pub mod settings;
pub mod sheet;
pub mod shell;
#[cfg(test)]
mod testing;
pub mod trail;
pub mod xlsx;

pub use access::{Action, Can, Grantable, Kinds, Leaf, Permission, Person, Scope, User, Visitor};
pub use clock::Clock;
pub use db::Db;
pub use error::{Error, OnUnique, Result};
pub use event::Event;
pub use form::Form;
pub use hours::Hours;
pub use id_card::IdCard;
pub use ids::{
    AccountId, CaseId, FileId, GrantId, IdentityId, JobId, OrganizationId, PersonId, RoleId,
    SessionId,
};
pub use migration::Migration;
pub use module::{Group, MenuEntry, Module, Modules, Template};
pub use organization::OrganizationKind;
pub use page::{Answer, Done, Download, Page};
pub use settings::{Setting, Settings};
pub use trail::Actor;
