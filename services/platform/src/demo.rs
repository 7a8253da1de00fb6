//! The whole story on one machine, unattended: an API, an agent, a read, a dangerous call that
//! waits, a countersignature, and the record of it all.
//!
//! Nothing here is told to behave for the occasion: the agent speaks OAuth and MCP over HTTP, the
//! reviewer presses the page's button, the sample API counts what reached it, and each promise is
//! checked against what the other side saw. The one setting that a real server would not have is
//! that upstreams on this machine are allowed, since that is where the sample API is.

mod agent;
mod browser;
mod sample;
mod setting;
mod story;
mod tale;

use std::path::Path;

use anyhow::Context as _;
use clap::Args;
use countersign_egress::{Egress, EgressPolicy, Loopback, PlainHttp};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    application::Application,
    configuration::{Configuration, ConfigurationError},
    serve::asked_to_end,
    settings::ServerSettings,
    world::system_world,
};

use self::{sample::SampleApi, setting::Services, story::Stage, tale::Tale};

/// What the demo may be told.
#[derive(Args, Debug)]
pub struct DemoSettings {
    /// Ends when the story is told, instead of staying up for a browser.
    #[arg(long)]
    pub exit: bool,
    /// Everything a server may be told.
    #[command(flatten)]
    pub server: ServerSettings,
}

/// Tells the story, and then stays up unless told not to. `program` is the binary itself.
///
/// # Errors
/// When a promise was not kept, or the server could not be had.
pub async fn demo(settings: DemoSettings, program: &Path) -> anyhow::Result<()> {
    let configuration = configuration(settings.server)?;
    let world = system_world();
    let application = Application::build(configuration, world.clone(), program).await?;
    let origin = application.public_url().origin();
    let web = application.fronts.web.as_ref();
    let stage = Stage {
        services: Services::of(&web.context("the demo serves the pages")?.dashboard),
        sample: SampleApi::start(&world)?,
        egress: way_out()?,
        origin,
        world,
    };
    let stop = CancellationToken::new();
    let server = tokio::spawn(application.run_until(stop.clone()));
    let mut tale = Tale::begin();
    let told = story::tell(&stage, &mut tale).await;
    match &told {
        Ok(cast) => {
            tale.end();
            if !settings.exit {
                tale.invite(cast);
                asked_to_end().await?;
            }
        }
        Err(error) => tale.broke(error),
    }
    end(stage, stop, server).await?;
    told.map(drop).context("a promise was broken")
}

async fn end(
    stage: Stage,
    stop: CancellationToken,
    server: JoinHandle<anyhow::Result<()>>,
) -> anyhow::Result<()> {
    stop.cancel();
    stage.sample.stop().await;
    // The server waits until nobody can write a record any more.
    drop(stage);
    server.await.context("the server went down")?
}

/// A whole server with every role, whatever was said about roles, and upstreams on this machine.
fn configuration(mut settings: ServerSettings) -> Result<Configuration, ConfigurationError> {
    settings.roles.clear();
    settings.upstreams.allow_loopback_upstreams = true;
    Configuration::new(&settings)
}

/// The agent's and the browser's own way to the server: a door like ours, onto this machine.
fn way_out() -> anyhow::Result<Egress> {
    let policy = EgressPolicy {
        loopback: Loopback::Allowed,
        plain_http: PlainHttp::ToLoopback,
        ..EgressPolicy::default()
    };
    Egress::with_system_dns(policy).context("the demo's client could not be built")
}
