//! A part of an archive looked through once while it is unpacked: what would hurt a parser, and
//! how many rows there are.

use std::io::{Read, Result};

use memchr::memmem::Finder;
use memchr::{memchr, memchr_iter, memmem};

/// A tag's attributes that are looked at lie within so many bytes, also across two chunks.
const KEPT: usize = 512;
const CHUNK: usize = 65_536;
/// Hidden rows remembered: as many as a sheet can have.
const MOST_HIDDEN: usize = 1_048_576;

/// What was seen while unpacking a part.
#[derive(Debug, Default)]
pub struct Scan {
    pub bytes: u64,
    /// Longest stretch without a `<`.
    pub run: u64,
    pub doctype: bool,
    /// Not UTF-8: a byte scan would be blind.
    pub foreign: bool,
    /// `<si` elements.
    pub strings: u64,
    /// The largest `uniqueCount`: the library reserves memory for as many.
    pub announced: u64,
    /// `<row` and `<table-row` elements.
    pub rows: u64,
    /// Numbers of rows that are hidden, in order.
    pub hidden: Vec<u32>,
    /// An element that says the rest is encrypted.
    pub encrypted: bool,
}

/// Reads a part to its end.
pub fn scan(mut source: impl Read) -> Result<Scan> {
    let unique = Finder::new(b"uniqueCount");
    let mut found = Scan::default();
    let mut window: Vec<u8> = Vec::with_capacity(CHUNK + KEPT);
    let mut chunk = vec![0_u8; CHUNK];
    let mut bracket = 0_u64; // behind the last `<`
    loop {
        let read = source.read(&mut chunk)?;
        let fresh = &chunk[..read];
        if found.bytes == 0 {
            found.foreign = declares_foreign(fresh);
        }
        found.foreign |= memchr(0, fresh).is_some();
        for at in memchr_iter(b'<', fresh) {
            let here = found.bytes + at as u64;
            found.run = found.run.max(here - bracket);
            bracket = here + 1;
        }
        found.bytes += read as u64;
        found.run = found.run.max(found.bytes - bracket);
        window.extend_from_slice(fresh);
        // look at all but the tail, which is looked at with what follows
        let end = if read == 0 { window.len() } else { window.len().saturating_sub(KEPT) };
        for at in memchr_iter(b'<', &window[..end]) {
            found.tag(&window[at + 1..]);
        }
        let reach = (end + unique.needle().len() - 1).min(window.len());
        for at in unique.find_iter(&window[..reach]) {
            found.announced = found.announced.max(number(&window[at + unique.needle().len()..]));
        }
        if read == 0 {
            return Ok(found);
        }
        window.drain(..end);
    }
}

impl Scan {
    /// Looks at what follows a `<`.
    fn tag(&mut self, rest: &[u8]) {
        match name(rest) {
            b"si" => self.strings += 1,
            b"row" => {
                self.rows += 1;
                self.row(rest);
            }
            b"table-row" => self.rows += 1,
            b"encryption-data" => self.encrypted = true,
            _ => self.doctype |= rest.len() >= 8 && rest[..8].eq_ignore_ascii_case(b"!doctype"),
        }
    }

    fn row(&mut self, rest: &[u8]) {
        let tag = &rest[..rest.len().min(KEPT)];
        let tag = &tag[..memchr(b'>', tag).unwrap_or(tag.len())];
        let hidden =
            attribute(tag, b" hidden=").is_some_and(|value| matches!(value, b"1" | b"true"));
        if hidden && self.hidden.len() < MOST_HIDDEN {
            let number = attribute(tag, b" r=").and_then(|value| str::from_utf8(value).ok());
            let number = number.and_then(|text| text.parse().ok());
            self.hidden.push(number.unwrap_or(u32::try_from(self.rows).unwrap_or(u32::MAX)));
        }
    }
}

/// A tag's name without its prefix.
fn name(rest: &[u8]) -> &[u8] {
    let ends = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'>' | b'/');
    let end = rest.iter().take(64).position(ends).unwrap_or(0);
    let name = &rest[..end];
    memchr(b':', name).map_or(name, |colon| &name[colon + 1..])
}

/// The value behind ` name=`.
fn attribute<'a>(tag: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let rest = &tag[memmem::find(tag, name)? + name.len()..];
    let (quote, rest) = rest.split_first()?;
    Some(&rest[..memchr(*quote, rest)?])
}

/// Whether the XML declaration names another encoding than UTF-8.
fn declares_foreign(fresh: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&fresh[..fresh.len().min(200)]).to_lowercase();
    let declared =
        head.split_once("encoding=").map(|(_, rest)| rest.trim_start_matches(['"', '\'']));
    declared.is_some_and(|encoding| !encoding.starts_with("utf-8"))
}

/// The number in `="123"`, however spaced; what cannot be read counts as huge.
fn number(rest: &[u8]) -> u64 {
    let head = String::from_utf8_lossy(&rest[..rest.len().min(120)]);
    let digits =
        head.trim_start().strip_prefix('=').map(|t| t.trim_start().trim_start_matches(['"', '\'']));
    let Some(digits) = digits else { return 0 }; // text, not an attribute
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    digits[..length].parse().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::scan;

    #[test]
    fn patterns_are_seen_across_chunks_and_once() {
        for offset in 65_400..65_560 {
            let text = format!("{}<si>{}", " <a>".repeat(offset / 4), "<b>".repeat(300));
            let text = format!("{}{text}", "-".repeat(offset % 4));
            let found = scan(text.as_bytes()).unwrap();
            assert_eq!((found.strings, found.bytes), (1, text.len() as u64), "{offset}");
        }
    }

    #[test]
    fn rows_are_counted_and_hidden_ones_numbered() {
        let text = "<row r=\"1\"/><x:row r='7' hidden='1' ht=\"9\"/><row hidden=\"true\"><rows/>\
                    <row r=\"9\" hidden=\"0\"><table:table-row>";
        let found = scan(text.as_bytes()).unwrap();
        assert_eq!((found.rows, found.hidden), (5, vec![7, 3]));
    }

    #[test]
    fn a_long_stretch_without_a_tag_is_measured_to_the_end() {
        let text = format!("<a>{}<b>{}", "x".repeat(200_000), "y".repeat(300_000));
        assert_eq!(scan(text.as_bytes()).unwrap().run, 300_002);
    }
}
