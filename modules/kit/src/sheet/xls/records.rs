//! The records of a workbook's stream: kind, length, data.

use super::kind;

/// One record, and where its data stands in the stream.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    pub kind: u16,
    pub data: &'a [u8],
    pub at: usize,
}

impl Record<'_> {
    pub fn u8(&self, at: usize) -> Option<u8> {
        self.data.get(at).copied()
    }

    pub fn u16(&self, at: usize) -> Option<u16> {
        Some(u16::from_le_bytes(self.data.get(at..at + 2)?.try_into().ok()?))
    }

    pub fn u32(&self, at: usize) -> Option<u32> {
        Some(u32::from_le_bytes(self.data.get(at..at + 4)?.try_into().ok()?))
    }

    pub fn f64(&self, at: usize) -> Option<f64> {
        Some(f64::from_le_bytes(self.data.get(at..at + 8)?.try_into().ok()?))
    }
}

/// Records from a place on; a cut-off last one is left out.
#[derive(Debug, Clone)]
pub struct Records<'a> {
    stream: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    pub fn of(stream: &'a [u8], at: usize) -> Self {
        Self { stream, at }
    }

    /// The next record if it continues the last one.
    pub fn continued(&mut self) -> Option<Record<'a>> {
        let mut ahead = self.clone();
        let record = ahead.next().filter(|record| record.kind == kind::CONTINUE)?;
        *self = ahead;
        Some(record)
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let head = self.stream.get(self.at..)?;
        let (kind, length) = match head {
            [a, b, c, d, ..] => (u16::from_le_bytes([*a, *b]), u16::from_le_bytes([*c, *d])),
            _ => return None,
        };
        let at = self.at + 4;
        let data = self.stream.get(at..at + usize::from(length))?;
        self.at = at + usize::from(length);
        Some(Record { kind, data, at })
    }
}
