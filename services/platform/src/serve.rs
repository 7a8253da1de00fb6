//! Serving, and stopping so that nothing is lost: readiness goes red, open requests and calls
//! end, the last records are written, and only then does the database go.

use std::{future::Future, net::TcpListener, time::Duration};

use actix_web::{App, HttpServer, middleware::from_fn, web};
use anyhow::Context as _;
use countersign_edge::protect;
use countersign_telemetry::Figures;
use tokio::{
    signal::unix::{SignalKind, signal},
    task::{JoinSet, spawn_blocking},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{application::Application, fronts::Fronts, host, operator};

/// Between "not ready" and the last new request, so that a balancer has seen it.
const DRAIN: Duration = Duration::from_secs(2);
/// How long open requests may take to end, in seconds.
const REQUESTS_SECONDS: u64 = 20;
/// How long calls and records may take to end after that.
const CALLS: Duration = Duration::from_secs(6);

impl Application {
    /// Serves until told to stop, or until a part of it ends by itself.
    ///
    /// # Errors
    /// The first part's that failed.
    pub async fn run_until(self, stop: CancellationToken) -> anyhow::Result<()> {
        let probes = self.fronts.probes.clone();
        let behind_a_balancer = !self.configuration.is_embedded();
        // Parts end a little later than they are told to, see `DRAIN`.
        let end = self.parts.end.clone();
        let mut running = JoinSet::new();
        running.spawn(serve_http(self.listener, self.fronts, end.clone()));
        if let Some(listener) = self.metrics {
            running.spawn(serve_metrics(
                listener,
                self.parts.figures.clone(),
                end.clone(),
            ));
        }
        if let Some(catalogues) = self.catalogues {
            let watched = end.clone();
            running.spawn(async move {
                tokio::select! {
                    () = catalogues.watch() => {}
                    () = watched.cancelled() => {}
                }
                Ok(())
            });
        }
        if let Some(worker) = self.worker {
            let stopped = end.clone();
            running.spawn(async move {
                worker.run(stopped).await;
                Ok(())
            });
        }
        let first = tokio::select! {
            () = stop.cancelled() => Ok(()),
            ended = running.join_next() => flatten(ended),
        };
        probes.turn_red();
        if behind_a_balancer && first.is_ok() {
            sleep(DRAIN).await;
        }
        end.cancel();
        let mut outcome = first;
        while let Some(ended) = running.join_next().await {
            outcome = outcome.and(flatten(Some(ended)));
        }
        let tracker = self.parts.tracker.clone();
        drop(self.parts);
        tracker.close();
        if timeout(CALLS, tracker.wait()).await.is_err() {
            tracing::warn!("calls were broken off; their outcome is on record as unknown");
        }
        if let Some(embedded) = self.storage.embedded {
            let stopped = spawn_blocking(move || embedded.cluster.stop()).await?;
            outcome = outcome.and(stopped.context("the private database did not stop"));
        }
        outcome
    }
}

type Ended = Option<Result<anyhow::Result<()>, tokio::task::JoinError>>;

fn flatten(ended: Ended) -> anyhow::Result<()> {
    match ended {
        None => Ok(()),
        Some(joined) => joined.context("a part of the process went down")?,
    }
}

fn serve_http(
    listener: TcpListener,
    fronts: Fronts,
    end: CancellationToken,
) -> impl Future<Output = anyhow::Result<()>> + Send {
    let server = HttpServer::new(move || {
        let fronts = fronts.clone();
        App::new()
            .configure(move |config| fronts.configure(config))
            .wrap(from_fn(host::only_ours))
            .wrap(from_fn(protect))
    })
    .disable_signals()
    .shutdown_signal(end.cancelled_owned())
    .shutdown_timeout(REQUESTS_SECONDS)
    .listen(listener)
    .map(HttpServer::run);
    async { server?.await.context("the HTTP server failed") }
}

fn serve_metrics(
    listener: TcpListener,
    figures: Figures,
    end: CancellationToken,
) -> impl Future<Output = anyhow::Result<()>> + Send {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(figures.clone()))
            .configure(|config| operator::private_routes().configure(config))
    })
    .workers(1)
    .disable_signals()
    .shutdown_signal(end.cancelled_owned())
    .shutdown_timeout(1)
    .listen(listener)
    .map(HttpServer::run);
    async { server?.await.context("the server of the figures failed") }
}

/// Returns when the operating system asks the process to end.
pub(crate) async fn asked_to_end() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
