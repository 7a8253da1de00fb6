//! The single-machine default: a private PostgreSQL in the data folder.
//!
//! It is a real server with the roles and the row-level security of production; only its
//! administrator is ours. The login's password is new at each start and kept nowhere.

use std::{
    env,
    fs::{self, DirBuilder},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use countersign_domain::{World, secret::Secret};
use countersign_store::cluster::{Binaries, Cluster, ClusterError, Options};
use tokio::task::spawn_blocking;
use url::Url;

/// The database in the private server.
const DATABASE: &str = "countersign";
/// The login that serves.
const LOGIN: &str = "countersign";
/// The server's folder in the data folder.
pub(crate) const CLUSTER: &str = "postgres";
/// Where `deploy/quickstart` puts programs that the system does not have.
const TOOLS: &str = ".tools";

/// A private PostgreSQL, running and migrated.
pub(crate) struct Embedded {
    /// Stops the server when dropped.
    pub(crate) cluster: Cluster,
    /// The login's URL.
    pub(crate) url: Secret,
    /// The folder for what is kept, which the server's is in.
    pub(crate) folder: PathBuf,
}

impl Embedded {
    /// Starts it, and makes roles and schema what they should be.
    pub(crate) async fn start(
        data: &Path,
        named: bool,
        pg_bin: Option<PathBuf>,
        world: &World,
    ) -> anyhow::Result<Self> {
        let folder = data_folder(data, named)?;
        let (place, its_world) = (folder.join(CLUSTER), world.clone());
        let cluster = spawn_blocking(move || {
            let path = env::var_os("PATH");
            let binaries = Binaries::find(pg_bin.as_deref(), path.as_deref(), Path::new(TOOLS))?;
            Cluster::start(&binaries, &place, Options { durable: true }, &its_world)
        })
        .await?
        .context("the private database did not start")?;
        let url = prepare(&cluster, world).await?;
        Ok(Self {
            cluster,
            url,
            folder,
        })
    }
}

async fn prepare(cluster: &Cluster, world: &World) -> anyhow::Result<Secret> {
    let admin = cluster.admin_url();
    let password = new_password(world);
    countersign_migrations::prepare(admin.expose(), DATABASE, password.expose())
        .await
        .context("the private database could not be prepared")?;
    let inside = Secret::new(in_database(admin.expose())?);
    countersign_migrations::migrate(inside.expose())
        .await
        .context("the private database could not be migrated")?;
    let mut url: Url = inside.expose().parse()?;
    let taken =
        url.set_username(LOGIN).is_ok() && url.set_password(Some(password.expose())).is_ok();
    anyhow::ensure!(taken, "the private database's URL has no user");
    Ok(Secret::new(url.into()))
}

fn in_database(admin: &str) -> anyhow::Result<String> {
    let mut url: Url = admin.parse()?;
    url.set_path(DATABASE);
    Ok(url.into())
}

/// 256 random bits that need no quoting anywhere.
fn new_password(world: &World) -> Secret {
    let half = || u128::from_be_bytes(world.bytes());
    Secret::new(format!("{:032x}{:032x}", half(), half()))
}

/// The folder for what is kept. As root, the server runs under another account, which often may not
/// enter the folder we stand in; a folder that somebody named is never exchanged for another.
fn data_folder(data: &Path, named: bool) -> anyhow::Result<PathBuf> {
    match Cluster::check_folder(&data.join(CLUSTER)) {
        Ok(()) => make_folder(data),
        Err(ClusterError::Unreachable { blocked, .. }) if !named => {
            let elsewhere = fallback()?;
            tracing::warn!(
                "PostgreSQL's account may not pass through {}; everything is kept in {} instead \
                 (COUNTERSIGN_DATA chooses another place)",
                blocked.display(),
                elsewhere.display()
            );
            Ok(elsewhere)
        }
        Err(error) => Err(error.into()),
    }
}

/// Makes the data folder: what is in it is closed one by one, but the database's account must be
/// able to pass through.
fn make_folder(data: &Path) -> anyhow::Result<PathBuf> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o711)
        .create(data)
        .with_context(|| format!("the data folder {} cannot be made", data.display()))?;
    Ok(data.to_owned())
}

/// A folder of ours where everybody may make one, so it has to be looked at before it is used.
fn fallback() -> anyhow::Result<PathBuf> {
    let uid = fs::metadata("/proc/self")?.uid();
    let ours = PathBuf::from(format!("/var/tmp/countersign-{uid}"));
    if let Err(error) = DirBuilder::new().mode(0o711).create(&ours)
        && error.kind() != std::io::ErrorKind::AlreadyExists
    {
        return Err(error).with_context(|| format!("{} cannot be made", ours.display()));
    }
    let found = fs::symlink_metadata(&ours)?;
    if !found.is_dir() || found.uid() != uid || found.mode() & 0o022 != 0 {
        bail!(
            "{} is not a folder of ours alone; set COUNTERSIGN_DATA to one",
            ours.display()
        );
    }
    Ok(ours)
}
