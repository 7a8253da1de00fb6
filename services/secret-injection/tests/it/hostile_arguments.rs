//! Values and names that want to be another parameter, header, cookie, part or method.

use countersign_domain::{
    Fault as _,
    operation::{BodyKind, Place, Style},
};
use countersign_secret_injection::BuiltRequest;
use proptest::prelude::*;
use serde_json::json;

use crate::templates::{Template, get, post};

/// Header values with a line break, or with what some reader takes for one.
const HEADER_VALUES: &[&str] = &[
    "a\r\nX-Evil: 1",
    "a\nX-Evil: 1",
    "a\rX-Evil: 1",
    "\r\n\r\nGET / HTTP/1.1",
    "a\0b",
    "\u{1b}[0m",
    "a\u{7f}",
    "a\u{85}b",
    "a\u{2028}b",
    "ü",
    "\u{560a}\u{560d}X: 1",
    "日本",
    "a\u{b}b",
    "a\u{c}b",
    "\u{202e}x",
];

/// Names that some framework takes for the method.
const METHOD_NAMES: &[&str] = &[
    "_method",
    "_METHOD",
    "X-HTTP-Method",
    "X-Method-Override",
    " _method",
    ".method",
    "[_method]",
    "_method]",
    "[_method",
    "_HttpMethod",
    "X-HTTP-Method-Override",
    "x_http_method_override",
    "x-tunneled-method",
    "$httpHeaders",
];

const HEADER_NAMES: &[&str] = &[
    "Accept",
    "Content-Type",
    "Content-Length",
    "Authorization",
    "Host",
    "Cookie",
    "Connection",
    "Keep-Alive",
    "TE",
    "Transfer-Encoding",
    "Trailer",
    "Upgrade",
    "Expect",
    "Proxy-Authorization",
    "Proxy-Connection",
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "x_forwarded_host",
    "X-Real-IP",
    "Remote-User",
    "Remote-Groups",
    "X-Amzn-Oidc-Identity",
    "X-Goog-Authenticated-User-Email",
    "Impersonate-User",
    "X-MS-CLIENT-PRINCIPAL",
    "X_WEBAUTH_USER",
    "X-Auth-Request-Email",
    "X-HTTP-Method-Override",
    "X_HTTP_METHOD_OVERRIDE",
    "X-HTTP-Method",
    "X-Method-Override",
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-Host",
    "Origin",
    "Sec-Fetch-Site",
    "bad name",
    "bad\r\nX-Evil",
    "",
    ":authority",
    "ü",
];

#[test]
fn a_header_value_cannot_begin_another_header() {
    let plain = get("/").header("X-Note");
    let listed = get("/").bind(Place::Header, "X-Note", Style::Simple, true);
    for &value in HEADER_VALUES {
        for arguments in [
            json!({"X-Note": value}),
            json!({"X-Note": ["a", value]}),
            json!({"X-Note": {value: 1}}),
        ] {
            for tool in [&plain, &listed] {
                let error = tool.build(&arguments).unwrap_err();
                assert_eq!(error.code(), "header_value_refused", "{value:?}");
            }
        }
    }
    println!(
        "header values refused: {} of {}",
        HEADER_VALUES.len(),
        HEADER_VALUES.len()
    );
}

#[test]
fn no_tool_sets_a_header_that_frames_the_request_or_says_who_asks() {
    for &name in HEADER_NAMES {
        let tool = get("/").header(name).with(|bind| bind.key = "note".into());
        let error = tool.build(&json!({"note": "x"})).unwrap_err();
        assert_eq!(error.code(), "bind_refused", "{name:?}");
        let request = tool.build(&json!({"note": null})).unwrap();
        assert_eq!(request.headers().len(), 1, "accept alone");
    }
    println!("N = {} headers refused", HEADER_NAMES.len());
}

