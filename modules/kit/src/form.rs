//! Submitted forms: read whole, checked field by field, given back as typed.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use rocket::data::{ByteUnit, Data, FromData, Outcome};
use rocket::form::{DataField, FromForm, Options, ValueField};
use rocket::http::Status;
use rocket::request::Request;
use serde::Serialize;
use time::Date;

/// What was typed, and what is wrong with it. Serializes to `{values, lists, errors, order}`; the
/// `field` component draws from it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Form {
    /// First value of each field.
    values: BTreeMap<String, String>,
    /// All values of each field (tick boxes).
    lists: BTreeMap<String, Vec<String>>,
    /// One Chinese sentence per refused field; the empty name is the whole form's.
    errors: BTreeMap<String, String>,
    /// The refused fields, the first first: read in the form's order, so are they.
    order: Vec<String>,
}

impl Form {
    pub fn new() -> Self {
        Self::default()
    }

    /// A form prefilled with what is stored.
    pub fn of<const N: usize>(values: [(&str, String); N]) -> Self {
        let mut form = Self::default();
        for (name, value) in values {
            form.set(name, value);
        }
        form
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        self.lists.insert(name.to_owned(), vec![value.clone()]);
        self.values.insert(name.to_owned(), value);
    }

    fn push(&mut self, name: String, value: String) {
        self.values.entry(name.clone()).or_insert_with(|| value.clone());
        self.lists.entry(name).or_default().push(value);
    }

    /// As typed; empty if absent.
    pub fn raw(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// Trimmed of blanks, full-width ones too.
    pub fn text(&self, name: &str) -> String {
        self.raw(name).trim_matches(|c: char| c.is_whitespace() || c == '\u{3000}').to_owned()
    }

    /// Every value of a repeated field.
    pub fn list(&self, name: &str) -> &[String] {
        self.lists.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether a tick box is ticked.
    pub fn ticked(&self, name: &str) -> bool {
        matches!(self.raw(name), "1" | "on" | "true")
    }

    /// Marks a field as refused; the first sentence stays.
    pub fn refuse(&mut self, name: &str, sentence: impl Into<String>) {
        if !self.errors.contains_key(name) {
            self.order.push(name.to_owned());
            self.errors.insert(name.to_owned(), sentence.into());
        }
    }

    /// Whether any field was refused.
    pub fn refused(&self) -> bool {
        !self.errors.is_empty()
    }

    pub fn errors(&self) -> &BTreeMap<String, String> {
        &self.errors
    }

    /// Removes a typed value (passwords never come back).
    pub fn forget(&mut self, name: &str) {
        self.values.remove(name);
        self.lists.remove(name);
    }

    /// A required line of text whose length (characters) lies in `length`.
    pub fn required(&mut self, name: &str, label: &str, length: RangeInclusive<usize>) -> String {
        let text = self.text(name);
        if text.is_empty() {
            self.refuse(name, format!("请填写{label}。"));
        } else {
            self.check_length(name, label, &text, &length);
        }
        text
    }

    /// A line of text that may be empty, else of at most `most` characters.
    pub fn optional(&mut self, name: &str, label: &str, most: usize) -> String {
        let text = self.text(name);
        self.check_length(name, label, &text, &(0..=most));
        text
    }

    fn check_length(
        &mut self,
        name: &str,
        label: &str,
        text: &str,
        length: &RangeInclusive<usize>,
    ) {
        let count = text.chars().count();
        // accounts and codes are counted in places, not in words
        let (unit, each) = if text.is_ascii() { ("位", "位") } else { ("个字", "个") };
        let (least, most) = (length.start(), length.end());
        if count > *most {
            self.refuse(name, format!("{label}最多 {most} {unit}，现在有 {count} {each}。"));
        } else if count < *least {
            self.refuse(name, format!("{label}至少 {least} {unit}，现在有 {count} {each}。"));
        }
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\r' && c != '\t') {
            self.refuse(name, format!("{label}里有看不见的控制字符，请删去后重新填写。"));
        }
    }

    /// One of the values offered.
    pub fn choice(&mut self, name: &str, label: &str, offered: &[&str]) -> String {
        let text = self.text(name);
        if text.is_empty() {
            self.refuse(name, format!("请选择{label}。"));
        } else if !offered.contains(&text.as_str()) {
            self.refuse(name, format!("{label}不在可选内容中，请重新选择。"));
        }
        text
    }

    /// One of the values offered, or nothing.
    pub fn optional_choice(&mut self, name: &str, label: &str, offered: &[&str]) -> String {
        if self.text(name).is_empty() { String::new() } else { self.choice(name, label, offered) }
    }

    /// The ticked ones of the values offered, in the order offered.
    pub fn choices(&mut self, name: &str, label: &str, offered: &[&str]) -> Vec<String> {
        let ticked: Vec<String> =
            self.list(name).iter().filter(|v| !v.is_empty()).cloned().collect();
        if ticked.iter().any(|value| !offered.contains(&value.as_str())) {
            self.refuse(name, format!("{label}中有不在可选内容里的项，请重新勾选。"));
        }
        offered.iter().filter(|o| ticked.iter().any(|t| t == *o)).map(|o| (*o).to_owned()).collect()
    }

    /// A whole number within bounds, or nothing.
    pub fn optional_integer(
        &mut self,
        name: &str,
        label: &str,
        bounds: RangeInclusive<i64>,
    ) -> Option<i64> {
        if self.text(name).is_empty() { None } else { self.integer(name, label, bounds) }
    }

    /// A calendar day as stored, or nothing.
    pub fn optional_date(&mut self, name: &str, label: &str) -> String {
        if self.text(name).is_empty() {
            return String::new();
        }
        self.date(name, label).map(crate::day::date_text).unwrap_or_default()
    }

    /// Sets every value of a repeated field (tick boxes).
    pub fn set_list(&mut self, name: &str, values: impl IntoIterator<Item = String>) {
        let values: Vec<String> = values.into_iter().collect();
        self.values.insert(name.to_owned(), values.first().cloned().unwrap_or_default());
        self.lists.insert(name.to_owned(), values);
    }

    /// A required calendar day; typed many ways, see `day::parse`.
    pub fn date(&mut self, name: &str, label: &str) -> Option<Date> {
        let text = self.text(name);
        if text.is_empty() {
            self.refuse(name, format!("请填写{label}。"));
            return None;
        }
        let date = crate::day::parse_date(&text);
        if date.is_none() {
            self.refuse(name, format!("{label}“{text}”不是日期，请按 2026-03-15 的样子填写。"));
        }
        date
    }

    /// A whole number within bounds.
    pub fn integer(&mut self, name: &str, label: &str, bounds: RangeInclusive<i64>) -> Option<i64> {
        match self.text(name).parse::<i64>() {
            Ok(n) if bounds.contains(&n) => Some(n),
            _ => {
                let (least, most) = (bounds.start(), bounds.end());
                self.refuse(name, format!("{label}请填 {least} 到 {most} 之间的整数。"));
                None
            }
        }
    }
}

#[rocket::async_trait]
impl<'r> FromData<'r> for Form {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let limit = request.limits().get("form").unwrap_or(ByteUnit::Mebibyte(1));
        let body = match data.open(limit).into_string().await {
            Ok(body) if body.is_complete() => body.into_inner(),
            Ok(_) => return Outcome::Error((Status::PayloadTooLarge, ())),
            Err(_) => return Outcome::Error((Status::UnprocessableEntity, ())),
        };
        let mut form = Form::default();
        for field in rocket::form::Form::values(&body) {
            let decode =
                |text: &str| rocket::http::RawStr::new(text).url_decode_lossy().into_owned();
            form.push(decode(field.name.source().as_str()), decode(field.value));
        }
        Outcome::Success(form)
    }
}

