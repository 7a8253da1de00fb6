//! Weighs the evidence: gate first, then BILLING > AUTH > ADMIN > DELETE > WRITE.
//!
//! Whatever is missing or disagrees lowers the confidence, and a call that is not clearly a
//! read and not surely harmless needs a human.

use countersign_domain::risk::{Confidence, Reason, Risk, RiskClass};

use super::{
    Evidence,
    effect::{Effect, effect, gravity},
    gate::{Gate, Vote, gate, votes},
    nouns::Topic,
    reading::Reading,
    secrets,
    sensitivity::sensitivity,
    tokens::truncated,
    topics::{DECIDES, SUSPECTED, Topics, topics},
    verbs::Act,
};

/// Classifies one operation by what was read about it.
pub(super) fn weigh(reading: &Reading, evidence: &Evidence<'_>) -> Risk {
    let votes = votes(reading);
    let gate = gate(reading, &votes);
    let topics = topics(reading, evidence);
    let mut risk = match gate {
        Gate::Reads | Gate::ReadsByMethod => weigh_read(reading, evidence, gate, &votes),
        Gate::Acts | Gate::Disputed => weigh_act(reading, evidence, gate, &votes, &topics),
    };
    risk.sensitivity = sensitivity(evidence, &topics);
    if reading.mute {
        risk.reasons.push(reason(
            "no_text",
            "The document says nothing about this call.",
            "",
        ));
        risk.confidence = Confidence::Low;
    }
    // A bare GET of a thing or a collection is a read; anything else unsure is not.
    let clearly_reads = risk.class == RiskClass::Read && (!reading.mute || is_plain_get(reading));
    risk.high_risk |= risk.confidence == Confidence::Low && !clearly_reads;
    risk
}

fn is_plain_get(reading: &Reading) -> bool {
    let collection = reading
        .path
        .segments
        .last()
        .is_none_or(|last| last.plural || !last.after_parameter);
    reading.method != countersign_domain::operation::Method::Post
        && (reading.path.ends_in_parameter || collection)
}

fn weigh_read(reading: &Reading, evidence: &Evidence<'_>, gate: Gate, votes: &[Vote]) -> Risk {
    let mut reasons = vec![reads_reason(reading, votes)];
    let secret = secrets::handed_out(reading, evidence).or_else(|| {
        let posts = reading.method == countersign_domain::operation::Method::Post;
        posts
            .then(|| secrets::examined_credential(reading))
            .flatten()
    });
    if let Some(secret) = secret {
        let text = "Nothing is changed, but the answer hands out or confirms a live secret.";
        reasons.push(reason("reveals_secret", text, &secret));
        return risk(RiskClass::Auth, true, false, Confidence::Medium, reasons);
    }
    let witnesses = votes.iter().filter(|vote| vote.reads()).count();
    let confidence = match gate {
        Gate::Reads if witnesses >= 2 => Confidence::High,
        Gate::Reads | Gate::ReadsByMethod | Gate::Acts | Gate::Disputed => Confidence::Medium,
    };
    risk(RiskClass::Read, true, false, confidence, reasons)
}

fn weigh_act(
    reading: &Reading,
    evidence: &Evidence<'_>,
    gate: Gate,
    votes: &[Vote],
    topics: &Topics,
) -> Risk {
    let effect = effect(reading, votes);
    let mut reasons = Vec::new();
    if gate == Gate::Disputed {
        reasons.push(disputed_reason(votes));
    }
    let decided =
        guarded_matter(topics, &mut reasons).or_else(|| mints_a_secret(evidence, &mut reasons));
    let class = decided.unwrap_or_else(|| ordinary_class(reading, &effect, &mut reasons));
    let gravity = gravity(reading, votes, &effect);
    if let Some((code, words)) = gravity.as_ref().filter(|_| class == RiskClass::Write) {
        reasons.push(reason(code, gravity_text(code), words));
    }
    let suspected = decided.is_none() && suspicion(topics, &mut reasons);
    let undoable = irrevocable(evidence.description).or_else(|| irrevocable(evidence.summary));
    if let Some(words) = undoable {
        reasons.push(reason(
            "irrevocable",
            "The document says that it cannot be undone.",
            words,
        ));
    }
    let high = class != RiskClass::Write || gravity.is_some() || undoable.is_some();
    let confidence = match () {
        () if gate == Gate::Disputed || suspected => Confidence::Low,
        () if agreeing_kinds(reading, votes, topics, decided) >= 2 => Confidence::High,
        () => Confidence::Medium,
    };
    let destructive = effect.takes_away() || undoable.is_some();
    let mut risk = risk(class, false, destructive, confidence, reasons);
    risk.high_risk = high;
    risk
}

/// The guarded matter with enough evidence, by precedence. Where one matter has more than
/// twice the points of another, the weaker one is only a neighbour.
fn guarded_matter(topics: &Topics, reasons: &mut Vec<Reason>) -> Option<RiskClass> {
    const PRECEDENCE: [(Topic, RiskClass, &str, &str); 3] = [
        (
            Topic::Billing,
            RiskClass::Billing,
            "billing",
            "Moves money, or changes what somebody pays.",
        ),
        (
            Topic::Auth,
            RiskClass::Auth,
            "auth",
            "Issues, proves, replaces or withdraws credentials.",
        ),
        (
            Topic::Admin,
            RiskClass::Admin,
            "admin",
            "Changes who may do what, or how the system is governed.",
        ),
    ];
    let most = PRECEDENCE
        .iter()
        .map(|(topic, ..)| topics.points(*topic))
        .max()
        .unwrap_or(0);
    let (topic, class, code, text) = PRECEDENCE.into_iter().find(|(topic, ..)| {
        let points = topics.points(*topic);
        points >= DECIDES && points.saturating_mul(2) > most
    })?;
    reasons.push(reason(code, text, &words_of(topics, topic)));
    Some(class)
}

