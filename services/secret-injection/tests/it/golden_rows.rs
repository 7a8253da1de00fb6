//! The rows of the golden table: the parameters; bodies are in [`golden_bodies`].

use countersign_domain::operation::{PartEncoding, Place, Style};
use serde_json::{Value, json};

use crate::{
    golden_bodies,
    templates::{Template, get},
};

/// What is built, of what, and what comes out.
pub(crate) struct Row {
    pub(crate) template: Template,
    pub(crate) arguments: Value,
    /// Path and query behind the base, then headers but `accept`, then the body.
    pub(crate) wire: &'static str,
}

pub(crate) fn row(template: Template, arguments: Value, wire: &'static str) -> Row {
    Row {
        template,
        arguments,
        wire,
    }
}

fn list() -> Value {
    json!({"color": ["blue", "black", "brown"]})
}

fn map() -> Value {
    json!({"color": {"R": 100, "G": 200, "B": 150}})
}

fn one() -> Value {
    json!({"color": "blue"})
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = paths();
    rows.extend(queries());
    rows.extend(queries_of_one_value());
    rows.extend(headers_and_cookies());
    rows.extend(lists_of_lists());
    rows.extend(whole_queries());
    rows.extend(golden_bodies::rows());
    rows
}

fn paths() -> Vec<Row> {
    let color = |style, explode| get("/c/{color}").bind(Place::Path, "color", style, explode);
    vec![
        row(color(Style::Simple, false), one(), "/c/blue"),
        row(color(Style::Simple, true), one(), "/c/blue"),
        row(color(Style::Simple, false), list(), "/c/blue,black,brown"),
        row(color(Style::Simple, true), list(), "/c/blue,black,brown"),
        row(color(Style::Simple, false), map(), "/c/B,150,G,200,R,100"),
        row(color(Style::Simple, true), map(), "/c/B=150,G=200,R=100"),
        row(color(Style::Label, false), one(), "/c/.blue"),
        row(color(Style::Label, true), one(), "/c/.blue"),
        row(color(Style::Label, false), list(), "/c/.blue,black,brown"),
        row(color(Style::Label, true), list(), "/c/.blue.black.brown"),
        row(color(Style::Label, false), map(), "/c/.B,150,G,200,R,100"),
        row(color(Style::Label, true), map(), "/c/.B=150.G=200.R=100"),
        row(color(Style::Matrix, false), one(), "/c/;color=blue"),
        row(color(Style::Matrix, true), one(), "/c/;color=blue"),
        row(
            color(Style::Matrix, false),
            list(),
            "/c/;color=blue,black,brown",
        ),
        row(
            color(Style::Matrix, true),
            list(),
            "/c/;color=blue;color=black;color=brown",
        ),
        row(
            color(Style::Matrix, false),
            map(),
            "/c/;color=B,150,G,200,R,100",
        ),
        row(color(Style::Matrix, true), map(), "/c/;B=150;G=200;R=100"),
        row(
            get("/u/{id}/n/{no}").path("id").path("no"),
            json!({"id": "a b/ü", "no": 7}),
            "/u/a%20b%2F%C3%BC/n/7",
        ),
        row(
            get("/d/{a}.{b}").path("a").path("b"),
            json!({"a": "report", "b": "pdf"}),
            "/d/report.pdf",
        ),
        row(
            get("/p/{id}:cancel/").path("id"),
            json!({"id": true}),
            "/p/true:cancel/",
        ),
        row(
            get("/p/{ids}").path("ids"),
            json!({"ids": ["a,b", "c;d", null, 1.0]}),
            "/p/a%2Cb,c%3Bd,1",
        ),
        row(get("/"), json!({}), "/"),
        row(get("/soap?wsdl&v=2"), json!({}), "/soap?wsdl&v=2"),
        row(
            get("/x y/ü/%20{q}#frag").path("q"),
            json!({"q": "~._-"}),
            "/x%20y/%C3%BC/%20~._-",
        ),
        row(
            get("/f/{filter}")
                .path("filter")
                .with(|bind| bind.content_type = Some("application/json".into())),
            json!({"filter": {"b": 1, "a": "x"}}),
            "/f/%7B%22a%22%3A%22x%22%2C%22b%22%3A1%7D",
        ),
        row(
            get("/n/{nest}").path("nest"),
            json!({"nest": [{"a": 1}]}),
            "/n/%7B%22a%22%3A1%7D",
        ),
    ]
}

