//! What an uploaded file is, by its bytes: evidence is JPEG, PNG or PDF, nothing else (domain.md
//! §3.8); what the bureau attaches to a notice may be an Office document, too.

mod office;

/// Longest side of an accepted picture, in pixels: larger than any camera, far below the sizes
/// that make a viewer allocate gigabytes.
const LONGEST_SIDE: u32 = 20_000;
/// Most pixels of an accepted picture (a phone's 100-megapixel photo still passes).
const MOST_PIXELS: u64 = 120_000_000;
const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// A PDF must say where it ends within this many last bytes.
const PDF_TAIL: usize = 2_048;

/// The kinds that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KindOfFile {
    Jpeg,
    Png,
    Pdf,
    Docx,
    Xlsx,
    Pptx,
    /// Word 97–2003, and what WPS calls .wps.
    Doc,
    /// Excel 97–2003, and .et.
    Xls,
    /// PowerPoint 97–2003, and .dps.
    Ppt,
}

impl KindOfFile {
    const ALL: [Self; 9] = [
        Self::Jpeg,
        Self::Png,
        Self::Pdf,
        Self::Docx,
        Self::Xlsx,
        Self::Pptx,
        Self::Doc,
        Self::Xls,
        Self::Ppt,
    ];

    /// Content type to serve the file with.
    pub fn mime(self) -> &'static str {
        match self {
            KindOfFile::Jpeg => "image/jpeg",
            KindOfFile::Png => "image/png",
            KindOfFile::Pdf => "application/pdf",
            KindOfFile::Docx => {
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            }
            KindOfFile::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            KindOfFile::Pptx => {
                "application/vnd.openxmlformats-officedocument.presentationml.presentation"
            }
            KindOfFile::Doc => "application/msword",
            KindOfFile::Xls => "application/vnd.ms-excel",
            KindOfFile::Ppt => "application/vnd.ms-powerpoint",
        }
    }

    /// Extension without the dot, for the name a download gets.
    pub fn extension(self) -> &'static str {
        self.extensions()[0]
    }

    /// Every extension that opens this kind, the usual one first.
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            KindOfFile::Jpeg => &["jpg", "jpeg"],
            KindOfFile::Png => &["png"],
            KindOfFile::Pdf => &["pdf"],
            KindOfFile::Docx => &["docx"],
            KindOfFile::Xlsx => &["xlsx"],
            KindOfFile::Pptx => &["pptx"],
            KindOfFile::Doc => &["doc", "wps"],
            KindOfFile::Xls => &["xls", "et"],
            KindOfFile::Ppt => &["ppt", "dps"],
        }
    }

    /// The kind behind a stored content type.
    pub fn from_mime(mime: &str) -> Option<KindOfFile> {
        Self::ALL.into_iter().find(|kind| kind.mime() == mime)
    }

    /// Whether the browser can show it inside the page as a picture.
    pub fn is_picture(self) -> bool {
        matches!(self, KindOfFile::Jpeg | KindOfFile::Png)
    }

    /// Whether the browser may show it by itself; everything else is only ever saved.
    pub fn is_shown(self) -> bool {
        self.is_picture() || self == KindOfFile::Pdf
    }

    /// Finds the kind of a piece of evidence from the whole content; name and declared type are
    /// not asked. Only headers are read, nothing is decoded.
    ///
    /// # Errors
    /// [`FileRefused`]: empty, another kind (named if known), broken, or a picture too large.
    pub fn of(content: &[u8]) -> Result<KindOfFile, FileRefused> {
        if content.is_empty() {
            return Err(FileRefused::Empty);
        }
        let Some(found) = infer::get(content) else {
            return Err(FileRefused::Other("无法识别的文件"));
        };
        match found.mime_type() {
            "image/jpeg" => checked(KindOfFile::Jpeg, jpeg_size(content)),
            "image/png" => checked(KindOfFile::Png, png_size(content)),
            "application/pdf" => {
                let tail = content.get(content.len().saturating_sub(PDF_TAIL)..).unwrap_or(content);
                let whole = content.starts_with(b"%PDF-1.") || content.starts_with(b"%PDF-2.");
                if whole && tail.windows(5).any(|bytes| bytes == b"%%EOF") {
                    Ok(KindOfFile::Pdf)
                } else {
                    Err(FileRefused::Broken)
                }
            }
            mime => Err(FileRefused::Other(common_name(mime))),
        }
    }

    /// The same for an attachment of a notice: Office documents without macros are accepted, too.
    ///
    /// # Errors
    /// [`FileRefused`], as above.
    pub fn of_attachment(content: &[u8]) -> Result<KindOfFile, FileRefused> {
        match office::kind(content) {
            Some(found) => found,
            None => KindOfFile::of(content).map_err(|refused| match refused {
                FileRefused::Other(name) => FileRefused::OtherAttachment(name),
                refused => refused,
            }),
        }
    }
}

