//! What lets an operation in: whether a connection can hold it, and what agents are not asked for.

use std::fmt::Write as _;

use countersign_domain::operation::ImportedDocument;

use crate::{at, codes, read};

/// A document of some schemes and operations.
fn document(paths: &str) -> ImportedDocument {
    let root = r"
openapi: 3.1.0
info: {title: Doors, version: '1'}
servers: [{url: 'https://doors.example'}]
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Api-Key}
    private: {type: apiKey, in: header, name: PRIVATE-TOKEN}
    application: {type: apiKey, in: header, name: X-Application-Key}
    own: {type: apiKey, in: header, name: Authorization}
    token: {type: http, scheme: bearer}
    people: {type: oauth2, flows: {}}
    basic: {type: http, scheme: basic}
    legacy: {type: apiKey, in: query, name: token}
    asked: {type: apiKey, in: query, name: key}
    certificate: {type: mutualTLS}
    elsewhere: {$ref: 'https://elsewhere.example/scheme.yaml'}
    session: {type: apiKey, in: cookie, name: sid}
    word: {type: http, scheme: Token}
    digest: {type: http, scheme: Digest}
    scram: {type: http, scheme: SCRAM-SHA-256}
    matrix: {type: http, scheme: X-Matrix}
paths:
";
    read(format!("{root}{paths}").as_bytes())
}

#[test]
fn what_one_stored_credential_does_not_let_in_is_off() {
    let document = document(
        r"
  /two: {delete: {security: [{key: [], application: []}]}}
  /two-or-certificate: {get: {security: [{key: [], application: []}, {certificate: []}]}}
  /certificate: {get: {security: [{certificate: []}]}}
  /one-of-them-undefined: {get: {security: [{key: [], nobody: []}]}}
  /two-or-one: {get: {security: [{key: [], application: []}, {basic: []}]}}
  /two-or-none: {get: {security: [{key: [], application: []}, {}]}}
  /one-token-for-both: {get: {security: [{token: [], people: [read]}]}}
  /undefined: {get: {security: [{nobody: []}]}}
  /elsewhere: {get: {security: [{elsewhere: []}]}}
  /word: {get: {security: [{word: []}]}}
  /word-and-key: {get: {security: [{word: [], key: []}]}}
  /digest: {get: {security: [{digest: []}]}}
  /scram: {get: {security: [{scram: []}]}}
  /matrix: {get: {security: [{matrix: []}]}}
",
    );
    let off = [
        ("DELETE", "/two"),
        ("GET", "/two-or-certificate"),
        ("GET", "/certificate"),
        ("GET", "/one-of-them-undefined"),
        ("GET", "/word-and-key"),
        ("GET", "/digest"),
        ("GET", "/scram"),
        ("GET", "/matrix"),
    ];
    for (method, path) in off {
        let operation = at(&document, method, path);
        let reason = operation.unsupported.as_ref().unwrap();
        assert!(reason.contains("one stored credential"), "{path}: {reason}");
        let mut notes = operation.diagnostics.iter();
        let note = notes.find(|note| note.code == "credential_out_of_reach");
        assert!(note.unwrap().pointer.ends_with("/security"), "{path}");
    }
    for operation in &document.operations {
        let is_off = off.iter().any(|(_, path)| *path == operation.path);
        assert_eq!(
            operation.unsupported.is_some(),
            is_off,
            "{}",
            operation.path
        );
    }
    // A member says which credential is meant by what the document does not define.
    for path in ["/undefined", "/elsewhere"] {
        assert!(codes(at(&document, "GET", path)).contains(&"security_scheme_missing"));
    }
}

#[test]
fn a_key_in_a_header_or_a_bearer_token_lets_in_whoever_holds_one_of_them() {
    let document = document(
        r"
  /either: {get: {security: [{private: []}, {token: []}]}}
  /either-people: {get: {security: [{people: [api]}, {private: []}]}}
  /asked-again: {get: {security: [{private: []}, {token: []}], parameters: [{in: header, name: PRIVATE-TOKEN, required: true}]}}
  /otherwise-spelled: {get: {security: [{private: []}, {token: []}], parameters: [{in: header, name: Private-Token, required: true}]}}
  /both-asked: {get: {security: [{private: []}, {token: []}], parameters: [{in: header, name: PRIVATE-TOKEN}, {in: header, name: Authorization, required: true}]}}
  /optional-query: {get: {security: [{private: []}, {token: []}], parameters: [{in: query, name: private_token}]}}
",
    );
    for operation in &document.operations {
        assert_eq!(operation.unsupported, None, "{}", operation.path);
        assert_eq!(operation.security.credentials().len(), 2);
        assert_eq!(operation.binds, []);
    }
}

