//! What can be asked for on the command line, and the way to it.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    path::{Path, PathBuf},
    process::ExitCode,
    str::FromStr,
};

use anyhow::Context as _;
use clap::{Args, CommandFactory as _, Parser, Subcommand};
use countersign_telemetry::start_logs;
use tokio_util::sync::CancellationToken;

use crate::{
    admin,
    application::Application,
    configuration::{Configuration, check_names},
    demo::{DemoSettings, demo},
    roles::document_reader,
    serve::asked_to_end,
    settings::{DatabaseSettings, LogSettings, ServerSettings},
    world::system_world,
};

/// Countersign stands between agents and a company's APIs: what is dangerous waits for a human.
/// Without a command, it serves.
#[derive(Parser, Debug)]
#[command(name = "countersign", version)]
pub struct CommandLine {
    /// What to do; without a command, serve.
    #[command(subcommand)]
    command: Option<Command>,
    /// The log.
    #[command(flatten)]
    log: LogSettings,
}

/// What the program can do.
#[derive(Subcommand, Debug)]
enum Command {
    /// Serves. With nothing configured, on this machine alone and with a database of its own.
    Serve(Box<ServerSettings>),
    /// Plays the whole story on this machine, checks what each step led to, and stays up for a browser.
    Demo(Box<DemoSettings>),
    /// Brings the database's schema up to date.
    Migrate(DatabaseSettings),
    /// Looks at everything that serving needs and says what to do about what is missing.
    Doctor(Box<ServerSettings>),
    /// Lists every route with who may call it.
    Routes,
    /// Reads API descriptions, without a server.
    #[command(subcommand)]
    Spec(SpecCommand),
    /// Prints the schema of an API.
    #[command(subcommand)]
    Schema(SchemaCommand),
    /// Asks the server of this configuration whether it is ready; for containers.
    Healthcheck(Box<ServerSettings>),
}

impl Command {
    /// How much is logged unless something was said: what people read is not talked into.
    const fn log_level(&self) -> &'static str {
        match self {
            Self::Serve(_) => "info",
            Self::Demo(_)
            | Self::Migrate(_)
            | Self::Doctor(_)
            | Self::Routes
            | Self::Schema(_)
            | Self::Healthcheck(_) => "warn",
            // A document that is refused is one line.
            Self::Spec(_) => "error",
        }
    }

    /// How it ends when it fails. `spec diff` has another meaning for the usual number.
    fn exit_when_failed(&self) -> ExitCode {
        match self {
            Self::Spec(_) => ExitCode::from(2),
            Self::Serve(_)
            | Self::Demo(_)
            | Self::Migrate(_)
            | Self::Doctor(_)
            | Self::Routes
            | Self::Schema(_)
            | Self::Healthcheck(_) => ExitCode::FAILURE,
        }
    }
}

/// What can be done with an API description.
#[derive(Subcommand, Debug)]
enum SpecCommand {
    /// Shows what an import would do.
    Inspect(InspectSettings),
    /// Imports every API description below a folder and shows what came of each.
    Survey(SurveySettings),
    /// Shows what changed between two versions of a description; exits with 1 where something
    /// breaks those who call.
    Diff(DiffSettings),
    /// Measures the risk classifier against labelled operations, one JSON object a line.
    Score(ScoreSettings),
    /// Reads one document for a server or another command, under hard limits; see the worker.
    #[command(hide = true)]
    Worker(WorkerSettings),
}

/// Which schema to print.
#[derive(Subcommand, Debug)]
enum SchemaCommand {
    /// The GraphQL API's, in its own language.
    Graphql,
}

/// What to inspect, and how to show it.
#[derive(Args, Debug)]
pub struct InspectSettings {
    /// The description, its folder or an archive; `-` is standard input.
    pub file: PathBuf,
    /// The file to begin with, inside the folder or the archive.
    #[arg(long, value_name = "PATH")]
    pub root: Option<String>,
    /// How it looks: table or json.
    #[arg(long, default_value = "table")]
    pub format: ReportFormat,
}

/// What a reader reads; without a folder, the standard input.
#[derive(Args, Debug)]
pub struct WorkerSettings {
    /// The folder; then files may be opened.
    #[arg(long, value_name = "PATH")]
    pub folder: Option<PathBuf>,
    /// The file to begin with, inside the folder or the archive.
    #[arg(long, value_name = "PATH")]
    pub root: Option<String>,
}

/// What to score, and how to show it.
#[derive(Args, Debug)]
pub struct ScoreSettings {
    /// The labels.
    pub labels: PathBuf,
    /// The folder that the labels' descriptions are in; without it, only their own words count.
    pub specs: Option<PathBuf>,
    /// How it looks: table or json.
    #[arg(long, default_value = "table")]
    pub format: ReportFormat,
}

