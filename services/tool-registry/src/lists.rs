//! Lists of tools as MCP clients see them.
//!
//! Writing one takes as long as there are tools, so it is done once and by a thread that answers
//! nobody: every connection of a thread that writes would wait. As many are written at once as there
//! are processors; more would only hold more memory.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use countersign_domain::{
    Fault, Kind,
    operation::{ImportedOperation, Method},
    risk::RiskClass,
};
use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Shared},
};
use serde::Serialize;
use serde_json::Value;
use tokio::{spawn, sync::Semaphore, task::spawn_blocking};

use crate::{catalogue::CatalogueTool, output::Published, shown};

/// Tools in one page of a list.
pub(crate) const PAGE: usize = 1_000;
/// Bytes of the input schemas of a list.
const INPUTS: usize = 2 << 20;
/// What the input schema of one tool may cost in a list. So few that each definition is weighed for
/// all of them at once.
pub(crate) const INPUT_STEPS: [usize; 4] = [24 << 10, 16 << 10, 8 << 10, 4 << 10];
/// Bytes of the output schemas of a list.
const OUTPUTS: usize = 512 << 10;
/// Sets of classes there are.
const SCOPE_SETS: usize = 1 << RiskClass::ALL.len();
/// Said to agents of a tool whose calls wait.
const HELD: &str = "Each call waits for a human to countersign it.";

/// A list could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the list of tools could not be written")]
pub struct ListLost;

impl Fault for ListLost {
    fn kind(&self) -> Kind {
        Kind::Internal
    }

    fn code(&self) -> &'static str {
        "internal"
    }
}

/// A list that is being written or was: whoever asks waits for the same one, and nobody who goes
/// away takes it along.
type Written = Shared<BoxFuture<'static, Result<Arc<[Bytes]>, ListLost>>>;

/// The lists of one catalogue, and of those after it in which nothing else is seen: one for each
/// set of classes.
#[derive(Debug)]
pub(crate) struct Lists {
    of: Mutex<[Option<Written>; SCOPE_SETS]>,
    /// How many lists of all catalogues are written at once.
    writers: Arc<Semaphore>,
}

impl Lists {
    pub(crate) fn new(writers: &Arc<Semaphore>) -> Self {
        Self {
            of: Mutex::new([const { None }; SCOPE_SETS]),
            writers: Arc::clone(writers),
        }
    }

    pub(crate) async fn list(
        &self,
        tools: &Arc<[Arc<CatalogueTool>]>,
        scopes: &[RiskClass],
    ) -> Result<Arc<[Bytes]>, ListLost> {
        let set = RiskClass::ALL
            .iter()
            .enumerate()
            .filter(|(_, class)| scopes.contains(class))
            .fold(0, |set, (place, _)| set | 1 << place);
        let written = {
            let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
            // One that was lost is written again.
            of[set].take_if(|written| matches!(written.peek(), Some(Err(ListLost))));
            let write = || self.write(tools, scopes);
            of[set].get_or_insert_with(write).clone()
        };
        written.await
    }

    /// A task, because what nobody polls must not stand in the queue of the writers.
    fn write(&self, tools: &Arc<[Arc<CatalogueTool>]>, scopes: &[RiskClass]) -> Written {
        let (tools, scopes) = (Arc::clone(tools), scopes.to_vec());
        let writers = Arc::clone(&self.writers);
        let writing = spawn(async move {
            let _writer = writers.acquire_owned().await.map_err(|_| ListLost)?;
            let written = spawn_blocking(move || pages(&tools, &scopes));
            written.await.map_err(|_| ListLost)
        });
        let written = async { writing.await.map_err(|_| ListLost)? };
        written.boxed().shared()
    }
}

fn pages(tools: &[Arc<CatalogueTool>], scopes: &[RiskClass]) -> Arc<[Bytes]> {
    let tools: Vec<&CatalogueTool> = tools
        .iter()
        .map(AsRef::as_ref)
        .filter(|tool| scopes.contains(&tool.class()))
        .collect();
    let room = Room::of(tools.len());
    let listed: Vec<Listed<'_>> = tools
        .into_iter()
        .map(|tool| Listed::of(&tool.told(), &room))
        .collect();
    if listed.is_empty() {
        return Arc::from([Bytes::from_static(b"[]")]);
    }
    listed
        .chunks(PAGE)
        .map(|page| Bytes::from(serde_json::to_vec(page).expect("texts and JSON are JSON")))
        .collect()
}

