//! What the document of every spelling asks for, and what arrives.

use serde_json::json;

use super::Row;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = paths();
    rows.extend(queries_and_headers());
    rows.extend(cookies());
    rows.extend(bodies());
    rows.extend(forms());
    rows
}

fn paths() -> Vec<Row> {
    let words = json!(["a", "b/c"]);
    let pair = json!({"y": "é", "x": 1});
    vec![
        (
            "path_lists",
            json!({"simple": words, "label": words, "matrix": words}),
            "GET /path/a,b%2Fc/.a.b%2Fc/;matrix=a;matrix=b%2Fc",
        ),
        (
            "path_objects",
            json!({"simple": pair, "label": pair, "matrix": pair}),
            "PUT /path/x=1,y=%C3%A9/.x,1,y,%C3%A9/;matrix=x,1,y,%C3%A9",
        ),
        (
            "path_mixed",
            json!({"name": "a.b", "ext": "pdf"}),
            "GET /files/a.b.pdf",
        ),
        (
            "path_undeclared",
            json!({"id": "a?b#c"}),
            "GET /undeclared/a%3Fb%23c",
        ),
        ("path_fragment", json!({"id": "7"}), "GET /things/7"),
        (
            "path_query",
            json!({"page": 2}),
            "GET /things?beta=true&page=2",
        ),
        ("path_query", json!({}), "GET /things?beta=true"),
    ]
}

fn queries_and_headers() -> Vec<Row> {
    let words = json!(["a b", "c&d"]);
    let get = "query_forms";
    vec![
        (get, json!({}), "GET /query"),
        (
            get,
            json!({"plain": "a b+c&d=e%"}),
            "GET /query?plain=a%20b%2Bc%26d%3De%25",
        ),
        (get, json!({"plain": ""}), "GET /query?plain="),
        (
            get,
            json!({"tags": words}),
            "GET /query?tags=a%20b&tags=c%26d",
        ),
        (get, json!({"csv": words}), "GET /query?csv=a%20b,c%26d"),
        (
            get,
            json!({"spaced": words}),
            "GET /query?spaced=a%20b%20c%26d",
        ),
        (
            get,
            json!({"piped": words}),
            "GET /query?piped=a%20b%7Cc%26d",
        ),
        (
            get,
            json!({"deep": {"a": {"b": [1, "x"]}, "c": true}}),
            "GET /query?deep%5Ba%5D%5Bb%5D%5B0%5D=1&deep%5Ba%5D%5Bb%5D%5B1%5D=x&deep%5Bc%5D=true",
        ),
        (
            get,
            json!({"pair": {"x": 1, "y": "z"}}),
            "GET /query?pair=x,1,y,z",
        ),
        (
            get,
            json!({"created_gte": 5}),
            "GET /query?created%5Bgte%5D=5",
        ),
        (
            get,
            json!({"filter": "a eq 'b/c'"}),
            "GET /query?%24filter=a%20eq%20%27b/c%27",
        ),
        (
            get,
            json!({"json": {"b": 1, "a": "x"}}),
            "GET /query?json=%7B%22a%22%3A%22x%22%2C%22b%22%3A1%7D",
        ),
        (
            "query_exploded",
            json!({"pair": {"x": 1, "y": "z"}}),
            "POST /query?x=1&y=z",
        ),
        (
            "headers_and_cookies",
            json!({"X-Trace": "t 1", "X-List": ["a", "b"], "X-Pair": {"x": 1, "y": "z"}, "theme": "dark", "size": 3}),
            "GET /headers\nx-trace: t 1\nx-list: a,b\nx-pair: x=1,y=z\ncookie: theme=dark; size=3",
        ),
        (
            "page_of_springdoc",
            json!({"shelf": {"room": "a/b", "row": 2}, "pageable": {"page": 0, "size": 20}}),
            "GET /pages/room=a%2Fb,row=2?page=0&size=20",
        ),
    ]
}

fn cookies() -> Vec<Row> {
    let odd = json!({"__Host-theme.v2_a": "é; door=open", "x_-.": "100%, \"a\\b\""});
    let lists = json!({"list": ["a,b", "c d"], "csv": ["p,q", "r"], "plains": ["k", "l"]});
    let pairs =
        json!({"pair": {"x": 1, "y": "z;"}, "apart": {"x": 2, "y": "w="}, "json": {"x": 3}});
    let cookies = "cookies_of_every_style";
    vec![
        (cookies, json!({}), "GET /cookies"),
        (
            cookies,
            odd,
            "GET /cookies\ncookie: __Host-theme.v2~a=%C3%A9%3B%20door%3Dopen; \
             x!#$%&'*+-.^_`|~=100%25%2C%20%22a%5Cb%22",
        ),
        (
            cookies,
            lists,
            "GET /cookies\ncookie: list=a%2Cb; list=c%20d; csv=p%2Cq,r; plains=k; plains=l",
        ),
        (
            cookies,
            pairs,
            "GET /cookies\ncookie: pair=x,1,y,z%3B; x=2; y=w%3D; json=%7B%22x%22%3A3%7D",
        ),
        (
            cookies,
            json!({"plain": "a/b=c%20!"}),
            "GET /cookies\ncookie: plain=a/b=c%20!",
        ),
    ]
}

