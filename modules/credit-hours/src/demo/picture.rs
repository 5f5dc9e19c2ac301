//! A picture for the demo's evidence: a sheet that says 示例材料 and claims to be nothing else.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

const WIDTH: usize = 640;
const HEIGHT: usize = 452;
/// Paper, gold frame, grey lines, red letters.
const COLOURS: [[u8; 3]; 4] = [[255, 253, 244], [193, 154, 82], [196, 201, 209], [196, 66, 60]];

/// A stroke in a square of 100 by 100.
type Stroke = (i32, i32, i32, i32);

/// 示例材料, stroke by stroke.
const LETTERS: [&[Stroke]; 4] = [
    &[
        (25, 18, 75, 18),
        (8, 42, 92, 42),
        (50, 42, 50, 90),
        (50, 90, 38, 82),
        (32, 56, 14, 82),
        (68, 56, 88, 82),
    ],
    &[
        (28, 8, 8, 44),
        (19, 30, 19, 92),
        (34, 18, 64, 18),
        (48, 18, 34, 54),
        (42, 36, 60, 36),
        (60, 36, 34, 90),
        (42, 50, 52, 62),
        (75, 22, 75, 66),
        (92, 10, 92, 90),
        (92, 90, 82, 82),
    ],
    &[
        (6, 32, 46, 32),
        (26, 8, 26, 92),
        (26, 34, 6, 68),
        (26, 36, 44, 60),
        (52, 30, 96, 30),
        (78, 8, 78, 90),
        (78, 90, 66, 82),
        (76, 34, 52, 70),
    ],
    &[
        (10, 16, 18, 30),
        (42, 14, 34, 30),
        (6, 44, 46, 44),
        (26, 8, 26, 92),
        (26, 46, 6, 76),
        (26, 48, 44, 70),
        (56, 16, 66, 26),
        (54, 38, 64, 48),
        (50, 70, 96, 60),
        (80, 8, 80, 92),
    ],
];

struct Sheet(Vec<u8>);

impl Sheet {
    fn dot(&mut self, x: i32, y: i32, colour: u8) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        if x < WIDTH && y < HEIGHT {
            self.0[y * WIDTH + x] = colour;
        }
    }

    fn bar(&mut self, x: i32, y: i32, width: i32, height: i32, colour: u8) {
        for row in y..y + height {
            for column in x..x + width {
                self.dot(column, row, colour);
            }
        }
    }

    fn frame(&mut self, inset: i32, thick: i32, colour: u8) {
        let (width, height) = (WIDTH as i32 - 2 * inset, HEIGHT as i32 - 2 * inset);
        self.bar(inset, inset, width, thick, colour);
        self.bar(inset, inset + height - thick, width, thick, colour);
        self.bar(inset, inset, thick, height, colour);
        self.bar(inset + width - thick, inset, thick, height, colour);
    }

    /// A line of round dots.
    fn line(&mut self, stroke: Stroke, thick: i32, colour: u8) {
        let (x1, y1, x2, y2) = stroke;
        let steps = (x2 - x1).abs().max((y2 - y1).abs()).max(1);
        for step in 0..=steps {
            let (x, y) = (x1 + (x2 - x1) * step / steps, y1 + (y2 - y1) * step / steps);
            for dy in -thick..=thick {
                for dx in -thick..=thick {
                    if dx * dx + dy * dy <= thick * thick {
                        self.dot(x + dx, y + dy, colour);
                    }
                }
            }
        }
    }
}

/// The `variant`-th sheet (they differ in their lines) as a PNG file.
pub fn png(variant: u32) -> std::io::Result<Vec<u8>> {
    let mut sheet = Sheet(vec![0; WIDTH * HEIGHT]);
    sheet.frame(12, 5, 1);
    sheet.frame(22, 1, 1);
    let rows = 4 + variant as i32 * 2;
    for row in 0..rows {
        let width = 420 - (row * 97 + variant as i32 * 53) % 180;
        sheet.bar(90, 285 + row * 120 / rows, width, 5, 2);
    }
    if variant == 2 {
        for column in 0..5 {
            sheet.bar(90 + column * 105, 275, 1, 130, 2);
        }
    }
    for (place, letter) in LETTERS.iter().enumerate() {
        let (left, top) = (80 + place as i32 * 124, 90);
        for (x1, y1, x2, y2) in letter.iter() {
            sheet.line((left + x1, top + y1 * 5 / 4, left + x2, top + y2 * 5 / 4), 4, 3);
        }
    }
    encode(&sheet.0)
}

/// A palette PNG of one byte a pixel.
fn encode(pixels: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend((WIDTH as u32).to_be_bytes());
    header.extend((HEIGHT as u32).to_be_bytes());
    header.extend([8, 3, 0, 0, 0]);
    chunk(&mut file, b"IHDR", &header);
    chunk(&mut file, b"PLTE", &COLOURS.concat());
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    for row in pixels.chunks(WIDTH) {
        packed.write_all(&[0])?;
        packed.write_all(row)?;
    }
    chunk(&mut file, b"IDAT", &packed.finish()?);
    chunk(&mut file, b"IEND", &[]);
    Ok(file)
}

fn chunk(file: &mut Vec<u8>, name: &[u8; 4], body: &[u8]) {
    file.extend((body.len() as u32).to_be_bytes());
    let mut sum = flate2::Crc::new();
    sum.update(name);
    sum.update(body);
    file.extend(name);
    file.extend(body);
    file.extend(sum.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use kit::kind_of_file::KindOfFile;

    #[test]
    fn the_sheets_are_pictures_and_differ() {
        let sheets: Vec<Vec<u8>> = (0..3).map(|variant| super::png(variant).unwrap()).collect();
        for sheet in &sheets {
            assert_eq!(KindOfFile::of(sheet), Ok(KindOfFile::Png));
            assert!(sheet.len() < 20_000);
        }
        assert!(sheets[0] != sheets[1] && sheets[1] != sheets[2]);
    }
}
