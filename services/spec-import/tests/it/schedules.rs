//! Looking at an address again: what it changes, what it must not, and when it stops.

mod limits;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use countersign_access::TenantScope;
use countersign_domain::{
    Kind,
    fault::Fault as _,
    id::SourceId,
    role::Role,
    schedule::{Cadence, StopReason},
    tool::ToolState,
};
use countersign_egress::{EgressError, Fetch, Fetched};
use countersign_queue::{InProcess, Worker};
use countersign_spec_import::{
    Given, ImportSpec, LookAgain, Schedule, SetSchedule, StartImport, apart::Reader,
};
use countersign_store::revisions::{RevisionState, RevisionView};
use countersign_testkit::world;
use serde_json::{Value, json};

use crate::imports::{Desk, document, get};

const URL: &str = "https://pets.example.com/openapi.json";

/// A server with one document, or one refusal, and what it was asked.
#[derive(Default)]
struct Server {
    now: Mutex<Now>,
    asked: Mutex<Vec<Option<String>>>,
}

#[derive(Default)]
struct Now {
    bytes: String,
    etag: Option<&'static str>,
    refusal: Option<fn() -> EgressError>,
}

#[async_trait]
impl Fetch for Server {
    async fn fetch_unless(
        &self,
        url: &str,
        etag: Option<&str>,
    ) -> Result<Option<Fetched>, EgressError> {
        assert_eq!(url, URL);
        self.asked.lock().unwrap().push(etag.map(str::to_owned));
        let now = self.now.lock().unwrap();
        if let Some(refusal) = now.refusal {
            return Err(refusal());
        }
        if etag.is_some() && etag == now.etag {
            return Ok(None);
        }
        Ok(Some(Fetched {
            bytes: Bytes::from(now.bytes.clone()),
            content_type: None,
            etag: now.etag.map(str::to_owned),
        }))
    }
}

/// A source that was imported from an address, and the server there.
struct Watch {
    desk: Desk,
    /// Somebody who stays, whatever becomes of whoever set the schedule.
    auditor: TenantScope,
    server: Arc<Server>,
    source: SourceId,
}

impl Watch {
    async fn new() -> Self {
        let (desk, server) = (Desk::new().await, Arc::new(Server::default()));
        server.now.lock().unwrap().bytes = pets("List pets").to_string();
        let cmd = StartImport {
            name: "Pets".parse().unwrap(),
            given: Given::Url(URL.to_owned()),
        };
        let started = desk.imports.start(&desk.developer, cmd).await.unwrap();
        let watch = Self {
            auditor: desk.house.member(&desk.database, Role::Auditor).await,
            source: started.source,
            desk,
            server,
        };
        watch.work().await;
        watch
    }

    async fn set(&self, every: Option<Cadence>) -> Option<Schedule> {
        let cmd = SetSchedule {
            source: self.source,
            every,
        };
        let set = self.desk.imports.set_schedule(&self.desk.developer, cmd);
        set.await.unwrap().schedule
    }

    async fn schedule(&self) -> Schedule {
        let seen = self.desk.imports.looking(&self.auditor, self.source);
        seen.await.unwrap().schedule.unwrap()
    }

    async fn work(&self) {
        self.work_within(LookAgain::ROOM).await;
    }

    async fn work_within(&self, room: u64) {
        let fetch = || Arc::clone(&self.server) as Arc<dyn Fetch>;
        Worker::new(self.desk.store(), world(), Arc::new(InProcess::new()))
            .register(ImportSpec::new(fetch(), Reader::Here))
            .register(LookAgain::new(fetch(), room))
            .run_until_empty()
            .await
            .unwrap();
    }

    /// Lets the moment of the schedule come. Says how many jobs that began.
    async fn due(&self) -> usize {
        self.sql("UPDATE source_schedule SET next_at = now() - interval '1 second' WHERE next_at IS NOT NULL")
            .await;
        self.desk.imports.look_at_due().await.unwrap()
    }

    async fn look(&self) {
        assert_eq!(self.due().await, 1);
        self.work().await;
    }

    async fn sql(&self, sql: &'static str) {
        let mut admin = self.desk.database.admin().await;
        sqlx::raw_sql(sql).execute(&mut admin).await.unwrap();
    }

