//! All calls of a tenant are stopped at once, and go out again: through the agent's door.
//!
//! Another instance than the one that serves agents stops them, so that none of this hangs on a
//! push: an instance that has not heard of the stop yet is refused when it commits.

mod counted;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use countersign_domain::{Fault as _, hold::Answer as Judged, role::Role};
use countersign_queue::InProcess;
use countersign_testkit::until;
use countersign_tests::{Agent, Answer, House, Person, Shop, Upstream};
use countersign_tool_registry::{CallStop, Registry, ResumeCalls};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use crate::locks::waited_for;

struct Scene {
    house: House,
    upstream: Upstream,
    owner: Person,
    reviewer: Person,
    shop: Shop,
    agent: Agent,
    elsewhere: Registry,
}

const REFUND: &str = "POST /orders/o-1/refunds";

fn refund(cents: u32) -> Value {
    json!({"order_id": "o-1", "body": {"amount_cents": cents}})
}

impl Scene {
    async fn open() -> Self {
        let (house, upstream) = (House::open().await, Upstream::start());
        let owner = house.owner_of("acme").await;
        let reviewer = house.member_of(&owner, Role::Reviewer, "rev").await;
        let shop = house.shop(&owner, &upstream.base).await;
        let agent = house.agent_of(&owner, &shop).await;
        let wakeups = Arc::new(InProcess::new());
        let elsewhere = Registry::new(house.store.clone(), house.world.clone(), wakeups);
        Self {
            house,
            upstream,
            owner,
            reviewer,
            shop,
            agent,
            elsewhere,
        }
    }

    async fn stop(&self) -> CallStop {
        let reason = "an agent runs amok".parse().unwrap();
        let stopped = self.elsewhere.stop_calls(&self.reviewer.scope, reason);
        stopped.await.unwrap()
    }

    async fn present(&self) -> CallStop {
        let stop = self.elsewhere.call_stop(&self.owner.scope).await.unwrap();
        stop.expect("calls are stopped")
    }

    async fn resume(&self, stop: &CallStop) {
        let cmd = ResumeCalls {
            stop: stop.id,
            reason: "it was the test".parse().unwrap(),
        };
        let resumed = self.elsewhere.resume_calls(&self.reviewer.scope, cmd);
        resumed.await.unwrap();
    }

    async fn call(&self, tool: &str, arguments: Value) -> Answer {
        self.house.call(&self.agent, tool, &arguments).await
    }

    async fn refund(&self, cents: u32) -> Answer {
        self.call("create_refund", refund(cents)).await
    }

    /// Asks for a refund and has it countersigned.
    async fn countersigned(&self, cents: u32) {
        assert_eq!(self.refund(cents).await.code(), "held");
        let hold = self.house.waiting(&self.reviewer).await.remove(0);
        let decided = self
            .house
            .decide(&self.reviewer, &hold, Judged::Countersign);
        decided.await.unwrap();
    }

    /// Waits until the instance knows how it is: that a READ is answered, or not even sent.
    async fn reads(&self, code: &str) {
        until("the instance knows", async || {
            let before = self.upstream.seen().len();
            let answer = self.call("get_order", json!({"order_id": "o"})).await;
            let is_sent = self.upstream.seen().len() > before;
            answer.code() == code && is_sent == code.is_empty()
        })
        .await;
    }

    async fn count(&self, what: &str) -> i64 {
        let sql = AssertSqlSafe(format!("SELECT count(*) FROM {what}"));
        let mut admin = self.house.database.admin().await;
        sqlx::query_scalar(sql).fetch_one(&mut admin).await.unwrap()
    }

    /// Makes calls that change something need a table `frozen` before their intent is recorded.
    async fn intents_need_a_table(&self) {
        let sql = "CREATE TABLE frozen (); GRANT ALL ON frozen TO PUBLIC;
            CREATE FUNCTION need_it() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN LOCK TABLE public.frozen IN ROW EXCLUSIVE MODE; RETURN NEW; END $$;
            CREATE TRIGGER need_it BEFORE INSERT ON record FOR EACH ROW WHEN (NEW.act = 'call.intended')
                EXECUTE FUNCTION need_it()";
        let mut admin = self.house.database.admin().await;
        admin.execute(sqlx::raw_sql(sql)).await.unwrap();
    }

