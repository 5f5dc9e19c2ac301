//! The roster as the desk reads it: failing rows first, each with its check.

use kit::review::{Table, TableCell};

use crate::staff::roster::Line;

pub fn of(lines: &[Line]) -> Table {
    let bad = lines.iter().filter(|line| !line.good).count();
    let title = match bad {
        0 => format!("名单（{} 人）", lines.len()),
        bad => format!("名单（{} 人，其中 {bad} 人不能记入）", lines.len()),
    };
    let mut table = Table::new(
        &title,
        &[
            ("行", "num"),
            ("姓名", "nowrap"),
            ("核对", "nowrap"),
            ("说明", ""),
            ("申报学时", "num"),
            ("建议学时", "num"),
            ("身份证号", "nowrap"),
            ("内设部门", ""),
            ("职称", ""),
            ("证书编号", ""),
            ("备注", ""),
        ],
    );
    table.rows = lines
        .iter()
        .map(|line| {
            vec![
                TableCell::new(line.number.to_string()),
                TableCell::new(&line.name),
                TableCell::tag(line.tag, line.mark),
                TableCell::new(&line.why),
                TableCell::new(&line.hours),
                TableCell::new(&line.suggested),
                TableCell::new(&line.masked),
                TableCell::new(&line.place),
                TableCell::new(&line.title),
                TableCell::new(&line.certificate),
                TableCell::new(&line.note),
            ]
        })
        .collect();
    table
}