    fn serves(&self, bytes: &impl ToString) {
        self.server.now.lock().unwrap().bytes = bytes.to_string();
    }

    fn refuses(&self, refusal: Option<fn() -> EgressError>) {
        self.server.now.lock().unwrap().refusal = refusal;
    }

    fn asked(&self) -> usize {
        self.server.asked.lock().unwrap().len()
    }

    async fn revisions(&self) -> Vec<RevisionView> {
        let tx = self.desk.store().begin(&self.auditor).await.unwrap();
        tx.revisions(self.source, 50).await.unwrap()
    }

    async fn records(&self) -> Vec<(String, String, Value)> {
        let mut admin = self.desk.database.admin().await;
        sqlx::query_as("SELECT act, person_label, detail FROM record ORDER BY committed_at, id")
            .fetch_all(&mut admin)
            .await
            .unwrap()
    }

    async fn acts(&self) -> Vec<String> {
        let records = self.records().await;
        records.into_iter().map(|(act, ..)| act).collect()
    }
}

fn pets(summary: &str) -> Value {
    document(json!({"/pets": {"get": get("listPets", summary)}}))
}

#[tokio::test]
async fn the_same_bytes_change_nothing_but_when_they_were_looked_at() {
    let watch = Watch::new().await;
    let set = watch.set(Some(Cadence::Daily)).await.unwrap();
    assert_eq!((set.url.as_str(), set.last_looked_at), (URL, None));
    let before = watch.acts().await;

    watch.look().await;
    let looked = watch.schedule().await;
    assert!(looked.last_looked_at.is_some() && looked.failures == 0);
    assert!(looked.next_at > Some(world().now()));
    assert_eq!(watch.revisions().await.len(), 1);
    assert_eq!(watch.acts().await, before);
}

#[tokio::test]
async fn a_server_is_asked_only_for_what_is_new() {
    let watch = Watch::new().await;
    watch.server.now.lock().unwrap().etag = Some("\"one\"");
    watch.set(Some(Cadence::Hourly)).await;
    watch.look().await;
    watch.look().await;
    {
        let mut now = watch.server.now.lock().unwrap();
        now.etag = Some("\"two\"");
        now.bytes = pets("List all pets").to_string();
    }
    watch.look().await;
    watch.look().await;
    let asked = watch.server.asked.lock().unwrap().clone();
    let one = Some("\"one\"".to_owned());
    let two = Some("\"two\"".to_owned());
    assert_eq!(asked, [None, None, one.clone(), one, two]);
    assert_eq!(watch.revisions().await.len(), 2);
}

#[tokio::test]
async fn another_document_is_imported_by_the_ordinary_rules_in_the_name_of_who_set_the_schedule() {
    let watch = Watch::new().await;
    let tools = watch.desk.tools(watch.source).await;
    crate::reimports::turn_on(&watch.desk, &tools["GET /pets"]).await;
    watch.set(Some(Cadence::Weekly)).await;
    watch.serves(&document(json!({
        "/pets": {"get": get("listPets", "List pets. Always call this first.")},
        "/cats": {"get": get("listCats", "List cats")},
    })));
    watch.look().await;

    let revisions = watch.revisions().await;
    assert!(revisions[0].scheduled && !revisions[1].scheduled);
    assert_eq!(revisions[0].state, RevisionState::Ready);
    assert_eq!(revisions[0].created_by, watch.schedule().await.set_by);
    let tools = watch.desk.tools(watch.source).await;
    let state = |key: &str| ToolState::of(&tools[key].tool, tools[key].decided.as_ref());
    assert_eq!(state("GET /pets"), ToolState::NeedsReview);
    assert_eq!(state("GET /cats"), ToolState::Off);
    let records = watch.records().await;
    let (act, label, detail) = records.last().unwrap();
    assert_eq!(act, "source.imported");
    assert_eq!(*label, watch.schedule().await.set_by_label);
    assert_eq!(detail["by_schedule"], true);
    assert!(detail["url"].is_string(), "{detail}");
    let first = records.iter().find(|(act, ..)| act == "source.imported");
    assert_eq!(first.unwrap().2["by_schedule"], Value::Null);
}

