//! What people say about a tool instead of its document: shown on its page, said and taken back.

mod shown;

use actix_web::http::StatusCode;
use countersign_access::ActionName;
use countersign_domain::{
    id::ToolVersionId,
    name::{Description, Headline, Statement, ToolName},
    overrides::{OverrideKind, Said},
};
use countersign_edge::{Form, Problem, Routes, WhoMay};
use countersign_tool_registry::{OverrideError, SetOverride, ToolView, WithdrawOverride};
use serde::Deserialize;

use crate::{
    answer::{Answer, done, page_with},
    field::{Field, sentence},
    frame::Here,
    notice::Done,
    pages::tools::ToolPage,
};

pub(crate) use shown::{Overriding, overridden};

pub(crate) fn routes() -> Routes {
    // That lowering a risk needs another right depends on the tool; the registry asks for it.
    let may = WhoMay::Member(ActionName::OverrideTool);
    Routes::new()
        .post("/t/{tenant}/tools/{tool}/override-risk", may, override_risk)
        .post("/t/{tenant}/tools/{tool}/rename", may, rename)
        .post("/t/{tenant}/tools/{tool}/describe", may, describe)
        .post(
            "/t/{tenant}/tools/{tool}/withdraw-override",
            may,
            withdraw_override,
        )
}

/// What the forms send; each has its own fields of these.
#[derive(Deserialize)]
struct Sent {
    environment: String,
    version: ToolVersionId,
    reason: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    risk: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
}

async fn override_risk(here: Here, Form(sent): Form<Sent>) -> Answer {
    let mut asked = Asked::load(&here, &sent, OverrideKind::Risk).await?;
    let said = shown::chosen(&sent.risk)
        .ok_or_else(|| Problem::invalid("invalid_form", "there is no such risk"))?;
    asked.keep(vec![shown::risk_field(&asked.view).value(sent.risk)]);
    asked.say(&here, Some(Said::Risk(said))).await
}

async fn rename(here: Here, Form(sent): Form<Sent>) -> Answer {
    let mut asked = Asked::load(&here, &sent, OverrideKind::Name).await?;
    let mut field = shown::name_field(&asked.view).value(sent.name.trim());
    let name = field.parse::<ToolName>();
    asked.keep(vec![field]);
    asked.say(&here, name.map(|name| Said::Name { name })).await
}

async fn describe(here: Here, Form(sent): Form<Sent>) -> Answer {
    let mut asked = Asked::load(&here, &sent, OverrideKind::Words).await?;
    let [title, description] = shown::words_fields(&asked.view);
    let mut title = title.value(sent.title);
    let mut description = description.value(sent.description);
    let words = (
        title.parse::<Headline>(),
        description.parse::<Description>(),
    );
    asked.keep(vec![title, description]);
    let said = match words {
        (Some(title), Some(description)) => Some(Said::words(title, description)),
        _ => None,
    };
    asked.say(&here, said).await
}

async fn withdraw_override(here: Here, Form(sent): Form<Sent>) -> Answer {
    let kind = OverrideKind::parse(&sent.kind)
        .ok_or_else(|| Problem::invalid("invalid_form", "there is no such part of a tool"))?;
    Asked::load(&here, &sent, kind).await?.withdraw(&here).await
}

/// What somebody asks for, and the page that answers when it cannot be.
struct Asked {
    kind: OverrideKind,
    /// In a box: it is large, and all that waits carries it.
    view: Box<ToolView>,
    /// The definition that was looked at.
    version: ToolVersionId,
    drawn: ToolPage,
}

impl Asked {
    async fn load(here: &Here, sent: &Sent, kind: OverrideKind) -> Result<Self, Problem> {
        let (mut drawn, view) = ToolPage::load(here, Some(&sent.environment)).await?;
        let part = drawn.overriding.part(kind);
        part.open = true;
        part.reason = part.reason.clone().value(sent.reason.clone());
        Ok(Self {
            kind,
            view: Box::new(view),
            version: sent.version,
            drawn,
        })
    }

    /// Keeps what was typed, and what is wrong with it.
    fn keep(&mut self, fields: Vec<Field>) {
        self.drawn.overriding.part(self.kind).fields = fields;
    }

    fn reason(&mut self) -> Option<Statement> {
        self.drawn.overriding.part(self.kind).reason.parse()
    }

    /// Says it, unless the form has something to mend.
    async fn say(mut self, here: &Here, said: Option<Said>) -> Answer {
        let (Some(reason), Some(said)) = (self.reason(), said) else {
            return self.draw_again(StatusCode::BAD_REQUEST);
        };
        let command = SetOverride {
            tool: self.view.tool.id,
            version: self.version,
            said,
            reason,
        };
        let registry = &here.services().registry;
        match registry.set_override(here.scope(), command).await {
            Ok(version) if version == self.version => {
                done(&self.drawn.address(), Done::SaidAlready)
            }
            Ok(_) if self.kind == OverrideKind::Name => done(&self.drawn.address(), Done::Renamed),
            Ok(_) => done(&self.drawn.address(), Done::Overridden),
            Err(error) => self.refused(error),
        }
    }

    async fn withdraw(mut self, here: &Here) -> Answer {
        let Some(reason) = self.reason() else {
            return self.draw_again(StatusCode::BAD_REQUEST);
        };
        let command = WithdrawOverride {
            tool: self.view.tool.id,
            version: self.version,
            kind: self.kind,
            reason,
        };
        let registry = &here.services().registry;
        match registry.withdraw_override(here.scope(), command).await {
            Ok(_) => done(&self.drawn.address(), Done::OverrideWithdrawn),
            Err(error) => self.refused(error),
        }
    }

    /// Draws the page again with what stood in the way, beside the field where it is about one.
    fn refused(mut self, error: OverrideError) -> Answer {
        let status = match &error {
            OverrideError::ToolChanged
            | OverrideError::NothingSaid
            | OverrideError::NameTaken { .. } => StatusCode::CONFLICT,
            OverrideError::TextInstructs | OverrideError::TextMarkup => StatusCode::BAD_REQUEST,
            OverrideError::MayNotLower(_) => StatusCode::FORBIDDEN,
            OverrideError::Denied(_) | OverrideError::Definition(_) | OverrideError::Store(_) => {
                return Err(error.into());
            }
        };
        let field = self.drawn.overriding.part(self.kind).fields.last_mut();
        match (&error, field) {
            (
                OverrideError::NameTaken { .. }
                | OverrideError::TextInstructs
                | OverrideError::TextMarkup
                | OverrideError::MayNotLower(_),
                Some(field),
            ) => field.wrong(&error),
            _ => self.drawn.error = Some(sentence(&error.to_string())),
        }
        self.draw_again(status)
    }

    /// Draws the page again; its forms are far down, so its top says where to look.
    fn draw_again(mut self, status: StatusCode) -> Answer {
        let below = || "Nothing has changed. What stands in the way is marked below.".to_owned();
        self.drawn.error.get_or_insert_with(below);
        page_with(status, &self.drawn)
    }
}
