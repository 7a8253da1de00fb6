//! Weighs the evidence: gate first, then BILLING > AUTH > ADMIN > DELETE > WRITE.
//!
//! Whatever is missing or disagrees lowers the confidence, and a call that is not clearly a
//! read and not surely harmless needs a human.

use std::rc::Rc;

use countersign_domain::{
    operation::Method,
    risk::{Confidence, Reason, Risk, RiskClass},
};

use super::{
    Evidence,
    effect::{Effect, effect},
    fields::Fields,
    gate::{Gate, Vote, gate, gets::names_exchange_rates, votes},
    gravity::{gravity, sets_going},
    nouns::Topic,
    openness,
    ordinary::is_ordinary,
    reading::Reading,
    reasons::{self, reason},
    secrets,
    sensitivity::sensitivity,
    source::Source,
    tokens::truncated,
    topics::{DECIDES, Topics, topics},
    verbs::Act,
};

/// Everything that was found out about one operation.
struct Case<'a> {
    evidence: &'a Evidence<'a>,
    reading: &'a Reading<'a>,
    fields: &'a Fields,
    votes: Vec<Vote>,
    gate: Gate,
    topics: Topics<'a>,
}

/// Classifies one operation by what was read about it.
///
/// Method, path and fields are asked a second time without any words, and what they say is the
/// least: whoever writes a text can raise a risk and not lower it. What has no words is asked once.
pub(super) fn weigh(reading: &Reading<'_>, evidence: &Evidence<'_>) -> Risk {
    let fields = Fields::of(evidence, reading.lexicon);
    let mut risk = judge((reading, &fields), evidence);
    let wordless = Evidence {
        operation_id: None,
        summary: "",
        description: "",
        tags: &[],
        scopes: &[],
        ..*evidence
    };
    if reading.mute && evidence.tags.is_empty() && evidence.scopes.is_empty() {
        return risk;
    }
    let bare = Reading {
        mute: false,
        ..Reading::along(Rc::clone(&reading.path), &wordless, reading.lexicon)
    };
    let least = judge((&bare, &fields), &wordless);
    let other_class = takes_its_class(evidence.method, (risk.class, &least));
    let acts = risk.read_only && !least.read_only;
    let destroys = least.destructive && !risk.destructive;
    if other_class || acts || destroys || least.level() > risk.level() {
        let text = "The words make it look more harmless than its method and path do.";
        let said = least.reasons.iter().map(|one| one.evidence.as_str());
        let said = said.filter(|said| !said.is_empty()).collect::<Vec<_>>();
        risk.reasons
            .push(reason("words_disregarded", text, &said.join(", ")));
        risk.high_risk = true;
        risk.confidence = Confidence::Low;
        if other_class {
            risk.class = least.class;
        }
        risk.read_only &= least.read_only;
        risk.destructive |= least.destructive;
    }
    risk
}

/// Whether a call is of the class that its method and path give it, whatever it is called: what
/// hands out a secret, a guarded matter that is said to be read, and its removal. One word of a
/// path that speaks of access, as in `/check/user`, is too little; whether another change is a
/// guarded matter or an ordinary one is for the words to say.
fn takes_its_class(method: Method, (said, least): (RiskClass, &Risk)) -> bool {
    match (said, least.class) {
        (RiskClass::Read, RiskClass::Auth) => true,
        (RiskClass::Read, RiskClass::Admin) => {
            method != Method::Get && least.confidence == Confidence::High
        }
        (RiskClass::Read, least) => method != Method::Get && is_guarded(least),
        (RiskClass::Write, RiskClass::Billing | RiskClass::Auth | RiskClass::Admin) => {
            method == Method::Delete
        }
        _ => false,
    }
}

/// Whether a class needs a human whatever else is said.
const fn is_guarded(class: RiskClass) -> bool {
    !matches!(class, RiskClass::Read | RiskClass::Write)
}

fn judge<'a>((reading, fields): (&'a Reading<'a>, &'a Fields), evidence: &'a Evidence<'a>) -> Risk {
    let votes = votes(reading);
    let gate = gate(reading, &votes);
    let topics = topics(reading, evidence, fields);
    let case = Case {
        evidence,
        reading,
        fields,
        votes,
        gate,
        topics,
    };
    let mut risk = match gate {
        Gate::Reads | Gate::ReadsByMethod => case.weigh_read(),
        Gate::Acts | Gate::Disputed => case.weigh_act(),
    };
    risk.sensitivity = sensitivity(fields, &case.topics);
    if reading.mute {
        risk.reasons.push(reason(
            "no_text",
            "The document says nothing about this call.",
            "",
        ));
        risk.confidence = Confidence::Low;
    }
    // A bare GET of a thing or a collection is a read; anything else unsure is not.
    let clearly_reads = risk.class == RiskClass::Read && (!reading.mute || names_a_thing(reading));
    risk.high_risk |= risk.confidence == Confidence::Low && !clearly_reads;
    let acts = may_act(reading, gate);
    let open = openness::open(evidence.path, evidence.method, acts);
    // That a POST only reads is said by the same hand that chose its name. Where money,
    // credentials or access are near, a human looks first; its class stays what it says.
    let claims_to_read = risk.class == RiskClass::Read && acts;
    let claimed = claims_to_read
        .then(|| reasons::claimed(&case.topics))
        .flatten();
    risk.high_risk |= open.is_some() || claimed.is_some();
    risk.reasons.extend(open);
    risk.reasons.extend(claimed);
    if let Method::Other(name) = reading.method {
        let text = "What this method does is between the document and its server.";
        risk.reasons
            .push(reason("method_unknown", text, name.as_str()));
        (risk.high_risk, risk.destructive) = (true, true);
        risk.confidence = Confidence::Low;
    }
    let decides = case.fields.decides.as_deref().filter(|_| acts);
    if let Some(field) = case.fields.overrides.as_deref().or(decides) {
        let text = "A field of the request says what is done.";
        reasons::decided(&mut risk, text, field);
        if case.fields.overrides.is_some() && risk.class == RiskClass::Read {
            (risk.class, risk.read_only) = (RiskClass::Write, false);
        }
    }
    risk
}