fn bodies() -> Vec<Row> {
    vec![
        (
            "one_name_thrice",
            json!({"id": "a", "id_query": "b", "body": {"id": "c"}}),
            "PATCH /same/a?id=b\ncontent-type: application/json\n\n{\"id\":\"c\"}",
        ),
        (
            "body_json",
            json!({"body": [1, null, "x"]}),
            "POST /json\ncontent-type: application/json\n\n[1,null,\"x\"]",
        ),
        (
            "body_json",
            json!({"body": "text"}),
            "POST /json\ncontent-type: application/json\n\n\"text\"",
        ),
        (
            "body_vendor",
            json!({"body": {"x": 1}}),
            "PUT /json\ncontent-type: application/vnd.shelf.v2+json\n\n{\"x\":1}",
        ),
        ("body_vendor", json!({}), "PUT /json"),
        (
            "body_on_delete",
            json!({"body": {"x": 1}}),
            "DELETE /json\ncontent-type: application/json\n\n{\"x\":1}",
        ),
        (
            "body_any_media",
            json!({"body": {"x": 1}}),
            "PATCH /json\ncontent-type: application/json\n\n{\"x\":1}",
        ),
        (
            "body_bytes",
            json!({"body": "/+8A"}),
            "PUT /bytes\ncontent-type: application/octet-stream\n\n[ff, ef, 00]",
        ),
        (
            "body_image",
            json!({"body": "iVBORw=="}),
            "POST /bytes\ncontent-type: image/png\n\n[89, 50, 4e, 47]",
        ),
        (
            "body_text",
            json!({"body": "a;b"}),
            "POST /text\ncontent-type: text/csv\n\na;b",
        ),
    ]
}

fn forms() -> Vec<Row> {
    vec![
        (
            "body_form_nested",
            json!({"body": {"card": {"number": "4", "exp": {"year": 30}}, "items": [{"price": "p"}, {"price": "q"}],
                "expand": ["a", "b"], "note": "x y"}}),
            "POST /form\ncontent-type: application/x-www-form-urlencoded\n\n\
             card%5Bexp%5D%5Byear%5D=30&card%5Bnumber%5D=4&expand%5B0%5D=a&expand%5B1%5D=b&\
             items%5B0%5D%5Bprice%5D=p&items%5B1%5D%5Bprice%5D=q&note=x%20y",
        ),
        (
            "body_form_plain",
            json!({"body": {"list": ["a", "b"], "pair": {"x": 1}}}),
            "PUT /form\ncontent-type: application/x-www-form-urlencoded\n\n\
             list=a&list=b&pair=%7B%22x%22%3A1%7D",
        ),
        (
            "body_multipart",
            json!({"body": {"file": "YWJj", "meta": {"x": 1}, "title": "t"}}),
            "POST /multipart\ncontent-type: multipart/form-data; boundary=B\n\n\
             --B\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\nContent-Type: image/png\n\nabc\n\
             --B\nContent-Disposition: form-data; name=\"meta\"\nContent-Type: application/json\n\n{\"x\":1}\n\
             --B\nContent-Disposition: form-data; name=\"title\"\n\nt\n--B--",
        ),
        (
            "body_multipart_styled",
            json!({"body": {"all": [{"x": 1}, {"y": "z"}], "file": "YWJj", "named": {"x": 1, "y": "a&b c"},
                "piped": {"p": 2, "q": {"r": []}}, "reserved": {"s": "/?é"}, "typed": {"x": 3}}}),
            "PUT /multipart\ncontent-type: multipart/form-data; boundary=B\n\n\
             --B\nContent-Disposition: form-data; name=\"all\"\nContent-Type: application/json\n\n{\"x\":1}\n\
             --B\nContent-Disposition: form-data; name=\"all\"\nContent-Type: application/json\n\n{\"y\":\"z\"}\n\
             --B\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\nContent-Type: application/octet-stream\n\nabc\n\
             --B\nContent-Disposition: form-data; name=\"x\"\nX-Kind: pair\n\n1\n\
             --B\nContent-Disposition: form-data; name=\"y\"\nX-Kind: pair\n\na&b c\n\
             --B\nContent-Disposition: form-data; name=\"p\"\n\n2\n\
             --B\nContent-Disposition: form-data; name=\"q\"\n\n{\"r\":[]}\n\
             --B\nContent-Disposition: form-data; name=\"s\"\n\n/?é\n\
             --B\nContent-Disposition: form-data; name=\"typed\"\nContent-Type: application/json\n\n{\"x\":3}\n--B--",
        ),
    ]
}
