//! Every field that authority is asked for at, tried by every role.

use std::collections::HashMap;

use countersign_domain::{
    id::{
        ClientId, EnablementId, GrantId, HoldId, InvitationId, MemberId, RecordId, SourceId, StopId,
    },
    role::Role,
};
use countersign_graphql::{ACCESS, FieldAccess};
use countersign_testkit::world;
use serde_json::{Value, json};

use crate::front::{Front, PETS, Person};

/// Things of the tenant that fields are asked about.
struct Facts {
    environment: String,
    source: String,
    revision: String,
    tools: HashMap<String, (String, String)>,
}

impl Facts {
    /// What to send for a field; several where it depends on what it is asked about.
    fn queries(&self, line: &FieldAccess, role: Role, grant: GrantId) -> Vec<String> {
        match line.on {
            "Query" if line.field == "viewer" => vec!["{ viewer { id } }".to_owned()],
            "Query" => vec![r#"{ tenant(slug: "acme") { slug } }"#.to_owned()],
            "Tenant" => {
                let field = self.tenant_field(line.field);
                vec![format!(r#"{{ tenant(slug: "acme") {{ {field} }} }}"#)]
            }
            _ => {
                let changes = self.mutation(line.field, role, grant);
                changes
                    .iter()
                    .map(|it| format!("mutation {{ {it} }}"))
                    .collect()
            }
        }
    }

    fn tenant_field(&self, field: &str) -> String {
        let environment = &self.environment;
        let arguments = match field {
            "slug" | "name" | "role" => return field.to_owned(),
            "records" => return "records { next }".to_owned(),
            "report" => return "report { madeAt }".to_owned(),
            "record" => {
                let id: RecordId = world().id();
                return format!(r#"record(id: "{id}") {{ record {{ id }} }}"#);
            }
            "source" => r#"(slug: "pets")"#.to_owned(),
            "endpoint" => r#"(slug: "support")"#.to_owned(),
            "revisionChanges" => {
                return format!(
                    r#"revisionChanges(revision: "{}") {{ total }}"#,
                    self.revision
                );
            }
            "revision" => format!(r#"(id: "{}")"#, self.revision),
            "tool" => {
                let (tool, _) = &self.tools["list_pets"];
                format!(r#"(id: "{tool}", environment: "{environment}")"#)
            }
            "holds" => "(wanted: WAITING)".to_owned(),
            "hold" => format!(r#"(id: "{}")"#, world().id::<HoldId>()),
            "importNotices" => return "importNotices { review }".to_owned(),
            "callStop" => return "callStop { id }".to_owned(),
            "suspensions" => return "suspensions { total }".to_owned(),
            "members" | "invitations" | "environments" | "sources" | "connections"
            | "endpoints" | "grants" => String::new(),
            other => panic!("say how {other} is tried"),
        };
        format!("{field}{arguments} {{ id }}")
    }

    fn decision(&self, field: &str) -> String {
        let (environment, source) = (&self.environment, &self.source);
        let place = format!(r#"source: "{source}", environment: "{environment}""#);
        let (tool, version) = &self.tools["get_pet"];
        match field {
            "turnOffTool" => format!(
                r#"(TENANT, input: {{tool: "{tool}", environment: "{environment}", reason: "not needed"}}) {{ id }}"#
            ),
            "decideTools" => format!(
                r#"(TENANT, input: {{{place}, tools: [{{tool: "{tool}", version: "{version}"}}], reason: "not needed"}}) {{ same }}"#
            ),
            _ => {
                let decision: EnablementId = world().id();
                format!(r#"(TENANT, {place}, decision: "{decision}") {{ same }}"#)
            }
        }
    }

    fn mutation(&self, field: &str, role: Role, grant: GrantId) -> Vec<String> {
        let (environment, source) = (&self.environment, &self.source);
        let place = format!(r#"source: "{source}", environment: "{environment}""#);
        let document = r#"document: {url: "https://pets.example.com/openapi.json"}"#;
        let member: MemberId = world().id();
        let one = match field {
            "importSource" => format!(r#"(TENANT, name: "More pets", {document}) {{ slug }}"#),
            "importRevision" => format!(r#"(TENANT, source: "{source}", {document}) {{ slug }}"#),
            "setSchedule" => format!(r#"(TENANT, source: "{source}", every: DAILY) {{ url }}"#),
            "renameSource" => format!(r#"(TENANT, source: "{source}", name: "Pets")"#),
            "renameEndpoint" => {
                r#"(TENANT, endpoint: "support", name: "Support") { id }"#.to_owned()
            }
            "removeEndpoint" => r#"(TENANT, endpoint: "no-such", reason: "not needed")"#.to_owned(),
            "removeSource" => {
                let source: SourceId = world().id();
                format!(r#"(TENANT, source: "{source}", reason: "not needed")"#)
            }
            "turnOnReads" => format!(r#"(TENANT, input: {{{place}, reason: "needed"}})"#),
            "turnOnTool" => {
                let each = self.tools.values().map(|(tool, version)| {
                    format!(
                        r#"{field}(tenant: "acme", input: {{tool: "{tool}", version: "{version}",
                        environment: "{environment}", handling: HOLD, reason: "needed"}}) {{ id }}"#
                    )
                });
                return each.collect();
            }
            "overrideToolRisk" | "renameTool" | "describeTool" | "withdrawOverride" => {
                let (tool, version) = &self.tools["get_pet"];
                let what = match field {
                    "overrideToolRisk" => "class: ADMIN, highRisk: true",
                    "renameTool" => r#"name: "show_pet""#,
                    "describeTool" => r#"title: "A pet", description: """#,
                    _ => "kind: NAME",
                };
                format!(
                    r#"(TENANT, input: {{tool: "{tool}", version: "{version}", {what}, reason: "needed"}})"#
                )
            }
            "turnOffTool" | "decideTools" | "undoDecision" => self.decision(field),
            "setBaseUrl" => {
                format!(
                    r#"(TENANT, input: {{{place}, baseUrl: "https://pets.example.com"}}) {{ id }}"#
                )
            }
            "storeCredential" => {
                format!(
                    r#"(TENANT, input: {{{place}, baseUrl: "https://pets.example.com", scheme: BEARER, secret: "s3cr3t-t0k3n"}}) {{ id }}"#
                )
            }
            "confirmCredential" => {
                let seen = &self.revision;
                format!(
                    r#"(TENANT, input: {{{place}, seen: "{seen}", reason: "looked"}}) {{ id }}"#
                )
            }
            "stopCalls" => r#"(TENANT, reason: "needed") { id }"#.to_owned(),
            "resumeCalls" => format!(
                r#"(TENANT, stop: "{}", reason: "mended")"#,
                world().id::<StopId>()
            ),
            "createEndpoint" => {
                format!(
                    r#"(TENANT, input: {{name: "Of {role:?}", environment: "{environment}", tools: []}}) {{ id }}"#
                )
            }
            "setEndpointTools" => r#"(TENANT, endpoint: "support", tools: []) { id }"#.to_owned(),
            "revokeGrant" => format!(r#"(TENANT, grant: "{grant}")"#),
            "decideHold" => {
                let (hold, shown): (HoldId, _) = (world().id(), "0".repeat(64));
                format!(
                    r#"(TENANT, input: {{hold: "{hold}", answer: REJECT, shown: "{shown}", reason: "not needed"}}) {{ id }}"#
                )
            }
            "inviteMember" => {
                format!(
                    r#"(TENANT, input: {{email: "{role:?}@new.example", role: AUDITOR}}) {{ id }}"#
                )
            }
            "revokeInvitation" => format!(r#"(TENANT, id: "{}")"#, world().id::<InvitationId>()),
            "changeRole" => format!(r#"(TENANT, member: "{member}", role: AUDITOR) {{ id }}"#),
            "lookedAtImports" => format!(r#"(TENANT, until: "{}")"#, self.revision),
            "removeMember" => format!(r#"(TENANT, member: "{member}", reason: "they left")"#),
            other => panic!("say how {other} is tried"),
        };
        vec![format!(
            "{field}{}",
            one.replace("TENANT", r#"tenant: "acme""#)
        )]
    }
}

async fn facts(front: &Front, owner: &Person) -> Facts {
    let import = r#"mutation($d: String!) { importSource(tenant: "acme", name: "Pets", document: {text: $d}) { source revision } }"#;
    let started = front.ask(owner, import, json!({ "d": PETS })).await;
    let started = started.data()["importSource"].clone();
    front.work().await;
    let environment = front.acme.environment.to_string();
    let endpoint = r#"mutation($e: ID!) { createEndpoint(tenant: "acme", input: {name: "Support", environment: $e, tools: []}) { slug } }"#;
    let made = front
        .ask(owner, endpoint, json!({ "e": environment }))
        .await;
    assert_eq!(made.data()["createEndpoint"]["slug"], "support");
    let tools = r#"query($e: ID!) { tenant(slug: "acme") { source(slug: "pets") {
        tools(environment: $e) { nodes { id version name risk { highRisk class } } } } } }"#;
    let found = front.ask(owner, tools, json!({ "e": environment })).await;
    let nodes = found.data()["tenant"]["source"]["tools"]["nodes"].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let nodes = nodes.as_array().unwrap();
    let risks: Vec<bool> = nodes
        .iter()
        .map(|it| it["risk"]["highRisk"] == true)
        .collect();
    assert!(
        risks.contains(&true) && risks.contains(&false),
        "both kinds are tried"
    );
    let tools = nodes
        .iter()
        .map(|it| (text(&it["name"]), (text(&it["id"]), text(&it["version"]))));
    Facts {
        environment,
        source: text(&started["source"]),
        revision: text(&started["revision"]),
        tools: tools.collect(),
    }
}

/// An agent of a member, connected behind the product's back.
async fn grant(front: &Front, of: &Person) -> GrantId {
    let (client, grant): (ClientId, GrantId) = (world().id(), world().id());
    let mut admin = front.database.admin().await;
    sqlx::query("INSERT INTO oauth_client (id, name, redirect_uris, created_at) VALUES ($1, 'agent', '{http://127.0.0.1/cb}', now())")
        .bind(client.as_uuid())
        .execute(&mut admin)
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO oauth_grant (tenant_id, id, endpoint_id, client_id, member_id, scopes, resource, created_at, expires_at)
         SELECT tenant_id, $2, id, $3, $4, '{tools:read}', 'x', now(), now() + interval '1 day'
         FROM endpoint WHERE tenant_id = $1 AND slug = 'support'",
    )
    .bind(front.acme.tenant.as_uuid())
    .bind(grant.as_uuid())
    .bind(client.as_uuid())
    .bind(of.scope.member().unwrap().as_uuid())
    .execute(&mut admin)
    .await
    .unwrap();
    grant
}

#[actix_web::test]
async fn every_role_may_use_the_fields_that_the_table_says_and_no_others() {
    let front = Front::open().await;
    let owner = front.person(&front.acme, Role::Owner).await;
    let facts = facts(&front, &owner).await;
    let (mut cells, mut allowed) = (0, 0);
    for role in Role::ALL {
        let person = front.person(&front.acme, role).await;
        let connects =
            countersign_access::allows(role, countersign_access::ActionName::ConnectAgent);
        let grant = grant(&front, if connects { &person } else { &owner }).await;
        for line in ACCESS {
            let mut forbidden = true;
            let queries = facts.queries(line, role, grant);
            for query in &queries {
                let answer = front.ask(&person, query, Value::Null).await;
                assert_eq!(answer.status, 200, "{query}: {}", answer.text);
                assert_ne!(answer.code(), "internal", "{query}: {}", answer.text);
                forbidden &= answer.code() == "forbidden";
            }
            cells += 1;
            allowed += u32::from(!forbidden);
            let what = format!("{role:?} {}.{}", line.on, line.field);
            assert_eq!(!forbidden, line.allows(role), "{what}");
        }
    }
    println!("{cells} cells of role × field as the table says, {allowed} of them allowed");
}

#[actix_web::test]
async fn another_members_agent_is_disconnected_only_by_who_may() {
    let front = Front::open().await;
    let owner = front.person(&front.acme, Role::Owner).await;
    facts(&front, &owner).await;
    let mut tried = 0;
    for role in Role::ALL {
        let person = front.person(&front.acme, role).await;
        let grant = grant(&front, &owner).await;
        let query = format!(r#"mutation {{ revokeGrant(tenant: "acme", grant: "{grant}") }}"#);
        let answer = front.ask(&person, &query, Value::Null).await;
        let may = matches!(role, Role::Owner | Role::Admin | Role::Reviewer);
        assert_eq!(
            answer.code(),
            if may { "" } else { "forbidden" },
            "{role:?}"
        );
        tried += 1;
    }
    println!("{tried} roles tried at another member's agent");
}
