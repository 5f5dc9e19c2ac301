//! What every list page shares: the posted query, the workbook; and stored uploads.

use kit::{Error, FileId, OrganizationId, PersonId, file, form::Uploaded};

use crate::support::{Page, World, id_number};

/// The cells of a workbook's first sheet, row by row.
fn cells(page: &Page) -> Vec<Vec<String>> {
    use calamine::Reader;
    let bytes = std::io::Cursor::new(page.bytes.clone());
    let mut book: calamine::Xlsx<_> = calamine::Xlsx::new(bytes).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

#[rocket::async_test]
async fn a_typed_query_narrows_page_and_workbook_and_stays_out_of_the_address() {
    let county = World::new().await.with_employer("第一中学").await.with_employer("人民医院").await;
    let mut admin = county.admin().await;
    let page = admin.get("/accounts/employers").await;
    page.is(200).contains("第一中学").contains("人民医院").contains("共 2 条");
    page.contains("action=\"/lists/employers/query?page=%2Faccounts%2Femployers\"");
    let sent = admin
        .post(
            "/lists/employers/query?page=%2Faccounts%2Femployers",
            &[("q", "yz"), ("state", "active")],
        )
        .await;
    let address = sent.location.clone().unwrap();
    assert!(address.starts_with("/accounts/employers?state=active&q="), "{address}");
    let page = admin.get(&address).await;
    page.is(200)
        .contains("第一中学")
        .lacks("人民医院")
        .contains("共 1 条")
        .contains("value=\"yz\"");
    let (_, rest) = page.body.split_once("href=\"/lists/employers/export").unwrap();
    let export = rest.split('"').next().unwrap().replace("&amp;", "&");
    let book = admin.get(&format!("/lists/employers/export{export}")).await;
    book.is(200);
    let name = book.header("content-disposition").unwrap();
    assert!(name.ends_with("_20261123.xlsx") && name.starts_with("attachment"), "{name}");
    let rows = cells(&book);
    assert_eq!(
        (rows[0][0].as_str(), rows.len(), rows[3][0].as_str()),
        ("管理用人单位", 4, "第一中学")
    );
    let last = county.trail().await.pop().unwrap();
    assert!(last.starts_with("导出“管理用人单位” 1 行，条件：") && !last.contains("yz"), "{last}");
    // another browser of the same administrator has not typed it
    let mut other = county.admin().await;
    other.get(&address).await.is(200).contains("人民医院");
}

#[rocket::async_test]
async fn a_stale_or_malformed_address_shows_the_list_all_the_same() {
    let county = World::new().await.with_employer("第一中学").await;
    let mut admin = county.admin().await;
    for query in [
        "page=0",
        "page=-1",
        "page=99999999999999999999",
        "after=x",
        "after=999999",
        "before=-5",
        "last=",
        "last=1",
        "size=1000",
        "order=%27%3B--",
        "q=ABCDEFGH2345",
        "state=%00",
        "order=-",
        "state=nonsense&state=active",
        "created_from=2026-02-30",
        "%ff=%fe",
        "&&&=",
    ] {
        admin.get(&format!("/accounts/employers?{query}")).await.is(200).contains("第一中学");
        admin.get(&format!("/lists/employers/export?{query}")).await.is(200);
    }
}

#[rocket::async_test]
async fn a_list_asks_for_its_own_permission() {
    let county = World::new().await.with_employer("甲").await;
    let login = county.admin_of("甲").await;
    let mut unit = county.sign_in(&login).await;
    unit.get("/start").await.is(200);
    unit.get("/lists/trail/export").await.is(403);
    unit.post("/lists/trail/query", &[("q", "")]).await.is(403);
    let mut admin = county.admin().await;
    admin.get("/start").await.is(200);
    admin.get("/lists/nothing/export").await.is(404);
    admin.post("/lists/nothing/query", &[]).await.is(404);
    for page in
        ["/settings", "//evil.example", "https%3A%2F%2Fevil.example", "/accounts/employersx"]
    {
        admin.post(&format!("/lists/employers/query?page={page}"), &[("q", "a")]).await.is(422);
    }
    admin.post("/lists/employers/query", &[]).await.redirects_to("/accounts/employers");
}

#[rocket::async_test]
async fn a_file_is_shown_to_those_concerned_and_is_not_there_for_others() {
    let (number, other) = (id_number(2), id_number(3));
    let county = World::new()
        .await
        .with_employer("甲")
        .await
        .with_employer("乙")
        .await
        .with_active_person("张三丰", "甲", &number)
        .await
        .with_active_person("李四光", "乙", &other)
        .await;
    let id = stored(&county).await.unwrap();
    let address = format!("/files/{id}");
    let (login_a, login_b) = (county.admin_of("甲").await, county.admin_of("乙").await);
    for (login, status) in [
        (number.as_str(), 200),
        (other.as_str(), 404),
        (login_a.as_str(), 200),
        (login_b.as_str(), 404),
        ("admin", 200),
    ] {
        let mut browser = county.sign_in(login).await;
        let page = browser.get(&address).await;
        page.is(status);
        if status == 200 {
            assert_eq!(page.header("content-type"), Some("application/pdf"));
            assert!(page.header("content-disposition").unwrap().starts_with("inline"));
            assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
            let saved = browser.get(&format!("{address}?save")).await;
            assert!(saved.header("content-disposition").unwrap().starts_with("attachment"));
        }
        browser.get("/files/999").await.is(404);
    }
    county.get(&address).await.is(303);
    // nothing in it can run; only a PDF is not sandboxed, for browsers would not open it then
    let mut admin = county.admin().await;
    let policy = async |admin: &mut crate::support::Browser<'_>| {
        let page = admin.get(&address).await;
        let policy = page.header("content-security-policy").unwrap().to_owned();
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(!policy.contains("script") && policy.contains("form-action 'none'"), "{policy}");
        policy
    };
    assert!(!policy(&mut admin).await.contains("sandbox"));
    county.execute("update file set mime = 'image/png'").await;
    assert!(policy(&mut admin).await.starts_with("sandbox;"));
    county.execute("update file set mime = 'text/html'").await;
    assert!(policy(&mut admin).await.starts_with("sandbox;"));
    let page = admin.get(&address).await;
    assert_eq!(page.header("content-type"), Some("application/octet-stream"));
    assert!(page.header("content-disposition").unwrap().starts_with("attachment"));
}

