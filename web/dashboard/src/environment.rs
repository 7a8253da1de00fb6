//! Which environment a page is about.

use countersign_edge::Problem;
use countersign_tool_registry::Environment;

use crate::{frame::Here, inert::Inert};

/// The environments of a tenant, and the one that the page is about.
pub(crate) struct Environments {
    /// The one in question.
    pub(crate) chosen: Environment,
    all: Vec<Environment>,
}

impl Environments {
    /// Finds the one that the page or the form names, or the first when it names none.
    pub(crate) async fn choose(here: &Here, named: Option<&str>) -> Result<Self, Problem> {
        let all = here.services().registry.environments(here.scope()).await?;
        let chosen = match named.filter(|named| !named.is_empty()) {
            Some(named) => all.iter().find(|known| known.slug.as_str() == named),
            None => all.first(),
        };
        let chosen = chosen.ok_or_else(Problem::not_found)?.clone();
        Ok(Self::new(chosen, all))
    }

    /// Puts them together.
    pub(crate) const fn new(chosen: Environment, all: Vec<Environment>) -> Self {
        Self { chosen, all }
    }

    /// The part of our URLs, for a hidden field.
    pub(crate) fn slug(&self) -> &str {
        self.chosen.slug.as_str()
    }

    /// The name.
    pub(crate) fn name(&self) -> Inert {
        Inert::new(&self.chosen.name)
    }

    /// All of them, for a choice: slug, name, chosen.
    pub(crate) fn choices(&self) -> Vec<(String, Inert, bool)> {
        let choice = |known: &Environment| {
            let chosen = known.id == self.chosen.id;
            (known.slug.to_string(), Inert::new(&known.name), chosen)
        };
        self.all.iter().map(choice).collect()
    }
}