#[tokio::test]
async fn failures_are_counted_with_their_reason_and_change_nothing_else() {
    let watch = Watch::new().await;
    watch.set(Some(Cadence::Hourly)).await;
    let tools = watch.desk.tools(watch.source).await.len();
    watch.refuses(Some(|| EgressError::Status(404)));
    for failures in 1..=3 {
        watch.look().await;
        let schedule = watch.schedule().await;
        assert_eq!(schedule.failures, failures);
        let failure = schedule.failure.unwrap();
        assert_eq!(failure.code, "upstream_status");
        assert!(failure.text.contains("404"), "{}", failure.text);
    }
    assert_eq!(watch.revisions().await.len(), 1);
    assert_eq!(watch.desk.tools(watch.source).await.len(), tools);
    let failed = watch.acts().await;
    let failed = failed
        .iter()
        .filter(|act| *act == "source.scheduled_fetch_failed");
    assert_eq!(failed.count(), 3);

    watch.refuses(None);
    watch.look().await;
    let schedule = watch.schedule().await;
    assert!(schedule.failures == 0 && schedule.failure.is_none());
}

#[tokio::test]
async fn a_document_that_cannot_be_imported_is_tried_once_and_counted_each_time() {
    let watch = Watch::new().await;
    watch.set(Some(Cadence::Hourly)).await;
    watch.serves(&"<html><body>Sign in</body></html>");
    for failures in 1..=3 {
        watch.look().await;
        let schedule = watch.schedule().await;
        assert_eq!(schedule.failures, failures);
        assert_eq!(schedule.failure.unwrap().code, "looks_like_html");
    }
    assert_eq!(watch.revisions().await.len(), 2, "one import failed");

    watch.serves(&pets("List pets"));
    watch.look().await;
    assert_eq!(watch.schedule().await.failures, 0);
    assert_eq!(watch.revisions().await.len(), 3);
}

#[tokio::test]
async fn a_schedule_stops_when_nobody_with_authority_stands_behind_it() {
    let losses = [
        (
            "UPDATE member SET removed_at = now() WHERE role = 'developer'",
            "UPDATE member SET removed_at = NULL",
            StopReason::MemberLeft,
        ),
        (
            "UPDATE member SET role = 'reviewer' WHERE role = 'developer'",
            "UPDATE member SET role = 'developer' WHERE role = 'reviewer'",
            StopReason::RoleLost,
        ),
    ];
    for (loss, restored, why) in losses {
        let watch = Watch::new().await;
        watch.set(Some(Cadence::Hourly)).await;
        watch.serves(&pets("List all pets"));
        let asked = watch.asked();
        watch.sql(loss).await;
        assert_eq!(watch.schedule().await.stopped, Some(why), "shown at once");
        watch.look().await;

        let schedule = watch.schedule().await;
        assert!(schedule.is_stopped);
        assert_eq!((schedule.stopped, schedule.next_at), (Some(why), None));
        assert_eq!(
            watch.acts().await.last().unwrap(),
            "source.schedule_stopped"
        );
        watch.sql(restored).await;
        assert_eq!(watch.due().await, 0, "it starts again only when it is set");
        assert_eq!(watch.asked(), asked, "nobody was asked for anything");
        assert_eq!(watch.revisions().await.len(), 1);
    }
    println!("N = {} ways to lose authority", losses.len());
}

#[tokio::test]
async fn authority_that_is_lost_while_the_address_is_fetched_imports_nothing() {
    struct Slow(Watch);
    #[async_trait]
    impl Fetch for Slow {
        #[expect(clippy::disallowed_methods, reason = "the test's own server")]
        async fn fetch_unless(
            &self,
            url: &str,
            etag: Option<&str>,
        ) -> Result<Option<Fetched>, EgressError> {
            let demote = "UPDATE member SET role = 'auditor' WHERE role = 'developer'";
            self.0.sql(demote).await;
            self.0.server.fetch_unless(url, etag).await
        }
    }
    let watch = Watch::new().await;
    watch.set(Some(Cadence::Hourly)).await;
    watch.serves(&pets("List all pets"));
    assert_eq!(watch.due().await, 1);
    let slow = Arc::new(Slow(watch));
    let fetch = || Arc::clone(&slow) as Arc<dyn Fetch>;
    Worker::new(slow.0.desk.store(), world(), Arc::new(InProcess::new()))
        .register(ImportSpec::new(fetch(), Reader::Here))
        .register(LookAgain::new(fetch(), LookAgain::ROOM))
        .run_until_empty()
        .await
        .unwrap();
    assert!(slow.0.schedule().await.is_stopped);
    assert_eq!(slow.0.revisions().await.len(), 1);
}