#[test]
fn nothing_changes_the_method_from_within() {
    let exploded = get("/").query("filter");
    for &name in METHOD_NAMES {
        let in_query = get("/").query(name).build(&json!({name: "DELETE"}));
        assert_eq!(in_query.unwrap_err().code(), "bind_refused", "{name}");
        let error = exploded
            .build(&json!({"filter": {name: "DELETE"}}))
            .unwrap_err();
        assert_eq!(error.code(), "argument_clash", "{name}");
        let part = post("/").body(BodyKind::Parts, "multipart/form-data");
        let said = format!("form-data; name=\"{name}\"");
        let part = part.encoding("[0]", (Style::Form, true), None);
        let error = part.part_header("Content-Disposition", &said);
        let error = error.build(&json!({"body": ["DELETE"]})).unwrap_err();
        assert_eq!(error.code(), "argument_clash", "{name}");
        let form = || post("/").body(BodyKind::Multipart, "multipart/form-data");
        let inside = || form().encoding("in", (Style::Form, true), None);
        for nested in [inside().parts(form()), inside().by_member()] {
            let error = nested.build(&json!({"body": {"in": {name: "DELETE"}}}));
            assert_eq!(error.unwrap_err().code(), "argument_clash", "{name}");
        }
        for (kind, media) in [
            (BodyKind::Form, "application/x-www-form-urlencoded"),
            (BodyKind::Multipart, "multipart/form-data"),
            (BodyKind::Json, "application/json"),
        ] {
            let error = post("/")
                .body(kind, media)
                .build(&json!({"body": {name: "DELETE"}}))
                .unwrap_err();
            assert_eq!(error.code(), "argument_clash", "{name} {media}");
        }
    }
}

#[test]
fn a_whole_query_is_one_arguments_alone() {
    const FORM: &str = "application/x-www-form-urlencoded";
    let given = json!({"whole": {"a": 1}});
    for shared in [
        get("/?mode=safe").whole_query(FORM),
        get("/").whole_query(FORM).query("a"),
        get("/").whole_query(FORM).whole_query("text/plain"),
    ] {
        let error = shared.build(&given).unwrap_err();
        assert_eq!(error.code(), "template_unusable");
    }
    for &name in METHOD_NAMES {
        let error = get("/").whole_query(FORM);
        let error = error
            .build(&json!({"whole": {name: "DELETE"}}))
            .unwrap_err();
        assert_eq!(error.code(), "argument_clash", "{name}");
        let error = get("/").whole_query("text/plain");
        let error = error.build(&json!({"whole": name})).unwrap_err();
        assert_eq!(error.code(), "argument_clash", "{name}");
    }
    for (media, value) in [
        (FORM, json!("a=1")),
        (FORM, json!([1])),
        ("text/plain", json!({"a": 1})),
        ("text/plain", json!(["a"])),
    ] {
        let error = get("/").whole_query(media);
        let error = error.build(&json!({"whole": value})).unwrap_err();
        assert_eq!(error.code(), "argument_type", "{media} {value}");
    }
}

/// Bodies whose schema has a role, which need not be given, and whose `meta` goes by member.
fn with_a_role() -> Vec<Template> {
    let role = json!({"properties": {"role": {"enum": ["user"]}, "meta": {"type": "object"}}});
    let bodies = [
        role.clone(),
        json!({"allOf": [{"$ref": "#/$defs/Role"}]}),
        json!({"oneOf": [{"type": "object"}, {"if": true, "then": {"$ref": "#/$defs/Role"}}]}),
        json!({"dependentSchemas": {"meta": role}}),
    ];
    let all = bodies.map(|body| {
        let schema = json!({"properties": {"body": body}, "$defs": {"Role": {
            "anyOf": [{"$ref": "#/$defs/Role"}, role]}}});
        let form = post("/").body(BodyKind::Form, "application/x-www-form-urlencoded");
        let parts = post("/").body(BodyKind::Multipart, "multipart/form-data");
        [
            form.encoding("meta", (Style::Form, true), None),
            parts
                .encoding("meta", (Style::Form, true), None)
                .by_member(),
        ]
        .map(|tool| tool.input_schema(&schema))
    });
    all.into_iter().flatten().collect()
}

