//! From a document to the bytes on the wire: what a document says about a request is what an
//! upstream receives.
//!
//! Each row names an operation of the fixture, its arguments, and the bytes that arrive: request
//! line, the headers that the call decides, an empty line, the body. Importer, builder and the
//! one door out are the real ones; the upstream writes down what it is sent.

mod hostile;
mod nested;
mod newer;
mod raw_text;
mod rows;
mod unseen;

use std::{path::Path, sync::Arc};

use countersign_domain::{
    operation::{ImportedDocument, ImportedOperation},
    path::Addresses,
};
use countersign_egress::{
    Egress, EgressPolicy, HeaderText, Loopback, OutboundRequest, PlainHttp, RequestLimits,
    SystemResolver,
};
use countersign_secret_injection::{BuildError, BuiltRequest, RequestTemplate, build};
use countersign_spec_import::{Limits, compile, import};
use countersign_testkit::ends;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    sync::mpsc,
};
use url::Url;

const DOCUMENT: &str = include_str!("faithful.yaml");
/// Headers that say how a message travels, not what it says.
const TRAVEL: [&str; 5] = [
    "host",
    "accept",
    "content-length",
    "accept-encoding",
    "user-agent",
];

/// An upstream that writes down each request as it arrives, and answers `{}`.
struct Wire {
    base: Url,
    seen: mpsc::UnboundedReceiver<String>,
}

impl Wire {
    async fn listen() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, seen) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let tell = tell.clone();
                tokio::spawn(async move {
                    let bytes = request(&mut stream).await;
                    let _ = tell.send(plain(&bytes));
                    let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        Self {
            base: format!("http://{address}/base").parse().unwrap(),
            seen,
        }
    }
}

/// Reads one request: head, and as many bytes as it says.
async fn request(stream: &mut tokio::net::TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let head = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(head) = head {
            let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
            let length = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.trim().parse::<usize>().unwrap());
            if bytes.len() >= head + 4 + length {
                return bytes;
            }
        }
        let read = stream.read(&mut buffer).await.unwrap();
        if read == 0 {
            return bytes;
        }
        bytes.extend_from_slice(&buffer[..read]);
    }
}

/// The request without the headers of travel; bytes that are no text are drawn.
fn plain(bytes: &[u8]) -> String {
    let end = bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    let head = String::from_utf8_lossy(&bytes[..end]);
    let mut lines: Vec<String> = Vec::new();
    for line in head.lines() {
        let name = line
            .split(':')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        if lines.is_empty() {
            lines.push(line.trim_end_matches(" HTTP/1.1").replace("/base/", "/"));
        } else if !TRAVEL.contains(&name.as_str()) {
            lines.push(line.to_owned());
        }
    }
    let body = &bytes[end + 4..];
    if !body.is_empty() {
        let body = match std::str::from_utf8(body) {
            Ok(text) => text.replace("\r\n", "\n"),
            Err(_) => format!("{body:02x?}"),
        };
        lines.push(String::new());
        lines.push(body.trim_end_matches('\n').to_owned());
    }
    let mut drawn = lines.join("\n");
    // Chosen from the content, so that no content can hold it.
    for letter in ["B", "C", "D", "E"] {
        if let Some((_, rest)) = drawn.split_once("boundary=countersign-") {
            let digest = rest.lines().next().unwrap_or_default();
            drawn = drawn.replace(&format!("countersign-{digest}"), letter);
        }
    }
    drawn
}

fn door() -> Egress {
    let policy = EgressPolicy {
        loopback: Loopback::Allowed,
        plain_http: PlainHttp::Allowed,
        ..EgressPolicy::default()
    };
    Egress::new(policy, Arc::new(SystemResolver)).unwrap()
}

fn built(
    operation: &ImportedOperation,
    base: &Url,
    arguments: &Value,
) -> Result<BuiltRequest, BuildError> {
    let template = RequestTemplate {
        method: operation.method,
        base,
        path: &operation.path,
        binds: &operation.binds,
        body: operation.body.as_ref(),
        input_schema: &operation.input_schema,
        addresses: &Addresses::of(base, []),
    };
    build(&template, arguments.as_object().unwrap())
}

