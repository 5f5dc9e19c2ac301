//! Rich text: what may stand in a notice. Everything goes through `clean` before it is stored,
//! and only what is stored is drawn.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

/// Letters of a notice at most.
pub const MOST: usize = 20_000;
/// Bytes of its HTML at most: a pasted table of 20,000 letters has many tags.
pub const MOST_BYTES: usize = 400_000;

const TAGS: [&str; 20] = [
    "p",
    "br",
    "strong",
    "em",
    "u",
    "h3",
    "h4",
    "ul",
    "ol",
    "li",
    "a",
    "blockquote",
    "table",
    "caption",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "th",
    "td",
];
/// Left out with what is in them; of every other tag the text stays.
const DROPPED: [&str; 14] = [
    "script", "style", "iframe", "object", "embed", "noscript", "template", "title", "svg", "math",
    "select", "textarea", "audio", "video",
];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(TAGS))
        .clean_content_tags(HashSet::from(DROPPED))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("td", HashSet::from(["colspan", "rowspan"])),
            ("th", HashSet::from(["colspan", "rowspan"])),
        ]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::PassThrough)
        .attribute_filter(|_, name, value| match name {
            "href" => address(value).map(Cow::Borrowed),
            "rel" => Some(value.into()), // ours, below
            _ => value.parse::<u8>().is_ok_and(|n| (1..=50).contains(&n)).then(|| value.into()),
        })
        .link_rel(Some("noopener noreferrer"));
    builder
});

/// The address of a link: of the web, of a mailbox, or a path of ours.
fn address(value: &str) -> Option<&str> {
    // browsers leave out control characters and read \ as /, so that "/\t/host" is another host
    if value.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return None;
    }
    let lower = value.to_ascii_lowercase();
    let abroad = ["http://", "https://", "mailto:"].iter().any(|start| lower.starts_with(start));
    let ours = value.starts_with('/') && !value.starts_with("//");
    (abroad || ours).then_some(value)
}

/// The same text with nothing in it but the tags above: no script, style, class, picture, frame.
pub fn clean(html: &str) -> String {
    let html = html.replace('\0', "");
    let cleaned = CLEANER.clean(&html).to_string();
    let cleaned = ["<p></p>", "<p>&nbsp;</p>", "<p><br></p>", "<h3></h3>", "<li></li>"]
        .iter()
        .fold(cleaned, |html, empty| html.replace(empty, ""));
    let cleaned = cleaned.trim();
    if text(cleaned).trim().is_empty() { String::new() } else { cleaned.to_owned() }
}

/// Typed without the editor: an empty line ends a paragraph.
pub fn of_text(typed: &str) -> String {
    let typed = typed.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = typed.lines().map(str::trim_end).collect();
    let paragraphs = lines.split(|line| line.trim().is_empty()).filter(|part| !part.is_empty());
    let html: String = paragraphs
        .map(|part| {
            let lines: Vec<String> = part.iter().map(|line| ammonia::clean_text(line)).collect();
            format!("<p>{}</p>", lines.join("<br>"))
        })
        .collect();
    clean(&html.replace("&#32;", " "))
}

/// What is read of cleaned HTML, for a box without the editor: paragraphs with empty lines
/// between them, cells of a table with tabs.
pub fn text(cleaned: &str) -> String {
    let mut text = String::new();
    let mut rest = cleaned;
    while let Some((before, tagged)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, after) = tagged.split_once('>').unwrap_or((tagged, ""));
        match tag {
            "br" | "/li" | "/tr" | "/caption" => text.push('\n'),
            "/p" | "/h3" | "/h4" | "/ul" | "/ol" | "/blockquote" | "/table" => {
                text.push_str("\n\n")
            }
            "/td" | "/th" => text.push('\t'),
            _ => {}
        }
        rest = after;
    }
    text.push_str(rest);
    let text = text
        .replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
    squeezed(&text)
}

/// No blanks at the end of a line, never more than one empty line.
fn squeezed(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && lines.last().is_none_or(|last| last.is_empty())) {
            lines.push(line);
        }
    }
    lines.join("\n").trim_end().to_owned()
}

/// Whether two texts say the same, blanks at the ends of lines apart.
pub fn same(one: &str, other: &str) -> bool {
    squeezed(&one.replace("\r\n", "\n")) == squeezed(&other.replace("\r\n", "\n"))
}

#[cfg(test)]
mod tests {
    use super::{clean, of_text, same, text};