#[test]
fn a_member_of_an_object_cannot_be_another_parameter() {
    let query = get("/?mode=safe").query("filter").query("account");
    for name in ["account", "mode"] {
        let error = query.build(&json!({"filter": {name: "x"}})).unwrap_err();
        assert_eq!(error.code(), "argument_clash");
        assert_eq!(
            error.to_string(),
            format!("the argument `filter` may not set the parameter `{name}`")
        );
    }
    let deep = |path: &str| get(path).bind(Place::Query, "filter", Style::DeepObject, true);
    for nested in [
        deep("/?filter%5Bowner%5D=me"),
        deep("/").query("filter[owner]"),
    ] {
        let error = nested.build(&json!({"filter": {"owner": "all"}}));
        assert_eq!(error.unwrap_err().code(), "argument_clash");
        nested.build(&json!({"filter": {"state": "open"}})).unwrap();
    }
    let beside = deep("/").query("extra");
    let fixed = get("/?filter%5Bowner%5D=me").query("extra");
    for (tool, name) in [
        (&beside, "filter[owner]"),
        (&beside, "filter[owner][]"),
        (&fixed, "filter"),
        (&fixed, "filter[owner][]"),
    ] {
        let error = tool.build(&json!({"extra": {name: "all"}}));
        assert_eq!(error.unwrap_err().code(), "argument_clash", "{name}");
    }
    let inside = deep("/?filter%5Bowner%5D=me").build(&json!({"filter": {"owner": {"x": 1}}}));
    assert_eq!(inside.unwrap_err().code(), "argument_clash");
    let both = get("/").query("filter");
    let both = both.bind(Place::Query, "filter[created]", Style::DeepObject, true);
    both.build(&json!({"filter": "x", "filter[created]": {"gte": [1, 2]}}))
        .unwrap();
    get("/")
        .query("extra")
        .build(&json!({"extra": {"[x]": 1}}))
        .unwrap();
    let nested = post("/")
        .body(BodyKind::Form, "application/x-www-form-urlencoded")
        .encoding("filter", (Style::DeepObject, true), None);
    let error = nested.build(&json!({"body": {"filter": {"owner": 1}, "filter[owner]": 2}}));
    assert_eq!(error.unwrap_err().code(), "argument_clash");
    let apart = post("/")
        .body(BodyKind::Multipart, "multipart/form-data")
        .encoding("filter", (Style::Form, true), None)
        .by_member();
    let error = apart.build(&json!({"body": {"filter": {"owner": 1}, "owner": 2}}));
    assert_eq!(error.unwrap_err().code(), "argument_clash");
    for tool in with_a_role() {
        let error = tool.build(&json!({"body": {"meta": {"role": "admin"}}}));
        assert_eq!(error.unwrap_err().code(), "argument_clash");
        tool.build(&json!({"body": {"meta": {"owner": "me"}}}))
            .unwrap();
    }
    let twice = get("/").query("one").query("two");
    let error = twice
        .build(&json!({"one": {"x": 1}, "two": {"x": 2}}))
        .unwrap_err();
    assert_eq!(error.code(), "argument_clash");
    let cookies = get("/").cookie("prefs").cookie("session");
    assert_eq!(
        cookies
            .build(&json!({"prefs": {"session": 1}}))
            .unwrap_err()
            .code(),
        "argument_clash"
    );
    assert_eq!(
        cookies
            .build(&json!({"prefs": {"a=b; c": 1}}))
            .unwrap_err()
            .code(),
        "header_value_refused"
    );
}

#[test]
fn a_field_that_is_not_declared_cannot_be_a_member_of_one_that_is() {
    let filter = json!({"type": "object", "properties": {"owner": {"enum": ["me"]}},
        "additionalProperties": false});
    let properties = json!({"filter": filter, "expand[]": {"type": "array"}});
    let schema = json!({"properties": {"body": {"properties": properties}}});
    let form = || post("/").body(BodyKind::Form, "application/x-www-form-urlencoded");
    let parts = || post("/").body(BodyKind::Multipart, "multipart/form-data");
    let deep = |tool: Template| tool.encoding("filter", (Style::DeepObject, true), None);
    let apart = |tool: Template| tool.encoding("filter", (Style::Form, true), None);
    for (tool, refused, sent) in [
        (deep(form()), "filter[owner]", "owner"),
        (deep(form()), "filter[a][b]", "owner[a]"),
        (deep(parts()), "filter[owner]", "owner"),
        (parts(), "filter[owner]", "owner"),
        (apart(form()), "owner", "other"),
        (apart(form()), "owner[]", "other[]"),
        (apart(parts()).by_member(), "owner", "other"),
    ] {
        let tool = tool.input_schema(&schema);
        let error = tool.build(&json!({"body": {refused: "all"}})).unwrap_err();
        assert_eq!(error.code(), "argument_clash", "{refused}");
        tool.build(&json!({"body": {sent: "all", "expand[]": ["x"]}}))
            .unwrap();
    }
}

