//! Promises of stored uploads.

use std::time::{Duration, SystemTime};

use super::{EVIDENCE_LIMIT, find, keep, link, moved, remove, serve, sweep, visible};
use crate::access::Scope;
use crate::form::Uploaded;
use crate::module::Modules;
use crate::testing::{County, LEAF, user};
use crate::{Db, Error, FileId, Grantable, Module, OrganizationId, Permission, PersonId};

crate::permission!(ViewThings, LEAF, View);

struct Things;

#[rocket::async_trait]
impl Module for Things {
    fn name(&self) -> &'static str {
        "things"
    }
    fn title(&self) -> &'static str {
        "测试"
    }
    fn permissions(&self) -> Vec<Grantable> {
        vec![ViewThings::grantable()]
    }
}

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";

fn upload(name: &str, bytes: &[u8]) -> Uploaded {
    Uploaded {
        field: "file".to_owned(),
        name: name.to_owned(),
        bytes: bytes.to_vec(),
        complete: true,
    }
}

async fn kept(county: &County, db: &Db, name: &str) -> FileId {
    let mut tx = db.begin().await.unwrap();
    let me = user(1, Scope::Organization(OrganizationId(3)));
    let file =
        keep(db, &mut tx, &upload(name, PDF), Some(me.account), &county.clock).await.unwrap();
    tx.commit().await.unwrap();
    file.id
}

#[tokio::test]
async fn an_upload_is_kept_once_and_served_by_its_content() {
    let county = County::new().await;
    let db = Db::from(county.pools.clone());
    let first = kept(&county, &db, "..\\结业\u{200b}证书.PDF").await;
    let second = kept(&county, &db, "证书.docx").await;
    let mut reader = db.read().await.unwrap();
    let files = find(&mut reader, &[second, FileId(99), first]).await.unwrap();
    let names: Vec<&str> = files.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["证书.docx.pdf", "结业证书.PDF"]);
    assert_eq!(files[0].sha256, files[1].sha256);
    assert_eq!(std::fs::read_dir(county.folder.path().join("files")).unwrap().count(), 1);
    let shown = serve(&db, &files[0], false).await.unwrap();
    assert_eq!(
        (shown.bytes.as_slice(), shown.mime.as_str(), shown.inline),
        (PDF, "application/pdf", true)
    );
    assert!(!serve(&db, &files[0], true).await.unwrap().inline);
}

#[tokio::test]
async fn a_refused_upload_is_named_and_leaves_nothing() {
    let county = County::new().await;
    let db = Db::from(county.pools.clone());
    let me = user(1, Scope::County);
    let large = vec![0; EVIDENCE_LIMIT + 1];
    let cut = Uploaded { complete: false, ..upload("长.pdf", PDF) };
    for (upload, part) in [
        (upload("空.pdf", b""), "文件“空.pdf”没有上传：文件是空的"),
        (upload("照片.jpg", b"GIF89a\x01\0\x01\0"), "文件“照片.jpg”没有上传：这是GIF 动图"),
        (upload("大.pdf", &large), "文件“大.pdf”超过 5 MB"),
        (cut, "文件“长.pdf”超过 5 MB"),
    ] {
        let mut tx = db.begin().await.unwrap();
        match keep(&db, &mut tx, &upload, Some(me.account), &county.clock).await {
            Err(Error::Invalid(text)) => assert!(text.starts_with(part), "{text}"),
            other => panic!("{other:?}"),
        }
    }
    assert!(!county.folder.path().join("files").exists());
}

#[tokio::test]
async fn only_those_concerned_see_a_file() {
    let county = County::new().await;
    let db = Db::from(county.pools.clone());
    let modules = Modules::new(vec![Box::new(Things)]);
    let file = kept(&county, &db, "a.pdf").await;
    let department = Scope::Department(OrganizationId(2));
    let (school, hospital) =
        (Scope::Organization(OrganizationId(3)), Scope::Organization(OrganizationId(4)));
    let seen = async |account: i64, scope: Scope, person: Option<i64>, full: bool| {
        let mut session = (*user(account, scope).0).clone();
        session.person = person.map(PersonId);
        if let Some(grant) = &mut session.grant {
            grant.full = full;
        }
        let mut reader = db.read().await.unwrap();
        let who = crate::User(std::sync::Arc::new(session));
        visible(&mut reader, file, &who, &modules).await.is_ok()
    };
    // not attached yet: the uploader alone
    assert!(seen(1, school, None, false).await);
    assert!(!seen(2, Scope::County, None, true).await);
    let mut tx = db.begin().await.unwrap();
    let (unit, above) = (OrganizationId(3), Some(OrganizationId(2)));
    link(&mut tx, file, LEAF, Some(PersonId(7)), unit, above).await.unwrap();
    tx.commit().await.unwrap();
    for scope in [Scope::County, department, school] {
        assert!(seen(2, scope, None, true).await, "{scope:?}");
        assert!(!seen(2, scope, None, false).await, "{scope:?} without the right");
    }
    assert!(!seen(2, hospital, None, true).await);
    assert!(!seen(2, Scope::Department(OrganizationId(5)), None, true).await);
    assert!(seen(3, hospital, Some(7), false).await);
    assert!(!seen(3, hospital, Some(8), false).await);
    // he moves, his files follow
    let mut tx = db.begin().await.unwrap();
    moved(&mut tx, &[PersonId(7)], OrganizationId(4), None).await.unwrap();
    tx.commit().await.unwrap();
    assert!(seen(2, hospital, None, true).await);
    assert!(!seen(2, school, None, true).await && !seen(2, department, None, true).await);
}

#[tokio::test]
async fn the_sweep_takes_old_files_without_a_row_only() {
    let county = County::new().await;
    let db = Db::from(county.pools.clone());
    let file = kept(&county, &db, "a.pdf").await;
    let folder = county.folder.path().join("files");
    std::fs::write(folder.join("0".repeat(64)), b"left over").unwrap();
    let now = SystemTime::now();
    assert_eq!(sweep(&county.pools, now).await.unwrap(), 0, "both are young");
    let later = now + Duration::from_secs(25 * 60 * 60);
    assert_eq!(sweep(&county.pools, later).await.unwrap(), 1, "one has a row");
    let mut tx = db.begin().await.unwrap();
    let stranger = user(2, Scope::County);
    assert!(matches!(remove(&mut tx, file, &stranger).await, Err(Error::NotFound)));
    remove(&mut tx, file, &user(1, Scope::County)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(sweep(&county.pools, later).await.unwrap(), 1);
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
}
