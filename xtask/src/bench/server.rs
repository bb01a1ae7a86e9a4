//! nginx under `ab`, on loopback: the workload that figures are given for.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use crate::{
    Result,
    shell::{has, output},
};

/// What is served ends with it.
pub const BODY_END: &[u8] = b"end.\n";

/// A server with one worker.
pub struct Nginx {
    child: Child,
    folder: PathBuf,
    pub port: u16,
}

impl Nginx {
    /// Starts it, if it and `ab` are installed; else says that they are not.
    pub fn start(within: &Path) -> Result<Option<Nginx>> {
        if !has("nginx") || !has("ab") {
            println!("nginx and ab are not installed: `cargo xtask bench --install`");
            return Ok(None);
        }
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .map_err(|error| error.to_string())?
            .port();
        let folder = within.join("nginx");
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let root = folder.display();
        let config = format!(
            "daemon off; worker_processes 1; pid {root}/pid; error_log {root}/error.log;\n\
             events {{ worker_connections 1024; }}\n\
             http {{ access_log off; keepalive_requests 1000000000; server {{ listen 127.0.0.1:{port}; root {root}; }} }}\n"
        );
        let write = |name: &str, text: &str| {
            fs::write(folder.join(name), text).map_err(|error| error.to_string())
        };
        write("nginx.conf", &config)?;
        let body = "Recorded by syscord.\n".repeat(30).into_bytes();
        write("index.html", &String::from_utf8_lossy(&[&body, BODY_END].concat()))?;
        let child = Command::new("nginx")
            .arg("-c")
            .arg(folder.join("nginx.conf"))
            .arg("-p")
            .arg(&folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("nginx: {error}"))?;
        let server = Nginx { child, folder, port };
        for _ in 0..500 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(Some(server));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Err("nginx does not answer".to_owned())
    }

    /// The id of the process that serves.
    pub fn worker(&self) -> Result<u32> {
        let path = format!("/proc/{0}/task/{0}/children", self.child.id());
        let children = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        let first = children.split_whitespace().next().and_then(|pid| pid.parse().ok());
        first.ok_or_else(|| "nginx has no worker".to_owned())
    }

    /// Sends requests, a hundred at a time. Returns how long that took.
    pub fn load(&self, requests: u32) -> Result<Duration> {
        let report = output(
            Command::new("ab")
                .args(["-q", "-c", "100", "-n", &requests.to_string()])
                .arg(format!("http://127.0.0.1:{}/index.html", self.port)),
        )?;
        let seconds = report
            .lines()
            .find_map(|line| line.strip_prefix("Time taken for tests:"))
            .and_then(|rest| rest.split_whitespace().next())
            .and_then(|seconds| seconds.parse().ok());
        seconds.map(Duration::from_secs_f64).ok_or_else(|| "ab gives no time".to_owned())
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // The master ends its worker on SIGTERM; SIGKILL would leave that running.
        // SAFETY: a plain system call on a child that is ours and not yet waited for.
        unsafe { libc::kill(self.child.id() as libc::pid_t, libc::SIGTERM) };
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
