//! The load generator, and reading CPU time from `/proc`.

use std::{fs, process::Command, time::Duration};

use countersign_tests::Agent;

/// What to ask for, again and again.
pub(crate) struct Load {
    url: String,
    script: Option<String>,
}

/// What `wrk` saw.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) calls: u64,
    pub(crate) failed: u64,
    pub(crate) per_second: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
}

impl Load {
    pub(crate) fn get(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            script: None,
        }
    }

    /// One READ of `get_order`, as a client of 2025-11-25 sends it. Answers that are errors count
    /// as failed, so a fast refusal is not taken for a fast call.
    pub(crate) fn call(agent: &Agent) -> Self {
        let script = format!(
            "wrk.method = 'POST'\n\
             wrk.headers['Content-Type'] = 'application/json'\n\
             wrk.headers['Authorization'] = 'Bearer {}'\n\
             wrk.body = '{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{{\"name\":\"get_order\",\"arguments\":{{\"order_id\":\"o-1\"}}}}}}'\n\
             bad = 0\n\
             function response(status, headers, body)\n\
               if status ~= 200 or not body:find('\"isError\":false', 1, true) then bad = bad + 1 end\n\
             end\n",
            agent.token
        );
        Self {
            url: agent.url.clone(),
            script: Some(script),
        }
    }

    pub(crate) fn run(&self, connections: u32, time: Duration) -> Outcome {
        let report = "threads = {}\n\
             function setup(thread) table.insert(threads, thread) end\n\
             function done(summary, latency, requests)\n\
               local bad = summary.errors.status + summary.errors.read + summary.errors.connect + summary.errors.timeout\n\
               for _, thread in ipairs(threads) do bad = bad + (thread:get('bad') or 0) end\n\
               io.write(string.format('RESULT %d %d %d %d %d\\n', summary.requests, bad, summary.duration,\n\
                 latency:percentile(50), latency:percentile(99)))\n\
             end\n";
        let path = std::env::temp_dir().join(format!("countersign-wrk-{}.lua", std::process::id()));
        let script = format!("{}{report}", self.script.as_deref().unwrap_or(""));
        fs::write(&path, script).expect("a temporary file");
        let output = Command::new("wrk")
            .args([
                "-t1",
                &format!("-c{connections}"),
                &format!("-d{}s", time.as_secs()),
                "-s",
            ])
            .arg(&path)
            .arg(&self.url)
            .output()
            .expect("wrk is installed");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("RESULT "))
            .unwrap_or_else(|| panic!("{text}"));
        let numbers: Vec<f64> = line
            .split(' ')
            .map(|number| number.parse().expect("a number"))
            .collect();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "counts are whole and positive"
        )]
        let count = |number: f64| number as u64;
        Outcome {
            calls: count(numbers[0]),
            failed: count(numbers[1]),
            per_second: numbers[0] / (numbers[2] / 1e6),
            p50_us: numbers[3],
            p99_us: numbers[4],
        }
    }
}

/// CPU time of processes, in seconds.
pub(crate) struct Cpu(String);

impl Cpu {
    /// Of this process.
    pub(crate) fn own() -> f64 {
        ticks("self").unwrap_or(0.0)
    }

    /// Of all processes of a name, those that end meanwhile left out.
    pub(crate) fn of_all(name: &str) -> Self {
        Self(name.to_owned())
    }

    pub(crate) fn seconds(&self) -> f64 {
        let processes = fs::read_dir("/proc").expect("Linux").flatten();
        let ids = processes.filter_map(|entry| entry.file_name().into_string().ok());
        ids.filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()))
            .filter(|id| {
                fs::read_to_string(format!("/proc/{id}/comm"))
                    .is_ok_and(|comm| comm.trim() == self.0)
            })
            .filter_map(|id| ticks(&id))
            .sum()
    }
}

/// User and system time, from fields 14 and 15 of `/proc/[pid]/stat`; a tick is 10 ms on Linux.
pub(crate) fn ticks(process: &str) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let ticks = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}
