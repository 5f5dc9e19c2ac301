//! How the cells of our workbooks look.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

/// The looks that all sheets of a book share.
pub struct Looks {
    pub title: Format,
    pub note: Format,
    pub head: Format,
    pub head_required: Format,
    pub text: Format,
    pub long: Format,
    pub integer: Format,
    pub hours: Format,
    pub bad: Format,
    pub bad_integer: Format,
    /// Whole columns of a template: text, so that Excel does not round an ID number.
    pub typed: Format,
}

impl Looks {
    pub fn new() -> Self {
        let font = || Format::new().set_font_name("宋体").set_font_size(11);
        let line = Color::RGB(0x00C9_D3E1);
        let cell = || {
            font()
                .set_border(FormatBorder::Thin)
                .set_border_color(line)
                .set_align(FormatAlign::VerticalCenter)
        };
        let head = || {
            cell()
                .set_bold()
                .set_background_color(Color::RGB(0x00EE_F2F8))
                .set_align(FormatAlign::Center)
                .set_text_wrap()
        };
        let red = Color::RGB(0x00B4_2318);
        Self {
            title: font()
                .set_font_size(16)
                .set_bold()
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter),
            note: font()
                .set_font_size(10)
                .set_font_color(Color::RGB(0x0059_6373))
                .set_text_wrap()
                .set_align(FormatAlign::VerticalCenter),
            head: head(),
            head_required: head().set_font_color(red),
            text: cell().set_num_format("@"),
            long: cell().set_num_format("@").set_text_wrap(),
            integer: cell().set_num_format("0"),
            hours: cell().set_num_format("0.0"),
            bad: cell()
                .set_num_format("@")
                .set_text_wrap()
                .set_font_color(red)
                .set_background_color(Color::RGB(0x00FD_ECEA)),
            bad_integer: cell().set_num_format("0").set_font_color(red),
            typed: font().set_num_format("@"),
        }
    }
}
