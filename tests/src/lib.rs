//! What the end-to-end tests share: they run the built programs on the running kernel, and hold
//! what was recorded against something that is not ours.
//!
//! A test that needs the kernel calls [`kernel`] first. Where the kernel cannot be had it fails, and
//! says what is missing; with `SYSCORD_TESTS_WITHOUT_KERNEL=1` it is skipped instead, and says so.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

pub use serde_json::Value;

pub mod strace;

/// Whether kernel tests can run. Panics with the remedy when they cannot and were not waived.
pub fn kernel() -> bool {
    // SAFETY: a plain system call.
    let root = unsafe { libc::geteuid() } == 0;
    let btf = Path::new("/sys/kernel/btf/vmlinux").exists();
    if root && btf {
        return true;
    }
    let missing = if root { "a kernel with BTF" } else { "root" };
    if env::var_os("SYSCORD_TESTS_WITHOUT_KERNEL").is_some() {
        eprintln!("SKIPPED: this test needs {missing}");
        return false;
    }
    panic!("this test needs {missing}; SYSCORD_TESTS_WITHOUT_KERNEL=1 skips such tests")
}

/// The path of one of our programs, built in the same profile as the test.
pub fn program(name: &str) -> PathBuf {
    let test = env::current_exe().expect("the test's own path");
    let built = test.ancestors().nth(2).expect("target/PROFILE").join(name);
    assert!(built.exists(), "{} is missing: run `cargo xtask test`", built.display());
    built
}

/// A program that the tests need from the distribution.
pub fn tool(name: &str) -> &str {
    let found = env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .chain([PathBuf::from("/usr/sbin"), PathBuf::from("/sbin")])
        .any(|directory| directory.join(name).exists());
    assert!(found, "`{name}` is missing: run `cargo xtask test --install`");
    name
}

/// The repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// A folder of the test's own, removed at the end.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes the folder; anyone may look into it.
    pub fn new(name: &str) -> Scratch {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let unique = format!(
            "syscord-test-{name}-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let path = env::temp_dir().join(unique);
        fs::create_dir_all(&path).expect("a scratch folder");
        Scratch(path)
    }

    /// A file in the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What a program printed and how it ended.
#[derive(Debug)]
pub struct Ran {
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
    /// Exit code; 128 + signal where a signal ended it.
    pub code: i32,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        use std::os::unix::process::ExitStatusExt;
        let code = output.status.code().or(output.status.signal().map(|s| 128 + s));
        Ran {
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: code.expect("code or signal"),
        }
    }
}

/// Runs a program to its end.
pub fn run<S: AsRef<OsStr>>(program: impl AsRef<OsStr>, args: impl IntoIterator<Item = S>) -> Ran {
    let name = program.as_ref().to_owned();
    let output = Command::new(&name).args(args).stdin(Stdio::null()).output();
    output.unwrap_or_else(|error| panic!("{}: {error}", name.display())).into()
}

/// Compiles `workloads/SOURCE` with gcc into the folder, with more options. Returns the program.
pub fn compile(scratch: &Scratch, source: &str, options: &[&str]) -> PathBuf {
    let path = repository().join("tests/workloads").join(source);
    let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
    let made = scratch.file(&format!("{stem}{}", options.concat().replace('/', "")));
    let mut gcc = Command::new(tool("gcc"));
    let ran: Ran = gcc.args(options).arg("-o").arg(&made).arg(path).output().expect("gcc").into();
    assert_eq!(ran.code, 0, "{}", ran.err);
    made
}

/// The programs in `workloads/every`: between them they make every call of x86-64. Each takes a folder.
pub const EVERY: [&str; 10] = [
    "files",
    "descriptors",
    "memory",
    "processes",
    "signals",
    "times",
    "network",
    "ipc",
    "rights",
    "system",
];

