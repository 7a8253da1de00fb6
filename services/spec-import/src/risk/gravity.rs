//! What makes a change graver than an ordinary one: by what is ordered, by what is made, and by
//! how many it touches.

mod many;

use countersign_domain::operation::Method;

use super::{
    Evidence,
    effect::{Effect, object, takes_part},
    gate::Vote,
    grave::{CAPACITY, MAILINGS, PRINTED, RUNNABLE},
    lexicon::{List, Words},
    reading::Reading,
    source::Source,
    things::GENERIC,
    verbs::{Act, Verb},
};

/// In which way a change is graver than an ordinary one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gravity {
    /// It stops or takes away what does not come back by itself.
    Destructive,
    /// It runs code.
    Execute,
    /// It orders what costs money while it runs.
    Provision,
    /// It touches many.
    Bulk,
}

/// Why a change needs a human first, and the words.
pub(super) fn gravity(
    (reading, evidence): (&Reading<'_>, &Evidence<'_>),
    votes: &[Vote],
    effect: &Effect,
) -> Option<(Gravity, String)> {
    match effect {
        Effect::Ends(word) | Effect::Removes(word) => Some((Gravity::Destructive, word.clone())),
        Effect::Switches => None,
        Effect::Changes => ordered(reading, votes)
            .or_else(|| made(reading, votes))
            .or_else(|| resized(evidence))
            .or_else(|| many::touched(reading, evidence)),
    }
}

/// `/kernels/{id}/restart`, `/flows/{id}/activate`: what runs from then on, and what it does, is not
/// in the call, so that nobody can tell by it that no harm comes of it.
pub(super) fn sets_going<'a>(reading: &'a Reading<'_>) -> Option<&'a str> {
    static GOING: Words = Words::new(&[
        "activate, reactivate, apply, enable, migrate, promote, pull, push, recover, reload, \
        restart, restore, retry, sync, transition",
    ]);
    let (verb, word) = reading.path.action.as_ref()?;
    let ordered = reading.path.has_parameter && !reading.path.ends_in_parameter;
    (ordered && GOING.has(verb.base)).then_some(word.as_str())
}

/// Grave by what is done.
fn ordered(reading: &Reading<'_>, votes: &[Vote]) -> Option<(Gravity, String)> {
    // Restoring over one of these loses what it holds now.
    static RESTORED_OVER: List = List::new(
        "restored_over",
        &[
            "backup, snapshot, database, instance, server, volume, cluster, machine, table, \
            environment, site, deploy, image, branch, bucket, vm, disk, workspace, checkpoint",
        ],
    );
    const STARTS: &[&str] = &[
        "start", "initiate", "launch", "submit", "resume", "retry", "unblock", "play",
    ];
    const SENDS: &[&str] = &["send", "schedule", "start", "publish", "launch"];
    static MERGED_BY_HABIT: List = List::new(
        "merged_by_habit",
        &["pull, branch, request, metadata, attribute, upstream"],
    );
    let object = object(reading);
    let does = |verbs: &[&str]| votes.iter().any(|vote| verbs.contains(&vote.verb.base));
    let to = |verbs: &[&str], things: &'static List| {
        let thing = object.iter().find(|word| reading.lexicon.has(things, word));
        thing.filter(|_| does(verbs)).cloned()
    };
    if does(&["merge"]) && !reading.lexicon.any(&MERGED_BY_HABIT, &object) {
        return Some((Gravity::Destructive, "merge".to_owned()));
    }
    let act = |act: Act| {
        let runs = !takes_part(reading);
        let meant = |vote: &&Vote| {
            vote.verb.act == act && (vote.verb.clear || (vote.source != Source::Text && runs))
        };
        votes.iter().find(meant).map(|vote| vote.word.clone())
    };
    to(&["restore", "recover"], &RESTORED_OVER)
        .map(|word| (Gravity::Destructive, format!("restore {word}")))
        .or_else(|| to(STARTS, &RUNNABLE).map(|word| (Gravity::Execute, word)))
        .or_else(|| {
            started_inside(reading)
                .filter(|_| does(STARTS))
                .map(|word| (Gravity::Execute, word))
        })
        .or_else(|| redeployed(reading).map(|word| (Gravity::Execute, word)))
        .or_else(|| runs_inside(reading).map(|word| (Gravity::Execute, word)))
        .or_else(|| goes_live(reading).map(|word| (Gravity::Execute, word)))
        .or_else(|| refitted(reading).map(|word| (Gravity::Provision, word)))
        .or_else(|| new_code(reading).map(|word| (Gravity::Execute, word)))
        .or_else(|| to(SENDS, &PRINTED).map(|word| (Gravity::Provision, word)))
        .or_else(|| to(SENDS, &MAILINGS).map(|word| (Gravity::Bulk, word)))
        .or_else(|| mailed(reading).map(|word| (Gravity::Bulk, word)))
        .or_else(|| act(Act::Run).map(|word| (Gravity::Execute, word)))
        .or_else(|| act(Act::Provision).map(|word| (Gravity::Provision, word)))
}

