//! A page of text as a PDF, enough for a form to look at.

use std::fmt::Write;

/// One A4 page, a heading and lines below it. The Song typeface is the reader's own: a PDF names
/// it (Adobe-GB1, UniGB-UCS2-H) and brings no font along.
pub fn page(lines: &[&str]) -> Vec<u8> {
    let mut content = String::new();
    for (at, line) in lines.iter().enumerate() {
        let (size, y) = if at == 0 { (18, 760) } else { (12, 730 - 36 * at) };
        let text = line.encode_utf16().fold(String::new(), |mut text, unit| {
            let _ = write!(text, "{unit:04X}");
            text
        });
        let _ = writeln!(content, "BT /F1 {size} Tf 72 {y} Td <{text}> Tj ET");
    }
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>"
            .to_owned(),
        format!("<</Length {}>>\nstream\n{content}endstream", content.len()),
        "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>"
            .to_owned(),
        "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/DW 1000/W[1 95 500]/FontDescriptor 7 0 R>>"
            .to_owned(),
        "<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>"
            .to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut table = "0000000000 65535 f \n".to_owned();
    for (at, object) in objects.iter().enumerate() {
        let _ = writeln!(table, "{:010} 00000 n ", file.len());
        let _ = writeln!(file, "{} 0 obj\n{object}\nendobj", at + 1);
    }
    let begins = file.len();
    let count = objects.len() + 1;
    let _ = write!(
        file,
        "xref\n0 {count}\n{table}trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{begins}\n%%EOF\n"
    );
    file.into_bytes()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_is_a_whole_pdf_whose_table_points_at_its_objects() {
        let file = super::page(&["标题", "一行"]);
        assert_eq!(
            kit::kind_of_file::KindOfFile::of(&file),
            Ok(kit::kind_of_file::KindOfFile::Pdf)
        );
        let text = String::from_utf8(file).unwrap();
        let table = text.split("xref\n0 8\n").nth(1).unwrap();
        for (at, line) in table.lines().skip(1).take(7).enumerate() {
            let offset: usize = line[..10].parse().unwrap();
            assert!(text[offset..].starts_with(&format!("{} 0 obj", at + 1)), "{line}");
        }
    }
}