fn queries() -> Vec<Row> {
    let color = |style, explode| get("/c").bind(Place::Query, "color", style, explode);
    vec![
        row(color(Style::Form, true), one(), "/c?color=blue"),
        row(color(Style::Form, true), json!({"color": ""}), "/c?color="),
        row(
            color(Style::Form, false),
            list(),
            "/c?color=blue,black,brown",
        ),
        row(
            color(Style::Form, true),
            list(),
            "/c?color=blue&color=black&color=brown",
        ),
        row(
            color(Style::Form, false),
            map(),
            "/c?color=B,150,G,200,R,100",
        ),
        row(color(Style::Form, true), map(), "/c?B=150&G=200&R=100"),
        row(color(Style::SpaceDelimited, false), one(), "/c?color=blue"),
        row(
            color(Style::SpaceDelimited, false),
            list(),
            "/c?color=blue%20black%20brown",
        ),
        row(
            color(Style::SpaceDelimited, true),
            list(),
            "/c?color=blue&color=black&color=brown",
        ),
        row(
            color(Style::SpaceDelimited, false),
            map(),
            "/c?color=B%20150%20G%20200%20R%20100",
        ),
        row(color(Style::PipeDelimited, false), one(), "/c?color=blue"),
        row(
            color(Style::PipeDelimited, false),
            list(),
            "/c?color=blue%7Cblack%7Cbrown",
        ),
        row(
            color(Style::PipeDelimited, true),
            list(),
            "/c?color=blue&color=black&color=brown",
        ),
        row(
            color(Style::PipeDelimited, false),
            map(),
            "/c?color=B%7C150%7CG%7C200%7CR%7C100",
        ),
        row(
            color(Style::DeepObject, true),
            map(),
            "/c?color%5BB%5D=150&color%5BG%5D=200&color%5BR%5D=100",
        ),
        row(color(Style::DeepObject, true), one(), "/c?color=blue"),
        row(
            color(Style::DeepObject, true),
            list(),
            "/c?color%5B0%5D=blue&color%5B1%5D=black&color%5B2%5D=brown",
        ),
        row(
            color(Style::DeepObject, true),
            json!({"color": {"a": {"b": [1, null, {"c": "x y"}]}, "z": null}}),
            "/c?color%5Ba%5D%5Bb%5D%5B0%5D=1&color%5Ba%5D%5Bb%5D%5B1%5D%5Bc%5D=x%20y",
        ),
    ]
}

fn queries_of_one_value() -> Vec<Row> {
    let json_typed = |name: &str| {
        get("/c")
            .query(name)
            .with(|bind| bind.content_type = Some("application/json".into()))
    };
    vec![
        row(
            get("/c").query("a").query("b"),
            json!({"b": false, "a": -1.5}),
            "/c?a=-1.5&b=false",
        ),
        row(get("/c").query("a").query("b"), json!({"a": null}), "/c"),
        row(get("/c").query("a"), json!({"a": []}), "/c"),
        row(
            get("/c").query("a"),
            json!({"a": "1&b=2#x+y z%26"}),
            "/c?a=1%26b%3D2%23x%2By%20z%2526",
        ),
        row(
            get("/c").query("a"),
            json!({"a": [{"x": [1]}, ["y"]]}),
            "/c?a=%7B%22x%22%3A%5B1%5D%7D&a=%5B%22y%22%5D",
        ),
        row(
            get("/c").query("$filter"),
            json!({"$filter": "a eq 'b'"}),
            "/c?%24filter=a%20eq%20%27b%27",
        ),
        row(
            get("/c").query("created[gte]"),
            json!({"created[gte]": 5}),
            "/c?created%5Bgte%5D=5",
        ),
        row(
            get("/c").query("u").with(|bind| bind.allow_reserved = true),
            json!({"u": "https://x.y/a?b=c&d=e#f+g'[h];i 50%"}),
            "/c?u=https://x.y/a?b=c%26d=e%23f%2Bg%27%5Bh%5D%3Bi%2050%25",
        ),
        row(
            json_typed("q"),
            json!({"q": {"b": [1.0], "a": "é"}}),
            "/c?q=%7B%22a%22%3A%22%C3%A9%22%2C%22b%22%3A%5B1%5D%7D",
        ),
        row(json_typed("q"), json!({"q": "text"}), "/c?q=%22text%22"),
        row(
            get("/c?fixed=1").query("a"),
            json!({"a": 2}),
            "/c?fixed=1&a=2",
        ),
        row(
            get("/c?fixed=1&q={words}").query("q"),
            json!({"q": "a&b={x}"}),
            "/c?fixed=1&q=a%26b%3D%7Bx%7D",
        ),
        row(get("/c?q={words}").query("q"), json!({}), "/c"),
        row(
            get("/c")
                .query("key")
                .with(|bind| bind.wire = "StartTime>".into()),
            json!({"key": "x"}),
            "/c?StartTime%3E=x",
        ),
    ]
}

