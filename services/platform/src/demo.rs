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

use std::process::ExitCode;

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
pub(crate) struct DemoSettings {
    /// Ends when the story is told, instead of staying up for a browser.
    #[arg(long)]
    exit: bool,
    /// Everything a server may be told.
    #[command(flatten)]
    server: ServerSettings,
}

/// Tells the story; fails when a promise is not kept.
pub(crate) async fn demo(settings: DemoSettings) -> anyhow::Result<ExitCode> {
    let configuration = configuration(settings.server)?;
    let world = system_world();
    let application = Application::build(configuration, world.clone()).await?;
    let public_url = application.public_url();
    let web = application.fronts.web.as_ref();
    let services = Services::of(&web.context("the demo serves the pages")?.dashboard);
    let sample = SampleApi::start(&world)?;
    let stop = CancellationToken::new();
    let server = tokio::spawn(application.run_until(stop.clone()));
    let stage = Stage {
        services,
        sample,
        egress: way_out()?,
        origin: public_url.origin(),
        world,
    };
    let mut tale = Tale::begin();
    let told = story::tell(&stage, &mut tale).await;
    let kept = match &told {
        Ok(cast) => {
            tale.end(cast);
            true
        }
        Err(error) => {
            tale.broke(error);
            false
        }
    };
    if kept && !settings.exit {
        asked_to_end().await?;
    }
    end(stage, stop, server).await?;
    Ok(if kept {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
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
    Configuration::new(settings)
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