/// Why a file is refused; the text is a sentence for the person who uploads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileRefused {
    #[error("文件是空的，请重新选择文件。")]
    Empty,
    #[error("这是{0}，只能上传 JPG、PNG 图片或 PDF 文件，请转换后再上传。")]
    Other(&'static str),
    #[error("这是{0}，只能上传 PDF、Word、Excel、PPT（WPS）文件和 JPG、PNG 图片，请转换后再上传。")]
    OtherAttachment(&'static str),
    #[error(
        "这是带宏的文档，打开它的电脑可能中毒。请另存为不带宏的文档（.docx、.xlsx、.pptx）后再上传。"
    )]
    Macros,
    #[error("文件已损坏或不完整，请在电脑或手机上打开确认后重新上传。")]
    Broken,
    #[error(
        "图片太大（{width}×{height} 像素），请缩小到长边 {LONGEST_SIDE} 像素以内、总共 1.2 亿像素以内再上传。"
    )]
    TooLarge { width: u32, height: u32 },
}

fn checked(kind: KindOfFile, size: Option<(u32, u32)>) -> Result<KindOfFile, FileRefused> {
    let (width, height) = size.ok_or(FileRefused::Broken)?;
    if width == 0 || height == 0 {
        return Err(FileRefused::Broken);
    }
    let pixels = u64::from(width) * u64::from(height);
    if width > LONGEST_SIDE || height > LONGEST_SIDE || pixels > MOST_PIXELS {
        return Err(FileRefused::TooLarge { width, height });
    }
    Ok(kind)
}

/// Width and height from the start-of-frame segment (ISO/IEC 10918-1, B.2.2); `None` if the
/// segments do not lead to one that is followed by a scan.
fn jpeg_size(content: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    let mut size = None;
    loop {
        if *content.get(at)? != 0xFF {
            return None;
        }
        let marker = *content.get(at + 1)?;
        match marker {
            0xFF => at += 1,
            0x01 | 0xD0..=0xD7 => at += 2,
            0x00 | 0xD8 | 0xD9 => return None,
            _ => {
                let length = usize::from(big_endian_16(content, at + 2)?);
                let segment = content.get(at + 4..at + 2 + length)?;
                // C4, C8 and CC share the range of frame markers but are tables.
                if matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC) {
                    let height = big_endian_16(segment, 1)?;
                    let width = big_endian_16(segment, 3)?;
                    size = Some((u32::from(width), u32::from(height)));
                }
                at += 2 + length;
                if marker == 0xDA {
                    return size.filter(|_| content.len() > at);
                }
            }
        }
    }
}

/// Width and height from the IHDR chunk (PNG, 11.2.2); `None` if the header is not plausible or
/// no picture data follows.
fn png_size(content: &[u8]) -> Option<(u32, u32)> {
    let header = content.strip_prefix(PNG_SIGNATURE)?.get(..25)?;
    let data = header.strip_prefix(b"\0\0\0\x0dIHDR")?;
    let [depth, colour, compression, filter, interlace] = *data.get(8..13)?.first_chunk()?;
    let allowed = match colour {
        0 => matches!(depth, 1 | 2 | 4 | 8 | 16),
        3 => matches!(depth, 1 | 2 | 4 | 8),
        2 | 4 | 6 => matches!(depth, 8 | 16),
        _ => false,
    };
    let intact = crc(header.get(4..21)?) == big_endian_32(header, 21)?;
    let followed = content.get(33..)?.windows(4).any(|bytes| bytes == b"IDAT");
    let plausible = allowed && compression == 0 && filter == 0 && interlace < 2;
    if !(plausible && intact && followed) {
        return None;
    }
    Some((big_endian_32(data, 0)?, big_endian_32(data, 4)?))
}

fn big_endian_16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|two| u16::from_be_bytes(*two))
}

fn big_endian_32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|four| u32::from_be_bytes(*four))
}

/// CRC-32 of a chunk (PNG, annex D), bit by bit: 17 bytes need no table.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 }
        })
    })
}

