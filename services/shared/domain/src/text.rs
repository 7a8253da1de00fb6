//! Text from outside, made safe to look at.
//!
//! A reviewer or a model may be misled by characters that do not show. [`reveal`] draws them for
//! people; [`strip`] takes them away for models.

/// Draws every character that hides, reorders or imitates nothing as `⟦U+202E⟧`.
/// Line feeds and tabs stay as they are.
#[must_use]
pub fn reveal(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            shown.extend(format!("⟦U+{:04X}⟧", u32::from(character)).chars());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Takes hidden characters away and cuts the text at `limit` characters, ending in `…` if cut.
#[must_use]
pub fn strip(text: &str, limit: usize) -> String {
    let start = &text.as_bytes()[..text.len().min(limit.saturating_add(1))];
    if is_visible_ascii(start) {
        return match text.get(..limit) {
            Some(fits) if fits.len() < text.len() => format!("{}…", &fits[..limit.max(1) - 1]),
            _ => text.to_owned(),
        };
    }
    let mut visible = text.chars().filter(|c| !is_hidden(*c));
    let mut kept: String = visible.by_ref().take(limit).collect();
    if visible.next().is_some() {
        kept.pop();
        kept.push('…');
    }
    kept
}

/// Says whether a text holds characters that do not show.
#[must_use]
pub fn has_hidden(text: &str) -> bool {
    !is_visible_ascii(text.as_bytes()) && text.chars().any(is_hidden)
}

/// Says whether a text hides something. What ends its lines, as in files of Windows, and what gives
/// its emoji their colour does not show either, and hides nothing.
#[must_use]
pub fn conceals(text: &str) -> bool {
    if is_visible_ascii(text.as_bytes()) {
        return false;
    }
    let mut before = None;
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        let is_usual = match character {
            '\r' => rest.as_str().starts_with(['\r', '\n']),
            '\u{fe0f}' => before.is_some_and(is_pictured),
            _ => false,
        };
        if is_hidden(character) && !is_usual {
            return true;
        }
        before = Some(character);
    }
    false
}

/// Characters that are either a sign in the text or a small picture: U+FE0F asks for the picture.
fn is_pictured(character: char) -> bool {
    let signs = [
        '\u{a9}', '\u{ae}', '\u{203c}', '\u{2049}', '\u{3030}', '\u{303d}',
    ];
    signs.contains(&character)
        || matches!(character, '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{2bff}')
        || matches!(
            character,
            '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}'
        )
}

/// What most texts are, seen without looking at each character by itself.
fn is_visible_ascii(text: &[u8]) -> bool {
    /// Bytes that are looked at together.
    const TOGETHER: usize = 64;
    let is_visible = |byte: &u8| matches!(byte, b'\n' | b'\t' | 0x20..=0x7e);
    let all = |piece: &[u8]| piece.iter().fold(true, |all, byte| all & is_visible(byte));
    text.chunks(TOGETHER).all(all)
}

/// Says whether a text has links, images or HTML in it, or what could become one of them.
#[must_use]
pub fn has_markup(text: &str) -> bool {
    let tag = |after: &str| {
        after.starts_with(|c: char| c.is_ascii_alphabetic() || ['/', '!', '?'].contains(&c))
    };
    let link = ["](", "][", "]:"].into_iter();
    link.clone().any(|mark| text.contains(mark)) || text.split('<').skip(1).any(tag)
}

/// Control, format, bidirectional, zero-width, variation and tag characters, and letters that are
/// blank.
#[must_use]
pub fn is_hidden(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{2800}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        other => other.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_drawn_and_the_rest_is_left_alone() {
        assert_eq!(reveal("pay\u{202e}001\u{200b}"), "pay⟦U+202E⟧001⟦U+200B⟧");
        assert_eq!(reveal("\u{e0041}\u{1b}[31m"), "⟦U+E0041⟧⟦U+001B⟧[31m");
        assert_eq!(reveal("Grüße,\n\t世界"), "Grüße,\n\t世界");
    }

    #[test]
    fn every_character_of_ascii_is_judged_by_itself() {
        for character in (0..128).map(char::from) {
            let text = format!("a{character}b");
            assert_eq!(has_hidden(&text), is_hidden(character), "{character:?}");
            assert_eq!(strip(&text, 9), text.replace(is_hidden, ""));
        }
    }

    #[test]
    fn whatever_unicode_lets_a_font_leave_out_is_hidden_and_so_is_a_blank_letter() {
        // `Default_Ignorable_Code_Point` of Unicode 17.
        let ignorable = [
            '\u{ad}'..='\u{ad}',
            '\u{34f}'..='\u{34f}',
            '\u{61c}'..='\u{61c}',
            '\u{115f}'..='\u{1160}',
            '\u{17b4}'..='\u{17b5}',
            '\u{180b}'..='\u{180f}',
            '\u{200b}'..='\u{200f}',
            '\u{202a}'..='\u{202e}',
            '\u{2060}'..='\u{206f}',
            '\u{3164}'..='\u{3164}',
            '\u{fe00}'..='\u{fe0f}',
            '\u{feff}'..='\u{feff}',
            '\u{ffa0}'..='\u{ffa0}',
            '\u{fff0}'..='\u{fff8}',
            '\u{1bca0}'..='\u{1bca3}',
            '\u{1d173}'..='\u{1d17a}',
            '\u{e0000}'..='\u{e0fff}',
        ];
        for character in ignorable.into_iter().flatten().chain(['\u{2800}']) {
            assert!(is_hidden(character), "{character:?}");
        }
    }

    #[test]
    fn ends_of_lines_and_emoji_hide_nothing() {
        for usual in ["one\r\ntwo\r\r\n", "\u{26a0}\u{fe0f} Deprecated", "plain"] {
            assert!(!conceals(usual), "{usual:?}");
        }
        for hiding in [
            "one\rtwo",
            "two\r",
            "a\u{fe0f}b",
            "\u{26a0}\u{fe0f}\u{fe0f}",
            "\u{26a0}\u{fe0e}",
            "one\r\ntwo\u{200b}",
        ] {
            assert!(conceals(hiding), "{hiding:?}");
        }
    }

    #[test]
    fn links_images_and_html_are_found_and_plain_text_is_not() {
        let found = [
            "see [the docs](https://x.example)",
            "![a](b)",
            "[a][b]",
            "[a]: https://x.example",
            "<img src=x>",
            "</p>",
            "<!-- x -->",
            "<https://x.example>",
        ];
        let plain = [
            "a < b",
            "2 <3",
            "a [list] of x",
            "f(x)",
            "see https://x.example",
            "x -> y",
        ];
        assert!(found.iter().all(|text| has_markup(text)));
        assert!(!plain.iter().any(|text| has_markup(text)));
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        assert_eq!(strip("abcdef", 4), "abc…");
        assert_eq!(strip("a\u{200b}bcd", 4), "abcd");
        assert_eq!(strip("abcd\u{200b}", 4), "abcd");
        assert_eq!(strip("abcd\u{e9}", 4), "abc…");
        assert_eq!(strip("abcd", 4), "abcd");
        assert_eq!((strip("ab", 1), strip("ab", 0)), ("…".into(), "…".into()));
    }
}
