//! The templates of the core and of all modules, compiled together, and what they may call.

use std::sync::Arc;

use kit::page::Templates;
use kit::{Error, Modules, Result};
use rust_embed::RustEmbed;
use tera::{Kwargs, State, Tera, TeraResult};

use crate::assets::Assets;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/templates"]
struct Embedded;

/// Compiles every template; a fault in one names it.
///
/// # Errors
/// A template that does not parse, or that uses what there is not.
pub fn compile(modules: &Modules, assets: &Arc<Assets>) -> Result<Templates> {
    let mut tera = Tera::default();
    tera.autoescape_on(vec![".html", ".svg"]);
    let known = assets.clone();
    tera.register_function("asset", move |args: Kwargs, _: &State| -> TeraResult<String> {
        let path = args.must_get::<&str>("path")?;
        known.address(path).ok_or_else(|| tera::Error::message(format!("no asset {path}")))
    });
    // tenths of an hour as 7.5 or 40
    tera.register_filter("hours", |tenths: i64, _: Kwargs, _: &State| {
        kit::Hours::from_tenths(tenths).to_string()
    });
    // a stored time as the county's minute; a stored day stays a day
    tera.register_filter("minute", |stamp: &str, _: Kwargs, _: &State| kit::day::shown_time(stamp));
    tera.register_filter("day", |text: &str, _: Kwargs, _: &State| day(text));
    // 12,345
    tera.register_filter("number", |number: i64, _: Kwargs, _: &State| grouped(number));
    tera.register_filter("mask_id", |text: &str, _: Kwargs, _: &State| kit::mask::mask_id(text));
    tera.register_filter("mask_phone", |text: &str, _: Kwargs, _: &State| {
        kit::mask::mask_phone(text)
    });
    let mut all: Vec<(String, String)> = Vec::new();
    for name in Embedded::iter().filter(|name| name.ends_with(".html")) {
        let file =
            Embedded::get(&name).ok_or_else(|| Error::Fault(format!("template {name} is gone")))?;
        let text = String::from_utf8(file.data.into_owned())
            .map_err(|_| Error::Fault(format!("template {name} is not UTF-8")))?;
        all.push((name.into_owned(), text));
    }
    for module in modules.all() {
        all.extend(module.templates().into_iter().map(|t| (t.name, t.text)));
    }
    tera.add_raw_templates(all)?;
    Ok(Templates(tera))
}

/// A stored time's county day, or a stored day as it is.
fn day(text: &str) -> String {
    match kit::day::stored_time(text) {
        Some(at) => kit::day::date_text(kit::day::county_day(at)),
        None => text.to_owned(),
    }
}

fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// Renders a module's block for another page.
pub fn block(templates: &Templates, block: &kit::module::Block, csrf: &str) -> Result<String> {
    let mut context = tera::Context::from_serialize(&block.context)?;
    context.insert("csrf", csrf);
    Ok(templates.0.render(block.template, &context)?)
}

#[cfg(test)]
mod tests {
    use super::{day, grouped};

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(-1_234_567), "-1,234,567");
    }

    #[test]
    fn a_time_becomes_the_day_it_is_in_the_county() {
        assert_eq!(day("2026-11-22T16:30:00.000Z"), "2026-11-23");
        assert_eq!(day("2026-11-22"), "2026-11-22");
    }
}
