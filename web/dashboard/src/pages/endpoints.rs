//! Endpoints: one URL each, with chosen tools, and the agents that are connected there.

mod choices;

use actix_web::http::StatusCode;
use askama::Template;
use countersign_access::ActionName;
use countersign_domain::{
    Fault as _, Kind,
    digest::Digest,
    id::{SourceId, ToolId},
    name::{Slug, Title},
    risk::RiskClass,
    tool::ToolState,
};
use countersign_edge::{Form, Problem, Routes, WhoMay};
use countersign_oauth_server::GrantView;
use countersign_tool_registry::{
    CreateEndpoint, EndpointDetail, EndpointError, EndpointView, SetEndpointTools, ToolBrief,
    Weights,
};
use serde::Deserialize;

use crate::{
    answer::{Answer, done, page, page_with},
    environment::Environments,
    field::{Field, sentence},
    frame::{Frame, Here, Section},
    inert::Inert,
    notice::Done,
    pages::{grants::GrantRow, suspension::SuspendedLine},
    parts::{Badge, LeftOut, When, size},
};

pub(crate) use self::choices::{Choices, Offered, choices};
use self::choices::{UnreadableTool, offered, unreadable};

/// A list of tools that takes more than this leaves many a model little room for its work.
const LARGE_LIST: usize = 100_000;

/// As many boxes as a document may have operations, and some names.
const FORM_BYTES: usize = 1024 * 1024;

pub(crate) fn routes() -> Routes {
    let read = WhoMay::Member(ActionName::ReadTenant);
    let manage = WhoMay::Member(ActionName::ManageEndpoint);
    Routes::new()
        .get("/t/{tenant}/endpoints", read, list)
        .get("/t/{tenant}/new-endpoint", manage, draft)
        .post("/t/{tenant}/new-endpoint", manage, create)
        .get("/t/{tenant}/endpoints/{endpoint}", read, show)
        .post("/t/{tenant}/endpoints/{endpoint}/tools", manage, set_tools)
}

#[derive(Template)]
#[template(path = "pages/endpoints.html")]
pub(crate) struct EndpointsPage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) may_manage: bool,
    pub(crate) left_out: LeftOut,
    pub(crate) rows: Vec<EndpointRow>,
}

/// One endpoint of the list.
pub(crate) struct EndpointRow {
    pub(crate) slug: String,
    pub(crate) name: Inert,
    pub(crate) environment: Inert,
    pub(crate) tools: u64,
    pub(crate) tools_on: u64,
    pub(crate) agents: usize,
    pub(crate) since: When,
}

async fn list(here: Here) -> Answer {
    let services = here.services();
    let endpoints = services.registry.endpoints(here.scope()).await?;
    let (grants, left_out) = services.grants.listed(here.scope()).await?;
    let row = |view: &EndpointView| EndpointRow {
        slug: view.endpoint.slug.to_string(),
        name: Inert::new(&view.endpoint.name),
        environment: Inert::new(&view.environment.name),
        tools: view.tools,
        tools_on: view.tools_on,
        agents: grants
            .iter()
            .filter(|grant| grant.can_call && grant.endpoint_slug == view.endpoint.slug.as_str())
            .count(),
        since: When::new(view.endpoint.created_at),
    };
    page(&EndpointsPage {
        frame: here.frame("Endpoints", Section::Endpoints),
        base: here.path(""),
        may_manage: here.may(ActionName::ManageEndpoint),
        left_out: LeftOut::agents(left_out),
        rows: endpoints.iter().map(row).collect(),
    })
}

#[derive(Template)]
#[template(path = "pages/new_endpoint.html")]
pub(crate) struct NewEndpointPage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) environment: Environments,
    pub(crate) name: Field,
    pub(crate) slug: Field,
    pub(crate) choices: Choices,
    pub(crate) error: Option<String>,
}

impl NewEndpointPage {
    async fn load(here: &Here, named: Option<&str>, chosen: &[ToolId]) -> Result<Self, Problem> {
        let environment = Environments::choose(here, named).await?;
        let tools = offered(here, &environment, chosen).await?;
        Ok(Self {
            frame: here.frame("New endpoint", Section::Endpoints),
            base: here.path(""),
            name: name_field(),
            slug: slug_field(),
            choices: choices(&tools, chosen),
            error: None,
            environment,
        })
    }
}

