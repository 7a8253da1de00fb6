//! People of a tenant, who act through the same use cases as the pages.

use std::sync::Arc;

use countersign_access::TenantScope;
use countersign_accounts::{Accept, Invite, Joining, SignUp, SignedIn};
use countersign_approvals::{Decide, DecideError, Hold, HoldsWanted};
use countersign_domain::{
    connection::AuthScheme,
    decision::Handling,
    digest::Digest,
    hold::Answer,
    id::{EnvironmentId, HoldId, RevisionId, SourceId},
    name::{Slug, Statement},
    role::Role,
    secret::Secret,
};
use countersign_secret_injection::{SetBaseUrl, StoreCredential};
use countersign_spec_import::{Given, ImportAgain, StartImport};
use countersign_tool_registry::{CreateEndpoint, Seen, ToolBrief, TurnOn, TurnOnReads};

use crate::{House, upstream::document};

/// The upstream's key in the tests: a canary that must turn up nowhere else.
pub const KEY: &str = "canary-7f3b1d-upstream-key";

/// A signed-in member.
#[derive(Clone)]
pub struct Person {
    /// The session, as the fronts know it.
    pub signed_in: SignedIn,
    /// What they may do, and where.
    pub scope: TenantScope,
    /// Their tenant.
    pub tenant: Slug,
    /// The session's token, as their browser holds it.
    pub session: Arc<Secret>,
}

/// A tenant that is ready for agents.
pub struct Shop {
    /// The imported API.
    pub source: SourceId,
    /// Where it is used.
    pub environment: EnvironmentId,
    /// The endpoint with all its tools.
    pub endpoint: Slug,
}

fn reason(text: &str) -> Statement {
    text.parse().expect("a reason")
}

impl House {
    /// Somebody signs up with a new organisation.
    ///
    /// # Panics
    /// When that fails.
    pub async fn owner_of(&self, organisation: &str) -> Person {
        let email = format!("owner@{organisation}.example")
            .parse()
            .expect("an address");
        let session = self
            .accounts
            .sign_up(SignUp {
                email,
                password: Secret::new("correct horse battery staple 1".to_owned()),
                organisation: organisation.parse().expect("a title"),
                address: [127, 0, 0, 1].into(),
                user_agent: "test".to_owned(),
            })
            .await
            .expect("sign-up");
        self.enter(session.token, &session.tenant.expect("a new tenant"))
            .await
    }

    /// The owner invites somebody, who joins.
    ///
    /// # Panics
    /// When that fails.
    pub async fn member_of(&self, owner: &Person, role: Role, name: &str) -> Person {
        let email = format!("{name}@{}.example", owner.tenant)
            .parse()
            .expect("an address");
        let invited = self
            .accounts
            .invite(&owner.scope, Invite { email, role })
            .await
            .expect("invite");
        let accepted = self
            .accounts
            .accept(Accept {
                token: invited.token,
                joining: Joining::New {
                    password: Secret::new("correct horse battery staple 2".to_owned()),
                    address: [127, 0, 0, 1].into(),
                    user_agent: "test".to_owned(),
                },
            })
            .await
            .expect("join");
        self.enter(accepted.token.expect("a session"), &accepted.tenant)
            .await
    }

    async fn enter(&self, token: Secret, tenant: &Slug) -> Person {
        let signed_in = self
            .accounts
            .session(token.expose())
            .await
            .expect("database")
            .expect("session");
        let scope = self
            .accounts
            .enter(signed_in.session, tenant)
            .await
            .expect("database")
            .expect("member");
        Person {
            signed_in,
            scope,
            tenant: tenant.clone(),
            session: Arc::new(token),
        }
    }

    /// Imports the shop, says where it lives, turns every tool on and makes an endpoint.
    ///
    /// # Panics
    /// When any of it fails.
    pub async fn shop(&self, owner: &Person, base: &str) -> Shop {
        self.shop_of(owner, base, document(base)).await
    }

