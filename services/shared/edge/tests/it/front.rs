//! A small front with every kind of route, over sessions kept in a list.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set its front up has failed"
)]

use std::sync::Arc;

use actix_web::{
    App, Error, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody, to_bytes},
    cookie::Cookie,
    dev::{Service, ServiceResponse},
    http::{StatusCode, header::HeaderMap},
    middleware::from_fn,
    test::{self, TestRequest},
    web,
};
use async_trait::async_trait;
use countersign_access::{ActionName, Actor, Membership, TenantScope};
use countersign_domain::{name::Slug, role::Role};
use countersign_edge::{
    Authenticate, Caller, ClientAddress, CspNonce, CsrfToken, Edge, Form, JsonBody, MembershipView,
    NoFields, Problem, Routes, SignedInUser, WhoMay, allow_form_target, protect,
};
use countersign_testkit::world;
use serde::Deserialize;
use uuid::Uuid;

/// The tokens of two people: an owner of `acme`, and an auditor of it.
pub(crate) const OWNER: &str = "oooooooooooooooooooooooooooooooooooooooooo0";
pub(crate) const AUDITOR: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa0";
pub(crate) const ORIGIN: &str = "https://countersign.example";
pub(crate) const SESSION_COOKIE: &str = "__Host-countersign";
pub(crate) const BROWSER_COOKIE: &str = "__Host-countersign-browser";

struct List;

fn role_of(user: &SignedInUser) -> Role {
    user.memberships[0].role
}

#[async_trait]
impl Authenticate for List {
    async fn session(&self, token: &str) -> Result<Option<SignedInUser>, Problem> {
        let role = match token {
            OWNER => Role::Owner,
            AUDITOR => Role::Auditor,
            _ => return Ok(None),
        };
        Ok(Some(SignedInUser {
            session: Uuid::from_u128(1).into(),
            person: Uuid::from_u128(2).into(),
            email: "ada@example.com".parse().unwrap(),
            memberships: vec![MembershipView {
                tenant: "acme".parse().unwrap(),
                name: "Acme Ltd.".to_owned(),
                role,
            }],
        }))
    }

    async fn enter(
        &self,
        user: &SignedInUser,
        tenant: &Slug,
    ) -> Result<Option<TenantScope>, Problem> {
        let scope = TenantScope::authenticated(Membership {
            tenant: Uuid::from_u128(3).into(),
            actor: Actor::Member {
                member: Uuid::from_u128(4).into(),
                person: user.person,
                label: user.email.to_string(),
                role: role_of(user),
            },
        });
        Ok((tenant.as_str() == "acme").then_some(scope))
    }

    async fn denied(&self, _caller: &Caller, _action: ActionName) -> Result<(), Problem> {
        Ok(())
    }
}

#[derive(Deserialize)]
pub(crate) struct Named {
    name: String,
    #[serde(default)]
    tools: Vec<String>,
}

#[derive(thiserror::Error, Debug)]
#[error("the disk with the secret name broke")]
struct Broken;

impl countersign_domain::Fault for Broken {
    fn kind(&self) -> countersign_domain::Kind {
        countersign_domain::Kind::Internal
    }
    fn code(&self) -> &'static str {
        "internal"
    }
}

pub(crate) fn routes() -> Routes {
    let member = WhoMay::Member(ActionName::ReadTenant);
    let manager = WhoMay::Member(ActionName::ManageMembers);
    Routes::new()
        .get("/", WhoMay::Public, async || "welcome")
        .get("/token", WhoMay::Public, async |token: CsrfToken| {
            token.to_string()
        })
        .get("/nonce", WhoMay::Public, async |nonce: CspNonce| {
            nonce.to_string()
        })
        .get("/address", WhoMay::Public, async |a: ClientAddress| {
            a.0.to_string()
        })
        .get("/broken", WhoMay::Public, async || {
            Err::<HttpResponse, Problem>(Broken.into())
        })
        .get("/panic", WhoMay::Public, async || -> HttpResponse {
            panic!("with a secret in it")
        })
        .get("/number/{n}", WhoMay::Public, async |n: web::Path<u8>| {
            n.to_string()
        })
        .get("/consent", WhoMay::SignedIn, consent)
        .get("/oauth/authorize", WhoMay::SignedIn, async || "authorize")
        .post("/sign-in", WhoMay::Public, async |form: Form<Named>| {
            form.0.name
        })
        .get("/t/{tenant}/home", member, async |caller: Caller| {
            caller.tenant_name
        })
        .post("/t/{tenant}/members", manager, members)
        .post(
            "/t/{tenant}/press",
            member,
            async |_: Form<NoFields>| "pressed",
        )
        .post(
            "/graphql",
            WhoMay::SignedIn,
            async |body: JsonBody<Named>| body.0.name,
        )
}

async fn consent(request: HttpRequest) -> &'static str {
    allow_form_target(&request, &"http://127.0.0.1:3118/cb".parse().unwrap());
    "consent"
}

async fn members(caller: Caller, form: Form<Named>) -> String {
    format!("{} {} {:?}", caller.tenant, form.0.name, form.0.tools)
}

pub(crate) fn edge() -> Edge {
    Edge::new(ORIGIN.parse().unwrap(), world(), Arc::new(List))
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    pub(crate) fn code(&self) -> String {
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_default();
        body["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// Sends one request to a fresh application.
pub(crate) async fn send(edge: &Edge, request: TestRequest) -> Answer {
    let app = App::new()
        .configure(|config| edge.configure(config))
        .configure(|config| routes().configure(config))
        .wrap(from_fn(protect));
    let service = test::init_service(app).await;
    answer(service.call(request.to_request()).await).await
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
    let (status, headers) = (response.status(), response.headers().clone());
    let body = to_bytes(response.into_body()).await.unwrap();
    Answer {
        status,
        headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

pub(crate) fn signed_in(request: TestRequest, token: &str) -> TestRequest {
    request.cookie(Cookie::new(SESSION_COOKIE, token.to_owned()))
}

/// The token for the forms of whoever holds this session.
pub(crate) async fn csrf_token(session: &str) -> String {
    let request = signed_in(TestRequest::get().uri("/token"), session);
    send(&edge(), request).await.body
}

/// A form as a browser posts it from our own page.
pub(crate) fn form(path: &str, session: &str, body: &str) -> TestRequest {
    signed_in(TestRequest::post().uri(path), session)
        .insert_header(("sec-fetch-site", "same-origin"))
        .insert_header(("content-type", "application/x-www-form-urlencoded"))
        .set_payload(body.to_owned())
}