/// What people call the kinds that are uploaded by mistake.
fn common_name(mime: &str) -> &'static str {
    match mime {
        "application/msword" => "Word 文档",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "Word 文档",
        "application/vnd.ms-excel" => "Excel 表格",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "Excel 表格",
        "application/vnd.ms-powerpoint" => "PPT 演示文稿",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => {
            "PPT 演示文稿"
        }
        "application/zip" | "application/vnd.rar" | "application/x-7z-compressed" => "压缩包",
        "image/heif" | "image/avif" => "苹果或安卓手机的 HEIC 照片",
        "image/gif" => "GIF 动图",
        "image/webp" => "WebP 图片",
        "image/bmp" => "BMP 图片",
        "image/tiff" => "TIFF 图片",
        "text/html" | "text/xml" => "网页文件",
        mime if mime.starts_with("video/") => "视频",
        mime if mime.starts_with("audio/") => "录音",
        mime if mime.starts_with("image/") => "其他格式的图片",
        _ => "其他格式的文件",
    }
}

#[cfg(test)]
mod tests {
    use super::{FileRefused, KindOfFile, PNG_SIGNATURE, crc};

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut header = b"IHDR".to_vec();
        header.extend(width.to_be_bytes());
        header.extend(height.to_be_bytes());
        header.extend([8, 6, 0, 0, 0]);
        let mut file = PNG_SIGNATURE.to_vec();
        file.extend([0, 0, 0, 13]);
        file.extend(&header);
        file.extend(crc(&header).to_be_bytes());
        file.extend(b"\0\0\0\x01IDAT\0\0\0\0\0");
        file
    }

    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let mut file = vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 7, b'J', b'F', b'I', b'F', 0];
        file.extend([0xFF, 0xC4, 0, 3, 0, 0xFF, 0xC0, 0, 11, 8]);
        file.extend(height.to_be_bytes());
        file.extend(width.to_be_bytes());
        file.extend([1, 1, 0x11, 0, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 1, 2, 3, 0xFF, 0xD9]);
        file
    }

    fn pdf() -> Vec<u8> {
        b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n".to_vec()
    }

    #[test]
    fn the_three_kinds_are_told_by_their_bytes() {
        for (file, kind) in [
            (png(1_240, 1_754), KindOfFile::Png),
            (jpeg(4_000, 3_000), KindOfFile::Jpeg),
            (pdf(), KindOfFile::Pdf),
        ] {
            assert_eq!(KindOfFile::of(&file), Ok(kind));
            assert_eq!(KindOfFile::from_mime(kind.mime()), Some(kind));
        }
        assert_eq!(crc(b"IEND"), 0xAE42_6082);
    }

    #[test]
    fn a_bomb_is_refused_by_its_dimensions() {
        let told = KindOfFile::of(&png(100_000, 100_000));
        assert_eq!(told, Err(FileRefused::TooLarge { width: 100_000, height: 100_000 }));
        assert!(matches!(KindOfFile::of(&jpeg(60_000, 10)), Err(FileRefused::TooLarge { .. })));
        assert!(matches!(KindOfFile::of(&png(20_000, 20_000)), Err(FileRefused::TooLarge { .. })));
        assert_eq!(KindOfFile::of(&png(0, 10)), Err(FileRefused::Broken));
    }

    #[test]
    fn a_cut_or_false_file_is_broken() {
        for file in [png(10, 10), jpeg(10, 10), pdf()] {
            for length in 5..file.len() - 6 {
                assert!(KindOfFile::of(&file[..length]).is_err(), "{length} of {file:?}");
            }
        }
        let mut false_header = png(10, 10);
        false_header[24] = 7;
        assert_eq!(KindOfFile::of(&false_header), Err(FileRefused::Broken));
        assert_eq!(KindOfFile::of(b"\xFF\xD8\xFF<script>"), Err(FileRefused::Broken));
        assert_eq!(
            KindOfFile::of(b"%PDF-<script>alert(1)</script>%%EOF"),
            Err(FileRefused::Broken)
        );
    }

    #[test]
    fn everything_else_is_refused_by_name() {
        for (file, name) in [
            (&b"GIF89a\x01\0\x01\0"[..], "GIF 动图"),
            (b"PK\x03\x04\x14\0\0\0", "压缩包"),
            (b"<html><body onload=alert(1)>", "网页文件"),
            (b"MZ\x90\0\x03", "其他格式的文件"),
            (b"hello", "无法识别的文件"),
            (b"<svg xmlns='x'/>", "无法识别的文件"),
        ] {
            assert_eq!(KindOfFile::of(file), Err(FileRefused::Other(name)), "{file:?}");
        }
        assert_eq!(KindOfFile::of(b""), Err(FileRefused::Empty));
        let sentence = FileRefused::Other("Word 文档").to_string();
        assert_eq!(sentence, "这是Word 文档，只能上传 JPG、PNG 图片或 PDF 文件，请转换后再上传。");
    }
}