/// What to survey, and how to show it.
#[derive(Args, Debug)]
pub struct SurveySettings {
    /// The folder.
    pub folder: PathBuf,
    /// How it looks: table or json.
    #[arg(long, default_value = "table")]
    pub format: ReportFormat,
}

/// What to compare, and how to show it.
#[derive(Args, Debug)]
pub struct DiffSettings {
    /// The older description.
    pub base: PathBuf,
    /// The newer description.
    pub revision: PathBuf,
    /// How it looks: table or json.
    #[arg(long, default_value = "table")]
    pub format: ReportFormat,
}

/// How a report looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportFormat {
    /// For people.
    Table,
    /// For programs.
    Json,
}

impl FromStr for ReportFormat {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "table" => Ok(Self::Table),
            "json" => Ok(Self::Json),
            _ => Err("the formats are table and json"),
        }
    }
}

/// Does what the command line asks. Without a command it serves.
pub fn main(
    arguments: impl Iterator<Item = OsString>,
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> ExitCode {
    let (command, log) = asked(arguments.collect());
    let names: Vec<String> = variables
        .filter_map(|(name, _)| name.into_string().ok())
        .collect();
    if let Err(error) = check_names(names.iter().map(String::as_str), &known_variables()) {
        eprintln!("countersign: {error}");
        return ExitCode::from(2);
    }
    if let Err(error) = start_logs(&log.options(command.log_level())) {
        eprintln!("countersign: {error}");
        return ExitCode::from(2);
    }
    let failed = command.exit_when_failed();
    match run(command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("countersign: {error:#}");
            failed
        }
    }
}

/// What a command line asks for; where it names no command, to serve.
fn asked(mut arguments: Vec<OsString>) -> (Command, LogSettings) {
    let line = CommandLine::parse_from(&arguments);
    if let Some(command) = line.command {
        return (command, line.log);
    }
    arguments.push("serve".into());
    let line = CommandLine::parse_from(&arguments);
    (line.command.expect("`serve` was added"), line.log)
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(settings) => {
            let program = this_program()?;
            on_runtime(async { serve(&settings, &program).await })
        }
        Command::Demo(settings) => {
            let program = this_program()?;
            on_runtime(async { demo(*settings, &program).await.map(|()| ExitCode::SUCCESS) })
        }
        Command::Migrate(settings) => on_runtime(admin::migrate(settings)),
        Command::Doctor(settings) => on_runtime(admin::doctor(&settings)),
        Command::Routes => admin::print(&admin::routes()),
        Command::Spec(command) => spec(command),
        Command::Schema(SchemaCommand::Graphql) => admin::print(&countersign_graphql::sdl()),
        Command::Healthcheck(settings) => admin::healthcheck(settings.http.listen),
    }
}

fn spec(command: SpecCommand) -> anyhow::Result<ExitCode> {
    let reader = document_reader(&this_program()?);
    match command {
        SpecCommand::Inspect(what) => on_runtime(admin::inspect(&what, &reader)),
        SpecCommand::Survey(what) => on_runtime(admin::survey(&what, &reader)),
        SpecCommand::Diff(what) => on_runtime(admin::diff(&what, &reader)),
        SpecCommand::Score(what) => admin::score(&what),
        SpecCommand::Worker(what) => admin::read_for_another(&what),
    }
}

fn on_runtime(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    // Redis and the database speak TLS too, and take the provider of the process.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

/// The file that this process was started from.
fn this_program() -> anyhow::Result<PathBuf> {
    std::env::current_exe().context("the system does not say which file this program is")
}

async fn serve(settings: &ServerSettings, program: &Path) -> anyhow::Result<ExitCode> {
    let configuration = Configuration::new(settings)?;
    let application = Application::build(configuration, system_world(), program).await?;
    admin::announce(&application)?;
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    let signals = tokio::spawn(async move {
        let asked = asked_to_end().await;
        tracing::info!("stopping");
        stopping.cancel();
        asked
    });
    let ended = application.run_until(stop).await;
    signals.abort();
    ended.map(|()| ExitCode::SUCCESS)
}

/// The variables that some command reads, from the definitions themselves.
#[must_use]
pub fn known_variables() -> BTreeSet<String> {
    fn collect(command: &clap::Command, into: &mut BTreeSet<String>) {
        for argument in command.get_arguments() {
            let name = argument.get_env().and_then(|name| name.to_str());
            into.extend(name.map(ToOwned::to_owned));
        }
        for below in command.get_subcommands() {
            collect(below, into);
        }
    }
    let mut known = BTreeSet::new();
    collect(&CommandLine::command(), &mut known);
    known
}