/// Makes a risk that of two calls of which either may be made, by the same precedence.
pub(super) fn join(risk: &mut Risk, other: Risk) {
    use RiskClass::{Admin, Auth, Billing, Delete, Read, Write};
    let classes = [Billing, Auth, Admin, Delete, Write, Read];
    let graver = classes
        .into_iter()
        .find(|class| [risk.class, other.class].contains(class));
    if let Some(class) = graver.filter(|class| *class != risk.class) {
        risk.class = class;
        risk.reasons.extend(other.reasons);
    }
    risk.read_only &= other.read_only;
    risk.destructive |= other.destructive;
    risk.high_risk |= other.high_risk;
    for kind in other.sensitivity {
        if !risk.sensitivity.contains(&kind) {
            risk.sensitivity.push(kind);
        }
    }
}

/// The path names a thing or a collection, not something to be done to one.
fn names_a_thing(reading: &Reading<'_>) -> bool {
    let last = reading.path.segments.last();
    reading.path.ends_in_parameter || last.is_none_or(|last| last.plural || !last.after_parameter)
}

/// Whether a call may act, sentences not believed: a changing method only reads where its own
/// path orders it to, such as `/{index}/_search`.
fn may_act(reading: &Reading<'_>, gate: Gate) -> bool {
    let asks = || {
        let ordered = reading.path.action.as_ref();
        !reading.path.ends_in_parameter && ordered.is_some_and(|(verb, _)| verb.act.only_reads())
    };
    match gate {
        Gate::Acts | Gate::Disputed => true,
        Gate::Reads | Gate::ReadsByMethod => reading.posts() && !asks(),
    }
}

