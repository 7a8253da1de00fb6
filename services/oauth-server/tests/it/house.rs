//! Two tenants with people, endpoints and tools, and an application that serves their agents.

mod agent;
mod seed;

use std::{
    collections::{BTreeMap, HashMap},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    rc::Rc,
    sync::Arc,
};

use actix_web::{
    App,
    body::MessageBody as _,
    cookie::Cookie,
    http::{StatusCode, header},
    middleware::from_fn,
    test::{self, TestRequest},
    web::Data,
};
use async_trait::async_trait;
use countersign_access::{ActionName, TenantScope};
use countersign_domain::{World, id::PersonId, name::Slug};
use countersign_edge::{Authenticate, Caller, Edge, Problem, PublicUrl, SignedInUser, protect};
use countersign_oauth_server::{AddressQuota, Grants, Limits, OAuthServer, routes};
use countersign_store::{Store, StoreOptions};
use countersign_testkit::{Database, world};
use futures_util::future::LocalBoxFuture;
use serde_json::Value;

pub(crate) use agent::{REDIRECT_URI, VERIFIER, agent};
pub(crate) use seed::{Place, seed};

pub(crate) const PUBLIC: &str = "http://localhost:8080";

/// Where requests come from that say nothing else.
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

type Door = Box<dyn Fn(TestRequest, IpAddr) -> LocalBoxFuture<'static, Answer>>;

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: header::HeaderMap,
    pub(crate) cookies: Vec<Cookie<'static>>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    pub(crate) fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The parameters of the answer on the redirect URI.
    pub(crate) fn location(&self) -> HashMap<String, String> {
        location_query(self.header("location"))
    }
}

pub(crate) fn location_query(url: &str) -> HashMap<String, String> {
    let url: url::Url = url.parse().unwrap_or_else(|_| panic!("not a URL: {url}"));
    url.query_pairs().into_owned().collect()
}

pub(crate) struct House {
    pub(crate) database: Database,
    pub(crate) store: Store,
    pub(crate) server: OAuthServer,
    pub(crate) grants: Grants,
    pub(crate) acme: Place,
    pub(crate) globex: Place,
    door: Door,
}

pub(crate) fn generous() -> Limits {
    let many = AddressQuota::new(100_000, 100_000);
    Limits {
        register: many,
        authorize: many,
        token: many,
        ..Limits::default()
    }
}

impl House {
    pub(crate) async fn open() -> Self {
        Self::with(generous()).await
    }

    pub(crate) async fn with(limits: Limits) -> Self {
        let database = Database::create().await;
        let store = Store::open(&StoreOptions {
            url: database.url(),
            application: "oauth-server test".to_owned(),
            connections: 12,
        })
        .unwrap();
        let mut admin = database.admin().await;
        let acme = seed(&mut admin, "acme").await;
        let globex = seed(&mut admin, "globex").await;
        let (world, public): (World, PublicUrl) = (world(), PUBLIC.parse().unwrap());
        let server = OAuthServer::new(store.clone(), world.clone(), &public, limits);
        let sessions = Sessions(vec![acme.owner, globex.owner]);
        let edge = Edge::new(public, world.clone(), Arc::new(sessions));
        let data = Data::new(server.clone());
        let app = App::new()
            .app_data(data)
            .configure(|config| edge.configure(config))
            .configure(|config| routes().configure(config))
            .wrap(from_fn(protect));
        let service = Rc::new(test::init_service(app).await);
        let door: Door = Box::new(move |request, from| {
            let service = Rc::clone(&service);
            Box::pin(async move {
                let request = request.peer_addr(SocketAddr::new(from, 5000)).to_request();
                let response = test::call_service(&*service, request).await;
                let status = response.status();
                let headers = response.headers().clone();
                let cookies = response
                    .response()
                    .cookies()
                    .map(Cookie::into_owned)
                    .collect();
                let body = response.into_body().try_into_bytes();
                let body = body.unwrap_or_else(|_| panic!("the body is in one piece"));
                Answer {
                    status,
                    headers,
                    cookies,
                    body: String::from_utf8(body.to_vec()).unwrap(),
                }
            })
        });
        Self {
            grants: Grants::new(store.clone(), world),
            database,
            store,
            server,
            acme,
            globex,
            door,
        }
    }

    pub(crate) async fn ask(&self, request: TestRequest) -> Answer {
        self.ask_from(HERE, request).await
    }

    pub(crate) async fn ask_from(&self, from: IpAddr, request: TestRequest) -> Answer {
        (self.door)(request, from).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(TestRequest::get().uri(path)).await
    }

    pub(crate) async fn post_form(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.ask(TestRequest::post().uri(path).set_form(form)).await
    }

    pub(crate) async fn post_json(&self, path: &str, body: &Value) -> Answer {
        self.ask(TestRequest::post().uri(path).set_json(body)).await
    }

    /// Runs SQL as administrator: to move time, and to be another service.
    pub(crate) async fn sql(&self, sql: &str) -> u64 {
        let mut admin = self.database.admin().await;
        let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
            .execute(&mut admin)
            .await;
        done.unwrap().rows_affected()
    }

    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let mut admin = self.database.admin().await;
        let counted = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&mut admin);
        counted.await.unwrap()
    }

    pub(crate) async fn records(&self, act: &str) -> i64 {
        self.count(&format!("SELECT count(*) FROM record WHERE act = '{act}'"))
            .await
    }
}

/// A session cookie's token is the person's id, repeated to the right length.
pub(crate) fn session(person: PersonId) -> Cookie<'static> {
    let mut token = person.as_uuid().simple().to_string().repeat(2);
    token.truncate(43);
    Cookie::new("countersign", token)
}

struct Sessions(Vec<PersonId>);

#[async_trait]
impl Authenticate for Sessions {
    async fn session(&self, token: &str) -> Result<Option<SignedInUser>, Problem> {
        let person = self
            .0
            .iter()
            .find(|person| session(**person).value() == token);
        Ok(person.map(|person| SignedInUser {
            session: uuid::Uuid::from_u128(1).into(),
            person: *person,
            email: "ada@example.com".parse().unwrap(),
            memberships: Vec::new(),
        }))
    }

    async fn enter(&self, _: &SignedInUser, _: &Slug) -> Result<Option<TenantScope>, Problem> {
        Ok(None)
    }

    async fn denied(&self, _caller: &Caller, _action: ActionName) -> Result<(), Problem> {
        Ok(())
    }
}

/// Counts answers by what they say: for races, where all but one must say the same.
pub(crate) fn tally(answers: &[Answer]) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for answer in answers {
        let said = format!("{} {}", answer.status.as_u16(), answer.error());
        *tally.entry(said.trim_end().to_owned()).or_default() += 1;
    }
    tally
}

/// What a race must come to.
pub(crate) fn one_winner(of: usize) -> BTreeMap<String, usize> {
    BTreeMap::from([
        ("200".to_owned(), 1),
        ("400 invalid_grant".to_owned(), of - 1),
    ])
}