/// A file that hangs on a declaration of 张三丰, kept by nobody who asks for it.
async fn stored(county: &World) -> Result<FileId, Error> {
    let unit = county.organization("甲").await;
    let person = county.number("select id from person where name = '张三丰'").await;
    let bytes = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n".to_vec();
    let upload =
        Uploaded { field: String::new(), name: "证书.pdf".to_owned(), bytes, complete: true };
    county
        .execute("insert into account (id, login, name, state, created_at) values (900, 'kept', 'x', 'disabled', '')")
        .await;
    let mut tx = county.db().begin().await?;
    // the row is all that counts here: the content is written as the server would
    let leaf = county.modules().subjects()[0].leaf();
    let id: FileId = {
        let hash = kit::migration::checksum_of(std::str::from_utf8(&upload.bytes).unwrap());
        std::fs::create_dir_all(county.folder.path().join("files"))?;
        std::fs::write(county.folder.path().join("files").join(&hash), &upload.bytes)?;
        sqlx::query_scalar(
            "insert into file (sha256, name, mime, size, account_id, created_at)
             values (?, ?, 'application/pdf', ?, 900, '') returning id",
        )
        .bind(hash)
        .bind(&upload.name)
        .bind(upload.bytes.len() as i64)
        .fetch_one(&mut *tx)
        .await?
    };
    file::link(&mut tx, id, leaf, Some(PersonId(person)), OrganizationId(unit.0), None).await?;
    tx.commit().await?;
    Ok(id)
}