#[test]
fn a_parameter_that_is_called_like_a_key_of_others_is_an_argument() {
    let document = document(
        r"
  /verify: {get: {security: [], parameters: [{in: query, name: token, required: true}]}}
  /basic: {get: {security: [{basic: []}], parameters: [{in: query, name: token, required: true}]}}
  /legacy: {get: {security: [{legacy: []}], parameters: [{in: query, name: token, required: true}]}}
  /either: {get: {security: [{basic: []}, {legacy: []}], parameters: [{in: query, name: token}]}}
",
    );
    for (path, expected) in [
        ("/verify", &["token"][..]),
        ("/basic", &["token"]),
        ("/legacy", &[]),
        ("/either", &[]),
    ] {
        let operation = at(&document, "GET", path);
        let wires: Vec<&str> = operation.binds.iter().map(|b| b.wire.as_str()).collect();
        assert_eq!(wires, expected, "{path}");
        assert_eq!(operation.unsupported, None, "{path}");
    }
}

#[test]
fn a_credential_that_has_to_be_given_and_that_nothing_fills_in_turns_the_operation_off() {
    let document = document(
        r"
  /tokeninfo: {get: {security: [{basic: []}], parameters: [{in: query, name: access_token, required: true}]}}
  /orders: {get: {security: [{basic: []}], parameters: [{in: header, name: X-Session-Token, required: true}]}}
  /orders-if-you-like: {get: {security: [{basic: []}], parameters: [{in: header, name: X-Session-Token}]}}
  /messages: {get: {security: [{people: []}], parameters: [{in: header, name: token, required: true}]}}
  /undefined: {get: {security: [{nobody: []}], parameters: [{in: header, name: token, required: true}]}}
  /bearer-and-key: {get: {security: [{token: []}], parameters: [{in: header, name: x-api-key, required: true}]}}
  /people-and-key: {get: {security: [{people: []}], parameters: [{in: query, name: api_key, required: true}]}}
  /private: {get: {security: [{token: []}], parameters: [{in: header, name: PRIVATE-TOKEN, required: true}]}}
  /either: {get: {security: [{token: []}, {key: []}], parameters: [{in: header, name: x-api-key, required: true}]}}
  /word: {get: {security: [{word: []}], parameters: [{in: header, name: token, required: true}]}}
  /own: {get: {security: [{own: []}], parameters: [{in: header, name: token, required: true}]}}
  /extend: {get: {security: [{basic: []}, {own: []}], parameters: [{in: query, name: accessToken, required: true}]}}
",
    );
    for operation in &document.operations {
        assert_eq!(operation.binds, [], "{}", operation.path);
        assert!(codes(operation).contains(&"parameter_is_credential"));
    }
    let off = [
        "/tokeninfo",
        "/orders",
        "/bearer-and-key",
        "/people-and-key",
        "/private",
        "/extend",
    ];
    for operation in &document.operations {
        let is_off = off.contains(&operation.path.as_str());
        assert_eq!(
            operation.unsupported.is_some(),
            is_off,
            "{}",
            operation.path
        );
    }
    println!("credentials that nothing fills in: {}", off.len());
}

#[test]
fn a_header_that_is_never_sent_turns_off_what_needs_it() {
    let names = [
        "Origin",
        "X-Client-IP",
        "X-Real-IP",
        "Sec-Fetch-Site",
        "X-Forwarded-For",
        "Cookie",
        "True-Client-IP",
        "x_forwarded_host",
    ];
    let mut paths = String::new();
    for (index, name) in names.into_iter().enumerate() {
        for required in [true, false] {
            let parameters = format!("[{{in: header, name: {name}, required: {required}}}]");
            writeln!(
                paths,
                "  /h{index}/{required}: {{get: {{security: [{{key: []}}], parameters: {parameters}}}}}"
            )
            .unwrap();
        }
    }
    // These stand in every request, the credential does, or nobody misses them.
    let set = "[{in: header, name: Accept, required: true}, \
        {in: header, name: Content-Type, required: true}, \
        {in: header, name: Host, required: true}, \
        {in: header, name: Connection, required: true}, \
        {in: header, name: Accept-Encoding, required: true}, \
        {in: header, name: X-Amz-Date, required: true}, \
        {in: header, name: Authorization, required: true}]";
    writeln!(paths, "  /set: {{get: {{parameters: {set}}}}}").unwrap();
    let session = "[{in: header, name: Cookie, required: true}]";
    writeln!(
        paths,
        "  /session: {{get: {{security: [{{session: []}}], parameters: {session}}}}}"
    )
    .unwrap();
    let document = document(&paths);
    assert_eq!(document.operations.len(), 2 * names.len() + 2);
    for operation in &document.operations {
        let is_off = operation.path.ends_with("/true");
        assert_eq!(
            operation.unsupported.is_some(),
            is_off,
            "{}",
            operation.path
        );
        assert_eq!(operation.binds, [], "{}", operation.path);
    }
    println!("headers that are never sent: {}", names.len());
}

