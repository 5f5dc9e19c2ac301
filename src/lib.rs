//! The whole composition on one page: machine settings in, a server out.

pub mod archive;
pub mod commands;
pub mod demo;
pub mod machine;
pub mod modules;

mod assets;
mod backup;
mod catchers;
pub mod core;
pub mod desk;
pub mod files;
mod gate;
mod headers;
mod holidays;
mod home;
pub mod lists;
mod messages;
mod password;
mod settings_page;
pub mod setup;
mod sign_in;
mod start;
mod tasks;
mod templates;
mod trail_page;

use std::sync::Arc;

use figment::Figment;
use kit::db::Pools;
use kit::session::{Activity, Transport};
use kit::shell::{Banners, BureauName, Notice, Notices};
use kit::{Clock, Db, Module, Modules, Result, Settings, csrf, migration, organization};
use rocket::shield::Shield;
use rocket::{Build, Rocket, Route};

use crate::machine::Machine;
pub use crate::machine::{Flags, figment as settings};

/// The core's own part, then the installed features.
pub fn all_modules(features: Vec<Box<dyn Module>>) -> Modules {
    let mut modules: Vec<Box<dyn Module>> = vec![Box::new(core::Core)];
    modules.extend(features);
    Modules::new(modules)
}

/// The server, ready to launch: data folder locked, database at this program's schema.
///
/// # Errors
/// A sentence that names the setting, folder or file at fault.
pub async fn server(
    figment: Figment,
    features: Vec<Box<dyn Module>>,
    clock: Clock,
) -> Result<Rocket<Build>> {
    let machine = Machine::read(&figment)?;
    machine::prepare(&machine.data)?;
    let lock = machine::lock(&machine.data)?;
    machine::sweep(&machine.data);

    let modules = all_modules(features);
    let pools = open(&machine, &modules, &clock).await?;
    let jobs = kit::job::Jobs::new(Arc::new(pools.clone()), clock.clone());
    jobs.recover().await?;
    let settings = Settings::default();
    let mut reader = pools.read().await?;
    settings.load(&mut reader).await?;
    let bureau = organization::bureau(&mut reader).await?;
    drop(reader);

    let address = machine.listen(machine.plain_lan || settings.on(&core::PLAIN_LAN))?;
    let tls = machine.tls.is_some();
    let mut banners = Banners::default();
    if !tls && !address.is_loopback() {
        let text = "本系统正以不加密的 http 供局域网使用，密码和身份证号在网络上可能被截获。条件具备时请设置 HTTPS 证书。";
        banners.0.push(Notice { kind: "warn", text: text.to_owned() });
    }
    let name = BureauName::default();
    if let (Ok(mut name), Some(bureau)) = (name.0.lock(), &bureau) {
        name.clone_from(&bureau.name);
    }
    let assets = Arc::new(assets::Assets::read());
    let templates = templates::compile(&modules, &assets)?;

    let mut rocket = rocket::custom(machine.rocket(address))
        .manage(Db::from(pools.clone()))
        .manage(jobs)
        .manage(Arc::new(pools))
        .manage(clock)
        .manage(settings)
        .manage(modules.clone())
        .manage(Activity::default())
        .manage(Notices::default())
        .manage(banners)
        .manage(name)
        .manage(Transport { tls })
        .manage(templates)
        .manage(assets)
        .manage(setup::Setup::new(bureau.is_some())?)
        .manage(sign_in::Hashing::default())
        .manage(machine)
        .manage(lock)
        // the headers of headers.rs are the only ones
        .attach(Shield::new())
        .attach(headers::Headers { tls })
        .attach(csrf::Peek)
        .attach(gate::Gate)
        .attach(tasks::Tasks)
        .mount("/", routes())
        .register("/", catchers::catchers());
    for module in modules.all() {
        rocket = module.build(rocket).mount(format!("/{}", module.name()), module.routes());
    }
    Ok(rocket)
}

/// The core's own screens.
fn routes() -> Vec<Route> {
    [
        assets::routes(),
        backup::routes(),
        desk::routes(),
        files::routes(),
        gate::routes(),
        home::routes(),
        messages::routes(),
        lists::routes(),
        password::routes(),
        settings_page::routes(),
        holidays::routes(),
        setup::routes(),
        sign_in::routes(),
        start::routes(),
        trail_page::routes(),
    ]
    .concat()
}

/// Opens the database and brings it to this program's schema.
///
/// # Errors
/// A sentence: not a database, not writable, or made by a newer program.
pub async fn open(machine: &Machine, modules: &Modules, clock: &Clock) -> Result<Pools> {
    let pools = Pools::open(&machine.data, machine.readers, true)
        .await
        .map_err(|error| machine::unopened(&machine.data, &error))?;
    match migration::run(&pools, modules.all(), clock).await {
        Ok(()) => Ok(pools),
        Err(kit::Error::Database(error)) => Err(machine::unopened(&machine.data, &error)),
        Err(error) => Err(error),
    }
}
