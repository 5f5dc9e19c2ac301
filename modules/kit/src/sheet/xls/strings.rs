//! Strings of a workbook: the shared ones, gathered once, and those within records.

use encoding_rs::{BIG5, Encoding, GB18030, SHIFT_JIS, UTF_8, WINDOWS_1252};

use super::records::{Record, Records};

/// Characters decoded of one string; far more than is kept of a cell.
const MOST: usize = 2_000;

/// The workbook's strings.
#[derive(Debug)]
pub struct Strings {
    /// Of strings of BIFF5, which are bytes.
    pub encoding: &'static Encoding,
    /// BIFF5 or older.
    pub is_old: bool,
    /// All shared strings behind one another, and where each ends.
    text: String,
    ends: Vec<u32>,
}

impl Default for Strings {
    fn default() -> Self {
        Self { encoding: GB18030, is_old: false, text: String::new(), ends: vec![] }
    }
}

/// The encoding of a code page; an unknown one is taken for Chinese.
pub fn encoding_of(page: u16) -> &'static Encoding {
    match page {
        932 => SHIFT_JIS,
        950 => BIG5,
        1252 | 10000 | 32769 => WINDOWS_1252,
        65001 => UTF_8,
        _ => GB18030,
    }
}

impl Strings {
    /// A shared string; empty if there is none.
    pub fn get(&self, at: u32) -> &str {
        let at = at as usize;
        let end_of = |at: usize| self.ends.get(at).map(|end| *end as usize);
        let start = at.checked_sub(1).map_or(Some(0), end_of);
        start.zip(end_of(at)).and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default()
    }

    /// Gathers the shared strings (SST, MS-XLS 2.4.265) with the records that continue them.
    pub fn shared<'a>(&mut self, record: &Record<'a>, more: &mut Records<'a>) {
        let mut pieces = Pieces { rest: record.data.get(8..).unwrap_or_default(), more };
        let mut units = vec![];
        while pieces.string(&mut units).is_some() {
            self.text.push_str(&String::from_utf16_lossy(&units));
            self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
            units.clear();
        }
    }

    /// A sheet's name: its length in one byte.
    pub fn name(&self, data: &[u8], is_old: bool) -> String {
        let Some((length, rest)) = data.split_first() else { return String::new() };
        let name = if is_old {
            self.bytes(rest, usize::from(*length))
        } else {
            characters(rest, usize::from(*length))
        };
        name.replace('\0', "")
    }

    /// A string within a record: its length in two bytes.
    pub fn text(&self, data: &[u8]) -> String {
        let [low, high, rest @ ..] = data else { return String::new() };
        let length = usize::from(u16::from_le_bytes([*low, *high])).min(MOST);
        if self.is_old { self.bytes(rest, length) } else { characters(rest, length) }
    }

    fn bytes(&self, data: &[u8], length: usize) -> String {
        let data = &data[..length.min(data.len())];
        self.encoding.decode_without_bom_handling(data).0.into_owned()
    }
}

/// Characters of one or two bytes, told by the flags before them.
fn characters(data: &[u8], length: usize) -> String {
    let Some((flags, rest)) = data.split_first() else { return String::new() };
    if flags & 1 == 0 {
        return rest.iter().take(length).map(|b| char::from(*b)).collect();
    }
    let units: Vec<u16> =
        rest.as_chunks().0.iter().take(length).map(|c| u16::from_le_bytes(*c)).collect();
    String::from_utf16_lossy(&units)
}

/// Data that goes on in the following records.
struct Pieces<'a, 'r> {
    rest: &'a [u8],
    more: &'r mut Records<'a>,
}

impl Pieces<'_, '_> {
    /// Makes sure that something is left in the piece; none at the end.
    fn fill(&mut self) -> Option<()> {
        while self.rest.is_empty() {
            self.rest = self.more.continued()?.data;
        }
        Some(())
    }

    fn byte(&mut self) -> Option<u8> {
        self.fill()?;
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn number(&mut self, bytes: u32) -> Option<usize> {
        let mut number = 0;
        for at in 0..bytes {
            number |= usize::from(self.byte()?) << (8 * at);
        }
        Some(number)
    }

    fn skip(&mut self, mut length: usize) -> Option<()> {
        while length > 0 {
            self.fill()?;
            let step = length.min(self.rest.len());
            self.rest = &self.rest[step..];
            length -= step;
        }
        Some(())
    }

    /// A string with what may follow it (XLUnicodeRichExtendedString); none at the end.
    fn string(&mut self, units: &mut Vec<u16>) -> Option<()> {
        let mut left = self.number(2)?;
        let flags = self.byte()?;
        let runs = if flags & 0x08 != 0 { self.number(2)? } else { 0 };
        let phonetic = if flags & 0x04 != 0 { self.number(4)? } else { 0 };
        let mut is_wide = flags & 1 != 0;
        while left > 0 {
            if self.rest.is_empty() {
                self.fill()?;
                // a string that goes on in the next record says anew how wide it is
                is_wide = self.byte()? & 1 != 0;
                continue;
            }
            let taken =
                if is_wide { left.min(self.rest.len() / 2) } else { left.min(self.rest.len()) };
            if taken == 0 {
                self.byte()?; // half a character: damaged
                continue;
            }
            let (now, rest) = self.rest.split_at(if is_wide { 2 * taken } else { taken });
            if is_wide {
                units.extend(now.as_chunks().0.iter().map(|c| u16::from_le_bytes(*c)));
            } else {
                units.extend(now.iter().map(|b| u16::from(*b)));
            }
            self.rest = rest;
            left -= taken;
        }
        self.skip(4 * runs)?;
        self.skip(phonetic)
    }
}
