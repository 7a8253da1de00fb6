//! Connections go from tenant to tenant; what one was told about its tenant must not.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set itself up has failed"
)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use countersign_access::{SystemReason, TenantScope};
use countersign_domain::{
    Entropy as _, World, digest::Digest, name::Email, role::Role, secret::Secret,
};
use countersign_store::{
    Store, StoreError, StoreOptions,
    members::NewMember,
    people::NewPerson,
    sessions::{Lifetimes, NewSession},
    tenants::NewTenant,
};
use countersign_testkit::{Database, PATIENCE, SystemEntropy, world};

const TENANTS: usize = 20;
const TASKS: usize = 200;
const ROUNDS: usize = 5;
const LIFETIMES: Lifetimes = Lifetimes {
    idle_seconds: 600,
    absolute_seconds: 600,
};

/// What all tasks saw, also those that were cut off later.
#[derive(Default, Debug)]
struct Seen {
    rows: AtomicUsize,
    foreign: AtomicUsize,
    missing: AtomicUsize,
    turned_away: AtomicUsize,
}

/// How the tasks ended.
#[derive(Default, Debug)]
struct Ended {
    well: usize,
    cut_off: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_task_ever_reads_another_tenants_rows_from_a_shared_connection() {
    let database = Database::create().await;
    let world = world();
    let mut tenants = Vec::new();
    for number in 0..TENANTS {
        tenants.push(tenant(&database.store(), &world, number).await);
    }
    let store = Store::open(&StoreOptions {
        url: database.url(),
        application: "pooling".to_owned(),
        connections: 2,
    })
    .unwrap();

    let seen = Arc::new(Seen::default());
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let (scope, email) = tenants[task % TENANTS].clone();
            let (store, seen) = (store.clone(), Arc::clone(&seen));
            // A third is dropped wherever it happens to be, a third panics in a transaction.
            let patience = match task % 3 {
                0 => Duration::from_micros(random_below(500_000)),
                _ => PATIENCE,
            };
            let panics = task % 3 == 1;
            // On a busy machine nobody gets a connection in time; then it is tried again.
            let reader = async move {
                loop {
                    match read(&store, &scope, &email, panics, &seen).await {
                        Err(StoreError::Unavailable(_)) => seen.turned_away.fetch_add(1, Relaxed),
                        ended => return ended,
                    };
                }
            };
            tokio::spawn(tokio::time::timeout(patience, reader))
        })
        .collect();
    let mut ended = Ended::default();
    for task in tasks {
        match task.await {
            Ok(Ok(Ok(()))) => ended.well += 1,
            Ok(Ok(Err(error))) => panic!("{error:?}"),
            Ok(Err(_)) | Err(_) => ended.cut_off += 1,
        }
    }
    println!("{TASKS} tasks of {TENANTS} tenants over 2 connections: {ended:?} {seen:?}");
    assert_eq!(seen.foreign.load(Relaxed), 0);
    assert_eq!(seen.missing.load(Relaxed), 0);
    assert!(seen.rows.load(Relaxed) >= 300);
    assert!(ended.cut_off >= 60);
}

/// Reads the members some times over. The query asks for this tenant's rows and row-level
/// security lets this tenant's rows through: were the connection still another's, the two would
/// have nothing in common, so a missing row tells as much as a foreign one.
async fn read(
    store: &Store,
    scope: &TenantScope,
    email: &Email,
    panics: bool,
    seen: &Seen,
) -> Result<(), StoreError> {
    for round in 0..ROUNDS {
        let tx = store.begin(scope).await?;
        let members = tx.members().await?;
        let own = members.iter().filter(|m| m.email == *email).count();
        seen.rows.fetch_add(members.len(), Relaxed);
        seen.foreign.fetch_add(members.len() - own, Relaxed);
        seen.missing.fetch_add(usize::from(own == 0), Relaxed);
        if panics && round == 2 {
            // Unwinds without filling the log with reports of a panic that was meant.
            std::panic::resume_unwind(Box::new("in the middle of a transaction"));
        }
        if round % 2 == 0 {
            tx.commit().await?;
        }
    }
    Ok(())
}

/// A tenant with one member, who has come in by a session.
async fn tenant(store: &Store, world: &World, number: usize) -> (TenantScope, Email) {
    let tx = store.begin_system(SystemReason::SignUp).await.unwrap();
    let email: Email = format!("owner{number}@example.com").parse().unwrap();
    let person = NewPerson {
        id: world.id(),
        email: email.clone(),
        password_hash: Secret::new("none".to_owned()),
    };
    tx.insert_person(&person).await.unwrap();
    let tenant = NewTenant {
        id: world.id(),
        slug: format!("tenant-{number}").parse().unwrap(),
        name: format!("Tenant {number}").parse().unwrap(),
        production: world.id(),
    };
    assert!(tx.insert_tenant(&tenant).await.unwrap());
    let member = NewMember {
        tenant: tenant.id,
        id: world.id(),
        person: person.id,
        role: Role::Owner,
    };
    tx.insert_member(&member).await.unwrap();
    let session = NewSession {
        id: world.id(),
        person: person.id,
        digest: Digest::of(format!("session {number}").as_bytes()),
        user_agent: String::new(),
    };
    tx.insert_session(&session, LIFETIMES).await.unwrap();
    tx.commit().await.unwrap();

    let tx = store
        .begin_system(SystemReason::ResolveCredential)
        .await
        .unwrap();
    let scope = tx.enter(session.id, &tenant.slug, LIFETIMES).await.unwrap();
    (scope.expect("the owner is a member"), email)
}

fn random_below(limit: u64) -> u64 {
    let mut bytes = [0; 8];
    SystemEntropy.fill(&mut bytes);
    u64::from_be_bytes(bytes) % limit
}
