//! `jxjy doctor`: the totals against a recount, the evidence against the disk.

use std::path::PathBuf;

use sqlx::SqliteConnection;

use kit::Result;
use kit::module::Finding;

use crate::ledger::totals::{follow, recount};

pub async fn doctor(db: &mut SqliteConnection) -> Result<Vec<Finding>> {
    Ok(vec![totals(&mut *db).await?, files(db).await?])
}

async fn totals(db: &mut SqliteConnection) -> Result<Finding> {
    let entries: i64 = sqlx::query_scalar("select count(*) from entry").fetch_one(&mut *db).await?;
    let left = follow::left(&mut *db).await?;
    if let Some((year, done, people)) = left.first() {
        return Ok(Finding {
            ok: true,
            text: format!(
                "{year} 年度的要求改动后还在重算（{done}/{people} 人），由服务器继续；做完后再核对累计。"
            ),
        });
    }
    let wrong = recount(db, None).await?;
    Ok(match wrong.first() {
        None => Finding {
            ok: true,
            text: format!("学时台账 {entries} 条，各项累计与逐条重算一致。"),
        },
        Some(first) => {
            let what = match first.what.as_str() {
                "unit" => "单位",
                _ => "人员",
            };
            Finding {
                ok: false,
                text: format!(
                    "学时累计与台账逐条重算不一致，至少 {} 处；第一处：{what} {} {} 年度，累计 {}，重算 {}（单位：0.1 学时）。请用最近的备份核对。",
                    wrong.len(),
                    first.id,
                    first.year,
                    first.kept,
                    first.counted
                ),
            }
        }
    })
}

async fn files(db: &mut SqliteConnection) -> Result<Finding> {
    let Some(folder) = folder(&mut *db).await? else {
        return Ok(Finding {
            ok: true, text: "内存数据库，没有证明材料文件。".to_owned()
        });
    };
    let hashes: Vec<String> = sqlx::query_scalar(
        "select distinct f.sha256 from declaration_file d join file f on f.id = d.file_id",
    )
    .fetch_all(db)
    .await?;
    let missing: Vec<&String> = hashes.iter().filter(|hash| !folder.join(hash).is_file()).collect();
    Ok(match missing.first() {
        None => Finding {
            ok: true,
            text: format!("学时申报的证明材料 {} 个文件都在。", hashes.len()),
        },
        Some(first) => Finding {
            ok: false,
            text: format!(
                "学时申报的证明材料缺 {} 个文件，第一个是 files/{first}。请从备份中找回。",
                missing.len()
            ),
        },
    })
}

/// `data/files` beside the open database.
pub async fn folder(db: &mut SqliteConnection) -> Result<Option<PathBuf>> {
    let file: Option<String> =
        sqlx::query_scalar("select file from pragma_database_list where name = 'main'")
            .fetch_one(db)
            .await?;
    let parent = file.filter(|file| !file.is_empty()).map(PathBuf::from);
    Ok(parent.and_then(|file| file.parent().map(|folder| folder.join("files"))))
}