#[test]
fn a_cookie_that_is_sent_as_it_is_cannot_become_another() {
    let tool = get("/").bind(Place::Cookie, "a", Style::Cookie, true);
    let values = [
        "x; admin=1",
        "x,y",
        "a b",
        "\"x\"",
        "a\\b",
        "x\r\nHost: evil",
        "\0",
        "ä",
        "\t",
        "\u{7f}",
    ];
    for value in values {
        for given in [json!(value), json!([value]), json!({"b": value})] {
            let error = tool.build(&json!({"a": given})).unwrap_err();
            assert_eq!(error.code(), "header_value_refused", "{given}");
        }
    }
    println!("N = {} values that are no cookie", values.len());
}

#[test]
fn a_key_with_brackets_cannot_pretend_to_be_nested() {
    let tool = get("/").bind(Place::Query, "a", Style::DeepObject, true);
    for key in ["b][c", "b]", "[0]"] {
        assert_eq!(
            tool.build(&json!({"a": {key: 1}})).unwrap_err().code(),
            "argument_type"
        );
    }
}

#[test]
fn a_cookie_value_cannot_begin_another_cookie() {
    let tool = get("/").cookie("sid");
    for value in ["a\r\nX: 1", "a\nb", "a\0b", "\r"] {
        assert_eq!(
            tool.build(&json!({"sid": value})).unwrap_err().code(),
            "header_value_refused"
        );
    }
    let request = tool.build(&json!({"sid": "a; admin=1, b=\"c\""})).unwrap();
    assert_eq!(
        request.headers()[1].1,
        "sid=a%3B%20admin%3D1%2C%20b%3D%22c%22"
    );
}

#[test]
fn a_part_of_a_form_cannot_begin_another_part() {
    let tool = post("/").body(BodyKind::Multipart, "multipart/form-data");
    let honest = tool.build(&json!({"body": {"a": "x"}})).unwrap();
    let boundary = honest
        .content_type()
        .unwrap()
        .rsplit('=')
        .next()
        .unwrap()
        .to_owned();
    let forged =
        format!("x\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"admin\"\r\n\r\n1");
    let request = tool.build(&json!({"body": {"a": forged}})).unwrap();
    let real = request.content_type().unwrap().rsplit('=').next().unwrap();
    let body = std::str::from_utf8(request.body().unwrap()).unwrap();
    assert_eq!(
        body.matches(real).count(),
        2,
        "one to open and one to close"
    );
    let error = tool
        .build(&json!({"body": {"a\"\r\nX: y": "1"}}))
        .unwrap_err();
    assert_eq!(error.code(), "header_value_refused");
}

#[test]
fn a_part_without_a_name_cannot_begin_another_part() {
    let boundary = |request: &BuiltRequest| {
        let media = request.content_type().unwrap();
        media.rsplit('=').next().unwrap().to_owned()
    };
    let tool = post("/").body(BodyKind::Parts, "multipart/mixed; boundary=x");
    let tool = tool.encoding("[]", (Style::Form, true), None);
    let honest = boundary(&tool.build(&json!({"body": ["x"]})).unwrap());
    for forged in ["x", honest.as_str()] {
        let text = format!("x\r\n--{forged}\r\n\r\n1\r\n--{forged}--\r\n");
        let request = tool.build(&json!({"body": [text, [text], "y"]})).unwrap();
        let real = boundary(&request);
        let body = std::str::from_utf8(request.body().unwrap()).unwrap();
        assert_eq!(
            body.matches(&real).count(),
            4,
            "three to open and one to close"
        );
    }
}

