//! Hints that a path gives by where it leads, though no word of it is a guarded matter by itself.

use countersign_domain::operation::Method;

use crate::risk::{
    lexicon::List, nouns::Topic, path::Segment, phrase::Phrase, reading::Reading, source::Source,
    verbs::Verb,
};

/// Every hint: the matter, the word and where it was found.
pub(super) fn hints<'r>(
    reading: &'r Reading<'_>,
) -> impl Iterator<Item = (Topic, &'r str, Source)> {
    let about = |word| (Topic::Admin, word, Source::Path);
    let places = [
        opens_a_door(reading).then_some("unlock"),
        place(reading),
        lets_in(reading),
        area(reading),
        inside(reading),
    ];
    let link = mints_a_link(reading).then_some((Topic::Auth, "url", Source::Text));
    places.into_iter().flatten().map(about).chain(link)
}

/// The only word of a segment.
fn only(segment: &Segment) -> Option<&String> {
    match segment.words.as_slice() {
        [word] => Some(word),
        _ => None,
    }
}

/// `/locks/{id}/unlock`: it lets somebody in, or away.
fn opens_a_door(reading: &Reading<'_>) -> bool {
    static DOORS: List = List::new(
        "doors",
        &["lock, door, gate, garage, vehicle, car, safe, locker, trunk"],
    );
    static OPENS: List = List::new("opens_doors", &["unlock, open, disarm, start"]);
    let last = reading.path.segments.last();
    let opens = last.is_some_and(|last| reading.lexicon.any(&OPENS, &last.words));
    let mut words = reading.path.words();
    let door = words.any(|word| reading.lexicon.has(&DOORS, word));
    opens && door && reading.method != Method::Get
}

/// `PUT /projects/{id}`: what people work in, whose fields may say who sees it.
fn place<'r>(reading: &'r Reading<'_>) -> Option<&'r str> {
    static WORKPLACES: List = List::new(
        "workplaces",
        &["project, repository, repo, site, space, guild, base"],
    );
    let [one] = reading.path.segments.as_slice() else {
        return None;
    };
    let word = only(one).filter(|word| reading.lexicon.has(&WORKPLACES, word))?;
    let changes = matches!(reading.method, Method::Put | Method::Patch);
    (changes && reading.path.ends_in_parameter).then_some(word)
}

/// `/documents/{id}/viewers`: who may do what with something is named by what they do with it.
fn lets_in<'r>(reading: &'r Reading<'_>) -> Option<&'r str> {
    static PARTS: List = List::new(
        "parts",
        &[
            "viewer, editor, reader, writer, commenter, contributor, maintainer, approver, \
            operator, curator, cohost, publisher, responsible",
        ],
    );
    let head = reading.path.head().filter(|head| head.after_parameter)?;
    let part = head.words.last()?;
    reading.lexicon.has(&PARTS, part).then_some(part)
}

/// `/system/gc/schedule`: a whole installation, or its locks and switches, and not one of the
/// things that are kept in it.
fn area<'r>(reading: &'r Reading<'_>) -> Option<&'r str> {
    static WHOLES: List = List::new(
        "wholes",
        &[
            "system, sys, instance, server, operator, cluster, global, management, manage, \
            control, internal, op, platform, daemon, raft, sudo, superuser",
        ],
    );
    static SWITCHBOARDS: List = List::new(
        "switchboards",
        &[
            "security, access, auth, authn, authz, iam, identity, idp, sso, oauth, saml, \
            compliance, governance, config, configuration, setting",
        ],
    );
    let (_, before) = reading.path.segments.split_last()?;
    let has = |list, word: &String| reading.lexicon.has(list, word);
    before.iter().find_map(|segment| {
        let word = only(segment)?;
        let whole = !segment.plural && has(&WHOLES, word);
        (whole || has(&SWITCHBOARDS, word)).then_some(word.as_str())
    })
}

/// `/machines/{id}/console/tickets`: a way into a machine.
fn inside<'r>(reading: &'r Reading<'_>) -> Option<&'r str> {
    static WAYS_IN: List = List::new(
        "ways_in",
        &["console, terminal, shell, vnc, rdp, tty, exec, webssh"],
    );
    let mut words = reading.path.words();
    let found = words.find(|word| reading.lexicon.has(&WAYS_IN, word))?;
    Some(found)
}

/// `getEmbeddedTemplateEditUrl`, "Generate an embeddable dashboard URL": the page opens without
/// signing in, so its address is the key.
pub(super) fn embeds(reading: &Reading<'_>) -> Option<Source> {
    let link = |word: &String| matches!(word.as_str(), "url" | "link");
    let embedded = |word: &String| matches!(word.as_str(), "embedded" | "embeddable");
    let minted = |words: &[String]| words.last().is_some_and(link) && words.iter().any(embedded);
    let path = reading.path.segments.last();
    let path = path
        .filter(|last| minted(&last.words))
        .map(|_| Source::Path);
    let name = || minted(&reading.name.object).then_some(Source::Name);
    let text = || minted(&reading.text.object).then_some(Source::Text);
    let found = path.or_else(name).or_else(text);
    found.filter(|_| reading.posts())
}

/// "Create source URLs": whoever has such an address needs nothing else.
fn mints_a_link(reading: &Reading<'_>) -> bool {
    let mints = |verb: Verb| matches!(verb.base, "create" | "generate" | "request" | "get");
    let minted = |phrase: &Phrase| {
        let verb = phrase.verb.as_ref().map(|(verb, _)| *verb);
        let link = phrase.object.last();
        verb.is_some_and(mints) && link.is_some_and(|last| last == "url" || last == "link")
    };
    let phrases = [&reading.text, &reading.name];
    reading.posts() && phrases.into_iter().any(minted)
}
