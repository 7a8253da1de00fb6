//! Who can call a tool, as its page and the report say it.

use std::collections::{BTreeMap, BTreeSet};

use countersign_reporting::{ToolOn, Way};

use crate::{inert::Inert, pages::report::handling, parts::Badge};

/// One endpoint, and who can call a tool there.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WayLine {
    pub(crate) slug: String,
    pub(crate) name: Inert,
    /// What each agent calls itself, and for whom it acts.
    pub(crate) agents: BTreeSet<(Inert, Inert)>,
}

impl WayLine {
    pub(crate) fn new(way: &Way) -> Self {
        let agents = way.agents.iter();
        Self {
            slug: way.endpoint_slug.to_string(),
            name: Inert::new(&way.endpoint_name),
            agents: agents
                .map(|one| (Inert::new(&one.client_name), Inert::new(&one.member_label)))
                .collect(),
        }
    }
}

/// Tools that the same agents can call through the same endpoints.
pub(crate) struct ReachLine {
    /// Each with its id and name.
    pub(crate) tools: Vec<(String, Inert)>,
    pub(crate) environment: Inert,
    pub(crate) handling: Badge,
    pub(crate) ways: Vec<WayLine>,
}

/// Says of the high-risk tools that are on who can call them.
pub(crate) fn reach(tools: &[&ToolOn], ways: &[Way]) -> Vec<ReachLine> {
    let mut lines: BTreeMap<_, ReachLine> = BTreeMap::new();
    for tool in tools.iter().filter(|tool| tool.high_risk) {
        let to = |way: &&Way| way.tool == tool.tool && way.environment == tool.environment;
        let ways: Vec<WayLine> = ways.iter().filter(to).map(WayLine::new).collect();
        let alike = (tool.environment, tool.handling.as_str(), ways.clone());
        let line = lines.entry(alike).or_insert_with(|| ReachLine {
            tools: Vec::new(),
            environment: Inert::new(&tool.environment_name),
            handling: handling(tool.handling),
            ways,
        });
        line.tools
            .push((tool.tool.to_string(), Inert::new(&tool.name)));
    }
    lines.into_values().collect()
}
