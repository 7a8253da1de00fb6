//! What an import costs beside reading the same bytes and nothing more, in one run.
//!
//! `cargo bench -p countersign-spec-import [-- FILE…]`; without files, those that lie in
//! `../shared/specs` beside the checkout. Every figure is a process of its own, so that memory is
//! that of one document: the median of the runs in milliseconds, once of CPU on all threads, so
//! that a busy machine says the same as an idle one, and once by the clock on the wall, which is
//! what somebody waits; and the largest resident set. Import and parse take turns. Neither the import nor
//! the plain parse takes its tree apart: the process ends, as that of the server's reader does.
//! `FastMCP`'s `from_openapi` runs too where the Python that `PYTHON` names has it.
//! Last, documents made here, each twice as large as the one before, show how the cost grows, and
//! so do operations with more and more that has no partner when they are compared.

use std::{
    any::Any,
    env, fs,
    io::Read as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use countersign_domain::operation::{Bind, ImportedOperation, Output, Place, Style};
use countersign_spec_import::{
    Limits, bundle::Bundle, drift::compare_operation, import, import_files_once, import_once,
};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Map, Value, json};

const RUNS: usize = 7;
const FILES: [&str; 4] = [
    "github/api.github.com.json.gz",
    "stripe/spec3.yaml",
    "kubernetes/swagger.json",
    "digitalocean",
];
/// Operations of the documents that are made.
const GROWTH: [usize; 4] = [600, 1_200, 2_400, 4_800];
/// Parameters and alternatives of the operations that are compared.
const UNPAIRED: [usize; 4] = [5_000, 10_000, 20_000, 40_000];
const PEER: &str = include_str!("from_openapi.py");

/// Milliseconds of CPU and by the clock, peak memory in MiB.
type Figures = [f64; 3];

fn main() {
    let mut given = env::args().skip(1).filter(|word| word != "--bench");
    match given.next() {
        Some(word) if word == "--one" => one(&given.collect::<Vec<_>>()),
        first => {
            table(&files(first.into_iter().chain(given).collect()));
            growth();
            comparing();
        }
    }
}

fn files(given: Vec<String>) -> Vec<PathBuf> {
    if !given.is_empty() {
        return given.into_iter().map(PathBuf::from).collect();
    }
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs");
    let there: Vec<PathBuf> = FILES.iter().map(|file| home.join(file)).collect();
    if there.iter().all(|file| file.exists()) {
        return there;
    }
    eprintln!("skipped: the documents do not lie beside the checkout; name files of your own");
    Vec::new()
}

fn table(files: &[PathBuf]) {
    if peer_is_missing() {
        println!(
            "FastMCP or httpx is not installed, so it is not compared; PYTHON names a Python with both"
        );
    }
    println!(
        "{:<32}{:>10}{:>10}{:>7}{:>10}{:>10}{:>7}{:>10}{:>10}{:>7}{:>12}",
        "document",
        "parse CPU",
        "import",
        "times",
        "parse ms",
        "import",
        "times",
        "parse MiB",
        "import",
        "ops",
        "FastMCP ms"
    );
    for file in files {
        let plain = document(file);
        let name = file
            .strip_prefix(file.ancestors().nth(2).unwrap_or(file))
            .unwrap_or(file);
        let [parse, whole] = measure(["parse", "import"], &plain);
        let operations = whole.map(|_| operations(&plain));
        let number = |figure: Option<f64>| figure.map_or("-".to_owned(), |f| format!("{f:.1}"));
        let of = |side: Option<Figures>, at: usize| number(side.map(|figures| figures[at]));
        let times = |at: usize| number(parse.zip(whole).map(|(one, other)| other[at] / one[at]));
        println!(
            "{:<32}{:>10}{:>10}{:>7}{:>10}{:>10}{:>7}{:>10}{:>10}{:>7}{:>12}",
            name.display().to_string(),
            of(parse, 0),
            of(whole, 0),
            times(0),
            of(parse, 1),
            of(whole, 1),
            times(1),
            of(parse, 2),
            of(whole, 2),
            operations.map_or("-".to_owned(), |n| n.to_string()),
            number(peer(&plain)),
        );
        if plain != *file {
            let _ = fs::remove_file(plain);
        }
    }
}

/// What each operation costs in documents of different sizes.
fn growth() {
    println!(
        "\n{:<34}{:>12}{:>20}{:>12}",
        "operations", "import CPU", "ms per 1,000", "import MiB"
    );
    for operations in GROWTH {
        let name = format!("countersign-bench-{}-grown.json", std::process::id());
        let file = env::temp_dir().join(name);
        fs::write(&file, grown(operations).to_string()).expect("a temporary file");
        if let [Some([time, _, memory])] = measure(["import"], &file) {
            let thousands = u32::try_from(operations).map_or(f64::NAN, f64::from) / 1e3;
            let each = time / thousands;
            println!("{operations:<34}{time:>12.1}{each:>20.1}{memory:>12.1}");
        }
        let _ = fs::remove_file(file);
    }
}

