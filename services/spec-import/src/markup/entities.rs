//! Characters written as HTML has them: `&nbsp;`, `&#8594;`, `&#x2192;`.

use countersign_domain::text;

/// Longer ones mean nothing that stands in a description.
const CHARACTERS: usize = 10;

/// The names that documents use.
const NAMES: [(&str, char); 27] = [
    ("amp", '&'),
    ("apos", '\''),
    ("asymp", '≈'),
    ("bull", '•'),
    ("copy", '©'),
    ("deg", '°'),
    ("euro", '€'),
    ("ge", '≥'),
    ("gt", '>'),
    ("hellip", '…'),
    ("larr", '←'),
    ("laquo", '«'),
    ("ldquo", '“'),
    ("le", '≤'),
    ("lsquo", '‘'),
    ("lt", '<'),
    ("mdash", '—'),
    ("middot", '·'),
    ("nbsp", ' '),
    ("ndash", '–'),
    ("quot", '"'),
    ("raquo", '»'),
    ("rarr", '→'),
    ("rdquo", '”'),
    ("reg", '®'),
    ("rsquo", '’'),
    ("trade", '™'),
];

/// The character that a text begins with, written so, and how many bytes that takes.
pub(super) fn first(text: &str) -> Option<(char, usize)> {
    let inner = text.strip_prefix('&')?;
    let end = inner
        .bytes()
        .take(CHARACTERS)
        .position(|byte| byte == b';')?;
    let name = &inner[..end];
    let character = match name.strip_prefix('#') {
        Some(number) => numbered(number)?,
        None => NAMES.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((character, end + 2))
}

fn numbered(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => number.parse(),
    };
    let character = char::from_u32(code.ok()?)?;
    match character {
        '\u{a0}' => Some(' '),
        '\n' | '\t' => Some(character),
        // What does not show stays as it was written: taken out, it would join its neighbours.
        other => (!text::is_hidden(other)).then_some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_that_is_written_as_html_has_it_is_known() {
        for (text, character) in [
            ("&lt;b", Some(('<', 4))),
            ("&#8594;", Some(('→', 7))),
            ("&#x2192; on", Some(('→', 8))),
            ("&#xA0;", Some((' ', 6))),
            ("& so on;", None),
            ("&limit=5;", None),
            ("&#7;", None),
            ("&#x200b;", None),
            ("&#x202E;", None),
            ("&#xD800;", None),
            ("&#99999999999999;", None),
            ("&", None),
        ] {
            assert_eq!(first(text), character, "{text}");
        }
    }
}
