//! Office documents by their bytes: the container is opened by a library, only names are read.

use std::io::Cursor;

use super::{FileRefused, KindOfFile};

/// Signature of a compound file: .doc, .xls, .ppt and their WPS twins.
const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
/// Signature of a ZIP archive: .docx, .xlsx, .pptx and much else.
const ARCHIVE: &[u8] = b"PK\x03\x04";
/// More parts than any document of 20 MiB has.
const MOST_PARTS: usize = 20_000;

/// The document's kind; none if it is neither a compound file nor an archive.
pub fn kind(content: &[u8]) -> Option<Result<KindOfFile, FileRefused>> {
    if content.starts_with(ARCHIVE) {
        Some(packed(content))
    } else if content.starts_with(COMPOUND) {
        Some(compound(content))
    } else {
        None
    }
}

/// Office Open XML (ISO/IEC 29500-2): an archive that says what its parts are.
fn packed(content: &[u8]) -> Result<KindOfFile, FileRefused> {
    let archive = zip::ZipArchive::new(Cursor::new(content)).map_err(|_| FileRefused::Broken)?;
    if archive.len() > MOST_PARTS {
        return Err(FileRefused::OtherAttachment("压缩包"));
    }
    let has = |part: &str| archive.file_names().any(|name| name.eq_ignore_ascii_case(part));
    // macros lie in a part of their own, whatever the document's extension
    if archive.file_names().any(|name| name.to_ascii_lowercase().ends_with("vbaproject.bin")) {
        return Err(FileRefused::Macros);
    }
    let kinds = [
        ("word/document.xml", KindOfFile::Docx),
        ("xl/workbook.xml", KindOfFile::Xlsx),
        ("ppt/presentation.xml", KindOfFile::Pptx),
    ];
    match kinds.into_iter().find(|(part, _)| has(part)) {
        Some((_, kind)) if has("[Content_Types].xml") => Ok(kind),
        _ => Err(FileRefused::OtherAttachment("压缩包")),
    }
}

/// The binary formats before 2007 ([MS-CFB]), told by the name of their main stream.
fn compound(content: &[u8]) -> Result<KindOfFile, FileRefused> {
    let file = cfb::CompoundFile::open(Cursor::new(content)).map_err(|_| FileRefused::Broken)?;
    if ["/Macros", "/_VBA_PROJECT_CUR", "/VBA"].iter().any(|name| file.exists(name)) {
        return Err(FileRefused::Macros);
    }
    let kinds = [
        ("/WordDocument", KindOfFile::Doc),
        ("/Workbook", KindOfFile::Xls),
        ("/Book", KindOfFile::Xls),
        ("/PowerPoint Document", KindOfFile::Ppt),
    ];
    match kinds.into_iter().find(|(stream, _)| file.is_stream(stream)) {
        Some((_, kind)) => Ok(kind),
        None if file.exists("/EncryptedPackage") => {
            Err(FileRefused::OtherAttachment("加了密码的文档"))
        }
        None => Err(FileRefused::OtherAttachment("其他格式的文件")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use super::{FileRefused, KindOfFile};

    fn archive(parts: &[&str]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for part in parts {
            writer.start_file(*part, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(b"<x/>").unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn document(streams: &[&str]) -> Vec<u8> {
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        for stream in streams {
            file.create_stream(stream).unwrap().write_all(&[7; 5_000]).unwrap();
        }
        file.flush().unwrap();
        file.into_inner().into_inner()
    }

    #[test]
    fn documents_are_told_by_what_they_hold() {
        let types = "[Content_Types].xml";
        for (file, kind) in [
            (archive(&[types, "_rels/.rels", "word/document.xml"]), KindOfFile::Docx),
            (archive(&[types, "xl/workbook.xml"]), KindOfFile::Xlsx),
            (archive(&["ppt/presentation.xml", types]), KindOfFile::Pptx),
            (document(&["/WordDocument"]), KindOfFile::Doc),
            (document(&["/Workbook", "/\u{5}SummaryInformation"]), KindOfFile::Xls),
            (document(&["/PowerPoint Document"]), KindOfFile::Ppt),
        ] {
            assert_eq!(KindOfFile::of_attachment(&file), Ok(kind));
            assert_eq!(KindOfFile::from_mime(kind.mime()), Some(kind));
            assert!(!kind.is_shown());
            // evidence stays what it was
            assert!(matches!(KindOfFile::of(&file), Err(FileRefused::Other(_))), "{kind:?}");
        }
        let pdf = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";
        assert_eq!(KindOfFile::of_attachment(pdf), Ok(KindOfFile::Pdf));
    }

    #[test]
    fn archives_macros_and_broken_documents_are_refused() {
        let types = "[Content_Types].xml";
        for (file, refused) in [
            (archive(&["a.txt", "word/document.xml"]), FileRefused::OtherAttachment("压缩包")),
            (archive(&["setup.exe"]), FileRefused::OtherAttachment("压缩包")),
            (archive(&[types, "word/document.xml", "word/vbaProject.bin"]), FileRefused::Macros),
            (document(&["/WordDocument", "/Macros"]), FileRefused::Macros),
            (document(&["/Other"]), FileRefused::OtherAttachment("其他格式的文件")),
            (document(&["/EncryptedPackage"]), FileRefused::OtherAttachment("加了密码的文档")),
            (b"PK\x03\x04 and nothing more".to_vec(), FileRefused::Broken),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 cut".to_vec(), FileRefused::Broken),
            (b"<html><script>".to_vec(), FileRefused::OtherAttachment("网页文件")),
            (b"MZ\x90\0\x03".to_vec(), FileRefused::OtherAttachment("其他格式的文件")),
            (Vec::new(), FileRefused::Empty),
        ] {
            assert_eq!(KindOfFile::of_attachment(&file), Err(refused));
        }
        let whole = archive(&[types, "xl/workbook.xml"]);
        assert!(KindOfFile::of_attachment(&whole[..whole.len() - 30]).is_err());
    }
}
