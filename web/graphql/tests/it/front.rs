//! Two tenants with members of every role, over real services and a list of sessions.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use actix_web::{
    App, Error, HttpResponse,
    body::{BoxBody, MessageBody, to_bytes},
    cookie::Cookie,
    dev::{Service as _, ServiceResponse},
    http::StatusCode,
    middleware::from_fn,
    test::{self, TestRequest},
};
use async_trait::async_trait;
use countersign_access::{ActionName, TenantScope};
use countersign_accounts::Accounts;
use countersign_approvals::Approvals;
use countersign_domain::{World, name::Slug, role::Role};
use countersign_edge::{
    Authenticate, Caller, CsrfToken, Edge, MembershipView, Problem, Routes, SignedInUser, WhoMay,
    protect,
};
use countersign_egress::{Egress, EgressPolicy, Loopback, PlainHttp};
use countersign_graphql::{Api, Services, routes};
use countersign_oauth_server::Grants;
use countersign_queue::{InProcess, Worker};
use countersign_reporting::{Audit, Reports};
use countersign_secret_injection::Connections;
use countersign_spec_import::{ImportSpec, Imports, apart::Reader};
use countersign_testkit::{Database, House, world};
use countersign_tool_registry::Registry;
use countersign_vault::{LocalVault, MasterKey, SecretVault};
use serde_json::{Value, json};

const ORIGIN: &str = "https://countersign.example";
const COOKIE: &str = "__Host-countersign";

/// An API with a READ, a WRITE and a DELETE operation.
pub(crate) const PETS: &str = r#"{"openapi":"3.1.0","info":{"title":"Pets","version":"1"},
"servers":[{"url":"https://pets.example.com"}],"paths":{"/pets":{
"get":{"operationId":"listPets","summary":"List pets","responses":{"200":{"description":"ok"}}},
"post":{"operationId":"createPet","summary":"Create a pet","requestBody":{"content":{"application/json":
{"schema":{"type":"object","properties":{"name":{"type":"string"}}}}}},"responses":{"201":{"description":"ok"}}}},
"/pets/{id}":{"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}}],
"get":{"operationId":"getPet","summary":"Get a pet","responses":{"200":{"description":"ok"}}},
"delete":{"operationId":"deletePet","summary":"Delete a pet permanently","responses":{"204":{"description":"gone"}}}}}}"#;

type Sessions = Arc<Mutex<HashMap<String, (SignedInUser, Slug, TenantScope)>>>;

struct List(Sessions);

#[async_trait]
impl Authenticate for List {
    async fn session(&self, token: &str) -> Result<Option<SignedInUser>, Problem> {
        let known = self.0.lock().unwrap();
        Ok(known.get(token).map(|(user, ..)| user.clone()))
    }

    async fn enter(
        &self,
        user: &SignedInUser,
        tenant: &Slug,
    ) -> Result<Option<TenantScope>, Problem> {
        let known = self.0.lock().unwrap();
        let own = known
            .values()
            .find(|(member, slug, _)| member.person == user.person && slug == tenant);
        Ok(own.map(|(_, _, scope)| scope.clone()))
    }

    async fn denied(&self, _caller: &Caller, _action: ActionName) -> Result<(), Problem> {
        Ok(())
    }
}

pub(crate) struct Front {
    pub(crate) database: Database,
    pub(crate) acme: House,
    pub(crate) globex: House,
    api: Api,
    edge: Edge,
    worker: Worker,
    sessions: Sessions,
}

/// Somebody with a session.
pub(crate) struct Person {
    session: String,
    csrf: String,
    pub(crate) scope: TenantScope,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) text: String,
    pub(crate) json: Value,
}

impl Answer {
    /// The code of the first error, of GraphQL or of HTTP.
    pub(crate) fn code(&self) -> &str {
        let coded = &self.json["errors"][0]["extensions"]["code"];
        let code = coded.as_str().or_else(|| self.json["code"].as_str());
        code.unwrap_or_default()
    }

    /// The data, when there was no error.
    pub(crate) fn data(&self) -> &Value {
        assert!(self.json["errors"].is_null(), "{}", self.text);
        &self.json["data"]
    }
}