    #[test]
    fn nothing_that_runs_or_loads_is_left() {
        for hostile in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<p onclick=alert(1)>甲</p>",
            "<a href=\"javascript:alert(1)\">甲</a>",
            "<a href=\" java\nscript:alert(1)\">甲</a>",
            "<a href=\"JaVaScRiPt&colon;alert(1)\">甲</a>",
            "<a href=\"data:text/html,<script>alert(1)</script>\">甲</a>",
            "<a href=\"vbscript:x\">甲</a>",
            "<a href=\"//evil.example\">甲</a>",
            "<a href=\"/\\evil.example\">甲</a>",
            "<a href=\"/\t/evil.example\">甲</a>",
            "<a href=\"\\\\evil.example\">甲</a>",
            "<a href=\"evil\">甲</a>",
            "<iframe src=\"https://evil.example\"></iframe>",
            "<svg><script>alert(1)</script></svg>",
            "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
            "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
            "<style>*{display:none}</style><p style=\"position:fixed\" class=\"topbar\" id=\"main\">甲</p>",
            "<form action=\"https://evil.example\"><input name=password><button>登录</button></form>",
            "<meta http-equiv=refresh content=0><base href=//evil.example><link rel=stylesheet href=//x>",
            "<p><!-- <img src=x onerror=alert(1)> -->甲</p>",
            "<td background=x>甲</td><table><tr><td colspan=1000 style=x>甲</td></tr></table>",
            "<object data=x></object><embed src=x><video src=x onerror=alert(1)></video>",
            "<a href=\"https://a.example\" target=_blank onmouseover=alert(1) style=x>甲</a>",
        ] {
            let cleaned = clean(hostile);
            for part in [
                "script",
                "onerror",
                "onclick",
                "onmouseover",
                "style",
                "class",
                "id=",
                "src",
                "evil",
                "data:",
                "<img",
                "<form",
                "<input",
                "<!--",
                "target",
                "1000",
            ] {
                assert!(!cleaned.contains(part), "{part} of {hostile}: {cleaned}");
            }
            assert_eq!(clean(&cleaned), cleaned, "{hostile}");
        }
    }

    #[test]
    fn what_a_notice_needs_stays() {
        let html = "<h3>一、时间</h3><p>即日起至<strong>12月31日</strong>，见<a href=\"https://www.example.cn/a?b=1&amp;c=2\" rel=\"noopener noreferrer\">文件</a>、<a href=\"/notices/3\" rel=\"noopener noreferrer\">上次通知</a>、<a href=\"mailto:a@example.cn\" rel=\"noopener noreferrer\">信箱</a>。<br>逾期<em>不补</em><u>报</u></p><ul><li>甲</li></ul><ol><li>乙</li></ol><blockquote><p>丙</p></blockquote><h4>附</h4><table><caption>表</caption><thead><tr><th>丁</th></tr></thead><tbody><tr><td colspan=\"2\">戊</td></tr></tbody></table>";
        assert_eq!(clean(html), html);
    }

    #[test]
    fn what_word_pastes_becomes_plain() {
        let pasted = "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><head><meta name=Generator content=\"Microsoft Word 15\"><style>p.MsoNormal{mso-style-parent:\"\"}</style></head><body lang=ZH-CN><!--StartFragment--><p class=MsoNormal style='text-indent:21.0pt'><span lang=EN-US style='font-family:宋体'>各单位：<o:p></o:p></span></p><p class=MsoNormal><b><span>请按时申报</span></b><span lang=EN-US><o:p>&nbsp;</o:p></span></p><!--EndFragment--></body></html>";
        let cleaned = clean(pasted);
        assert!(cleaned.starts_with("<p>各单位：</p><p>请按时申报"), "{cleaned}");
        assert!(!cleaned.contains("Mso") && !cleaned.contains("mso"), "{cleaned}");
    }

    #[test]
    fn a_text_without_the_editor_keeps_its_paragraphs() {
        let typed = "各单位：\r\n\r\n  请按时申报。\r\n1 < 2 & <b>不是标签</b>\r\n\r\n\r\n特此通知";
        let html = of_text(typed);
        assert_eq!(
            html,
            "<p>各单位：</p><p>  请按时申报。<br>1 &lt; 2 &amp; &lt;b&gt;不是标签&lt;/b&gt;</p><p>特此通知</p>"
        );
        assert_eq!(clean(&html), html);
        assert!(same(&text(&html), typed), "{:?}", text(&html));
        assert_eq!(text("<ul><li>甲</li><li>乙</li></ul><p>丙</p>"), "甲\n乙\n\n丙");
        for nothing in ["", " \n\n ", "<p></p>"] {
            assert_eq!(clean(nothing), "");
        }
        assert_eq!(of_text("\n \n"), "");
    }
}