    /// Runs a call up to where it needs this table, stops all calls, and lets it go on.
    async fn stopped_before(&self, table: &str, call: impl Future<Output = Answer>) -> Answer {
        let (mut admin, mut watch) = (
            self.house.database.admin().await,
            self.house.database.admin().await,
        );
        let mut frozen = admin.begin().await.unwrap();
        let lock = format!("LOCK TABLE {table} IN EXCLUSIVE MODE");
        frozen.execute(AssertSqlSafe(lock)).await.unwrap();
        let meanwhile = async {
            waited_for(&mut watch, table).await;
            self.stop().await;
            frozen.commit().await.unwrap();
        };
        tokio::join!(call, meanwhile).0
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_out_that_was_not_on_record_before_the_stop() {
    const CALLERS: u32 = 8;
    let scene = Arc::new(Scene::open().await);
    let returned = Arc::new(AtomicBool::new(false));
    let callers = (0..CALLERS).map(|caller| {
        let (scene, returned) = (Arc::clone(&scene), Arc::clone(&returned));
        tokio::spawn(async move {
            let (mut made, mut late, mut answered) = (0, Vec::new(), 0);
            while late.len() < 20 {
                let begun_after = returned.load(Ordering::Acquire);
                let order = format!("c{caller}n{made}");
                let tool = ["set_order_labels", "get_order"][made % 2];
                let answer = scene.call(tool, json!({"order_id": order})).await;
                if begun_after {
                    assert_eq!(answer.code(), "stopped", "{}", answer.body);
                    assert!(!answer.text().contains("amok"), "{}", answer.text());
                    late.push((tool, order));
                } else {
                    answered += usize::from(!answer.is_error());
                }
                made += 1;
            }
            (late, answered)
        })
    });
    let callers: Vec<_> = callers.collect();
    until("calls go out", async || scene.upstream.seen().len() > 30).await;
    scene.stop().await;
    returned.store(true, Ordering::Release);

    let (mut late, mut answered) = (Vec::new(), 0);
    for caller in callers {
        let (of_one, before) = caller.await.unwrap();
        late.extend(of_one);
        answered += before;
    }
    let changed = late.iter().filter(|(tool, _)| *tool == "set_order_labels");
    let reached =
        changed.filter(|(_, order)| scene.upstream.count(&format!("PUT /orders/{order}/")) > 0);
    assert_eq!(reached.count(), 0, "changes that began after the stop");
    let after = "record, call_stop WHERE act IN ('call.intended', 'call.answered') AND committed_at > stopped_at";
    assert_eq!(scene.count(after).await, 0);
    let intended = scene.count("record WHERE act = 'call.intended'").await;
    assert_eq!(
        scene.upstream.count("PUT "),
        usize::try_from(intended).unwrap()
    );
    let refused = scene
        .count("record WHERE rule = 'stopped' AND detail->'withheld' IS NULL")
        .await;
    assert!(
        refused >= 1 && usize::try_from(refused).unwrap() < late.len(),
        "{refused}"
    );
    println!(
        "N = {CALLERS} callers, {answered} calls answered before the stop, {} begun after it: \
         0 answered, 0 changes sent, {refused} refusals on record",
        late.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_past_policy_is_refused_when_it_commits() {
    let scene = Scene::open().await;
    scene.countersigned(900).await;

    scene.intents_need_a_table().await;
    let labels = scene.call("set_order_labels", json!({"order_id": "o-1"}));
    let refused = scene.stopped_before("frozen", labels).await;
    assert_eq!(refused.code(), "stopped", "{}", refused.body);
    assert_eq!(scene.upstream.seen().len(), 0);
    assert_eq!(scene.count("record WHERE act = 'call.finished'").await, 0);

    scene.resume(&scene.present().await).await;
    scene.reads("").await;
    let refused = scene.stopped_before("hold", scene.refund(900)).await;
    assert_eq!(refused.code(), "stopped", "{}", refused.body);
    assert_eq!(scene.upstream.count(REFUND), 0);
    assert_eq!(scene.count("hold WHERE state = 'countersigned'").await, 1);

    scene.resume(&scene.present().await).await;
    scene.reads("").await;
    let refused = scene.stopped_before("hold", scene.refund(901)).await;
    assert_eq!(refused.code(), "stopped", "{}", refused.body);
    assert_eq!(scene.count("hold").await, 1, "no hold is made");
    println!("N = 3 calls past policy: 3 refused, 0 sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_that_takes_its_time_is_in_nobodys_way() {
    let scene = Scene::open().await;
    let mut admin = scene.house.database.admin().await;
    let mut watch = scene.house.database.admin().await;
    let mut frozen = admin.begin().await.unwrap();
    let lock = "LOCK TABLE event IN EXCLUSIVE MODE";
    frozen.execute(lock).await.unwrap();
    let meanwhile = async {
        waited_for(&mut watch, "event").await;
        let read = scene.call("get_order", json!({"order_id": "o-1"})).await;
        frozen.commit().await.unwrap();
        read
    };

    let (_stop, read) = tokio::join!(scene.stop(), meanwhile);

    assert!(!read.is_error(), "{}", read.body);
    scene.reads("stopped").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_is_not_given_and_what_was_changed_is_written_down() {
    let scene = Scene::open().await;
    let withheld = json!({"order_id": "withheld"});
    let read = scene.call("get_order", withheld.clone());
    let change = scene.call("set_order_labels", withheld);
    let meanwhile = async {
        until("both are under way", async || {
            scene.upstream.seen().len() == 2
        })
        .await;
        scene.stop().await;
        scene.upstream.release();
        scene.upstream.release();
    };

    let (read, changed, ()) = tokio::join!(read, change, meanwhile);

    assert_eq!(read.code(), "stopped", "{}", read.body);
    assert!(
        !read.body.to_string().contains("/orders/withheld"),
        "{}",
        read.body
    );
    assert!(
        !changed.is_error(),
        "its intent came first: {}",
        changed.body
    );
    let rows = "record WHERE act = 'call.denied' AND rule = 'stopped' AND upstream_status = 200
        AND detail->'withheld' = 'true'";
    assert_eq!(scene.count(rows).await, 1);
    let finished = "record WHERE act = 'call.finished' AND status = 'ok'";
    assert_eq!(scene.count(finished).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_approved_waits_for_the_end_of_the_stop_and_what_is_held_can_only_be_rejected() {
    let scene = Scene::open().await;
    scene.countersigned(500).await;
    scene.countersigned(600).await;
    assert_eq!(scene.refund(700).await.code(), "held");
    let stop = scene.stop().await;
    let hold = scene.house.waiting(&scene.reviewer).await.remove(0);

    let refused = scene
        .house
        .decide(&scene.reviewer, &hold, Judged::Countersign);
    assert_eq!(refused.await.unwrap_err().code(), "stopped");
    let rejected = scene.house.decide(&scene.reviewer, &hold, Judged::Reject);
    rejected.await.unwrap();
    scene.reads("stopped").await;
    for cents in [500, 600, 700, 800] {
        assert_eq!(scene.refund(cents).await.code(), "stopped", "{cents}");
    }
    assert_eq!(scene.count("hold").await, 3, "no hold is made");
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let listed = scene.house.post(&scene.agent, &list).await.body;
    assert_eq!(listed["result"]["tools"].as_array().unwrap().len(), 5);
    let mut admin = scene.house.database.admin().await;
    let expire =
        "UPDATE hold SET expires_at = now() WHERE arguments->'body'->>'amount_cents' = '600'";
    admin.execute(expire).await.unwrap();

    scene.resume(&stop).await;
    scene.reads("").await;

    let ran = scene.refund(500).await;
    assert!(!ran.is_error(), "{}", ran.body);
    assert_eq!(scene.refund(600).await.code(), "approval_expired");
    assert_eq!(scene.refund(700).await.code(), "approval_rejected");
    assert_eq!(scene.upstream.count(REFUND), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_is_one_tenants_and_begins_and_ends_once() {
    let scene = Scene::open().await;
    let eve = scene.house.owner_of("evil").await;
    let other = scene.house.shop(&eve, &scene.upstream.base).await;
    let others = scene.house.agent_of(&eve, &other).await;
    let stop = scene.stop().await;
    scene.reads("stopped").await;

    let labels = json!({"order_id": "o-1"});
    let ran = scene.house.call(&others, "set_order_labels", &labels).await;
    assert!(!ran.is_error(), "{}", ran.body);
    let reason = || "me, too".parse().unwrap();
    let again = scene
        .elsewhere
        .stop_calls(&scene.owner.scope, reason())
        .await;
    assert_eq!(again.unwrap_err().code(), "calls_already_stopped");
    let resume = |person: &Person| {
        let cmd = ResumeCalls {
            stop: stop.id,
            reason: reason(),
        };
        let (registry, scope) = (scene.elsewhere.clone(), person.scope.clone());
        async move {
            registry
                .resume_calls(&scope, cmd)
                .await
                .map_err(|error| error.code())
        }
    };
    assert_eq!(resume(&eve).await, Err("not_found"), "foreign");
    let developer = scene
        .house
        .member_of(&scene.owner, Role::Developer, "dev")
        .await;
    assert_eq!(resume(&developer).await, Err("forbidden"));
    assert_eq!(resume(&scene.owner).await, Ok(()));
    assert_eq!(resume(&scene.owner).await, Err("calls_not_stopped"));
    scene.reads("").await;

    let stopped = scene.elsewhere.stop_calls(&developer.scope, reason()).await;
    assert_ne!(stopped.unwrap().id, stop.id, "a stop of its own");
    let auditor = scene
        .house
        .member_of(&scene.owner, Role::Auditor, "aud")
        .await;
    let refused = scene.elsewhere.stop_calls(&auditor.scope, reason()).await;
    assert_eq!(refused.unwrap_err().code(), "forbidden");
    let acts = "record WHERE act IN ('calls.stopped', 'calls.resumed') AND detail ? 'reason'";
    assert_eq!(scene.count(acts).await, 3);
    assert_eq!(scene.shop.endpoint, other.endpoint);
}