/// A document with so many operations: three to a thing, each thing with a schema of its own
/// that leads to its neighbour's and to one that all share.
fn grown(operations: usize) -> Value {
    let things = operations / 3;
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let content = |name: &str| json!({"application/json": {"schema": reference(name)}});
    let mut paths = Map::new();
    let mut schemas = Map::from_iter([(
        "Money".to_owned(),
        json!({"type": "object", "properties": {
            "amount": {"type": "integer", "description": "In the smallest unit of the currency."},
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$"}}}),
    )]);
    for number in 0..things {
        let name = format!("Thing{number}");
        let answer = |words: &str| {
            json!({"summary": format!("{words} thing number {number}"),
                "description": "Works for members of the workspace. See the guide for limits.",
                "responses": {"200": {"description": "ok", "content": content(&name)}}})
        };
        let (mut change, mut make) = (answer("Update"), answer("Create"));
        for operation in [&mut change, &mut make] {
            operation["requestBody"] = json!({"content": content(&name)});
        }
        let id = json!([{"name": "id", "in": "path", "required": true,
            "description": "Which one is meant.", "schema": {"type": "string"}}]);
        let one = json!({"parameters": id, "get": answer("Get"), "patch": change});
        paths.insert(format!("/things{number}/{{id}}"), one);
        paths.insert(format!("/things{number}"), json!({"post": make}));
        let neighbour = format!("Thing{}", (number / 8) * 8);
        let schema = json!({"type": "object", "required": ["name"], "properties": {
            "name": {"type": "string", "maxLength": 200, "description": "What people call it."},
            "state": {"enum": ["new", "open", "done"]}, "price": reference("Money"),
            "parent": reference(&neighbour), "tags": {"type": "array", "items": {"type": "string"}}}});
        schemas.insert(name, schema);
    }
    json!({"openapi": "3.1.0", "info": {"title": "Grown", "version": "1"},
        "servers": [{"url": "https://api.example.com"}],
        "paths": paths, "components": {"schemas": schemas}})
}

/// What it costs to compare operations that have nothing in common.
fn comparing() {
    println!(
        "\n{:<34}{:>20}{:>20}",
        "without a partner, on each side", "parameters ms", "alternatives ms"
    );
    for count in UNPAIRED {
        let cost = |of: fn(usize, usize) -> ImportedOperation| {
            let (old, new) = (of(0, count), of(count, count));
            let began = cpu_ms();
            let changes = compare_operation(&old, &new);
            let cost = cpu_ms() - began;
            assert!(!changes.is_empty(), "they differ");
            cost
        };
        let (parameters, alternatives) = (cost(taking), cost(answering));
        println!("{count:<34}{parameters:>20.1}{alternatives:>20.1}");
    }
}

/// An operation with so many parameters, of which the first has this number.
fn taking(first: usize, count: usize) -> ImportedOperation {
    let numbered = |number| Bind {
        key: format!("p{number}"),
        place: Place::Query,
        wire: format!("p{number}"),
        style: Style::Form,
        explode: true,
        allow_reserved: false,
        content_type: None,
        encoding: Vec::new(),
        required: false,
    };
    let mut operation = plain_operation();
    operation.binds = (first..first + count).map(numbered).collect();
    operation
}

/// An operation whose answer is one of so many.
fn answering(first: usize, count: usize) -> ImportedOperation {
    let parts = (first..first + count).map(|number| json!({"const": number}));
    let schema = json!({"oneOf": parts.collect::<Vec<Value>>()});
    let mut operation = plain_operation();
    operation.output = Some(Output {
        status: "200".to_owned(),
        media_type: "application/json".to_owned(),
        schema: Some(schema.into()),
        ..Output::default()
    });
    operation
}

fn plain_operation() -> ImportedOperation {
    let document = grown(3).to_string();
    let document = import(document.as_bytes(), &Limits::default());
    document.expect("a document").operations.remove(0)
}

/// The document itself, unpacked if need be: unpacking is no part of the figures.
fn document(file: &Path) -> PathBuf {
    if file.extension().is_none_or(|ending| ending != "gz") {
        return file.to_owned();
    }
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(fs::File::open(file).expect("a file that is there"))
        .read_to_end(&mut bytes)
        .expect("a gzip file");
    let name = format!("countersign-bench-{}.json", std::process::id());
    let plain = env::temp_dir().join(name);
    fs::write(&plain, bytes).expect("a temporary file");
    plain
}

/// The median times and the largest memory of a few processes of each kind, which take turns.
fn measure<const N: usize>(kinds: [&str; N], file: &Path) -> [Option<Figures>; N] {
    let mut figures = [(); N].map(|()| Vec::new());
    for _ in 0..RUNS {
        for (kind, figures) in kinds.iter().zip(&mut figures) {
            figures.extend(child(kind, file));
        }
    }
    figures.map(|of_kind: Vec<Figures>| {
        let sorted = |at: usize| {
            let mut sorted: Vec<f64> = of_kind.iter().map(|figures| figures[at]).collect();
            sorted.sort_by(f64::total_cmp);
            sorted
        };
        let median = |at| sorted(at).get(of_kind.len() / 2).copied();
        Some([median(0)?, median(1)?, sorted(2).pop()?])
    })
}

fn child(what: &str, file: &Path) -> Option<Figures> {
    let program = env::current_exe().ok()?;
    let output = Command::new(program)
        .args(["--one", what])
        .arg(file)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let figures = text.split_whitespace().map_while(|word| word.parse().ok());
    figures.collect::<Vec<f64>>().try_into().ok()
}

fn operations(file: &Path) -> usize {
    whole(&given(file)).0
}

/// One document, or the files of a folder that refer to each other.
enum Given {
    One(Vec<u8>),
    Folder(Vec<(String, Vec<u8>)>),
}

fn given(path: &Path) -> Given {
    if path.is_dir() {
        let mut files = Vec::new();
        gather((path, path), &mut files);
        return Given::Folder(files);
    }
    Given::One(fs::read(path).expect("the file"))
}

/// Every file below a folder, under its name from `base` on.
fn gather((base, folder): (&Path, &Path), files: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            gather((base, &path), files);
        } else if let Some(name) = path.strip_prefix(base).ok().and_then(Path::to_str) {
            files.push((name.to_owned(), fs::read(&path).expect("the file")));
        }
    }
}

/// How many operations a document has, and all that was made of it.
fn whole(given: &Given) -> (usize, Box<dyn Any>) {
    let limits = Limits::default();
    let written = match given {
        Given::One(bytes) => import_once(bytes, &limits, &mut |_| {}),
        Given::Folder(files) => Bundle::from_files(files.clone(), &limits)
            .and_then(|mut bundle| import_files_once(&mut bundle, None, &limits, &mut |_| {})),
    };
    let written = written.expect("a document");
    (written.document.operations.len(), Box::new(written))
}

/// The same bytes, parsed and nothing more.
fn plain(given: &Given) -> Vec<Value> {
    match given {
        Given::One(bytes) => vec![parsed(bytes)],
        Given::Folder(files) => files.iter().map(|(_, bytes)| parsed(bytes)).collect(),
    }
}

fn parsed(bytes: &[u8]) -> Value {
    if bytes.trim_ascii_start().starts_with(b"{") {
        return serde_json::from_slice(bytes).expect("JSON");
    }
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    serde_saphyr::from_str(text).expect("YAML")
}

/// The figures of one process: reads the file, starts the clocks, and says times and memory.
fn one(words: &[String]) {
    let [what, file] = words else {
        panic!("say what and which file");
    };
    let given = given(Path::new(file));
    let (started, began) = (cpu_ms(), Instant::now());
    let kept: Box<dyn Any> = match what.as_str() {
        "import" => Box::new(whole(&given)),
        _ => Box::new(plain(&given)),
    };
    let waited = began.elapsed().as_secs_f64() * 1e3;
    println!("{} {waited} {}", cpu_ms() - started, peak_mib());
    drop(kept);
}

/// What all threads of this process have worked.
fn cpu_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let since = Duration::try_from(time).unwrap_or_default();
    since.as_secs_f64() * 1e3
}

/// The largest resident set of this process, as Linux counts it.
fn peak_mib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) / 1024.0
}

fn python() -> Command {
    Command::new(env::var_os("PYTHON").unwrap_or_else(|| "python3".into()))
}

fn peer_is_missing() -> bool {
    let asked = python().args(["-c", "import fastmcp, httpx"]).output();
    !asked.is_ok_and(|output| output.status.success())
}

/// Milliseconds of `FastMCP`, which reads one file, and of that `OpenAPI` 3 only; what it says of
/// others is not kept back.
fn peer(file: &Path) -> Option<f64> {
    let output = python()
        .args(["-c", PEER])
        .arg(file)
        .stderr(Stdio::inherit())
        .output()
        .ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