impl NewEndpointPage {
    fn with_error(mut self, error: EndpointError) -> Self {
        match error {
            EndpointError::SlugMissing | EndpointError::SlugTaken(_) => self.slug.wrong(error),
            EndpointError::ToolsChanged
            | EndpointError::ToolUnknown
            | EndpointError::ToolNameTaken { .. }
            | EndpointError::ToolNamesAlike { .. }
            | EndpointError::Denied(_)
            | EndpointError::Store(_) => self.error = Some(sentence(&error.to_string())),
        }
        self
    }
}

async fn draft(here: Here) -> Answer {
    page(&NewEndpointPage::load(&here, None, &[]).await?)
}

#[derive(Deserialize)]
struct EndpointForm {
    name: String,
    slug: Option<String>,
    environment: String,
    #[serde(default)]
    tool: Vec<ToolId>,
}

fn name_field() -> Field {
    Field::text("name", "Name").hint("What people call it, such as Support agent.")
}

fn slug_field() -> Field {
    Field::text("slug", "Name in the URL")
        .hint("Lowercase letters, digits and hyphens; made from the name when empty.")
        .optional()
}

async fn create(here: Here, Form(form): Form<EndpointForm, FORM_BYTES>) -> Answer {
    let environment = Environments::choose(&here, Some(&form.environment)).await?;
    let given = form.slug.unwrap_or_default().trim().to_owned();
    let mut name = name_field().value(form.name);
    let mut slug = slug_field().value(&given);
    let wanted = if given.is_empty() {
        Some(None)
    } else {
        slug.parse::<Slug>().map(Some)
    };
    let chosen = form.tool;
    let (Some(title), Some(wanted)) = (name.parse::<Title>(), wanted) else {
        let drawn = NewEndpointPage::load(&here, Some(&form.environment), &chosen).await?;
        let drawn = NewEndpointPage {
            name,
            slug,
            ..drawn
        };
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    let command = CreateEndpoint {
        name: title,
        slug: wanted,
        environment: environment.chosen.id,
        tools: chosen.clone(),
    };
    let registry = &here.services().registry;
    let error = match registry.create_endpoint(here.scope(), command).await {
        Ok(endpoint) => {
            let to = here.path(&format!("/endpoints/{}", endpoint.slug));
            return done(&to, Done::EndpointCreated);
        }
        Err(error) => mendable(error)?,
    };
    let drawn = NewEndpointPage::load(&here, Some(&form.environment), &chosen).await?;
    let drawn = NewEndpointPage {
        name,
        slug,
        ..drawn
    };
    page_with(StatusCode::CONFLICT, &drawn.with_error(error))
}

fn mendable(error: EndpointError) -> Result<EndpointError, Problem> {
    if matches!(error.kind(), Kind::Invalid | Kind::Conflict) {
        Ok(error)
    } else {
        Err(error.into())
    }
}

#[derive(Template)]
#[template(path = "pages/endpoint.html")]
pub(crate) struct EndpointPage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) slug: String,
    pub(crate) name: Inert,
    pub(crate) environment: Inert,
    pub(crate) url: String,
    pub(crate) server: String,
    pub(crate) classes: Vec<(Badge, usize)>,
    pub(crate) hidden: usize,
    /// Those of its tools of which this version of the server cannot read what they are.
    pub(crate) unreadable: Vec<UnreadableTool>,
    /// What an agent is told of all of them, in bytes.
    pub(crate) list_bytes: usize,
    pub(crate) choices: Choices,
    /// Which tools it has, for the form that chooses others.
    pub(crate) seen: String,
    pub(crate) suspended: Vec<SuspendedLine>,
    pub(crate) may_manage: bool,
    pub(crate) grants: Vec<GrantRow>,
    pub(crate) left_out: LeftOut,
    pub(crate) error: Option<String>,
}

/// What is known when an endpoint is drawn.
pub(crate) struct Known {
    pub(crate) detail: EndpointDetail,
    pub(crate) weights: Weights,
    pub(crate) offered: Vec<Offered>,
    /// The boxes that are ticked.
    pub(crate) ticked: Vec<ToolId>,
    pub(crate) grants: Vec<GrantView>,
    pub(crate) url: String,
}

/// The tools of an endpoint that agents see.
fn on(detail: &EndpointDetail) -> impl Iterator<Item = &ToolBrief> {
    let tools = detail.tools.iter();
    tools.filter(|view| matches!(view.state, ToolState::On(_)))
}