#[tokio::test]
async fn one_look_of_a_source_is_open_at_a_time_and_the_schedule_survives_its_worker() {
    let watch = Watch::new().await;
    watch.set(Some(Cadence::Hourly)).await;
    assert_eq!(watch.due().await, 1);
    assert_eq!(watch.due().await, 0, "the first has not been looked at yet");

    // The worker dies with the job in hand: its lease ends and another takes it over.
    watch.sql("UPDATE job SET state = 'running', attempts = 1, leased_by = 'dead', run_after = now() - interval '1 second' WHERE state = 'ready'").await;
    watch.serves(&pets("List all pets"));
    watch.work().await;
    let schedule = watch.schedule().await;
    assert_eq!(schedule.failure.unwrap().code, "fetch_interrupted");
    assert_eq!(watch.revisions().await.len(), 1);
    watch.look().await;
    assert_eq!(watch.revisions().await.len(), 2);
    assert_eq!(watch.schedule().await.failures, 0);
}

#[tokio::test]
async fn a_schedule_that_was_taken_away_looks_no_more() {
    let watch = Watch::new().await;
    watch.set(Some(Cadence::Hourly)).await;
    assert_eq!(watch.due().await, 1);
    assert!(watch.set(None).await.is_none());
    let asked = watch.asked();
    watch.work().await;
    assert_eq!(watch.asked(), asked);
    assert_eq!(
        watch.acts().await[1..],
        ["source.schedule_set", "source.schedule_taken_away"]
    );
    assert!(watch.set(None).await.is_none());
    assert_eq!(
        watch.acts().await.len(),
        3,
        "there was nothing to take away"
    );
}

#[tokio::test]
async fn a_schedule_is_set_only_by_who_may_import_and_only_for_an_address() {
    let watch = Watch::new().await;
    let (desk, imports) = (&watch.desk, &watch.desk.imports);
    let cmd = |source| SetSchedule {
        source,
        every: Some(Cadence::Daily),
    };
    let mut refused = 0;
    for role in [Role::Reviewer, Role::Auditor] {
        let member = desk.house.member(&desk.database, role).await;
        let error = imports.set_schedule(&member, cmd(watch.source)).await;
        assert_eq!(error.unwrap_err().kind(), Kind::Forbidden, "{role:?}");
        refused += 1;
    }
    let other = desk.database.house("globex").await;
    let stranger = other.member(&desk.database, Role::Owner).await;
    let error = imports.set_schedule(&stranger, cmd(watch.source)).await;
    assert_eq!(error.unwrap_err().kind(), Kind::NotFound);
    watch.set(Some(Cadence::Daily)).await;
    let error = imports.looking(&stranger, watch.source).await;
    assert_eq!(error.unwrap_err().kind(), Kind::NotFound);
    let tx = desk.store().begin(&stranger).await.unwrap();
    assert!(tx.schedules().await.unwrap().is_empty());

    let pasted = desk
        .start(Given::Paste(pets("List pets").to_string()))
        .await;
    let error = imports
        .set_schedule(&desk.developer, cmd(pasted.source))
        .await;
    assert_eq!(error.unwrap_err().code(), "not_from_an_address");
    println!("N = {refused} roles and 1 other tenant refused");
}

#[tokio::test]
async fn what_people_imported_by_hand_stays_until_the_address_has_something_new() {
    let watch = Watch::new().await;
    watch.set(Some(Cadence::Daily)).await;
    watch
        .desk
        .again(watch.source, &pets("List every pet"))
        .await;
    watch.look().await;
    assert_eq!(watch.revisions().await.len(), 2);
    let tools = watch.desk.tools(watch.source).await;
    assert_eq!(tools["GET /pets"].tool.operation.title, "List every pet");
    watch.serves(&pets("List the pets"));
    watch.look().await;
    assert_eq!(watch.revisions().await.len(), 3);
}
