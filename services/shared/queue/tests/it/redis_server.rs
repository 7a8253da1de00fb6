//! A private Redis for a test. Without the program the test fails: an untested leg is no leg.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use countersign_domain::secret::Secret;
use countersign_queue::{Redis, RedisOptions};
use countersign_testkit::{until, world};

/// A running server; dropping it ends it.
pub(crate) struct RedisServer {
    child: Child,
    port: u16,
}

impl RedisServer {
    pub(crate) async fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .unwrap()
            .port();
        let child = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
            .args(["--save", "", "--appendonly", "no"])
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is not installed; the Redis leg of these tests needs it");
        let server = Self { child, port };
        until("redis-server", async || {
            server.command("PING").await.is_ok()
        })
        .await;
        server
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// One process of the installation `prefix`.
    pub(crate) fn process(&self, prefix: &str) -> Redis {
        Redis::open(&RedisOptions {
            url: Secret::new(self.url()),
            prefix: prefix.to_owned(),
            consumer: name("process"),
        })
        .unwrap()
    }

    pub(crate) async fn command(&self, name: &str) -> redis::RedisResult<()> {
        let client = redis::Client::open(self.url())?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        redis::cmd(name)
            .query_async::<redis::Value>(&mut connection)
            .await
            .map(|_| ())
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A prefix that no other test has.
pub(crate) fn prefix() -> String {
    name("test")
}

fn name(of: &str) -> String {
    let number = u64::from_be_bytes(world().bytes());
    format!("{of}-{number:016x}")
}