impl Case<'_> {
    fn weigh_read(&self) -> Risk {
        let mut reasons = vec![reasons::reads(self.reading, &self.votes)];
        let examined = || {
            self.reading
                .posts()
                .then(|| secrets::examined_credential(self.reading))
                .flatten()
        };
        let secret = secrets::handed_out(self.reading, self.evidence, self.fields)
            .or_else(examined)
            .or_else(|| self.near_a_credential());
        if let Some(secret) = secret {
            let text = "Nothing is changed, but the answer hands out or confirms a live secret.";
            reasons.push(reason("reveals_secret", text, &secret));
            return risk(RiskClass::Auth, true, Confidence::Medium, reasons);
        }
        let witnesses = self.votes.iter().filter(|vote| vote.reads()).count();
        let sure = self.gate == Gate::Reads && witnesses >= 2;
        let confidence = if sure {
            Confidence::High
        } else {
            Confidence::Medium
        };
        risk(RiskClass::Read, true, confidence, reasons)
    }

    /// A POST on a credential's own path, or a GET of the only one, is not believed to be a mere
    /// look at it.
    fn near_a_credential(&self) -> Option<String> {
        let path = &self.reading.path;
        let lists = self.votes.iter().any(|vote| vote.verb.base == "list");
        let one = path.segments.last().is_some_and(|last| !last.plural);
        let only = one && !path.ends_in_parameter && !lists;
        let sure = self.topics.points(Topic::Auth) >= DECIDES;
        let mut words = self.topics.of(Topic::Auth);
        let gets = self.reading.method == Method::Get;
        let is_told = !self.evidence.response_fields.is_empty();
        let harmless = |word: &str| match word {
            "public key" | "publickey" => true,
            "exchange" => names_exchange_rates(self.reading),
            // What is told of a session is who is signed in; its token would be a field.
            "session" => {
                let last = path.segments.last().and_then(|last| last.words.last());
                let other = last.is_some_and(|last| last != word);
                gets && (other || is_told)
            }
            // RFC 8414: how to sign in, told to whoever has not.
            "openid" | "oauth" => gets && self.evidence.path.contains("/.well-known/"),
            // Which ways to sign in there are; a credential would be a field.
            "auth" | "authentication" => gets && is_told,
            _ => false,
        };
        let (word, _) =
            words.find(|(word, point)| point.source == Source::Path && !harmless(word))?;
        let asked = self.reading.posts() || only;
        (sure && asked).then(|| word.to_owned())
    }

    fn weigh_act(&self) -> Risk {
        let effect = effect(self.reading, &self.votes);
        let mut reasons = Vec::new();
        let decided = self
            .guarded_matter(&mut reasons)
            .or_else(|| self.mints_a_secret(&mut reasons));
        let class = decided.unwrap_or_else(|| {
            reasons.push(reasons::ordinary(self.reading, &effect));
            match effect {
                Effect::Removes(_) => RiskClass::Delete,
                Effect::Switches | Effect::Ends(_) | Effect::Changes => RiskClass::Write,
            }
        });
        let gravity = gravity((self.reading, self.evidence), &self.votes, &effect)
            .filter(|_| class == RiskClass::Write);
        let final_words =
            final_words(self.evidence.summary).or_else(|| final_words(self.evidence.description));
        let suspicion = reasons::suspicion(&self.topics).filter(|_| decided.is_none());
        let plain = class == RiskClass::Write && gravity.is_none();
        let strange = plain && !is_ordinary(self.reading);
        let going = sets_going(self.reading).filter(|_| plain);
        let disputed = self.gate == Gate::Disputed;
        let doubtful = suspicion.is_some() || strange || going.is_some() || disputed;
        reasons.extend(
            gravity
                .as_ref()
                .map(|(gravity, words)| reasons::grave(*gravity, words)),
        );
        let text = "The document says that it cannot be taken back.";
        reasons.extend(final_words.map(|words| reason("irrevocable", text, words)));
        reasons.extend(suspicion);
        reasons.extend(strange.then(|| reasons::strange(self.evidence.path)));
        reasons.extend(going.map(reasons::going));
        reasons.extend(disputed.then(|| reasons::disputed(&self.votes)));
        let confidence = match () {
            () if doubtful => Confidence::Low,
            () if self.witnesses(class) >= 2 => Confidence::High,
            () => Confidence::Medium,
        };
        let mut risk = risk(class, false, confidence, reasons);
        risk.destructive = effect.takes_away() || final_words.is_some();
        risk.high_risk |= gravity.is_some() || final_words.is_some();
        risk
    }

    /// The guarded matter with enough evidence, by precedence. Where one matter has twice the
    /// points of another, the weaker one is only a neighbour.
    fn guarded_matter(&self, reasons: &mut Vec<Reason>) -> Option<RiskClass> {
        const PRECEDENCE: [(Topic, RiskClass); 3] = [
            (Topic::Billing, RiskClass::Billing),
            (Topic::Auth, RiskClass::Auth),
            (Topic::Admin, RiskClass::Admin),
        ];
        let points = |topic: &Topic| self.topics.points(*topic);
        let most = PRECEDENCE
            .iter()
            .map(|(topic, _)| points(topic))
            .max()
            .unwrap_or(0);
        let (topic, class) = PRECEDENCE.into_iter().find(|(topic, _)| {
            points(topic) >= DECIDES && points(topic).saturating_mul(2) > most
        })?;
        reasons.push(reasons::guarded(class, &self.topics, topic));
        Some(class)
    }

    /// A call that answers with a secret is about that secret, whatever else it does.
    fn mints_a_secret(&self, reasons: &mut Vec<Reason>) -> Option<RiskClass> {
        let secret = self.fields.secret_returned.as_ref();
        let secret = secret.filter(|_| !self.fields.echoes)?;
        reasons.push(reason(
            "reveals_secret",
            "The answer hands out a live secret.",
            secret,
        ));
        Some(RiskClass::Auth)
    }

    /// How many kinds of evidence speak for a class.
    fn witnesses(&self, class: RiskClass) -> usize {
        let removes = |vote: &&Vote| vote.verb.act == Act::Remove;
        match class {
            RiskClass::Billing => self.topics.of(Topic::Billing).count(),
            RiskClass::Auth => self.topics.of(Topic::Auth).count(),
            RiskClass::Admin => self.topics.of(Topic::Admin).count(),
            RiskClass::Delete => {
                let method = usize::from(self.reading.method == Method::Delete);
                method + self.votes.iter().filter(removes).count()
            }
            RiskClass::Write | RiskClass::Read => {
                self.votes.iter().filter(|vote| !vote.reads()).count()
            }
        }
    }
}

/// The words by which a text admits that a call cannot be taken back.
fn final_words(text: &str) -> Option<&'static str> {
    const ADMITS: &[&str] = &[
        "cannot be undone",
        "can not be undone",
        "can't be undone",
        "irreversibl",
        "not reversible",
        "cannot be reversed",
        "cannot be recovered",
        "permanently delet",
        "permanently remov",
        "permanently revok",
        "permanently destroy",
        "permanently eras",
        "permanently los",
    ];
    let text = truncated(text, 2_000).to_lowercase();
    ADMITS.iter().find(|words| text.contains(**words)).copied()
}

fn risk(class: RiskClass, read_only: bool, confidence: Confidence, reasons: Vec<Reason>) -> Risk {
    let high_risk = is_guarded(class);
    Risk {
        class,
        read_only,
        destructive: false,
        high_risk,
        confidence,
        sensitivity: Vec::new(),
        reasons,
    }
}