/// Lists of lists, as Swagger 2.0 joins them.
fn lists_of_lists() -> Vec<Row> {
    let query = |style, explode| get("/l").bind(Place::Query, "l", style, explode);
    let path = get("/l/{l}").bind(Place::Path, "l", Style::Simple, false);
    let header = get("/l").bind(Place::Header, "l", Style::Simple, false);
    let lists = || json!({"l": [[1, "b c"], [], [null, true], "d"]});
    let letters = || json!({"l": [["a", "b"], ["c"]]});
    vec![
        row(
            query(Style::PipeDelimited, false).items(Style::Form),
            lists(),
            "/l?l=1%2Cb%20c%7C%7Ctrue%7Cd",
        ),
        row(
            query(Style::Form, true).items(Style::PipeDelimited),
            lists(),
            "/l?l=1%7Cb%20c&l=&l=true&l=d",
        ),
        row(
            query(Style::Form, false).items(Style::Form),
            letters(),
            "/l?l=a%2Cb,c",
        ),
        row(path.items(Style::SpaceDelimited), letters(), "/l/a%20b,c"),
        row(
            header.items(Style::PipeDelimited),
            letters(),
            "/l | l: a|b,c",
        ),
    ]
}

fn whole_queries() -> Vec<Row> {
    let form = || get("/c").whole_query("application/x-www-form-urlencoded");
    let json_typed = || get("/c").whole_query("application/json");
    let path = || get("/c").whole_query("application/jsonpath");
    let nested = PartEncoding {
        style: Style::DeepObject,
        ..PartEncoding::plain("f")
    };
    vec![
        row(
            form(),
            json!({"whole": {"foo": "a + b", "bar": true, "list": [1, "x&y"], "o": {"k": 1}}}),
            "/c?bar=true&foo=a%20%2B%20b&list=1&list=x%26y&o=%7B%22k%22%3A1%7D",
        ),
        row(
            form().with(|bind| bind.encoding.push(nested)),
            json!({"whole": {"f": {"a": {"b": 1}}, "g": 2}}),
            "/c?f%5Ba%5D%5Bb%5D=1&g=2",
        ),
        row(form(), json!({"whole": {}}), "/c"),
        row(form(), json!({}), "/c"),
        row(
            json_typed(),
            json!({"whole": {"numbers": [1, 2], "flag": null}}),
            "/c?%7B%22flag%22%3Anull%2C%22numbers%22%3A%5B1%2C2%5D%7D",
        ),
        row(
            path(),
            json!({"whole": "$.a.b[1:1]"}),
            "/c?%24.a.b%5B1%3A1%5D",
        ),
        row(
            path(),
            json!({"whole": "a=1&b=2#c?d%26+é"}),
            "/c?a%3D1%26b%3D2%23c%3Fd%2526%2B%C3%A9",
        ),
    ]
}

fn headers_and_cookies() -> Vec<Row> {
    let header = |explode| get("/h").bind(Place::Header, "color", Style::Simple, explode);
    let cookie = |explode| get("/h").bind(Place::Cookie, "color", Style::Form, explode);
    vec![
        row(header(false), one(), "/h | color: blue"),
        row(header(false), list(), "/h | color: blue,black,brown"),
        row(header(true), list(), "/h | color: blue,black,brown"),
        row(header(false), map(), "/h | color: B,150,G,200,R,100"),
        row(header(true), map(), "/h | color: B=150,G=200,R=100"),
        row(
            get("/h").header("If-Match"),
            json!({"If-Match": "W/\"a, b\""}),
            "/h | if-match: W/\"a, b\"",
        ),
        row(
            get("/h").header("X-A").header("X-B"),
            json!({"X-A": null}),
            "/h",
        ),
        row(
            get("/h")
                .header("X-Meta")
                .with(|bind| bind.content_type = Some("application/json".into())),
            json!({"X-Meta": {"n": "Grüße"}}),
            "/h | x-meta: {\"n\":\"Gr\\u00fc\\u00dfe\"}",
        ),
        row(cookie(true), one(), "/h | cookie: color=blue"),
        row(cookie(false), list(), "/h | cookie: color=blue,black,brown"),
        row(
            cookie(true),
            list(),
            "/h | cookie: color=blue; color=black; color=brown",
        ),
        row(cookie(false), map(), "/h | cookie: color=B,150,G,200,R,100"),
        row(cookie(true), map(), "/h | cookie: B=150; G=200; R=100"),
        row(
            get("/h").bind(Place::Cookie, "color", Style::Cookie, true),
            json!({"color": {"greeting": "Hello%2C%20world!", "code": 42}}),
            "/h | cookie: code=42; greeting=Hello%2C%20world!",
        ),
        row(
            get("/h").bind(Place::Cookie, "color", Style::Cookie, true),
            list(),
            "/h | cookie: color=blue; color=black; color=brown",
        ),
        row(
            get("/h").bind(Place::Cookie, "color", Style::Cookie, true),
            json!({"color": "a=b/c+d:e"}),
            "/h | cookie: color=a=b/c+d:e",
        ),
        row(
            get("/h").cookie("a").cookie("b"),
            json!({"a": "x; b=2", "b": 1}),
            "/h | cookie: a=x%3B%20b%3D2; b=1",
        ),
    ]
}
