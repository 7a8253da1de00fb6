//! The process that reads documents (T77, T78): what it can use, and that nothing of it is left.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use countersign_domain::{Fault as _, operation::ImportedDocument};
use countersign_spec_import::{ImportError, Written, apart::Program};
use countersign_testkit::{PATIENCE, until};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, waitid};
use serde_json::{Map, Value, json};

use crate::program;

/// What the process may use of processors, however busy they are.
const PROCESSOR_TIME: Duration = Duration::from_secs(5);
const MEMORY_KIB: u64 = 256 << 10;
/// In which Linux tells processor time, whatever it measures it in.
const TICK_MS: u64 = 10;

async fn read(document: &[u8]) -> Result<ImportedDocument, ImportError> {
    Program::new(program(), &["spec", "worker"])
        .with_patience(PATIENCE)
        .import(document, &mut |_| {})
        .await
        .map(Written::read)
}

/// Something else in its place.
fn shell(script: &str) -> Program {
    Program::new(Path::new("/bin/sh"), &["-c", script])
}

/// What one document cost the process, and what it said.
struct Cost {
    used: Duration,
    peak_kib: u64,
    said: String,
    ended: ExitStatus,
}

impl Cost {
    /// Says whether the parent has an answer for whoever gave the document.
    fn is_answered(&self) -> bool {
        let last = self.said.lines().last().unwrap_or_default();
        last.starts_with(r#"{"document""#)
            || last.starts_with(r#"{"error""#)
            || self.said.contains("memory allocation of")
            || self.ended.signal() == Some(Signal::XCPU.as_raw())
    }
}

/// Starts it as the server does, and looks at it until it ends.
fn measured(document: Vec<u8>) -> Cost {
    let mut child = Command::new(program())
        .args(["spec", "worker"])
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut into = child.stdin.take().unwrap();
    let giving = std::thread::spawn(move || {
        // It may have seen enough.
        let _ = into.write_all(&document);
    });
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let hearing = std::thread::spawn(move || {
        let mut said = String::new();
        out.read_to_string(&mut said).unwrap();
        err.read_to_string(&mut said).unwrap();
        said
    });
    let mut peak_kib = 0;
    while !is_over(&child) {
        peak_kib = peak_kib.max(high_water(child.id()));
        std::thread::sleep(Duration::from_millis(1));
    }
    let used = processor_time(child.id());
    giving.join().unwrap();
    Cost {
        used,
        peak_kib,
        said: hearing.join().unwrap(),
        ended: child.wait().unwrap(),
    }
}

/// Says whether a child has ended, and leaves what the kernel knows of it in place.
fn is_over(child: &Child) -> bool {
    let process = WaitId::Pid(Pid::from_child(child));
    let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    waitid(process, look).unwrap().is_some()
}

/// What all threads of a process have used of processors, by what the kernel says.
fn processor_time(process: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The name, in brackets, may hold anything.
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let ticks: u64 = fields
        .split(' ')
        .skip(11)
        .take(2)
        .map(|field| field.parse::<u64>().unwrap())
        .sum();
    Duration::from_millis(ticks * TICK_MS)
}

/// The most memory that a process ever had, by what the kernel says.
fn high_water(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn specs() -> Option<PathBuf> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs");
    if home.is_dir() {
        return Some(home);
    }
    eprintln!("skipped: ../shared/specs is not beside the checkout, so none of it was read");
    None
}

fn own() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec-import/tests/fixtures/hostile")
}

fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end != "py"))
        .collect();
    found.sort();
    found
}

/// Reads them all; none may cost more than is promised.
fn read_all(paths: &[PathBuf]) {
    let mut worst = (Duration::ZERO, 0);
    for path in paths {
        let cost = measured(fs::read(path).unwrap());
        let name = path.file_name().unwrap().to_string_lossy();
        println!(
            "{name}: {:?}, {} KiB, {} bytes said",
            cost.used,
            cost.peak_kib,
            cost.said.len()
        );
        assert!(cost.used <= PROCESSOR_TIME, "{name}: {:?}", cost.used);
        assert!(cost.peak_kib <= MEMORY_KIB, "{name}: {} KiB", cost.peak_kib);
        assert!(
            cost.is_answered(),
            "{name}: {}, {:.200}",
            cost.ended,
            cost.said
        );
        worst = (worst.0.max(cost.used), worst.1.max(cost.peak_kib));
    }
    println!(
        "documents read apart: {}; worst {:?} and {} KiB",
        paths.len(),
        worst.0,
        worst.1
    );
}

