//! What is there before the agent comes: a tenant, two people, an API, decisions, an endpoint.
//!
//! Made by the same use cases as the pages', as the people who may.

use std::{net::Ipv4Addr, time::Duration};

use anyhow::{Context as _, bail};
use countersign_access::TenantScope;
use countersign_accounts::{Accept, Accounts, Invite, Joining, SignUp};
use countersign_dashboard::Dashboard;
use countersign_domain::{
    World,
    connection::AuthScheme,
    decision::Handling,
    id::{EnvironmentId, SourceId},
    name::{Email, Slug},
    operation::Method,
    role::Role,
    secret::Secret,
};
use countersign_reporting::Audit;
use countersign_secret_injection::{Connections, SetBaseUrl, StoreCredential};
use countersign_spec_import::{Given, Imports, StartImport, Started};
use countersign_tool_registry::{
    CreateEndpoint, Registry, RevisionState, Seen, ToolBrief, TurnOn, TurnOnReads,
};
use tokio::time::{Instant, sleep};

use super::sample::{KEY_HEADER, SampleApi};

/// How long the import may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The use cases that the story begins with.
pub(crate) struct Services {
    accounts: Accounts,
    imports: Imports,
    registry: Registry,
    connections: Connections,
    pub(crate) audit: Audit,
}

impl Services {
    /// Those of a running server.
    pub(crate) fn of(pages: &Dashboard) -> Self {
        Self {
            accounts: pages.accounts.clone(),
            imports: pages.imports.clone(),
            registry: pages.registry.clone(),
            connections: pages.connections.clone(),
            audit: pages.audit.clone(),
        }
    }
}

/// Somebody of the story.
pub(crate) struct Person {
    pub(crate) email: Email,
    password: Secret,
    pub(crate) scope: TenantScope,
}

impl Person {
    /// The password, to sign in with and to print once.
    pub(crate) fn password(&self) -> &str {
        self.password.expose()
    }
}

/// A random text that can be read out and typed.
pub(crate) fn words(world: &World) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes = world.bytes::<20>();
    let letter = |byte: &u8| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]);
    let groups: Vec<String> = bytes
        .chunks(5)
        .map(|group| group.iter().map(letter).collect())
        .collect();
    groups.join("-")
}

impl Services {
    /// The developer signs up with a new organisation and invites the reviewer, who joins.
    pub(crate) async fn people(&self, world: &World) -> anyhow::Result<(Slug, Person, Person)> {
        let name = words(world);
        let name = name.split('-').next().unwrap_or("demo");
        let email: Email = format!("developer@{name}.example").parse()?;
        let password = Secret::new(words(world));
        let session = self
            .accounts
            .sign_up(SignUp {
                email: email.clone(),
                password: Secret::new(password.expose().to_owned()),
                organisation: "Demo Shop".parse()?,
                address: Ipv4Addr::LOCALHOST.into(),
                user_agent: "countersign demo".to_owned(),
            })
            .await?;
        let tenant = session.tenant.context("signing up makes a tenant")?;
        let developer = Person {
            scope: self.enter(&session.token, &tenant).await?,
            email,
            password,
        };
        let email: Email = format!("reviewer@{name}.example").parse()?;
        let reviewer = self
            .invite(&developer, email, Secret::new(words(world)))
            .await?;
        Ok((tenant, developer, reviewer))
    }

    async fn invite(
        &self,
        owner: &Person,
        email: Email,
        password: Secret,
    ) -> anyhow::Result<Person> {
        let invite = Invite {
            email: email.clone(),
            role: Role::Reviewer,
        };
        let invited = self.accounts.invite(&owner.scope, invite).await?;
        let accepted = self
            .accounts
            .accept(Accept {
                token: invited.token,
                joining: Joining::New {
                    password: Secret::new(password.expose().to_owned()),
                    address: Ipv4Addr::LOCALHOST.into(),
                    user_agent: "countersign demo".to_owned(),
                },
            })
            .await?;
        let session = accepted.token.context("joining begins a session")?;
        Ok(Person {
            scope: self.enter(&session, &accepted.tenant).await?,
            email,
            password,
        })
    }

    async fn enter(&self, token: &Secret, tenant: &Slug) -> anyhow::Result<TenantScope> {
        let signed_in = self.accounts.session(token.expose()).await?;
        let session = signed_in.context("a session that just began")?.session;
        let scope = self.accounts.enter(session, tenant).await?;
        scope.context("a membership that just began")
    }