#[test]
fn an_operation_at_the_open_servers_of_its_document_is_on() {
    let open = "[{url: 'https://{tenant}.example.com/api', variables: {tenant: {}}}]";
    let other = "[{url: 'https://{region}.example.com', variables: {region: {}}}]";
    let head = "openapi: 3.1.0\ninfo: {title: Tenants, version: '1'}\n";
    let at_both = format!(
        "{head}servers: {open}\npaths:\n  /same: {{get: {{servers: {open}}}}}\n  \
         /other: {{get: {{servers: {other}}}}}\n"
    );
    let at_paths = format!(
        "{head}paths:\n  /same: {{servers: {open}, get: {{}}}}\n  \
         /too: {{servers: {open}, get: {{}}}}\n"
    );
    for text in [at_both, at_paths] {
        let document = read(text.as_bytes());
        assert_eq!(
            document.servers[0].url, "https://{tenant}.example.com/api",
            "a member says which tenant"
        );
        for operation in &document.operations {
            let is_off = operation.path == "/other";
            assert_eq!(operation.unsupported.is_some(), is_off, "{text}");
            assert_eq!(codes(operation).contains(&"own_servers_unusable"), is_off);
            assert_eq!(operation.servers, [], "{}", operation.path);
        }
    }
}

#[test]
fn no_diagnostic_says_the_password_of_an_address() {
    for address in [
        "https://someone:hunter2@doors.example/v1",
        "https://someone:hunter2@@doors.example/v1",
        "https://someone:hun/hunter2@doors.example/v1",
        "//someone:hunter2@doors.example/v1",
    ] {
        let head = "openapi: 3.1.0\ninfo: {title: Doors, version: '1'}\n";
        let servers = format!("servers: [{{url: '{address}'}}]");
        let text = format!("{head}{servers}\npaths:\n  /a: {{get: {{{servers}}}}}\n");
        let document = read(text.as_bytes());
        let of_operations = document.operations.iter().flat_map(|one| &one.diagnostics);
        let notes: Vec<_> = document.diagnostics.iter().chain(of_operations).collect();
        assert!(notes.iter().any(|note| note.code == "server_unusable"));
        for note in notes {
            assert!(!note.text.contains("hunter2"), "{}", note.text);
            assert!(!note.text.contains("someone"), "{}", note.text);
        }
    }
}

#[test]
fn an_operation_with_several_servers_tells_of_each() {
    let root = r"
openapi: 3.1.0
info: {title: Files, version: '1'}
servers: [{url: 'https://api.example.net/v1'}]
paths:
  /files:
    get:
      servers: [{url: 'https://files.example.net'}, {url: 'https://api.example.net/v1/internal'}]
      responses: {'200': {description: ok}}
";
    let document = crate::read(root.as_bytes());
    let mut notes = document.operations[0].diagnostics.iter();
    let note = notes.find(|note| note.code == "server_of_its_own").unwrap();
    for server in [
        "https://files.example.net",
        "https://api.example.net/v1/internal",
    ] {
        assert!(note.text.contains(server), "{}", note.text);
    }
}

#[test]
fn required_keys_count_as_given_only_where_one_alternative_gives_them_all() {
    let document = document(
        r"
  /two-keys:
    get:
      security: [{legacy: []}, {asked: []}]
      parameters: [{name: token, in: query, required: true}, {name: key, in: query, required: true}]
  /key-and-token:
    get:
      security: [{key: []}, {token: []}]
      parameters: [{name: X-Api-Key, in: header, required: true}, {name: access_token, in: query, required: true}]
  /one-of-them:
    get:
      security: [{legacy: []}, {asked: []}]
      parameters: [{name: token, in: query, required: true}, {name: key, in: query}]
  /either-token:
    get:
      security: [{key: []}, {token: []}]
      parameters: [{name: X-Auth-Token, in: header, required: true}, {name: access_token, in: query, required: true}]
",
    );
    for path in ["/two-keys", "/key-and-token"] {
        let operation = at(&document, "GET", path);
        let reason = operation.unsupported.as_ref().unwrap();
        assert!(reason.contains("one stored credential"), "{path}: {reason}");
        assert!(codes(operation).contains(&"credential_out_of_reach"));
    }
    for path in ["/one-of-them", "/either-token"] {
        let operation = at(&document, "GET", path);
        assert_eq!(operation.unsupported, None, "{path}");
        assert!(operation.binds.is_empty(), "{path}");
    }
}

#[test]
fn a_header_that_a_server_takes_for_the_credentials_is_its_own() {
    let header = |name: &str| {
        let paths = format!(
            "  /a: {{get: {{security: [{{application: []}}], parameters: [\
             {{name: {name}, in: header, schema: {{type: string}}}}], responses: {{}}}}}}"
        );
        document(&paths).operations[0].binds.len()
    };
    for name in [
        "x_application_key",
        "X-Application_Key",
        "Remote-User",
        "Remote-Groups",
        "X-Amzn-Oidc-Identity",
        "X-Goog-Authenticated-User-Email",
        "Impersonate-User",
    ] {
        assert_eq!(header(name), 0, "{name}");
    }
    assert_eq!(header("X-Application-Keys"), 1);
}