/// A file as it arrived.
#[derive(Debug, Clone)]
pub struct Uploaded {
    /// The field it was chosen in.
    pub field: String,
    /// As the sender's machine called it.
    pub name: String,
    pub bytes: Vec<u8>,
    /// False if it was longer than `Upload::LIMIT`; the rest was not kept.
    pub complete: bool,
}

/// A multipart form: fields and files. Take it as `rocket::form::Form<Upload>`.
#[derive(Debug, Default)]
pub struct Upload {
    pub form: Form,
    /// Chosen files; inputs left empty are not among them.
    pub files: Vec<Uploaded>,
}

impl Upload {
    /// No file may be longer (domain.md, Decisions: import 20 MiB).
    pub const LIMIT: u64 = 20 * 1024 * 1024;
}

#[rocket::async_trait]
impl<'r> FromForm<'r> for Upload {
    type Context = Upload;

    fn init(_: Options) -> Self::Context {
        <Upload as Default>::default()
    }

    fn push_value(upload: &mut Self::Context, field: ValueField<'r>) {
        upload.form.push(field.name.source().to_string(), field.value.to_owned());
    }

    async fn push_data(upload: &mut Self::Context, field: DataField<'r, '_>) {
        let name = field
            .file_name
            .map(|n| n.dangerous_unsafe_unsanitized_raw().as_str().to_owned())
            .unwrap_or_default();
        // browsers send a bare name; an old one a whole path of which only the end matters
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        let field_name = field.name.source().to_string();
        if let Ok(bytes) = field.data.open(ByteUnit::Byte(Self::LIMIT)).into_bytes().await {
            let complete = bytes.is_complete();
            let bytes = bytes.into_inner();
            if !name.is_empty() || !bytes.is_empty() {
                upload.files.push(Uploaded { field: field_name, name, bytes, complete });
            }
        }
    }

    fn finalize(upload: Self::Context) -> rocket::form::Result<'r, Self> {
        Ok(upload)
    }
}
