//! Another tenant does not exist (T39): every route, taken from the table itself.
//!
//! Two questions, and the answers must be equal to the byte: a page of a tenant that is somebody
//! else's and one of a tenant that nobody has; and, in one's own tenant, an id of somebody else's
//! thing and an id of nothing.

mod fields;
mod filled;

use std::collections::{BTreeMap, BTreeSet};

use countersign_accounts::Invite;
use countersign_domain::{operation::Method, role::Role};
use countersign_graphql::ACCESS;
use countersign_tests::{House, Person, Upstream};
use platform::fronts::routes;
use serde_json::json;
use sqlx::{PgConnection, Row as _};

use self::{
    fields::FIELDS,
    filled::{FORMS, Filled, Told},
};
use crate::front::{Browser, Front};

/// Where the ids of a tenant's things are.
const IDS: [(&str, &str, &str); 12] = [
    (
        "{decision}",
        "enb",
        "SELECT decided_together FROM enablement WHERE tenant_id = $1 AND decided_together IS NOT NULL ORDER BY superseded_at NULLS FIRST, decided_at DESC, decided_together DESC",
    ),
    (
        "{record}",
        "rec",
        "SELECT id FROM record WHERE tenant_id = $1",
    ),
    (
        "{source id}",
        "src",
        "SELECT id FROM source WHERE tenant_id = $1 ORDER BY created_at",
    ),
    (
        "{environment id}",
        "env",
        "SELECT id FROM environment WHERE tenant_id = $1",
    ),
    ("{hold}", "hold", "SELECT id FROM hold WHERE tenant_id = $1"),
    (
        "{stop}",
        "stop",
        "SELECT id FROM call_stop WHERE tenant_id = $1 ORDER BY stopped_at DESC",
    ),
    (
        "{grant}",
        "grant",
        "SELECT id FROM oauth_grant WHERE tenant_id = $1",
    ),
    (
        "{revision}",
        "rev",
        "SELECT id FROM revision WHERE tenant_id = $1 AND state = 'ready' ORDER BY number DESC",
    ),
    (
        "{invitation}",
        "inv",
        "SELECT id FROM invitation WHERE tenant_id = $1 AND consumed_at IS NULL ORDER BY revoked_at NULLS FIRST",
    ),
    (
        "{member}",
        "mem",
        "SELECT id FROM member WHERE tenant_id = $1 AND role <> 'owner' ORDER BY removed_at NULLS FIRST",
    ),
    (
        "{tool}",
        "tool",
        "SELECT id FROM tool WHERE tenant_id = $1 AND path = '/orders' ORDER BY created_at",
    ),
    (
        "{version}",
        "ver",
        "SELECT current_version FROM tool WHERE tenant_id = $1 AND path = '/orders' ORDER BY created_at",
    ),
];

/// Where the parts of URLs are that a tenant's things are called, and what a held call shows.
const SLUGS: [(&str, &str); 5] = [
    ("{tenant}", "SELECT slug FROM tenant WHERE id = $1"),
    (
        "{source}",
        "SELECT slug FROM source WHERE tenant_id = $1 ORDER BY created_at",
    ),
    (
        "{endpoint}",
        "SELECT slug FROM endpoint WHERE tenant_id = $1 ORDER BY created_at",
    ),
    (
        "{environment}",
        "SELECT slug FROM environment WHERE tenant_id = $1",
    ),
    (
        "{shown}",
        "SELECT encode(digest, 'hex') FROM hold WHERE tenant_id = $1",
    ),
];

