//! Two processes over one store, and Redis between them: people stop all calls at one, agents are at
//! the other.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use std::{
    net::{SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
};

use countersign_testkit::until;
use countersign_tests::{Agent, House, Person, Upstream, document};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{program, serving::Folder};

/// A process that ends with its value.
struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    fn start(command: &mut Command, address: SocketAddr) -> Self {
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = quiet.stderr(Stdio::null()).spawn().unwrap();
        Self { child, address }
    }

    async fn redis() -> Self {
        let address = free();
        let mut command = Command::new("redis-server");
        command
            .args(["--bind", "127.0.0.1", "--save", ""])
            .args(["--port", &address.port().to_string()]);
        let redis = Self::start(&mut command, address);
        until("redis-server", async || {
            TcpStream::connect(address).await.is_ok()
        })
        .await;
        redis
    }

    /// One of the installation that people and agents know by the house's address.
    async fn instance(house: &House, redis: &Self, folder: &Folder) -> Self {
        let address = free();
        let mut command = Command::new(program());
        command
            .args(["serve", "--role=web,gateway", "--allow-loopback-upstreams"])
            .arg(format!("--listen={address}"))
            .arg(format!("--public-url={}", house.public.origin()))
            .arg(format!("--database-url={}", house.database.url()))
            .arg(format!("--redis-url=redis://{}/0", redis.address))
            .arg(format!("--vault-key-file={}", folder.key()));
        let instance = Self::start(&mut command, address);
        until("the instance is ready", async || {
            let Ok(ready) = instance.ask(house, "GET /readyz", &[], "").await else {
                return false;
            };
            ready.starts_with("HTTP/1.1 200")
        })
        .await;
        instance
    }

    /// Asks it under the address that the installation is known by.
    async fn ask(
        &self,
        house: &House,
        line: &str,
        headers: &[&str],
        body: &str,
    ) -> std::io::Result<String> {
        let origin = house.public.origin();
        let host = origin.trim_start_matches("http://");
        let (headers, length) = (headers.join("\r\n"), body.len());
        let request = format!(
            "{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n\r\n{body}"
        );
        let mut stream = TcpStream::connect(self.address).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }

    /// Sends the form of a page as its reader does.
    async fn send(&self, (house, person): (&House, &Person), to: &str, form: &str) {
        let cookie = format!("Cookie: countersign={}", person.session.expose());
        let headers = [
            cookie.as_str(),
            "Accept: text/html",
            "Sec-Fetch-Site: same-origin",
            "Content-Type: application/x-www-form-urlencoded",
        ];
        let page = self.ask(house, "GET /t/acme/stop", &headers, "").await;
        let page = page.unwrap();
        let value = |name: &str| {
            let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\""))?;
            rest.split_once('"').map(|(value, _)| value)
        };
        let fields =
            ["csrf", "stop"].map(|name| value(name).map(|value| format!("{name}={value}")));
        let fields: Vec<String> = fields.into_iter().flatten().collect();
        let form = format!("{}&{form}", fields.join("&"));
        let line = format!("POST /t/acme/{to}");
        let sent = self.ask(house, &line, &headers, &form).await.unwrap();
        assert!(sent.starts_with("HTTP/1.1 303"), "{sent}");
    }

    /// Calls a tool; returns the code of its refusal, or nothing.
    async fn call(&self, house: &House, agent: &Agent, tool: &str) -> String {
        let bearer = format!("Authorization: Bearer {}", agent.token);
        let headers = [
            bearer.as_str(),
            "Content-Type: application/json",
            "Accept: application/json, text/event-stream",
        ];
        let params = json!({"name": tool, "arguments": {"order_id": "o-1"}});
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        let path = agent.url.replace(&house.public.origin(), "POST ");
        let answer = self.ask(house, &path, &headers, &message.to_string()).await;
        let answer = answer.unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let body: Value = serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}"));
        assert!(body["result"].is_object(), "{body}");
        let code = &body["result"]["_meta"]["dev.countersign/code"];
        code.as_str().unwrap_or_default().to_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_at_one_process_is_kept_by_the_other_also_without_redis() {
    let (house, upstream, folder) = (
        House::open().await,
        Upstream::start(),
        Folder::new("instances"),
    );
    let owner = house.owner_of("acme").await;
    let open = document(&upstream.base).replace(r#""security":[{"key":[]}]"#, r#""security":[]"#);
    let shop = house.shop_of(&owner, &upstream.base, open).await;
    let agent = house.agent_of(&owner, &shop).await;
    // It is sealed under the house's own key, and nothing here asks for it.
    let remove = "UPDATE credential SET superseded_at = clock_timestamp()";
    let mut admin = house.database.admin().await;
    sqlx::query(remove).execute(&mut admin).await.unwrap();
    let redis = Process::redis().await;
    let peoples = Process::instance(&house, &redis, &folder).await;
    let agents = Process::instance(&house, &redis, &folder).await;
    let call = async |tool: &str| agents.call(&house, &agent, tool).await;
    let by = (&house, &owner);

    let mut redis = Some(redis);
    for _ in 0..2 {
        assert_eq!(call("set_order_labels").await, "");
        assert_eq!(call("get_order").await, "");
        let changes = upstream.count("PUT");
        peoples.send(by, "stop", "reason=an+agent+runs+amok").await;
        assert_eq!(call("set_order_labels").await, "stopped");
        assert_eq!(call("get_order").await, "stopped");
        assert_eq!(upstream.count("PUT"), changes);

        // And once more while there is nothing left to push.
        drop(redis.take());
        peoples.send(by, "resume", "reason=it+was+the+test").await;
        until("calls go out again", async || {
            call("get_order").await.is_empty()
        })
        .await;
    }
}
