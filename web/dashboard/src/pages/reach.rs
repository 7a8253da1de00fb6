//! Who can call a tool, as its page and the report say it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use countersign_reporting::{ToolOn, Way};

use crate::{inert::Inert, pages::report::handling, parts::Badge};

/// One endpoint, and who can call a tool there.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WayLine {
    pub(crate) slug: String,
    pub(crate) name: Inert,
    /// What each agent calls itself, and for whom it acts.
    pub(crate) agents: Arc<BTreeSet<(Inert, Inert)>>,
}

impl WayLine {
    pub(crate) fn new(way: &Way) -> Self {
        let agents: BTreeSet<_> = way
            .agents
            .iter()
            .map(|one| (Inert::new(&one.client_name), Inert::new(&one.member_label)))
            .collect();
        Self {
            slug: way.endpoint_slug.to_string(),
            name: Inert::new(&way.endpoint_name),
            agents: Arc::new(agents),
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
    // Tools of one class have the same agents at an endpoint, who are drawn once.
    let mut drawn: BTreeMap<_, WayLine> = BTreeMap::new();
    let mut to: BTreeMap<_, Vec<&Way>> = BTreeMap::new();
    for way in ways {
        to.entry((way.tool, way.environment)).or_default().push(way);
    }
    for tool in tools.iter().filter(|tool| tool.high_risk) {
        let ways = to.get(&(tool.tool, tool.environment)).into_iter().flatten();
        let ways = ways.copied().map(|way| {
            let line = drawn.entry((way.endpoint_slug.as_str(), tool.class));
            line.or_insert_with(|| WayLine::new(way)).clone()
        });
        let ways: Vec<WayLine> = ways.collect();
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
