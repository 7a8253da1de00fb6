//! F32: names whose servers are silent take nothing from other names.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use countersign_domain::Fault as _;
use countersign_egress::{Egress, EgressPolicy, Resolver};
use tokio::task::spawn_blocking;

use crate::upstream::{Upstream, get, loopback_policy, say};

/// Looks names up as the system does: on a thread that goes on when nobody waits any more. While
/// it is silent, no name that begins with `silent` is answered.
#[derive(Clone, Default)]
struct Blocking {
    silence: Arc<Mutex<()>>,
    threads: Arc<AtomicUsize>,
}

#[async_trait]
impl Resolver for Blocking {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let (silence, silent) = (Arc::clone(&self.silence), name.starts_with("silent"));
        self.threads.fetch_add(1, Ordering::SeqCst);
        let found = spawn_blocking(move || {
            if silent {
                drop(silence.lock());
            }
            vec![Ipv4Addr::LOCALHOST.into()]
        });
        Ok(found.await?)
    }
}

fn door(resolver: &Blocking) -> Egress {
    let policy = EgressPolicy {
        connect_timeout: Some(Duration::from_millis(500)),
        ..loopback_policy()
    };
    Egress::new(policy, Arc::new(resolver.clone())).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[expect(
    clippy::await_holding_lock,
    reason = "the silence lasts while others ask"
)]
async fn f32_a_silent_name_server_leaves_other_names_answered() {
    const CALLS: usize = 600;
    let resolver = Blocking::default();
    let (egress, upstream) = (
        door(&resolver),
        Upstream::that(vec![say("HTTP/1.1 204 No Content\r\n\r\n")]).await,
    );
    let silence = resolver.silence.lock().unwrap();
    let calls: Vec<_> = (0..CALLS)
        .map(|call| {
            // A few names, each asked for again and again.
            let url = format!("http://silent-{}.example:{}/", call % 4, upstream.port());
            let egress = egress.clone();
            tokio::spawn(async move { egress.send(get(&url)).await })
        })
        .collect();
    for call in calls {
        let error = call.await.unwrap().unwrap_err();
        assert!(!error.may_have_been_sent(), "{}", error.code());
    }

    let other = format!("http://other.example:{}/", upstream.port());
    assert_eq!(egress.send(get(&other)).await.unwrap().status, 204);
    assert_eq!(resolver.threads.load(Ordering::SeqCst), 5);

    // Who is answered again is looked up again.
    drop(silence);
    let silent = format!("http://silent-0.example:{}/", upstream.port());
    let mut tries = 0;
    while egress.send(get(&silent)).await.is_err() {
        tries += 1;
        assert!(tries < 100, "it is answered again");
    }
    println!("{CALLS} calls to names without an answer: 4 threads, another name answered");
}

/// Calls all of them at once, to no avail.
async fn unanswered(egress: &Egress, urls: impl Iterator<Item = String>) {
    let call = |url: String| {
        let egress = egress.clone();
        tokio::spawn(async move { egress.send(get(&url)).await })
    };
    for call in urls.map(call).collect::<Vec<_>>() {
        call.await.unwrap().unwrap_err();
    }
}

#[tokio::test(flavor = "multi_thread")]
#[expect(
    clippy::await_holding_lock,
    reason = "the silence lasts while others ask"
)]
async fn f32_many_silent_names_take_a_part_of_the_threads() {
    const NAMES: usize = 600;
    let resolver = Blocking::default();
    let egress = door(&resolver);
    let silence = resolver.silence.lock().unwrap();
    unanswered(
        &egress,
        (0..NAMES).map(|name| format!("http://silent-{name}.example/")),
    )
    .await;

    assert_eq!(resolver.threads.load(Ordering::SeqCst), 128);
    spawn_blocking(|| ()).await.unwrap();
    drop(silence);
    println!("{NAMES} names without an answer: 128 threads, others free");
}

#[tokio::test(flavor = "multi_thread")]
#[expect(
    clippy::await_holding_lock,
    reason = "the silence lasts while others ask"
)]
async fn f32_the_silent_names_of_one_domain_leave_room_for_every_other_name() {
    const NAMES: usize = 200;
    let resolver = Blocking::default();
    let egress = door(&resolver);
    let upstream = Upstream::that(vec![say("HTTP/1.1 204 No Content\r\n\r\n")]).await;
    let silence = resolver.silence.lock().unwrap();
    let names = 0..NAMES;
    unanswered(
        &egress,
        names.map(|name| format!("http://silent-{name}.shop.example/")),
    )
    .await;

    assert_eq!(resolver.threads.load(Ordering::SeqCst), 16);
    let other = format!("http://other.example:{}/", upstream.port());
    assert_eq!(egress.send(get(&other)).await.unwrap().status, 204);
    drop(silence);
    println!("{NAMES} names of one domain without an answer: 16 threads, another name answered");
}
