//! Server processes: started, waited for, measured from outside, and stopped.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

/// A server that says `ready http://<address>` on its standard output.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// When it was started.
    pub started: Instant,
}

impl Server {
    /// Starts `command` and waits until it says that it is ready. What it logs goes to `log`.
    pub fn start(mut command: Command, log: &Path) -> Result<Self> {
        let stderr = File::options().create(true).append(true).open(log)?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(stderr);
        let started = Instant::now();
        let mut child = command.spawn().with_context(|| format!("cannot start {:?}", command.get_program()))?;
        let stdout = child.stdout.take().context("no standard output")?;
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some(address) = line.strip_prefix("ready http://") {
                    drop(tell.send(address.trim_end_matches('/').parse::<SocketAddr>()));
                }
            }
        });
        match told.recv_timeout(Duration::from_secs(30)) {
            Ok(address) => Ok(Self { child, address: address?, started }),
            Err(_) => {
                drop(child.kill());
                drop(child.wait());
                bail!("{:?} did not get ready; its log is {}", command.get_program(), tail(log))
            }
        }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self) -> Result<()> {
        signal(self.child.id(), "TERM")?;
        wait(&mut self.child, Duration::from_secs(10))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Waits for the end of a process.
pub fn wait(child: &mut Child, most: Duration) -> Result<()> {
    let until = Instant::now() + most;
    while child.try_wait()?.is_none() {
        if Instant::now() > until {
            bail!("process {} does not stop", child.id());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// Sends a signal to a process of ours.
pub fn signal(id: u32, name: &str) -> Result<()> {
    let status = Command::new("kill").args([format!("-{name}"), id.to_string()]).status()?;
    if status.success() { Ok(()) } else { Err(anyhow!("cannot send {name} to {id}")) }
}

/// The end of a log, for a message.
pub fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(5).collect();
    let last: Vec<&str> = lines.into_iter().rev().collect();
    format!("{}:\n{}", log.display(), last.join("\n"))
}

/// Runs a command to its end, with `input`, and fails with what it said when it failed.
pub fn run(mut command: Command, input: &str) -> Result<String> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let words = format!("{command:?}");
    let mut child = command.spawn().with_context(|| format!("cannot start {words}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        std::io::Write::write_all(&mut stdin, input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    bail!("{words} failed:\n{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Processor seconds that a process took so far, its own and the system's for it.
pub fn cpu_seconds(id: u32) -> Result<f64> {
    let stat = stat(id)?;
    let ticks = |index: usize| stat.get(index).and_then(|field| field.parse::<f64>().ok()).context("/proc/*/stat");
    Ok((ticks(11)? + ticks(12)?) / ticks_per_second())
}

/// The same for the processes that a process started and that still run: PostgreSQL's, one a connection.
pub fn children_cpu_seconds(parent: u32) -> Result<f64> {
    let parent = parent.to_string();
    let mut sum = 0.0;
    for entry in std::fs::read_dir("/proc")? {
        let Some(id) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // A process may be gone by now.
        let Ok(fields) = stat(id) else { continue };
        if fields.get(1) == Some(&parent) {
            sum += cpu_seconds(id).unwrap_or(0.0);
        }
    }
    Ok(sum)
}

/// The fields of `/proc/<id>/stat` from the state on.
fn stat(id: u32) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
    let (_, fields) = text.rsplit_once(')').context("/proc/*/stat")?;
    Ok(fields.split_whitespace().map(str::to_owned).collect())
}

fn ticks_per_second() -> f64 {
    static TICKS: OnceLock<f64> = OnceLock::new();
    *TICKS.get_or_init(|| {
        let told = Command::new("getconf").arg("CLK_TCK").output().ok();
        told.and_then(|output| String::from_utf8_lossy(&output.stdout).trim().parse().ok()).unwrap_or(100.0)
    })
}

/// Megabytes (of 1,000,000 bytes) of memory that a process holds now, and at most held.
pub fn memory(id: u32) -> Result<(f64, f64)> {
    let mut text = String::new();
    File::open(format!("/proc/{id}/status"))?.read_to_string(&mut text)?;
    let kib = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).context("/proc/*/status")?;
        let number = line.trim_start_matches(':').trim().trim_end_matches(" kB");
        number.parse::<f64>().context("/proc/*/status")
    };
    Ok((kib("VmRSS")? * 1.024 / 1_000.0, kib("VmHWM")? * 1.024 / 1_000.0))
}
