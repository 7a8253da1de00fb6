//! An upstream and a bare hop to it, each an nginx of its own.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::Duration,
};

use crate::load::ticks;

/// Two nginx processes. Stopped with the value.
pub(crate) struct Nginx {
    /// The upstream's address.
    pub(crate) upstream: String,
    /// The hop's address.
    pub(crate) hop: String,
    children: Vec<Child>,
    folder: PathBuf,
}

impl Nginx {
    pub(crate) fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("countersign-bench-{}", std::process::id()));
        let (one, two) = (free_port(), free_port());
        let answer =
            r#"{"id":"o-1","status":"paid","total_cents":4200,"currency":"EUR","customer":"c-7"}"#;
        let upstream = format!(
            "server {{ listen 127.0.0.1:{one}; location / {{ default_type application/json; return 200 '{answer}'; }} }}"
        );
        let hop = format!(
            "upstream u {{ server 127.0.0.1:{one}; keepalive 64; }} server {{ listen 127.0.0.1:{two}; location / {{ \
             proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ''; }} }}"
        );
        let children = vec![
            run(&folder.join("upstream"), &upstream),
            run(&folder.join("hop"), &hop),
        ];
        sleep(Duration::from_millis(300));
        Self {
            upstream: format!("http://127.0.0.1:{one}"),
            hop: format!("http://127.0.0.1:{two}"),
            children,
            folder,
        }
    }

    /// CPU seconds of the hop: one process, no workers.
    pub(crate) fn hop_cpu(&self) -> f64 {
        ticks(&self.children[1].id().to_string()).unwrap_or(0.0)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|socket| socket.local_addr())
        .expect("a free port")
        .port()
}

fn run(folder: &Path, servers: &str) -> Child {
    fs::create_dir_all(folder).expect("a temporary folder");
    let place = folder.display();
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {place}/{kind};"))
        .join(" ");
    let config = format!(
        "daemon off; master_process off; pid {place}/pid; error_log {place}/error.log; \
         events {{ worker_connections 1024; }} \
         http {{ access_log off; keepalive_requests 1000000; {temporary} {servers} }}"
    );
    let file = folder.join("nginx.conf");
    fs::write(&file, config).expect("a temporary file");
    Command::new("nginx")
        .arg("-c")
        .arg(&file)
        .arg("-e")
        .arg(folder.join("error.log"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("nginx is installed")
}
