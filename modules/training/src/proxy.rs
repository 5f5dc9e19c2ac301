//! 5.2 代申报: a base declares its trainees' hours (domain.md §2.19, §3.11).

mod cards;
mod content;
mod demo;
mod edit;
mod form;
mod handover;
mod list;
mod lower;
mod pages;
mod roster;
mod send;
mod show;
mod store;
mod subject;
mod upload;
mod uploads;

use kit::list::List;
use kit::module::{AccessCase, Card, Demo, Who};
use kit::review::AnySubject;
use kit::{Clock, Event, Group, Kinds, MenuEntry, Migration, Module, Permission, Result, User};
use rocket::Route;
use sqlx::SqliteConnection;

pub use subject::ProxyDeclarations;

use crate::leaves::{
    EditProxies, ExportHandovers, ExportProxies, PROXIES, PROXY_REVIEWS, ReviewProxies,
    ViewProxies, ViewProxyReviews,
};

/// 5.2 and 代申报.
pub struct Proxies;

#[rocket::async_trait]
impl Module for Proxies {
    fn name(&self) -> &'static str {
        "training"
    }

    fn title(&self) -> &'static str {
        "代申报"
    }

    fn routes(&self) -> Vec<Route> {
        [
            list::routes(),
            edit::routes(),
            show::routes(),
            send::routes(),
            lower::routes(),
            handover::routes(),
        ]
        .concat()
    }

    fn menu(&self) -> Vec<MenuEntry> {
        vec![
            MenuEntry {
                group: Group::CreditHours,
                order: 502,
                title: PROXY_REVIEWS.title,
                href: "/desk/proxy-declarations",
                permission: Some(ViewProxyReviews::grantable()),
                subject: Some(<ProxyDeclarations as kit::review::Subject>::KEY),
                kinds: Kinds::ALL,
            },
            MenuEntry {
                group: Group::Training,
                order: 484,
                title: PROXIES.title,
                href: list::BASE,
                permission: Some(ViewProxies::grantable()),
                subject: None,
                kinds: Kinds::BASE,
            },
        ]
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration {
            name: "0040_proxy_declarations",
            sql: include_str!("../migrations/0040_proxy_declarations.sql"),
        }]
    }

    fn reviews(&self) -> Vec<Box<dyn AnySubject>> {
        vec![Box::new(ProxyDeclarations)]
    }

    fn lists(&self) -> Vec<&'static List> {
        vec![&handover::LIST]
    }

    fn own_lists(&self) -> Vec<&'static List> {
        vec![&list::LIST, &handover::OWN_LIST]
    }

    fn access(&self) -> Vec<AccessCase> {
        let row = |method, route, holder| AccessCase { method, route, who: Who::Holder(holder) };
        let (view, edit) = (ViewProxies::grantable(), EditProxies::grantable());
        let (views, reviews) = (ViewProxyReviews::grantable(), ReviewProxies::grantable());
        vec![
            row("GET", "/training/proxies", view),
            row("GET", "/training/proxies/new", edit),
            row("POST", "/training/plans/<id>/proxy", edit),
            row("GET", "/training/proxies/<id>", view),
            row("GET", "/training/proxies/<id>/edit", edit),
            row("POST", "/training/proxies/<id>/edit", edit),
            row("GET", "/training/proxies/<id>/template", edit),
            row("POST", "/training/proxies/<id>/withdraw", edit),
            row("POST", "/training/proxies/<id>/remind", edit),
            row("GET", "/training/proxies/<id>/files/<wanted>", view),
            row("GET", "/training/proxies/handovers", view),
            row("GET", "/training/proxies/handovers/export", ExportProxies::grantable()),
            row("GET", "/training/proxied/<id>/roster", views),
            row("POST", "/training/proxied/<id>/roster", reviews),
            row("GET", "/training/handovers", views),
            row("GET", "/training/handovers/export", ExportHandovers::grantable()),
            row("POST", "/training/handovers/mark", reviews),
        ]
    }

    /// A batch is seen where its base is.
    async fn on(&self, tx: &mut SqliteConnection, event: &Event, _: &Clock) -> Result<()> {
        let Event::OrganizationChanged { organization } = event else { return Ok(()) };
        for sql in [
            "update proxy_declaration
                set department_id = (select department_id from organization where id = ?1)
              where organization_id = ?1",
            "update handover
                set department_id = (select department_id from organization where id = ?1)
              where organization_id = ?1",
        ] {
            sqlx::query(sql).bind(organization).execute(&mut *tx).await?;
        }
        Ok(())
    }

    async fn cards(&self, db: &mut SqliteConnection, user: &User, _: &Clock) -> Result<Vec<Card>> {
        cards::cards(db, user).await
    }

    async fn demo(&self, tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
        demo::fill(tx, county).await
    }
}