/// A call that makes something and answers with its fresh secret.
fn mints_a_secret(evidence: &Evidence<'_>, reasons: &mut Vec<Reason>) -> Option<RiskClass> {
    let secret = secrets::secret_field(evidence.response_fields)?;
    reasons.push(reason(
        "reveals_secret",
        "The answer hands out a live secret.",
        &secret,
    ));
    Some(RiskClass::Auth)
}

/// The words by which a text admits that a call cannot be taken back.
fn irrevocable(text: &str) -> Option<&'static str> {
    const ADMITS: &[&str] = &[
        "cannot be undone",
        "can not be undone",
        "can't be undone",
        "irreversibl",
        "cannot be reversed",
        "cannot be recovered",
    ];
    let text = truncated(text, 2_000).to_lowercase();
    ADMITS.iter().find(|words| text.contains(**words)).copied()
}

fn ordinary_class(reading: &Reading, effect: &Effect, reasons: &mut Vec<Reason>) -> RiskClass {
    match effect {
        Effect::Removes(word) => {
            reasons.push(reason("removes", "Removes what is stored.", word));
            RiskClass::Delete
        }
        Effect::Switches => {
            reasons.push(reason(
                "switches",
                "Switches something that the opposite call switches back.",
                "",
            ));
            RiskClass::Write
        }
        Effect::Ends(_) | Effect::Changes => {
            reasons.push(reason(
                "changes",
                "Changes ordinary data.",
                reading.method.as_str(),
            ));
            RiskClass::Write
        }
    }
}

/// Too little to decide by, too much to pass over.
fn suspicion(topics: &Topics, reasons: &mut Vec<Reason>) -> bool {
    let matters = [Topic::Billing, Topic::Auth, Topic::Admin];
    let suspected: Vec<String> = matters
        .into_iter()
        .filter(|topic| topics.points(*topic) >= SUSPECTED)
        .map(|topic| words_of(topics, topic))
        .collect();
    if suspected.is_empty() {
        return false;
    }
    let text = "Some words speak of money, credentials or access; others do not.";
    reasons.push(reason("suspected", text, &suspected.join(", ")));
    true
}

/// How many kinds of evidence say the same.
fn agreeing_kinds(
    reading: &Reading,
    votes: &[Vote],
    topics: &Topics,
    decided: Option<RiskClass>,
) -> usize {
    let topic = match decided {
        Some(RiskClass::Billing) => Some(Topic::Billing),
        Some(RiskClass::Auth) => Some(Topic::Auth),
        Some(RiskClass::Admin) => Some(Topic::Admin),
        Some(RiskClass::Read | RiskClass::Write | RiskClass::Delete) | None => None,
    };
    if let Some(topic) = topic {
        return topics.of(topic).count();
    }
    let deletes = reading.method == countersign_domain::operation::Method::Delete;
    let same = |vote: &&Vote| (vote.verb.act == Act::Remove) == deletes && !vote.reads();
    votes.iter().filter(same).count()
}

fn words_of(topics: &Topics, topic: Topic) -> String {
    let words: Vec<String> = topics
        .of(topic)
        .map(|(word, point)| format!("{word} ({})", point.source))
        .collect();
    words.join(", ")
}

fn reads_reason(reading: &Reading, votes: &[Vote]) -> Reason {
    let words: Vec<&str> = votes
        .iter()
        .filter(|vote| vote.reads())
        .map(|vote| vote.word.as_str())
        .collect();
    let evidence = format!("{} {}", reading.method.as_str(), words.join(", "));
    reason(
        "reads",
        "Only reads or computes an answer.",
        evidence.trim(),
    )
}

fn disputed_reason(votes: &[Vote]) -> Reason {
    let words: Vec<String> = votes
        .iter()
        .map(|vote| format!("{} ({})", vote.word, vote.source))
        .collect();
    reason(
        "disputed",
        "Some words say that it reads, others that it acts.",
        &words.join(", "),
    )
}

fn gravity_text(code: &str) -> &'static str {
    match code {
        "destructive" => "Stops or takes away something that does not come back by itself.",
        "execute" => "Runs code, or puts it into production.",
        "provision" => "Starts or resizes something that costs money while it runs.",
        _ => "Changes many things or reaches many people in one call.",
    }
}

fn reason(code: &str, text: &str, evidence: &str) -> Reason {
    Reason {
        code: code.to_owned(),
        text: text.to_owned(),
        evidence: evidence.to_owned(),
    }
}

fn risk(
    class: RiskClass,
    read_only: bool,
    destructive: bool,
    confidence: Confidence,
    reasons: Vec<Reason>,
) -> Risk {
    let high_risk = !matches!(class, RiskClass::Read | RiskClass::Write);
    Risk {
        class,
        read_only,
        destructive,
        high_risk,
        confidence,
        sensitivity: Vec::new(),
        reasons,
    }
}