    /// The same of a document that says other things of the shop.
    ///
    /// # Panics
    /// When any of it fails.
    pub async fn shop_of(&self, owner: &Person, base: &str, document: String) -> Shop {
        let name = "Corner shop".parse().expect("a title");
        let given = Given::Paste(document);
        let started = self
            .imports
            .start(&owner.scope, StartImport { name, given })
            .await
            .expect("start");
        self.work().await;
        let environments = self
            .registry
            .environments(&owner.scope)
            .await
            .expect("environments");
        let (source, environment) = (started.source, environments[0].id);
        let place = SetBaseUrl {
            source,
            environment,
            base_url: base.parse().expect("a URL"),
        };
        self.connections
            .set_base_url(&owner.scope, place)
            .await
            .expect("address");
        let scheme = AuthScheme::ApiKeyHeader {
            name: "X-Shop-Key".to_owned(),
        };
        let secret = Secret::new(KEY.to_owned());
        let credential = StoreCredential {
            source,
            environment,
            base_url: base.parse().expect("a URL"),
            scheme,
            secret,
        };
        self.connections
            .store_credential(&owner.scope, credential)
            .await
            .expect("credential");
        let reads = TurnOnReads {
            source,
            environment,
            reason: reason("reading is fine"),
        };
        self.registry
            .turn_on_reads(&owner.scope, reads)
            .await
            .expect("reads");
        let tools = self.tools(owner, source, environment).await;
        for view in tools.iter().filter(|view| view.decided.is_none()) {
            let high = view.tool.operation.risk.high_risk;
            let on = TurnOn {
                tool: view.tool.id,
                version: view.tool.version,
                seen: Seen::Unsaid,
                environment,
                handling: if high { Handling::Hold } else { Handling::Run },
                reason: reason("needed for support"),
            };
            self.registry
                .turn_on(&owner.scope, on)
                .await
                .expect("turn on");
        }
        let endpoint = CreateEndpoint {
            name: "Support".parse().expect("a title"),
            slug: None,
            environment,
            tools: tools.iter().map(|view| view.tool.id).collect(),
        };
        self.registry
            .create_endpoint(&owner.scope, endpoint)
            .await
            .expect("endpoint");
        Shop {
            source,
            environment,
            endpoint: "support".parse().expect("a slug"),
        }
    }

    /// Imports the shop again, from another document.
    ///
    /// # Panics
    /// When that fails.
    pub async fn shop_again(&self, owner: &Person, shop: &Shop, document: String) -> RevisionId {
        let again = ImportAgain {
            source: shop.source,
            given: Given::Paste(document),
        };
        let started = self.imports.start_again(&owner.scope, again).await;
        let revision = started.expect("start").revision;
        self.work().await;
        revision
    }

    /// Lists the tools of an API.
    ///
    /// # Panics
    /// When the database does not answer.
    pub async fn tools(
        &self,
        person: &Person,
        source: SourceId,
        environment: EnvironmentId,
    ) -> Vec<ToolBrief> {
        self.registry
            .tool_briefs(&person.scope, source, environment)
            .await
            .expect("tools")
    }

    /// The holds that wait.
    ///
    /// # Panics
    /// When the database does not answer.
    pub async fn waiting(&self, person: &Person) -> Vec<Hold> {
        self.approvals
            .inbox(&person.scope, HoldsWanted::Waiting, None)
            .await
            .expect("inbox")
            .holds
    }

    /// Decides about a hold as shown.
    ///
    /// # Errors
    /// When the decision is refused.
    pub async fn decide(
        &self,
        person: &Person,
        hold: &Hold,
        answer: Answer,
    ) -> Result<Hold, DecideError> {
        self.decide_about(person, (hold.id, hold.held.digest), answer)
            .await
    }

    /// Decides about a hold, having been shown this digest.
    ///
    /// # Errors
    /// When the decision is refused.
    pub async fn decide_about(
        &self,
        person: &Person,
        (hold, shown): (HoldId, Digest),
        answer: Answer,
    ) -> Result<Hold, DecideError> {
        let decide = Decide {
            hold,
            answer,
            shown,
            reason: reason("I looked at it"),
        };
        self.approvals.decide(&person.scope, decide).await
    }
}
