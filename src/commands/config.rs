//! `jxjy config`: each machine setting, its value and where it comes from.

use kit::Result;

use super::Folder;
use super::serve::Serve;
use crate::machine::{self, KEYS, Machine};
use crate::settings;

pub fn run(serve: &Serve, folder: &Folder) -> Result<()> {
    let figment = settings(&serve.flags(folder));
    let machine = Machine::read(&figment)?;
    println!("所在文件夹：{}", machine::home().display());
    println!("数据文件夹：{}", machine.data.display());
    for (key, label) in KEYS {
        let value = figment.find_value(key).ok();
        let shown = match value.as_ref().map(|v| v.clone().into_string()) {
            Some(Some(text)) => text,
            _ => value.map_or_else(String::new, |v| match v {
                figment::value::Value::Num(_, number) => {
                    let number =
                        number.to_i128().or(number.to_u128().and_then(|n| n.try_into().ok()));
                    number.map_or_else(String::new, |n| n.to_string())
                }
                figment::value::Value::Bool(_, on) => on.to_string(),
                _ => String::new(),
            }),
        };
        let from = machine::origin(figment.find_metadata(key), key);
        println!("{key} = {shown}    （{label}，来自{from}）");
    }
    Ok(())
}