fn named<'d>(document: &'d ImportedDocument, name: &str) -> &'d ImportedOperation {
    let found = document.operations.iter().find(|one| one.name == name);
    found.unwrap_or_else(|| panic!("no operation {name}"))
}

/// Sends each row's request and compares what arrives.
#[expect(clippy::disallowed_methods, reason = "the test's own upstream")]
async fn arrive(document: &ImportedDocument, rows: &[Row]) {
    let mut wire = Wire::listen().await;
    let door = door();
    let mut wrong = Vec::new();
    for (name, arguments, expected) in rows {
        let operation = named(document, name);
        assert_eq!(operation.unsupported, None, "{name}");
        let schema = compile(&operation.input_schema).unwrap();
        assert!(
            schema.is_valid(arguments),
            "{name}: {arguments} is not what the schema asks for"
        );
        let request = built(operation, &wire.base, arguments);
        let parts = request
            .unwrap_or_else(|error| panic!("{name}: {error}"))
            .into_parts();
        let headers = parts.headers.into_iter();
        let sent = door.send(OutboundRequest {
            method: parts.method,
            url: parts.url,
            headers: headers.map(|(n, v)| (n, HeaderText::Plain(v))).collect(),
            body: parts.body.map(bytes::Bytes::from),
            limits: RequestLimits::default(),
        });
        sent.await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let seen = ends("the request", wire.seen.recv()).await.unwrap();
        if seen != *expected {
            wrong.push(format!(
                "{name} {arguments}\n{seen}\n-- and not --\n{expected}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    println!(
        "N = {} requests arrived byte for byte as the document says",
        rows.len()
    );
}

#[tokio::test]
async fn what_a_document_says_is_what_an_upstream_receives() {
    let document = import(DOCUMENT.as_bytes(), &Limits::default()).unwrap();
    arrive(&document, &rows::rows()).await;
}

#[tokio::test]
async fn what_other_peoples_documents_say_is_what_an_upstream_receives() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/specs");
    for (file, rows) in [
        ("oas-examples/3.0/parameters-style.json", others_styles()),
        ("oas-examples/3.1/parameters-style.json", others_parts()),
        ("hostile/49-styles.json", hostile_styles()),
        ("hostile/48-bodies.json", hostile_bodies()),
    ] {
        let Ok(bytes) = std::fs::read(home.join(file)) else {
            eprintln!("skipped: {file} is not beside the checkout");
            continue;
        };
        arrive(&import(&bytes, &Limits::default()).unwrap(), &rows).await;
    }
}

type Row = (&'static str, Value, &'static str);

/// The same colours in parts of a form, whose styles count since 3.1.
fn others_parts() -> Vec<Row> {
    let lists = json!({"body": {"array": ["blue", "black"], "object": {"R": "100", "G": "200"}}});
    let row = |name, wire| (name, lists.clone(), wire);
    vec![
        row(
            "form_data_form_non_exploded",
            "POST /anything/form-data/form\ncontent-type: multipart/form-data; boundary=B\n\n\
             --B\nContent-Disposition: form-data; name=\"array\"\n\nblue,black\n\
             --B\nContent-Disposition: form-data; name=\"object\"\n\nG,200,R,100\n--B--",
        ),
        row(
            "form_data_form_exploded",
            "PUT /anything/form-data/form\ncontent-type: multipart/form-data; boundary=B\n\n\
             --B\nContent-Disposition: form-data; name=\"array\"\n\nblue\n\
             --B\nContent-Disposition: form-data; name=\"array\"\n\nblack\n\
             --B\nContent-Disposition: form-data; name=\"G\"\n\n200\n\
             --B\nContent-Disposition: form-data; name=\"R\"\n\n100\n--B--",
        ),
        row(
            "form_data_pipe_delimited_non_exploded",
            "POST /anything/form-data/pipeDelimited\ncontent-type: multipart/form-data; boundary=B\n\n\
             --B\nContent-Disposition: form-data; name=\"array\"\n\nblue|black\n\
             --B\nContent-Disposition: form-data; name=\"object\"\n\nG|200|R|100\n--B--",
        ),
    ]
}

/// The colours of RFC 6570's own examples, spelled in each style of somebody else's document.
fn others_styles() -> Vec<Row> {
    let all = json!({"primitive": "blue", "array": ["blue", "black"], "object": {"R": "100", "G": "200"}});
    let lists = json!({"array": ["blue", "black"], "object": {"R": "100", "G": "200"}});
    let object = json!({"object": {"R": "100", "G": "200"}});
    let row = |name, arguments: &Value, wire| (name, arguments.clone(), wire);
    vec![
        row(
            "paths_standard",
            &all,
            "GET /anything/path/blue/blue,black/G,200,R,100",
        ),
        row(
            "paths_matrix_non_exploded",
            &all,
            "GET /anything/path/matrix/;primitive=blue/;array=blue,black/;object=G,200,R,100",
        ),
        row(
            "paths_matrix_exploded",
            &all,
            "POST /anything/path/matrix/;primitive=blue/;array=blue;array=black/;G=200;R=100",
        ),
        row(
            "paths_label_non_exploded",
            &all,
            "GET /anything/path/label/.blue/.blue,black/.G,200,R,100",
        ),
        row(
            "paths_label_exploded",
            &all,
            "POST /anything/path/label/.blue/.blue.black/.G=200.R=100",
        ),
        row(
            "paths_simple_exploded",
            &all,
            "POST /anything/path/simple/blue/blue,black/G=200,R=100",
        ),
        row(
            "query_standard",
            &all,
            "GET /anything/query?primitive=blue&array=blue&array=black&G=200&R=100",
        ),
        row(
            "query_form_non_exploded",
            &all,
            "GET /anything/query/form?primitive=blue&array=blue,black&object=G,200,R,100",
        ),
        row(
            "query_space_delimited_non_exploded",
            &lists,
            "GET /anything/query/spaceDelimited?array=blue%20black&object=G%20200%20R%20100",
        ),
        row(
            "query_pipe_delimited_non_exploded",
            &lists,
            "GET /anything/query/pipeDelimited?array=blue%7Cblack&object=G%7C200%7CR%7C100",
        ),
        row(
            "query_deep_object_non_exploded",
            &object,
            "GET /anything/query/deepObject?object%5BG%5D=200&object%5BR%5D=100",
        ),
        row(
            "headers_simple_exploded",
            &all,
            "POST /anything/headers/simple\nprimitive: blue\narray: blue,black\nobject: G=200,R=100",
        ),
        row(
            "cookies_form_non_exploded",
            &all,
            "GET /cookies\ncookie: primitive=blue; array=blue,black; object=G,200,R,100",
        ),
    ]
}

fn hostile_styles() -> Vec<Row> {
    let fixed = json!({"matrix": ["a"], "label": {"k": "v"}, "arr": ["x", "y"]});
    let with = |more: Value| {
        let mut arguments = fixed.clone();
        let (all, more) = (
            arguments.as_object_mut().unwrap(),
            more.as_object().unwrap(),
        );
        all.extend(more.clone());
        arguments
    };
    vec![
        ("styles", fixed.clone(), "GET /m/;matrix=a/.k,v/x,y"),
        (
            "styles",
            with(json!({"deep": {"a": {"b": "c"}}, "csv": ["p", "q"], "json": {"z": 1}})),
            "GET /m/;matrix=a/.k,v/x,y?deep%5Ba%5D%5Bb%5D=c&csv=p,q&json=%7B%22z%22%3A1%7D",
        ),
    ]
}

fn hostile_bodies() -> Vec<Row> {
    vec![
        (
            "form",
            json!({"body": {"card": {"number": "4"}, "items": [{"price": "p"}]}}),
            "POST /form\ncontent-type: application/x-www-form-urlencoded\n\n\
             card%5Bnumber%5D=4&items=%7B%22price%22%3A%22p%22%7D",
        ),
        (
            "bin",
            json!({"body": "AAH/"}),
            "PUT /bin\ncontent-type: application/octet-stream\n\n[00, 01, ff]",
        ),
        (
            "arr",
            json!({"body": ["a"]}),
            "POST /arr\ncontent-type: application/json\n\n[\"a\"]",
        ),
        (
            "one",
            json!({"body": {"b": "x"}}),
            "POST /one\ncontent-type: application/json\n\n{\"b\":\"x\"}",
        ),
        (
            "getbody",
            json!({"body": {}}),
            "GET /getbody\ncontent-type: application/json\n\n{}",
        ),
    ]
}