impl Front {
    pub(crate) async fn open() -> Self {
        let (database, world) = (Database::create().await, world());
        let (acme, globex) = (database.house("acme").await, database.house("globex").await);
        let sessions = Sessions::default();
        let list = Arc::new(List(Arc::clone(&sessions)));
        let egress = Egress::with_system_dns(EgressPolicy {
            loopback: Loopback::Allowed,
            plain_http: PlainHttp::ToLoopback,
            ..EgressPolicy::default()
        })
        .unwrap();
        let fetch = Arc::new(egress.clone());
        let worker = Worker::new(database.store(), world.clone(), Arc::new(InProcess::new()))
            .register(ImportSpec::new(fetch, Reader::Here));
        Self {
            api: Api::new(services(&database, &world, egress)),
            edge: Edge::new(ORIGIN.parse().unwrap(), world, list),
            worker,
            database,
            acme,
            globex,
            sessions,
        }
    }

    /// Makes a member of a tenant and signs them in.
    pub(crate) async fn person(&self, house: &House, role: Role) -> Person {
        let scope = house.member(&self.database, role).await;
        let user = SignedInUser {
            session: world().id(),
            person: scope.person().unwrap(),
            email: scope.who().person_label.parse().unwrap(),
            memberships: vec![MembershipView {
                tenant: house.slug.clone(),
                name: house.slug.to_string(),
                role,
            }],
        };
        let session = {
            let mut sessions = self.sessions.lock().unwrap();
            let session = format!("{:0>43}", sessions.len());
            sessions.insert(session.clone(), (user, house.slug.clone(), scope.clone()));
            session
        };
        let asked = TestRequest::get()
            .uri("/token")
            .cookie(Cookie::new(COOKIE, session.clone()));
        let csrf = self.send(asked).await.text;
        Person {
            session,
            csrf,
            scope,
        }
    }

    /// Lets the worker import what was started.
    pub(crate) async fn work(&self) {
        self.worker.run_until_empty().await.unwrap();
    }

    /// Asks as a page of ours does.
    pub(crate) async fn ask(&self, person: &Person, query: &str, variables: Value) -> Answer {
        let body = json!({"query": query, "variables": variables});
        self.post(person, &body.to_string()).await
    }

    pub(crate) async fn post(&self, person: &Person, body: &str) -> Answer {
        self.send(request(person, body)).await
    }

    pub(crate) async fn send(&self, request: TestRequest) -> Answer {
        let token = Routes::new().get("/token", WhoMay::Public, async |token: CsrfToken| {
            token.to_string()
        });
        let app = App::new()
            .configure(|config| self.edge.configure(config))
            .configure(|config| self.api.configure(config))
            .configure(|config| routes().and(token).configure(config))
            .wrap(from_fn(protect));
        let service = test::init_service(app).await;
        answer(service.call(request.to_request()).await).await
    }

    /// Every act on record, oldest first, of both tenants.
    pub(crate) async fn records(&self) -> Vec<String> {
        let mut admin = self.database.admin().await;
        let sql = "SELECT act || ' ' || detail::text FROM record ORDER BY committed_at";
        sqlx::query_scalar(sql).fetch_all(&mut admin).await.unwrap()
    }
}

/// A request as a page of ours sends it, to be changed by tests.
pub(crate) fn request(person: &Person, body: &str) -> TestRequest {
    TestRequest::post()
        .uri("/graphql")
        .cookie(Cookie::new(COOKIE, person.session.clone()))
        .insert_header(("sec-fetch-site", "same-origin"))
        .insert_header(("content-type", "application/json"))
        .insert_header(("x-csrf-token", person.csrf.clone()))
        .set_payload(body.to_owned())
}

fn services(database: &Database, world: &World, egress: Egress) -> Services {
    let store = || database.store();
    let world = || world.clone();
    let key = MasterKey::generate(&world());
    let vault: Arc<dyn SecretVault> = Arc::new(LocalVault::new(store(), world(), key));
    let wakeups = Arc::new(InProcess::new());
    Services {
        accounts: Accounts::new(store(), world()),
        imports: Imports::new(store(), world(), wakeups.clone()),
        registry: Registry::new(store(), world(), wakeups),
        connections: Connections::new(store(), world(), vault, egress),
        approvals: Approvals::new(store(), world()),
        grants: Grants::new(store(), world()),
        audit: Audit::new(store()),
        reports: Reports::new(store(), world()),
    }
}

async fn answer<B: MessageBody>(sent: Result<ServiceResponse<B>, Error>) -> Answer {
    let response: HttpResponse<BoxBody> = match sent {
        Ok(answer) => {
            let (_, response) = answer.into_parts();
            let (response, body) = response.into_parts();
            let body = to_bytes(body).await.map_err(|_| "body").unwrap();
            response.set_body(BoxBody::new(body))
        }
        Err(error) => error.error_response(),
    };
    let status = response.status();
    let body = to_bytes(response.into_body()).await.unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    Answer {
        status,
        json: serde_json::from_str(&text).unwrap_or_default(),
        text,
    }
}