#[test]
fn t77_every_own_hostile_document_stays_within_time_and_memory() {
    let paths = documents(&own());
    assert!(paths.len() >= 20, "{} documents", paths.len());
    read_all(&paths);
}

#[test]
fn t77_every_shared_hostile_document_stays_within_time_and_memory() {
    let Some(home) = specs() else { return };
    read_all(&documents(&home.join("hostile")));
}

#[test]
fn t77_the_big_ones_stay_within_time_and_memory() {
    let Some(home) = specs() else { return };
    let folder = std::env::temp_dir().join(format!("countersign-big-{}", std::process::id()));
    // Its own copy: the generator writes the small ones beside itself.
    fs::create_dir_all(folder.join("big")).unwrap();
    let generator = folder.join("gen.py");
    fs::copy(home.join("hostile/gen.py"), &generator).unwrap();
    let made = Command::new("python3")
        .arg(&generator)
        .arg("big")
        .arg(folder.join("big"))
        .status();
    if made.is_ok_and(|status| status.success()) {
        read_all(&documents(&folder.join("big")));
    } else {
        eprintln!("skipped: the large documents could not be made, python3 is needed for them");
    }
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn t77_a_document_that_wants_more_memory_than_there_is_ends_the_child_and_nothing_else() {
    // 31 MB of small values: as a tree, several times as much.
    let wide = format!(
        r#"{{"openapi":"3.0.0","paths":{{}},"x-a":[{}0]}}"#,
        r#"{"a":[[]]},"#.repeat(490_000)
    );
    let cost = measured(wide.into_bytes());
    println!("{:?}, {} KiB: {:.200}", cost.used, cost.peak_kib, cost.said);
    assert!(cost.peak_kib <= MEMORY_KIB, "{} KiB", cost.peak_kib);
    assert!(cost.used <= PROCESSOR_TIME, "{:?}", cost.used);
    assert!(cost.is_answered(), "{}", cost.ended);
}

/// A hundred and fifty things that lead to each other, so that the body of each leads to all.
fn woven() -> Vec<u8> {
    const THINGS: usize = 150;
    let name = |number: usize| format!("Thing{}", number % THINGS);
    let leads_to = |number| json!({"$ref": format!("#/components/schemas/{}", name(number))});
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    for number in 0..THINGS {
        let plain = |at: usize| {
            let said = format!("Field {at} of thing {number}, as the guide has it.");
            (
                format!("field_{at}"),
                json!({"type": "string", "description": said}),
            )
        };
        let mut fields: Map<String, Value> = (0..12).map(plain).collect();
        for step in [1, 7, 31] {
            fields.insert(format!("step_{step}"), leads_to(number + step));
        }
        let list = json!({"type": "array", "items": leads_to(number + 1)});
        fields.insert("more".to_owned(), list);
        schemas.insert(
            name(number),
            json!({"type": "object", "properties": fields}),
        );
        let body = json!({"content": {"application/json": {"schema": leads_to(number)}}});
        let make = json!({"requestBody": body, "responses": {"200": {"description": "ok"}}});
        paths.insert(format!("/things{number}"), json!({"post": make}));
    }
    let document = json!({"openapi": "3.0.3", "info": {"title": "Woven", "version": "1"},
        "servers": [{"url": "https://api.example.com"}],
        "paths": paths, "components": {"schemas": schemas}});
    document.to_string().into_bytes()
}

#[tokio::test]
async fn t77_schemas_that_all_lead_to_each_other_are_imported_whole() {
    let document = woven();
    let cost = measured(document.clone());
    println!("{:?}, {} KiB", cost.used, cost.peak_kib);
    assert!(cost.ended.success(), "{}: {:.200}", cost.ended, cost.said);
    assert!(cost.peak_kib <= MEMORY_KIB, "{} KiB", cost.peak_kib);
    let operations = read(&document).await.unwrap().operations;
    let callable = operations.iter().filter(|one| one.unsupported.is_none());
    assert_eq!((operations.len(), callable.count()), (150, 150));
    let schema = &operations[149].input_schema;
    assert_eq!(schema["$defs"].as_object().unwrap().len(), 150);
    let bytes = operations
        .iter()
        .map(|one| one.input_schema.to_string().len());
    let bytes: usize = bytes.sum();
    assert!(bytes > 16 << 20, "{bytes}");
}

#[tokio::test]
async fn a_good_document_comes_through_whole() {
    let text = include_bytes!("../../../spec-import/tests/fixtures/library.json");
    let here = countersign_spec_import::import(text, &countersign_spec_import::Limits::default());
    let here = serde_json::to_value(here.unwrap()).unwrap();
    let mut told = 0;
    let apart = Program::new(program(), &["spec", "worker"])
        .with_patience(PATIENCE)
        .import(text, &mut |_| told += 1)
        .await;
    assert_eq!(serde_json::to_value(apart.unwrap().read()).unwrap(), here);
    assert!(told > 2, "{told}");
    assert_eq!(read(b" ").await.unwrap_err(), ImportError::Empty);
}

#[tokio::test]
async fn whatever_becomes_of_the_child_there_is_an_answer() {
    let memory = ImportError::TooMuchMemory { limit: 240 };
    // Had one that goes on been waited for, patience would have run out.
    let cases = [
        ("cat >/dev/null; kill -XCPU $$", "too_slow"),
        ("kill -SEGV $$", "import_interrupted"),
        ("kill -KILL $$", "import_interrupted"),
        ("echo nonsense; sleep 600", "import_interrupted"),
        ("printf '{\"document\"'; exit 0", "import_interrupted"),
        ("exit 0", "import_interrupted"),
        (
            "echo memory allocation of 9 bytes failed >&2; kill -ABRT $$",
            "too_much_memory",
        ),
        ("printf '%s\\n' '{\"error\":\"empty\"}'; sleep 600", "empty"),
    ];
    for (script, code) in cases {
        let program = shell(script).with_patience(PATIENCE);
        let error = program.import(b"{}", &mut |_| {}).await.unwrap_err();
        assert_eq!(error.code(), code, "{script}");
    }
    // It had its time, however long anybody would have waited.
    let busy = shell("cat >/dev/null; kill -XCPU $$").with_patience(PATIENCE);
    let error = busy.import(b"{}", &mut |_| {}).await.unwrap_err();
    let says = "the import took longer than 6 s and was stopped";
    assert!(error.to_string().starts_with(says), "{error}");
    // Had it been waited for, it would have ended without a result.
    let endless = shell("sleep 60").with_patience(Duration::from_millis(300));
    let error = endless.import(b"{}", &mut |_| {}).await.unwrap_err();
    assert_eq!(error.code(), "too_slow");
    let absent = Program::new(Path::new("/no/such/program"), &[]);
    let error = absent.import(b"{}", &mut |_| {}).await.unwrap_err();
    assert_eq!(error, ImportError::NoThread);
    let talking = shell("cat >/dev/null; yes | tr -d '\\n'").with_patience(PATIENCE);
    let error = talking.import(b"{}", &mut |_| {}).await.unwrap_err();
    assert_eq!(error, memory);
    println!("ends of a child: {}", cases.len() + 3);
}

#[tokio::test]
async fn a_reader_nobody_waits_for_is_killed_and_no_zombie_is_left() {
    let pid = std::env::temp_dir().join(format!("countersign-reader-{}", std::process::id()));
    let script = format!("echo $$ > {}; exec sleep 600", pid.display());
    let program = shell(&script).with_patience(2 * PATIENCE);
    let written = || fs::read_to_string(&pid).is_ok_and(|text| text.ends_with('\n'));
    let mut told = |_| {};
    tokio::select! {
        ended = program.import(b"{}", &mut told) => panic!("{ended:?}"),
        () = until("the reader", async || written()) => {}
    }
    let process = fs::read_to_string(&pid).unwrap().trim().to_owned();
    fs::remove_file(&pid).unwrap();
    let home = PathBuf::from(format!("/proc/{process}"));
    until("its end", async || !home.exists()).await;
    println!("the process {process} is gone");
}

#[tokio::test]
async fn no_more_than_two_read_at_once() {
    let program = shell("sleep 0.4").with_patience(PATIENCE);
    let began = Instant::now();
    let (mut a, mut b, mut c) = (|_| {}, |_| {}, |_| {});
    let _ = tokio::join!(
        program.import(b"{}", &mut a),
        program.import(b"{}", &mut b),
        program.import(b"{}", &mut c)
    );
    assert!(began.elapsed() >= Duration::from_millis(800));
}

#[tokio::test]
async fn t78_nothing_is_opened_whatever_a_document_points_to() {
    let canary = TcpListener::bind("127.0.0.1:0").unwrap();
    canary.set_nonblocking(true).unwrap();
    let http = format!("http://{}/canary", canary.local_addr().unwrap());
    let secret = "canary-content-61a0";
    let file = std::env::temp_dir().join(format!("countersign-canary-{}.json", std::process::id()));
    fs::write(
        &file,
        format!(r#"{{"x":{{"type":"string","title":"{secret}"}}}}"#),
    )
    .unwrap();
    let places = [
        format!("file://{}#/x", file.display()),
        format!("../../../../../..{}#/x", file.display()),
        format!("{}#/x", file.display()),
        format!("{http}#/x"),
        "http://169.254.169.254/latest/meta-data#/x".to_owned(),
    ];
    let mut read_ones = 0;
    for place in &places {
        let quoted = serde_json::Value::from(place.as_str());
        let reference = format!(r#"{{"$ref":{quoted}}}"#);
        let schema = format!(r#"{{"$schema":{quoted},"$id":{quoted},"type":"object"}}"#);
        let dynamic = format!(r#"{{"$dynamicRef":{quoted}}}"#);
        for schema in [&reference, &schema, &dynamic] {
            let text = format!(
                r#"{{"openapi":"3.1.0","$self":{quoted},"jsonSchemaDialect":{quoted},
                "info":{{"title":"x","version":"1","termsOfService":{quoted}}},
                "servers":[{{"url":{quoted}}}],"externalDocs":{{"url":{quoted}}},
                "paths":{{"/a":{reference},"/b":{{"post":{{"parameters":[{reference}],
                "requestBody":{{"content":{{"application/json":{{"schema":{schema},
                "examples":{{"e":{{"externalValue":{quoted}}}}}}}}}}},
                "responses":{{"200":{reference}}}}}}}}},
                "components":{{"securitySchemes":{{"o":{{"type":"openIdConnect","openIdConnectUrl":{quoted}}}}}}}}}"#
            );
            let document = read(text.as_bytes()).await.unwrap();
            let shown = serde_json::to_string(&document).unwrap();
            assert!(!shown.contains(secret), "{place}");
            read_ones += 1;
        }
    }
    fs::remove_file(&file).unwrap();
    let connections = canary.accept().is_ok();
    assert!(!connections, "something was asked for over the network");
    println!("documents that point outside: {read_ones}; connections: 0, files: 0");
}

/// The same text with every address in it leading to one place.
fn led_to(text: &str, canary: &str) -> String {
    let mut led = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let scheme = rest[..at]
            .trim_end_matches(|c: char| c.is_ascii_alphabetic())
            .len();
        let behind = &rest[at + 3..];
        let host = behind.find(['/', '"', '\'', '#', '?', ' ', '\n', '{']);
        let host = host.unwrap_or(behind.len());
        led.push_str(&rest[..scheme]);
        led.push_str("http://");
        led.push_str(canary);
        rest = &behind[host..];
    }
    led.push_str(rest);
    led
}

#[tokio::test]
async fn t78_no_hostile_document_reaches_anything_wherever_it_points() {
    let canary = TcpListener::bind("127.0.0.1:0").unwrap();
    canary.set_nonblocking(true).unwrap();
    let address = canary.local_addr().unwrap().to_string();
    let mut paths = documents(&own());
    paths.extend(
        specs()
            .map(|home| documents(&home.join("hostile")))
            .unwrap_or_default(),
    );
    let mut led = 0;
    for path in &paths {
        let bytes = fs::read(path).unwrap();
        let Ok(text) = String::from_utf8(bytes) else {
            continue;
        };
        let text = led_to(&text, &address);
        led += text.matches(&address).count();
        let _ = read(text.as_bytes()).await;
    }
    assert!(led > 20, "{led} addresses");
    assert!(
        canary.accept().is_err(),
        "something was asked for over the network"
    );
    println!(
        "hostile documents: {}, addresses in them: {led}, connections: 0",
        paths.len()
    );
}
