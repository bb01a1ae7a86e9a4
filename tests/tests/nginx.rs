//! A server under load, recorded machine-wide: nginx, and `ab -n 20000 -c 100`.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
};

use syscord_tests::{
    Recorder, Scratch, Value, info, kernel, query, record, repository, run, tool, wait_until,
};

const REQUESTS: u64 = 20_000;

/// An nginx of the test's own, with one worker.
struct Nginx {
    master: Child,
    port: u16,
}

impl Nginx {
    fn start(scratch: &Scratch) -> Nginx {
        // A port that was free a moment ago.
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let folder = scratch.file("www");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("file.txt"), "a small file\n".repeat(20)).expect("a file");
        let (folder, pid) = (folder.display(), scratch.file("nginx.pid"));
        let config = format!(
            "daemon off; worker_processes 1; pid {}; error_log {folder}/../error.log;
             events {{ worker_connections 1024; }}
             http {{
                 access_log off;
                 server {{
                     listen 127.0.0.1:{port}; root {folder};
                     location = /status {{ stub_status; }}
                 }}
             }}",
            pid.display()
        );
        let path = scratch.file("nginx.conf");
        fs::write(&path, config).expect("a configuration");
        let program =
            if Path::new("/usr/sbin/nginx").exists() { "/usr/sbin/nginx" } else { "nginx" };
        let mut command = Command::new(program);
        command.arg("-c").arg(path).stdin(Stdio::null()).stderr(Stdio::null());
        let master = command.spawn().expect("nginx starts");
        // It writes its id once it listens.
        wait_until("nginx runs", || fs::read_to_string(&pid).is_ok_and(|text| !text.is_empty()));
        Nginx { master, port }
    }

    /// How many connections it has accepted, this one included, as it says itself.
    fn accepts(&self) -> u64 {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).expect("nginx");
        stream.write_all(b"GET /status HTTP/1.0\r\n\r\n").expect("a request");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("an answer");
        let (_, rest) = text.split_once("accepts handled requests").expect("stub_status");
        rest.split_whitespace().next().and_then(|n| n.parse().ok()).expect("a number")
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // SAFETY: a plain system call; the child is ours and not yet waited for. The master ends its worker.
        unsafe { libc::kill(self.master.id() as i32, libc::SIGTERM) };
        let _ = self.master.wait();
    }
}

/// `ab`, to its end.
fn load(nginx: &Nginx) {
    let url = format!("http://127.0.0.1:{}/file.txt", nginx.port);
    let ran = run(tool("ab"), ["-q", "-n", &REQUESTS.to_string(), "-c", "100", &url]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let complete = ran.out.lines().find_map(|line| line.strip_prefix("Complete requests:"));
    assert_eq!(complete.map(str::trim), Some(&*REQUESTS.to_string()), "{}", ran.out);
}

fn count(trace: &Path, filters: &[&str]) -> u64 {
    let ran = query(
        [trace.as_os_str()]
            .into_iter()
            .chain(filters.iter().map(AsRef::as_ref))
            .chain(["--count".as_ref()]),
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.trim().parse().expect("a number")
}

/// `^pid=\d+, accept4, res=-?\d+$`
fn is_classic(line: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    line.strip_prefix("pid=").and_then(|rest| rest.split_once(", accept4, res=")).is_some_and(
        |(pid, result)| number(pid) && number(result.strip_prefix('-').unwrap_or(result)),
    )
}

/// Bytes an event, all of the file shared among them.
fn bytes_per_event(trace: &Path) -> f64 {
    let events = info(trace)["events"].as_u64().expect("a number");
    fs::metadata(trace).expect("a trace").len() as f64 / events as f64
}

#[test]
fn the_whole_machine_under_load() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("nginx");
    let trace = scratch.file("t.scd");
    // From before nginx starts, so that its own count and ours begin together.
    let recorder = Recorder::start(&trace, [""; 0]);
    let nginx = Nginx::start(&scratch);
    load(&nginx);
    let accepts = nginx.accepts();
    let ran = recorder.stop(libc::SIGINT);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains(", 0 dropped, "), "{}", ran.err);
    let ledger = &info(&trace)["ledger"]["total"];
    assert_eq!((&ledger["dropped"], &ledger["completeness"]), (&0.into(), &100.0.into()));

    // Every connection that nginx has accepted: ab's requests, a few more that ab opens before it
    // knows that it has enough, and the test's own.
    assert!((REQUESTS + 1..=REQUESTS + 101).contains(&accepts), "{accepts}");
    let accepted = ["--syscall", "accept4", "--comm", "nginx"];
    assert_eq!(count(&trace, &[&accepted[..], &["--ok"]].concat()), accepts);
    // ab's side of them, in the same trace.
    let sockets = count(&trace, &["--syscall", "socket", "--comm", "ab", "--ok"]);
    assert!(
        (accepts - 1..=accepts + 10).contains(&sockets),
        "{sockets} sockets, {accepts} accepted"
    );

    let text =
        query([trace.as_os_str(), "--syscall".as_ref(), "accept4".as_ref(), "--text".as_ref()]);
    assert_eq!(text.code, 0, "{}", text.err);
    assert_eq!(text.out.lines().find(|line| !is_classic(line)), None);
    assert!(text.out.lines().count() as u64 >= accepts);

    parquet(&scratch, &trace);
}