impl EndpointPage {
    pub(crate) fn new(frame: Frame, (base, tenant): (String, &str), known: &Known) -> Self {
        let endpoint = &known.detail.endpoint;
        let tools = &known.detail.tools;
        let count = |class| {
            on(&known.detail)
                .filter(|view| view.tool.operation.risk.class == class)
                .count()
        };
        let classes = RiskClass::ALL
            .into_iter()
            .map(|class| (class, count(class)));
        let grants = known.grants.iter();
        Self {
            frame,
            base,
            slug: endpoint.slug.to_string(),
            name: Inert::new(&endpoint.name),
            environment: Inert::new(&known.detail.environment.name),
            url: known.url.clone(),
            server: format!("{tenant}-{}", endpoint.slug),
            classes: classes
                .filter(|(_, count)| *count > 0)
                .map(|(class, count)| (Badge::class(class), count))
                .collect(),
            list_bytes: known.weights.list_bytes(tools),
            hidden: tools.len() - on(&known.detail).count(),
            unreadable: unreadable(&known.detail, &known.ticked),
            choices: choices(&known.offered, &known.ticked),
            seen: known.detail.chosen().to_string(),
            suspended: Vec::new(),
            may_manage: false,
            grants: grants
                .filter(|grant| grant.endpoint_slug == endpoint.slug.as_str())
                .map(GrantRow::new)
                .collect(),
            left_out: LeftOut::agents(0),
            error: None,
        }
    }

    pub(crate) fn list_size(&self) -> String {
        size(self.list_bytes)
    }

    /// As models count, roughly: four letters each.
    pub(crate) const fn list_tokens(&self) -> usize {
        self.list_bytes / 4
    }

    pub(crate) const fn list_is_large(&self) -> bool {
        self.list_bytes > LARGE_LIST
    }

    /// Draws it with its own tools ticked, or with those.
    async fn load(here: &Here, ticked: Option<Vec<ToolId>>) -> Result<Self, Problem> {
        let slug: Slug = here.part("endpoint")?;
        let services = here.services();
        let detail = services.registry.endpoint(here.scope(), &slug).await?;
        let named = detail.environment.slug.as_str();
        let environment = Environments::choose(here, Some(named)).await?;
        let chosen: Vec<ToolId> = detail.ids().collect();
        let tenant = &here.caller.tenant;
        let weights = services
            .registry
            .weigh(here.scope(), &[], &detail.tools)
            .await?;
        let (grants, left_out) = services.grants.listed(here.scope()).await?;
        let known = Known {
            weights,
            offered: offered(here, &environment, &chosen).await?,
            ticked: ticked.unwrap_or(chosen),
            grants,
            url: here.visit.link(&format!("/mcp/{tenant}/{slug}")),
            detail,
        };
        let frame = here.frame("Endpoint", Section::Endpoints);
        let mut drawn = Self::new(frame, (here.path(""), tenant.as_str()), &known);
        let sources: Vec<SourceId> = on(&known.detail).map(|view| view.tool.source).collect();
        drawn.suspended = SuspendedLine::of(here, &sources, Some(environment.chosen.id)).await?;
        drawn.may_manage = here.may(ActionName::ManageEndpoint);
        drawn.left_out = LeftOut::agents(left_out);
        Ok(drawn)
    }
}

async fn show(here: Here) -> Answer {
    page(&EndpointPage::load(&here, None).await?)
}

#[derive(Deserialize)]
struct ToolsForm {
    /// Which tools the endpoint had when the form was drawn.
    seen: String,
    #[serde(default)]
    tool: Vec<ToolId>,
}

fn form_unreadable() -> Problem {
    Problem::invalid(
        "invalid_form",
        "the form does not say which tools it showed",
    )
}

async fn set_tools(here: Here, Form(form): Form<ToolsForm, FORM_BYTES>) -> Answer {
    let slug: Slug = here.part("endpoint")?;
    let command = SetEndpointTools {
        endpoint: slug.clone(),
        seen: Some(Digest::parse(&form.seen).ok_or_else(form_unreadable)?),
        tools: form.tool.clone(),
    };
    let registry = &here.services().registry;
    if let Err(error) = registry.set_endpoint_tools(here.scope(), command).await {
        let error = mendable(error)?;
        // Who has not seen the present tools sees them now.
        let is_stale = matches!(error, EndpointError::ToolsChanged);
        let ticked = Some(form.tool).filter(|_| !is_stale);
        let mut drawn = EndpointPage::load(&here, ticked).await?;
        drawn.error = Some(sentence(&error.to_string()));
        return page_with(StatusCode::CONFLICT, &drawn);
    }
    done(
        &here.path(&format!("/endpoints/{slug}")),
        Done::EndpointChanged,
    )
}
