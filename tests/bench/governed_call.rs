//! What a governed READ costs, beside a bare nginx hop to the same upstream in the same run.
//!
//! Everything is on: token, scope, rate limit, schema, decision, credential from the vault, the
//! egress door, and a record committed before the answer leaves. The load generator (`wrk`), the
//! upstream and the hop (`nginx`) are processes of their own; CPU is read from `/proc`. A
//! benchmark, not a test: it prints and never judges.
//!
//! `tests/with-stores cargo bench -p countersign-tests`; needs `wrk` and `nginx` on the machine.

mod load;
mod nginx;

use std::time::Duration;

use countersign_tests::House;
use load::{Cpu, Load, Outcome};
use nginx::Nginx;

/// Connections at once.
const CONNECTIONS: [u32; 3] = [1, 16, 64];
/// How long each measurement runs.
const RUN: Duration = Duration::from_secs(4);
/// Each is run this often, in turn; the median is printed.
const ROUNDS: usize = 3;

#[tokio::main]
async fn main() {
    let nginx = Nginx::start();
    let house = House::open().await;
    let ada = house.owner_of("acme").await;
    let shop = house.shop(&ada, &nginx.upstream).await;
    let agent = house.agent_of(&ada, &shop).await;
    let probe = house
        .call(&agent, "get_order", &serde_json::json!({"order_id": "o-1"}))
        .await;
    assert!(!probe.is_error(), "the call does not work: {}", probe.body);

    let hop = Load::get(&format!("{}/orders/o-1", nginx.hop));
    let governed = Load::call(&agent);
    let postgres = Cpu::of_all("postgres");
    println!(
        "{:<22}{:>12}{:>12}{:>10}{:>10}{:>16}{:>14}",
        "", "connections", "calls/s", "p50 us", "p99 us", "CPU us/call", "+ PostgreSQL"
    );
    for connections in CONNECTIONS {
        let (mut bare, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let before = nginx.hop_cpu();
            let outcome = hop.run(connections, RUN);
            bare.push((outcome, nginx.hop_cpu() - before, 0.0));
            let (before, database) = (Cpu::own(), postgres.seconds());
            let outcome = governed.run(connections, RUN);
            ours.push((outcome, Cpu::own() - before, postgres.seconds() - database));
        }
        print("nginx proxy_pass", connections, bare);
        print("governed READ", connections, ours);
    }
}

fn print(name: &str, connections: u32, mut rounds: Vec<(Outcome, f64, f64)>) {
    rounds.sort_by(|a, b| a.0.per_second.total_cmp(&b.0.per_second));
    let (outcome, cpu, database) = &rounds[rounds.len() / 2];
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of a few seconds are small"
    )]
    let per_call = |seconds: f64| seconds * 1e6 / outcome.calls.max(1) as f64;
    println!(
        "{name:<22}{connections:>12}{:>12.0}{:>10.0}{:>10.0}{:>16.1}{:>14.1}   {} failed",
        outcome.per_second,
        outcome.p50_us,
        outcome.p99_us,
        per_call(*cpu),
        per_call(*database),
        outcome.failed,
    );
}