#[test]
fn a_part_in_a_part_cannot_begin_another_part_of_either() {
    let boundaries = |request: &BuiltRequest| -> Vec<String> {
        let whole = String::from_utf8(request.body().unwrap().to_vec()).unwrap();
        let all = format!("{}\r\n{whole}", request.content_type().unwrap());
        let all = all.split("boundary=").skip(1);
        all.map(|rest| rest.lines().next().unwrap().to_owned())
            .collect()
    };
    let plain = |template: Template| template.encoding("[]", (Style::Form, true), None);
    let inner = plain(post("/").body(BodyKind::Parts, "multipart/mixed"));
    let tool = post("/").body(BodyKind::Parts, "multipart/mixed");
    let tool = tool.encoding("[]", (Style::Form, true), Some("multipart/mixed"));
    let tool = tool.parts(inner);
    let honest = boundaries(&tool.build(&json!({"body": [["x"]]})).unwrap());
    for forged in &honest {
        let text = format!("x\r\n--{forged}\r\n\r\n1\r\n--{forged}--\r\n");
        let request = tool.build(&json!({"body": [[text, "y"]]})).unwrap();
        let [outer, inner] = boundaries(&request).try_into().unwrap();
        assert_ne!(outer, inner);
        let body = std::str::from_utf8(request.body().unwrap()).unwrap();
        assert_eq!(body.matches(&outer).count(), 2, "one part");
        let said_and_used = body.matches(&inner).count();
        assert_eq!(said_and_used, 4, "named once, two to open, one to close");
    }
    for wrong in [json!(["x"]), json!([{}]), json!([[]]), json!([null])] {
        let error = tool.build(&json!({"body": wrong})).unwrap_err();
        assert!(error.to_string().contains("body[0]"), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_in_a_query_comes_out_as_one_value(value in any::<String>(), reserved in any::<bool>()) {
        let tool = get("/search").query("q").with(|bind| bind.allow_reserved = reserved);
        let request = tool.build(&json!({"q": value})).unwrap();
        let pairs: Vec<_> = request.url().query_pairs().into_owned().collect();
        prop_assert_eq!(pairs, [("q".to_owned(), value)]);
        prop_assert_eq!(request.url().path(), "/v1/search");
        prop_assert_eq!(request.url().fragment(), None);
    }

    #[test]
    fn any_text_that_is_a_whole_query_stays_one_piece(value in prop_oneof![9 => ".{1,40}", 1 => " ?[_.&a]?(method|METHOD) ?"]) {
        let tool = get("/search").whole_query("application/jsonpath");
        match tool.build(&json!({"whole": value})) {
            Ok(request) => {
                let query = request.url().query().unwrap();
                prop_assert!(!query.contains(['&', '=', '#', '+', ';']), "{}", query);
                let read = percent_encoding::percent_decode_str(query).decode_utf8().unwrap();
                prop_assert_eq!(read, value);
            }
            Err(error) => {
                prop_assert_eq!(error.code(), "argument_clash");
                let names_the_method = ["_method", ".method", "&method"].contains(&value.trim().to_lowercase().as_str());
                prop_assert!(names_the_method, "{:?} is sent", value);
            }
        }
    }

    #[test]
    fn any_text_in_a_form_comes_out_as_one_value(key in "[a-zA-Z][^\\[\\]]{0,8}", value in any::<String>()) {
        let tool = post("/").body(BodyKind::Form, "application/x-www-form-urlencoded");
        let request = tool.build(&json!({"body": {key.clone(): value}})).unwrap();
        let pairs: Vec<_> = url::form_urlencoded::parse(request.body().unwrap()).into_owned().collect();
        prop_assert_eq!(pairs, [(key, value)]);
    }

    #[test]
    fn any_header_value_is_visible_ascii_or_refused(value in any::<String>()) {
        let tool = get("/").header("X-Note");
        match tool.build(&json!({"X-Note": value})) {
            Ok(request) => prop_assert_eq!(&request.headers()[1].1, &value),
            Err(error) => prop_assert_eq!(error.code(), "header_value_refused"),
        }
    }
}