/// `/campaigns/{id}/schedule`: the path itself sends what goes to many, as setting its status may.
fn mailed(reading: &Reading<'_>) -> Option<String> {
    let last = reading.path.segments.last()?.words.last()?;
    let sends = matches!(
        last.as_str(),
        "send" | "schedule" | "start" | "launch" | "deliver" | "status" | "state"
    );
    let mut words = reading.path.words();
    words
        .find(|word| reading.lexicon.has(&MAILINGS, word))
        .filter(|_| sends)
        .cloned()
}

/// `/services/{id}/versions/{v}/activate`: what runs from now on is another.
fn goes_live(reading: &Reading<'_>) -> Option<String> {
    // What serves people or machines: another version of it goes into production.
    static LIVE: List = List::new(
        "live",
        &[
            "site, run, stack, changeset, deployment, deploy, function, app, service, firmware, \
            environment, release, configuration, worker, blueprint, rollout, canary, schema, \
            manifest",
        ],
    );
    const LAUNCHES: &[&str] = &[
        "activate", "publish", "promote", "apply", "release", "rollout",
    ];
    let (verb, _) = reading.path.action.as_ref()?;
    let mut things = reading
        .path
        .segments
        .iter()
        .rev()
        .filter_map(|segment| segment.words.last());
    let live = |word: &&String| reading.lexicon.has(&LIVE, word);
    let tells = |word: &&String| live(word) || !reading.lexicon.has(&GENERIC, word);
    let thing = things.find(|word| word.as_str() != verb.base && tells(word))?;
    Some(thing.clone()).filter(|thing| LAUNCHES.contains(&verb.base) && live(&thing))
}

/// `POST /pipelines/{id}/updates`, "Starts an update": what hangs on something that runs.
fn started_inside(reading: &Reading<'_>) -> Option<String> {
    let mut words = reading.path.words();
    words
        .find(|word| reading.lexicon.has(&RUNNABLE, word))
        .cloned()
}

/// `PUT /deployments/{id}`: what is in production becomes what is sent.
fn redeployed(reading: &Reading<'_>) -> Option<String> {
    let head = reading.path.head()?.words.last()?;
    let replaced = matches!(reading.method, Method::Put | Method::Patch);
    (replaced && matches!(head.as_str(), "deployment" | "deploy")).then(|| head.clone())
}

/// `/containers/{id}/attach` goes inside; `/projects/{id}/pipeline` runs what is checked in.
fn runs_inside(reading: &Reading<'_>) -> Option<String> {
    const INSIDE: &[&str] = &["container", "pod", "process", "console", "terminal", "tty"];
    const SOURCES: &[&str] = &["project", "repo", "repository", "branch", "commit"];
    let words: Vec<&String> = reading.path.words().collect();
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let last = *words.last()?;
    let goes = last == "attach" && has(INSIDE);
    let starts = last == "pipeline" && has(SOURCES) && !reading.path.ends_in_parameter;
    (goes || starts).then(|| last.clone())
}

/// `PUT /functions/{name}/code`: what runs from now on is what is sent.
fn new_code(reading: &Reading<'_>) -> Option<String> {
    let [.., program, last] = reading.path.segments.as_slice() else {
        return None;
    };
    let runs = |word: &String| matches!(word.as_str(), "function" | "lambda" | "worker" | "script");
    let code = last
        .words
        .last()
        .filter(|word| matches!(word.as_str(), "code" | "source" | "content"));
    code.filter(|_| program.words.iter().any(runs)).cloned()
}