/// What a tenant's things are called, by what stands for them in a route.
struct Things(BTreeMap<&'static str, String>);

impl Things {
    /// Those of a tenant, as they are now.
    async fn of(person: &Person, admin: &mut PgConnection) -> Self {
        let tenant = person.scope.tenant().as_uuid();
        let mut things = BTreeMap::new();
        for (parameter, prefix, sql) in IDS {
            let found = sqlx::query(sql).bind(tenant).fetch_one(&mut *admin).await;
            let real: uuid::Uuid = found.expect(sql).get(0);
            things.insert(parameter, format!("{prefix}_{}", real.simple()));
        }
        for (parameter, sql) in SLUGS {
            let found = sqlx::query(sql).bind(tenant).fetch_one(&mut *admin).await;
            things.insert(parameter, found.expect(sql).get(0));
        }
        Self(things)
    }

    /// Those that nobody has.
    fn nobodys() -> Self {
        let ids = IDS.map(|(parameter, prefix, _)| {
            (
                parameter,
                format!("{prefix}_{}", "0123456789abcdef".repeat(2)),
            )
        });
        let slugs = SLUGS.map(|(parameter, _)| (parameter, "no-such-thing".to_owned()));
        Self(ids.into_iter().chain(slugs).collect())
    }

    /// Writes them where they are spoken of.
    fn fill(&self, text: &str) -> String {
        let fill =
            |text: String, (parameter, name): (&&str, &String)| text.replace(parameter, name);
        self.0.iter().fold(text.to_owned(), fill)
    }

    /// The same in the address of a page of the tenant's.
    fn in_path(&self, path: &str) -> String {
        self.fill(&format!("/t/{{tenant}}{path}"))
    }
}

/// Everything of a tenant, as one number that changes with any of it.
async fn state_of(person: &Person, admin: &mut PgConnection) -> String {
    let tenant = person.scope.tenant().as_uuid();
    let mut state = String::new();
    for table in [
        "member",
        "invitation",
        "source",
        "revision",
        "tool",
        "tool_override",
        "enablement",
        "connection",
        "credential",
        "endpoint",
        "endpoint_tool",
        "oauth_grant",
        "hold",
        "record",
        "job",
        "import_mark",
        "source_schedule",
        "credential_suspension",
        "call_stop",
    ] {
        let sql = format!(
            "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t WHERE tenant_id = $1"
        );
        let sum: Option<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(tenant)
            .fetch_one(&mut *admin)
            .await
            .unwrap();
        state.extend([table, "=", &sum.unwrap_or_default(), " "]);
    }
    state
}

/// A tenant that has something of everything.
async fn somebody(house: &House, upstream: &Upstream, organisation: &str) -> Person {
    let owner = house.owner_of(organisation).await;
    for name in ["rev", "other"] {
        house.member_of(&owner, Role::Reviewer, name).await;
    }
    let invite = Invite {
        email: format!("awaited@{organisation}.example").parse().unwrap(),
        role: Role::Auditor,
    };
    house.accounts.invite(&owner.scope, invite).await.unwrap();
    let shop = house.shop(&owner, &upstream.base).await;
    let agent = house.agent_of(&owner, &shop).await;
    let refund = json!({"order_id": "o", "body": {"amount_cents": 1}});
    let asked = house.call(&agent, "create_refund", &refund).await;
    assert_eq!(asked.code(), "held");
    let stopped = house
        .registry
        .stop_calls(&owner.scope, "for now".parse().unwrap());
    stopped.await.unwrap();
    owner
}

/// What is called the same by everybody gets a name of its own, every API an address, and the pages,
/// whose process has another key than the house, an empty vault.
const APART: [&str; 7] = [
    "UPDATE credential SET version = 9 WHERE tenant_id = $1",
    "DELETE FROM vault_secret WHERE tenant_id = $1",
    "DELETE FROM vault_key WHERE tenant_id = $1",
    "UPDATE source SET slug = 'own-api' WHERE tenant_id = $1",
    "UPDATE endpoint SET slug = 'own-endpoint' WHERE tenant_id = $1",
    "UPDATE environment SET slug = 'own-environment' WHERE tenant_id = $1",
    "UPDATE revision SET given_as = 'url', given_url = 'https://api.example.com' WHERE tenant_id = $1",
];

/// The names that stand in a route.
fn parameters(path: &'static str) -> Vec<&'static str> {
    let parts = path.split('/').filter(|part| part.starts_with('{'));
    parts.filter(|part| *part != "{tenant}").collect()
}

/// What a page says, without what is of this one answer and of what it was asked about.
fn without(page: &str, words: &[&String]) -> String {
    let (before, rest) = page.split_once(" nonce=\"").unwrap_or((page, ""));
    let (_, after) = rest.split_once('"').unwrap_or_default();
    let page = format!("{before}{after}");
    words
        .iter()
        .fold(page, |page, word| page.replace(*word, ""))
}

/// Two tenants with something of everything, and the browser of the one whose owner is a stranger to
/// the other.
struct Scene<'h> {
    house: &'h House,
    eve: Browser<'h>,
    acme: Person,
    evil: Person,
    admin: PgConnection,
    theirs: Things,
    nobodys: Things,
    untouched: String,
    ids: usize,
}

impl<'h> Scene<'h> {
    async fn open(house: &'h House, upstream: &Upstream, front: &Front) -> Self {
        let acme = somebody(house, upstream, "acme").await;
        let evil = somebody(house, upstream, "evil").await;
        let mut admin = house.database.admin().await;
        for rename in APART {
            let rename = sqlx::query(rename).bind(evil.scope.tenant().as_uuid());
            rename.execute(&mut admin).await.unwrap();
        }
        Self {
            house,
            eve: front.browser(house, &evil).await,
            theirs: Things::of(&acme, &mut admin).await,
            nobodys: Things::nobodys(),
            untouched: state_of(&acme, &mut admin).await,
            ids: 0,
            acme,
            evil,
            admin,
        }
    }

    async fn own(&mut self) -> Things {
        Things::of(&self.evil, &mut self.admin).await
    }

    /// Asks the same about somebody else's things and about nothing: no, and not to be told apart.
    async fn asked_in_vain(&self, request: &Filled, own: &Things, names: &[&str]) -> Told {
        let others = [&self.theirs, &self.nobodys];
        let words: Vec<&String> = names
            .iter()
            .flat_map(|name| others.map(|things| &things.0[name]))
            .collect();
        let mut answers = Vec::new();
        for things in others {
            let mut swapped = request.clone();
            for name in names {
                assert!(request.names(&own.0[name]), "{name} in {request:?}");
                swapped = swapped.naming(&things.0[name], &own.0[name]);
            }
            let mut told = swapped.send(&self.eve).await;
            assert!(!told.is_done(), "{told:?}: {swapped:?}");
            told.text = without(&told.text, &words);
            answers.push(told);
        }
        assert_eq!(answers[0], answers[1], "{names:?} of {request:?}");
        answers.remove(0)
    }

    /// Swaps what a request names for what is foreign, all of it and one after the other; then
    /// sends it as it is: it was only what it named that was wrong with it.
    async fn tried(&mut self, request: Filled, own: &Things, names: &[&str]) {
        let before = state_of(&self.evil, &mut self.admin).await;
        let with_tenant: Vec<_> = names.iter().copied().chain(["{tenant}"]).collect();
        let told = self.asked_in_vain(&request, own, &with_tenant).await;
        assert!(told.is_not_found(), "{told:?}: {request:?}");
        for name in names {
            self.asked_in_vain(&request, own, &[name]).await;
        }
        if !names.is_empty() {
            self.asked_in_vain(&request, own, names).await;
        }
        self.ids += names.len();
        assert_eq!(state_of(&self.evil, &mut self.admin).await, before);

        let told = request.send(&self.eve).await;
        assert!(told.is_done(), "{told:?}: {request:?}");
        let changed = state_of(&self.evil, &mut self.admin).await != before;
        assert!(changed || !request.is_a_change(), "{request:?}");
        if request.imports_at_once() {
            self.house.work().await;
        }
    }

    async fn is_untouched(&mut self) -> bool {
        state_of(&self.acme, &mut self.admin).await == self.untouched
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t39_a_foreign_thing_is_nothing_on_every_route() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let front = Front::open(&house, "foreign").await;
    let mut scene = Scene::open(&house, &upstream, &front).await;
    let table = routes(&platform::roles::Role::ALL.into_iter().collect());
    let of_tenants = table.table().iter().filter_map(|route| {
        let path = route.path.strip_prefix("/t/{tenant}")?;
        Some((Method::as_written(route.method.as_str()).unwrap(), path))
    });
    let (pages, sent): (Vec<_>, Vec<_>) =
        of_tenants.partition(|(method, _)| *method == Method::Get);
    let sent: BTreeSet<_> = sent.into_iter().map(|(_, path)| path).collect();
    assert_eq!(sent, FORMS.map(|form| form.0).into(), "each has its form");

    for (_, path) in &pages {
        let own = scene.own().await;
        let request = Filled::page(own.in_path(path));
        scene.tried(request, &own, &parameters(path)).await;
    }
    for form in &FORMS {
        let own = scene.own().await;
        let request = Filled::form(&scene.eve, &own, form).await;
        scene.tried(request, &own, form.3).await;
    }
    assert!(scene.is_untouched().await);
    let (routes, ids) = (pages.len() + FORMS.len(), scene.ids);
    println!(
        "{routes} routes with a foreign tenant, {ids} times one foreign id: 0 told apart from nothing, \
         0 side effects, and each of them works with one's own"
    );
    assert!(routes >= 45 && ids >= 50);

    front.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t39_a_foreign_thing_is_nothing_in_every_field() {
    let (house, upstream) = (House::open().await, Upstream::start());
    let front = Front::open(&house, "foreign-fields").await;
    let mut scene = Scene::open(&house, &upstream, &front).await;
    let known: BTreeSet<_> = ACCESS
        .iter()
        .filter(|line| line.on != "Query")
        .map(|line| (line.on, line.field))
        .collect();
    let asked = FIELDS.map(|(on, field, ..)| (on, field));
    assert_eq!(known, asked.into(), "each is asked for");

    for (on, _, arguments, names) in &FIELDS {
        let own = scene.own().await;
        let request = Filled::query(&own, on, arguments);
        scene.tried(request, &own, names).await;
    }
    assert!(scene.is_untouched().await);
    println!(
        "{} fields with a foreign tenant, {} times one foreign id: 0 told apart from nothing, \
         0 side effects, and each of them works with one's own",
        FIELDS.len(),
        scene.ids
    );
    assert!(scene.ids >= 45);

    front.close().await;
}