#[test]
fn an_event_takes_few_bytes() {
    if !kernel() {
        return;
    }
    // Of these programs alone: whatever else runs on the machine would be part of the figure.
    let scratch = Scratch::new("nginx-sizes");
    let nginx = Nginx::start(&scratch);
    for (content, most) in [("256", 3.0), ("0", 1.9)] {
        // Other work on the machine scatters times, which then take more.
        let holds = (0..TRIES).any(|_| bytes_an_event(&scratch, &nginx, content) <= most);
        assert!(holds, "always more than {most} bytes an event with --content {content}");
    }
}

/// How often sizes are looked at, at most.
const TRIES: usize = 3;

/// Records nginx under load.
fn bytes_an_event(scratch: &Scratch, nginx: &Nginx, content: &str) -> f64 {
    let trace = scratch.file(&format!("{content}.scd"));
    let options = ["--name=nginx", "--name=ab", "--content", content];
    let recorder = Recorder::start_with(&trace, options, || {
        nginx.accepts();
    });
    load(nginx);
    let ran = recorder.stop(libc::SIGINT);
    assert!(ran.code == 0 && ran.err.contains(", 0 dropped, "), "{}", ran.err);
    assert!(count(&trace, &["--syscall", "accept4", "--comm", "nginx", "--ok"]) > REQUESTS);
    assert_eq!(count(&trace, &[]), count(&trace, &["--comm", "nginx", "--comm", "ab"]));
    let each = bytes_per_event(&trace);
    eprintln!("{} ({each:.3} bytes an event)", ran.err.trim());
    each
}

/// The export has the columns that are documented, and as many calls of each name as `stats`.
fn parquet(scratch: &Scratch, trace: &Path) {
    let made = scratch.file("x.parquet");
    let ran = query([trace.as_os_str(), "--parquet".as_ref(), "-o".as_ref(), made.as_os_str()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let script = repository().join("tests/workloads/parquet.py");
    let ran = run(tool("python3"), [script.as_os_str(), made.as_os_str()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let read: Value = serde_json::from_str(&ran.out).expect("a JSON object");
    let columns = serde_json::json!([
        ["ts", "timestamp[ns, tz=UTC]"],
        ["duration", "int64"],
        ["pid", "uint32"],
        ["tid", "uint32"],
        ["comm", "string"],
        ["ppid", "uint32"],
        ["cpu", "uint32"],
        ["abi", "string"],
        ["syscall", "string"],
        ["ret", "int64"],
        ["errno", "string"],
        ["args", "list<struct<name: string, value: int64, text: string>>"],
        ["path", "string"],
        ["data", "binary"],
    ]);
    assert_eq!(read["columns"], columns);
    assert_eq!(read["ordered"], true, "rows are in time order");

    let stats = query(["stats".as_ref(), trace.as_os_str(), "--json".as_ref()]);
    let stats: Value = serde_json::from_str(&stats.out).expect("a JSON object");
    let groups = stats["groups"].as_array().expect("groups");
    let of = |key: &str| -> BTreeMap<String, u64> {
        let pair =
            |group: &Value| Some((group["syscall"].as_str()?.to_owned(), group[key].as_u64()?));
        groups.iter().filter_map(pair).filter(|(_, count)| *count > 0).collect()
    };
    let read = |key: &str| -> BTreeMap<String, u64> {
        serde_json::from_value(read[key].clone()).expect("counts")
    };
    assert_eq!((read("calls"), read("errors")), (of("calls"), of("errors")));
    assert!(read("paths").get("openat").is_some_and(|paths| *paths > REQUESTS));
    assert!(read("data").get("recvfrom").is_some_and(|data| *data >= REQUESTS));
}

/// What a user of pyarrow does first: keep the rows that matter, in order.
#[test]
fn the_export_can_be_worked_with() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("parquet");
    let (trace, made) = (scratch.file("t.scd"), scratch.file("x.parquet"));
    let ran =
        record(["-q".as_ref(), "-o".as_ref(), trace.as_os_str(), "--".as_ref(), "ls".as_ref()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = query([trace.as_os_str(), "--parquet".as_ref(), "-o".as_ref(), made.as_os_str()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let code = "\
import sys, pyarrow.compute as pc, pyarrow.parquet as pq
table = pq.read_table(sys.argv[1])
print(table.filter(pc.is_valid(table['errno'])).num_rows)";
    let ran = run(tool("python3"), ["-c".as_ref(), code.as_ref(), made.as_os_str()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.out.trim(), count(&trace, &["--failed"]).to_string());
}

/// Over several blocks, the first and the last of which are small.
#[test]
fn the_export_says_what_json_says() {
    if !kernel() {
        return;
    }
    let scratch = Scratch::new("parquet-json");
    let [trace, made, json] = ["t.scd", "x.parquet", "x.json"].map(|name| scratch.file(name));
    let work = "ls -l / /nope; sleep 1.1; find /usr/lib >/dev/null; (cat /etc/os-release | wc) ; \
                sleep 1.1; git --version";
    let ran = record([
        "-q".as_ref(),
        "-o".as_ref(),
        trace.as_os_str(),
        "--".as_ref(),
        "sh".as_ref(),
        "-c".as_ref(),
        work.as_ref(),
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for (format, file) in [("--parquet", &made), ("--json", &json)] {
        let ran = query([trace.as_os_str(), format.as_ref(), "-o".as_ref(), file.as_os_str()]);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    let script = repository().join("tests/workloads/parquet_json.py");
    let ran = run(tool("python3"), [script.as_os_str(), made.as_os_str(), json.as_os_str()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.out.trim(), count(&trace, &[]).to_string());
}
