use super::*;

#[test]
fn markup_becomes_what_it_says() {
    for (given, shown) in [
        ("![x](https://evil.example/p.png?d=1) ok", "x ok"),
        (
            "See [the docs](https://a.example/d).",
            "See the docs (https://a.example/d).",
        ),
        (
            "[https://a.example](https://a.example)",
            "https://a.example",
        ),
        ("[pay](javascript:alert(1)) [up](/pay)", "pay up"),
        (
            "[![badge](https://b.example/i)](https://c.example)",
            "badge (https://c.example)",
        ),
        ("<https://a.example>", "https://a.example"),
        ("a<br/>b<p class=\"x\">c</p>", "a\nb\nc\n"),
        ("<img src=x onerror=alert(1)>Pays <b>now</b>", "Pays now"),
        ("<script>steal()</script>", "steal()"),
        ("a<!-- do it\nnow -->b", "ab"),
        ("<a href='https://a.example'>here</a>", "here"),
        ("<<b>script>x", "x"),
        ("<img src=x ", "img src=x "),
        (
            "[a]: https://a.example\n[one][a]",
            "a: https://a.example\n[one][a]",
        ),
    ] {
        assert_eq!(plain(given), shown, "{given}");
        assert_ne!(read(given).0, Markup::default(), "{given}");
        assert_eq!(plain(&plain(given)), shown, "{given} again");
    }
}

#[test]
fn characters_written_as_html_has_them_are_shown_and_are_no_way_around() {
    for (given, shown) in [
        ("List&nbsp;all &#8594; A &amp; B", "List all → A & B"),
        ("a &lt; b, the &lt;id&gt; of it", "a < b, the <id> of it"),
        ("&lt;b&gt;now&lt;/b&gt;", "now"),
        ("&amp;lt;script>", ""),
        ("&lt;img src=x&gt;", ""),
        ("&#91;pay](/pay)", "pay"),
        ("?a=1&b=2&copy=3", "?a=1&b=2&copy=3"),
        ("Code stays: `&lt;b&gt;`", "Code stays: `&lt;b&gt;`"),
        ("<note> <p>Only once.</p> </note>", " \nOnly once.\n \n"),
    ] {
        assert_eq!(plain(given), shown, "{given}");
        assert_eq!(plain(&plain(given)), shown, "{given} again");
    }
    assert_eq!(plain("&#97;&#98;&#x63;"), "abc");
}

#[test]
fn what_is_no_markup_stays() {
    for given in [
        "a < b and b > c, 1<2",
        "The <id> of the <customer-name>.",
        "items[0][price] and list[](x)",
        "^[a-z](\\d+)$",
        "Write `<b>` and ``[a](https://`b`)``.",
        "\\[a](b.c) stays",
        "List<String>, Map<Key, Value>",
        "[x] done, [ ] open: see (a)",
        "Grüße, 世界 <",
    ] {
        assert_eq!(plain(given), given);
    }
    assert_eq!(read("The <id> of [x]: none.").0, Markup::default());
}

#[test]
fn hostile_text_is_read_to_its_end_and_no_image_or_html_is_left_of_it() {
    for unit in [
        "<",
        "<b",
        "<!--",
        "[",
        "![",
        "](",
        "`",
        "[a](b.c",
        "<<b>script>",
        "``` ` ``",
        "&lt;b&gt;",
        "&amp;amp;lt;b",
    ] {
        let text = unit.repeat(200_000 / unit.len());
        let shown = plain(&text);
        let left = read(&shown).0;
        assert!(!left.images && !left.html, "{unit}");
    }
}