/// `/servers/{id}/change-type`: another size is another price.
fn refitted(reading: &Reading<'_>) -> Option<String> {
    static SIZES: Words = Words::new(&[
        "type, size, flavor, tier, capacity, machinetype, sku, class, count, storage",
    ]);
    let (last, before) = reading.path.segments.split_last()?;
    let size = last.words.last().filter(|word| SIZES.has(word))?;
    let mut things = before
        .iter()
        .rev()
        .filter_map(|segment| segment.words.last());
    let machine = things.find(|word| !reading.lexicon.has(&GENERIC, word))?;
    reading
        .lexicon
        .has(&CAPACITY, machine)
        .then(|| size.clone())
}

/// Grave by what is made.
fn made(reading: &Reading<'_>, votes: &[Vote]) -> Option<(Gravity, String)> {
    // Long computations that cost money.
    static TRAINING: List = List::new("training", &["tuning, finetuning, training"]);
    // Runs code, or puts it into production, when created.
    static EXECUTIONS: List = List::new(
        "executions",
        &[
            "deployment, deploy, dispatch, execution, invocation, command, rerun, script, build, \
            repl, run",
        ],
    );
    let path = &reading.path;
    if let Some(order) = ordered_by_the_body(reading) {
        return Some((Gravity::Execute, order.clone()));
    }
    let either =
        reading.method == Method::Put && votes.iter().any(|vote| vote.verb.base == "create");
    let one = path.ends_in_parameter && !either;
    // `/volumes/create` makes one as `POST /volumes` does.
    let makes = |(verb, _): &(Verb, String)| matches!(verb.base, "create" | "add" | "make");
    let ordered = path.action.as_ref().is_some_and(|action| !makes(action));
    if reading.method == Method::Patch || one || ordered {
        return None;
    }
    let object = object(reading);
    let thing = |list: &'static List| {
        object
            .iter()
            .find(|word| reading.lexicon.has(list, word))
            .cloned()
    };
    let trains = || {
        let words = path.words().chain(&reading.name.object);
        words
            .into_iter()
            .find(|word| reading.lexicon.has(&TRAINING, word))
            .cloned()
    };
    let capacity = || trains().or_else(|| thing(&CAPACITY));
    thing(&EXECUTIONS)
        .map(|word| (Gravity::Execute, word))
        .or_else(|| {
            (reading.posts() || either)
                .then(capacity)
                .flatten()
                .map(|word| (Gravity::Provision, word))
        })
}

/// `/servers/{id}/actions`, `/index/{name}/operation`: the body says which, so the worst counts.
fn ordered_by_the_body<'r>(reading: &'r Reading<'_>) -> Option<&'r String> {
    let last = reading.path.segments.last()?;
    let one = |word: &str| !last.plural && matches!(word, "operation" | "op" | "instruction");
    let mut before = reading
        .path
        .segments
        .iter()
        .filter(|segment| !segment.plural);
    let commands = || {
        before.find_map(|segment| match segment.words.as_slice() {
            [word] if matches!(word.as_str(), "command" | "cmd" | "rpc") => Some(word),
            _ => None,
        })
    };
    let named = last.words.last();
    named
        .filter(|word| word.as_str() == "action" || one(word))
        .or_else(commands)
}

/// Sent with a field that says how large something is that is paid for while it runs.
fn resized(evidence: &Evidence<'_>) -> Option<(Gravity, String)> {
    const SIZES: [&str; 12] = [
        "replicas",
        "replicacount",
        "podtype",
        "instancetype",
        "machinetype",
        "instanceclass",
        "nodecount",
        "numnodes",
        "vcpus",
        "instancecount",
        "nodetype",
        "vmsize",
    ];
    let is_size = |field: &&String| {
        let letters = || field.bytes().filter(u8::is_ascii_alphanumeric);
        let is = |size: &&str| {
            letters()
                .map(|one| one.to_ascii_lowercase())
                .eq(size.bytes())
        };
        SIZES.iter().any(is)
    };
    let field = evidence.request_fields.iter().find(is_size)?;
    Some((Gravity::Provision, field.clone()))
}