    /// Imports the sample API by its address, through the job, and waits for it.
    pub(crate) async fn import(
        &self,
        who: &Person,
        sample: &SampleApi,
    ) -> anyhow::Result<(SourceId, EnvironmentId, Vec<ToolBrief>)> {
        let given = Given::Url(format!("{}/openapi.json", sample.base()));
        let name = "Corner Shop".parse()?;
        let started = self
            .imports
            .start(&who.scope, StartImport { name, given })
            .await?;
        self.imported(who, &started).await?;
        let environments = self.registry.environments(&who.scope).await?;
        let environment = environments
            .first()
            .context("a tenant has an environment")?
            .id;
        let tools = self.tools(who, started.source, environment).await?;
        Ok((started.source, environment, tools))
    }

    async fn imported(&self, who: &Person, started: &Started) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let revision = self.imports.revision(&who.scope, started.revision).await?;
            match revision.state {
                RevisionState::Ready => return Ok(()),
                RevisionState::Failed { text, .. } => bail!("the import failed: {text}"),
                RevisionState::Waiting | RevisionState::Importing => {}
            }
            sleep(Duration::from_millis(100)).await;
        }
        bail!(
            "the import was not done within {} seconds",
            PATIENCE.as_secs()
        )
    }

    /// The tools of the API, as they are now.
    pub(crate) async fn tools(
        &self,
        who: &Person,
        source: SourceId,
        environment: EnvironmentId,
    ) -> anyhow::Result<Vec<ToolBrief>> {
        let tools = self.registry.tool_briefs(&who.scope, source, environment);
        Ok(tools.await?)
    }

    /// Says where the API lives and stores what lets requests in there.
    pub(crate) async fn connect(
        &self,
        who: &Person,
        (source, environment): (SourceId, EnvironmentId),
        sample: &SampleApi,
    ) -> anyhow::Result<String> {
        let place = SetBaseUrl {
            source,
            environment,
            base_url: sample.base().parse()?,
        };
        let base_url = place.base_url.clone();
        self.connections.set_base_url(&who.scope, place).await?;
        let credential = StoreCredential {
            source,
            environment,
            base_url,
            scheme: AuthScheme::ApiKeyHeader {
                name: KEY_HEADER.to_owned(),
            },
            secret: sample.key(),
        };
        let view = self
            .connections
            .store_credential(&who.scope, credential)
            .await?;
        let credential = view
            .credential
            .context("a credential that was just stored")?;
        Ok(credential.fingerprint)
    }

    /// Turns on what only reads.
    pub(crate) async fn turn_on_reads(
        &self,
        who: &Person,
        (source, environment): (SourceId, EnvironmentId),
    ) -> anyhow::Result<usize> {
        let reads = TurnOnReads {
            source,
            environment,
            reason: "support looks orders up all day".parse()?,
        };
        Ok(self.registry.turn_on_reads(&who.scope, reads).await?)
    }

    /// Turns the refund on, so that each call waits.
    pub(crate) async fn turn_on_refund(
        &self,
        who: &Person,
        refund: &ToolBrief,
        environment: EnvironmentId,
    ) -> anyhow::Result<()> {
        let on = TurnOn {
            tool: refund.tool.id,
            version: refund.tool.version,
            seen: Seen::Unsaid,
            environment,
            handling: Handling::Hold,
            reason: "support may refund, when a second person agrees".parse()?,
        };
        self.registry.turn_on(&who.scope, on).await?;
        Ok(())
    }

    /// Makes the endpoint that agents reach these tools at.
    pub(crate) async fn endpoint(
        &self,
        who: &Person,
        tools: &[ToolBrief],
        environment: EnvironmentId,
    ) -> anyhow::Result<Slug> {
        let endpoint = CreateEndpoint {
            name: "Support".parse()?,
            slug: None,
            environment,
            tools: tools.iter().map(|view| view.tool.id).collect(),
        };
        Ok(self
            .registry
            .create_endpoint(&who.scope, endpoint)
            .await?
            .slug)
    }
}

/// Finds a tool by what it is, not by what somebody called it.
pub(crate) fn find<'a>(
    tools: &'a [ToolBrief],
    method: Method,
    path: &str,
) -> anyhow::Result<&'a ToolBrief> {
    let is = |view: &&ToolBrief| {
        view.tool.operation.method == method && view.tool.operation.path == path
    };
    let found = tools.iter().find(is);
    found.with_context(|| format!("the import has no {method} {path}"))
}