/// Whether 32-bit programs can be compiled.
pub fn multilib() -> bool {
    let scratch = Scratch::new("multilib");
    let (source, made) = (scratch.file("e.c"), scratch.file("e"));
    fs::write(&source, "int main(void) { return 0; }").expect("a source");
    let mut gcc = Command::new(tool("gcc"));
    gcc.args(["-m32", "-o"]).arg(made).arg(source);
    gcc.output().is_ok_and(|output| output.status.success())
}

/// The Python interpreter itself: what `python3` starts may be a launcher.
pub fn python() -> String {
    let ran = run(tool("python3"), ["-c", "import sys; print(sys.executable)"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.trim().to_owned()
}

/// Runs `syscord record ARGS…`.
pub fn record<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Ran {
    let mut command = Command::new(program("syscord"));
    command.arg("record").args(args).stdin(Stdio::null());
    command.output().expect("syscord runs").into()
}

/// Runs `syscord-query ARGS…`.
pub fn query<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Ran {
    run(program("syscord-query"), args)
}

/// A trace's events, as `syscord-query --json` tells them. Asserts that it succeeded.
pub fn events(trace: &Path) -> Vec<Value> {
    events_with(trace, &[])
}

/// The events that pass the filters given.
pub fn events_with(trace: &Path, filters: &[&str]) -> Vec<Value> {
    let mut args = vec![trace.as_os_str(), OsStr::new("--json")];
    args.extend(filters.iter().map(OsStr::new));
    let ran = query(args);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect()
}

/// The ledger's sums of a trace, as `syscord-query info --json` tells them.
pub fn info(trace: &Path) -> Value {
    let ran = query([OsStr::new("info"), trace.as_os_str(), OsStr::new("--json")]);
    assert!([0, 3].contains(&ran.code), "{}", ran.err);
    serde_json::from_str(&ran.out).expect("a JSON object")
}

/// A background process that is killed when dropped.
pub struct Running(pub Child);

impl Running {
    /// Starts it with no input and no output.
    pub fn start(command: &mut Command) -> Running {
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Running(quiet.spawn().expect("a program that starts"))
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A `syscord record` in the background that writes a file, killed when dropped.
pub struct Recorder {
    child: Option<Child>,
    trace: PathBuf,
}

impl Recorder {
    /// Starts `syscord record -o TRACE ARGS…` and waits until the first events are in the file:
    /// there must be something to record.
    pub fn start<S: AsRef<OsStr>>(trace: &Path, args: impl IntoIterator<Item = S>) -> Recorder {
        Recorder::start_with(trace, args, || {})
    }

    /// The same, where `poke` makes something happen that is recorded; it is called repeatedly.
    pub fn start_with<S: AsRef<OsStr>>(
        trace: &Path,
        args: impl IntoIterator<Item = S>,
        mut poke: impl FnMut(),
    ) -> Recorder {
        // What an earlier recording left must not pass for what this one writes.
        let _ = fs::remove_file(trace);
        let mut command = Command::new(program("syscord"));
        command.args(["record".as_ref(), "-o".as_ref(), trace.as_os_str()]).args(args);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().expect("syscord runs");
        let mut recorder = Recorder { child: Some(child), trace: trace.to_owned() };
        wait_until("syscord has recorded something", || {
            poke();
            recorder.events() > 0
        });
        recorder
    }

    /// How many events the file holds so far.
    pub fn events(&mut self) -> u64 {
        let ended = self.child.as_mut().and_then(|child| child.try_wait().expect("a child"));
        if let Some(status) = ended {
            let output = self.child.take().map(|child| child.wait_with_output());
            panic!("syscord has ended: {status}: {output:?}");
        }
        let ran = query([self.trace.as_os_str(), OsStr::new("--count")]);
        ran.out.trim().parse().unwrap_or(0)
    }

    /// Sends a signal and waits for the end.
    pub fn stop(mut self, signal: i32) -> Ran {
        let child = self.child.take().expect("a child");
        // SAFETY: a plain system call; the child is ours and not yet waited for.
        unsafe { libc::kill(child.id() as i32, signal) };
        child.wait_with_output().expect("syscord's output").into()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Waits until something holds, at most thirty seconds.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..3000 {
        if holds() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("waited in vain until {what}");
}