/// What a schema of one tool may cost in a list, so that a list of a thousand tools stays one that
/// clients can take in. Calls are checked against the whole schema in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    /// Which of [`INPUT_STEPS`].
    pub(crate) step: usize,
    pub(crate) output: usize,
}

impl Room {
    /// A fair share of what all may cost together.
    pub(crate) fn of(tools: usize) -> Self {
        let share = |all: usize| all / tools.max(1);
        let fits = |step: &usize| *step <= share(INPUTS);
        Self {
            step: INPUT_STEPS
                .iter()
                .position(fits)
                .unwrap_or(INPUT_STEPS.len() - 1),
            output: share(OUTPUTS).min(16 << 10),
        }
    }
}

/// What there is to tell of a tool that is on.
pub(crate) struct Told<'a> {
    pub(crate) name: &'a str,
    pub(crate) operation: &'a ImportedOperation,
    pub(crate) output: Option<&'a Published>,
    pub(crate) is_held: bool,
}

/// A tool as MCP clients see it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Listed<'a> {
    name: &'a str,
    title: &'a str,
    description: Cow<'a, str>,
    pub(crate) input_schema: Cow<'a, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_schema: Option<&'a Value>,
    annotations: Annotations,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "these are the four hints of the protocol"
)]
struct Annotations {
    read_only_hint: bool,
    destructive_hint: bool,
    idempotent_hint: bool,
    open_world_hint: bool,
}

impl<'a> Listed<'a> {
    pub(crate) fn of(tool: &Told<'a>, room: &Room) -> Self {
        let operation = tool.operation;
        let description = match (tool.is_held, operation.description.as_str()) {
            (false, text) => Cow::Borrowed(text),
            (true, "") => Cow::Borrowed(HELD),
            (true, text) => Cow::Owned(format!("{text}\n\n{HELD}")),
        };
        Self {
            name: tool.name,
            title: &operation.title,
            description,
            input_schema: shown::within(&operation.input_schema, INPUT_STEPS[room.step]),
            output_schema: tool
                .output
                .filter(|output| output.bytes() <= room.output)
                .map(Published::schema),
            annotations: Annotations {
                read_only_hint: operation.risk.read_only,
                destructive_hint: operation.risk.destructive,
                idempotent_hint: operation.risk.read_only || is_idempotent(operation.method),
                open_world_hint: true,
            },
        }
    }
}

/// RFC 9110 section 9.2.2 and RFC 10008.
const fn is_idempotent(method: Method) -> bool {
    match method {
        Method::Get
        | Method::Head
        | Method::Options
        | Method::Trace
        | Method::Query
        | Method::Put
        | Method::Delete => true,
        Method::Post | Method::Patch | Method::Other(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use tokio::{runtime::Builder, task::yield_now};

    use super::*;

    #[test]
    fn no_more_lists_are_written_at_once_than_there_are_writers() {
        // With one thread, what is asked of it later is done later.
        let mut runtime = Builder::new_current_thread();
        let runtime = runtime.max_blocking_threads(1).build().unwrap();
        runtime.block_on(async {
            let writers = Arc::new(Semaphore::new(1));
            let (lists, other) = (Lists::new(&writers), Lists::new(&writers));
            let busy = Arc::clone(&writers).acquire_owned().await.unwrap();
            let tools = Arc::default();
            let mut asked = lists.list(&tools, &[]).boxed();
            let mut second = other.list(&tools, &[]).boxed();
            for _ in 0..3 {
                assert!(asked.as_mut().now_or_never().is_none());
                assert!(second.as_mut().now_or_never().is_none());
                yield_now().await;
                spawn_blocking(|| ()).await.unwrap();
            }
            // Whoever goes away keeps no writer.
            drop((busy, asked));
            assert_eq!(second.await.unwrap()[..], [Bytes::from_static(b"[]")]);
        });
        println!("N = 2 lists waited for 1 writer");
    }
}
