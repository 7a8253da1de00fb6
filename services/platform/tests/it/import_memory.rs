//! What an import costs the process that asks for it, beside the one that reads the document
//! (T77).

use std::{fmt::Write as _, fs, sync::Arc};

use async_trait::async_trait;
use countersign_domain::role::Role;
use countersign_egress::{EgressError, Fetch, Fetched};
use countersign_queue::{InProcess, Worker};
use countersign_spec_import::{
    Given, ImportAgain, ImportSpec, Imports, StartImport,
    apart::{Program, Reader},
};
use countersign_store::revisions::RevisionState;
use countersign_testkit::{Database, PATIENCE, world};

use crate::program;

const OPERATIONS: usize = 300;
const PROPERTIES: usize = 300;
/// What all of it takes, written out once, a few times over.
const MOST_KIB: u64 = 128 << 10;

/// Nobody is asked for what was pasted.
struct Nowhere;

#[async_trait]
impl Fetch for Nowhere {
    async fn fetch_unless(
        &self,
        _url: &str,
        _etag: Option<&str>,
    ) -> Result<Option<Fetched>, EgressError> {
        Err(EgressError::Redirected)
    }
}

/// Operations that all send and answer the same large thing: a small document, many large tools.
fn document(last: &str) -> String {
    let mut properties = String::new();
    for n in 0..PROPERTIES {
        let words = format!("What the part with the number {n} of it is for, {last}");
        let _ = write!(
            properties,
            r#","p{n}":{{"type":"string","description":"{words}"}}"#
        );
    }
    let content = r##"{"application/json":{"schema":{"$ref":"#/components/schemas/It"}}}"##;
    let mut paths = String::new();
    for n in 0..OPERATIONS {
        let _ = write!(
            paths,
            r#","/r{n}":{{"post":{{"requestBody":{{"content":{content}}},
                "responses":{{"200":{{"description":"","content":{content}}}}}}}}}"#
        );
    }
    let (properties, paths) = (&properties[1..], &paths[1..]);
    format!(
        r#"{{"openapi":"3.1.0","info":{{"title":"It","version":"1"}},
            "servers":[{{"url":"https://api.example.com"}}],"paths":{{{paths}}},"components":
            {{"schemas":{{"It":{{"type":"object","properties":{{{properties}}}}}}}}}}}"#
    )
}

/// The most memory that this process ever had.
fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let figure = line.and_then(|line| line.split_whitespace().next());
    figure.and_then(|kib| kib.parse().ok()).expect("a figure")
}

#[tokio::test]
async fn t77_a_small_document_with_many_large_tools_costs_the_server_little() {
    let database = Database::create().await;
    let house = database.house("acme").await;
    let developer = house.member(&database, Role::Developer).await;
    let wakeups = Arc::new(InProcess::new());
    let imports = Imports::new(database.store(), world(), wakeups);
    let program = Program::new(program(), &["spec", "worker"]).with_patience(PATIENCE);
    let import = ImportSpec::new(Arc::new(Nowhere), Reader::Apart(program));
    let worker = Worker::new(database.store(), world(), Arc::new(InProcess::new()));
    let worker = worker.register(import);

    let (first, second) = (document("once"), document("again"));
    let before = peak_kib();
    let name = "It".parse().expect("a name");
    let given = Given::Paste(first);
    let started = imports.start(&developer, StartImport { name, given }).await;
    let started = started.expect("an import");
    worker.run_until_empty().await.expect("the database");
    let once = peak_kib() - before;
    let given = Given::Paste(second);
    let source = started.source;
    let again = imports.start_again(&developer, ImportAgain { source, given });
    let again = again.await.expect("an import");
    worker.run_until_empty().await.expect("the database");
    let twice = peak_kib() - before;

    for revision in [started.revision, again.revision] {
        let revision = imports.revision(&developer, revision).await;
        let state = revision.expect("a revision").state;
        assert!(matches!(state, RevisionState::Ready), "{state:?}");
    }
    println!("KiB for {OPERATIONS} tools: {once}, and imported again with other words: {twice}");
    assert!(twice <= MOST_KIB, "{twice} KiB");
}
