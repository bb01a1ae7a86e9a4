//! Processes that make the calls that a test tells them to, while a recorder runs.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use syscord_tests::{Recorder, Running, Scratch, compile, wait_until};

/// Where workers and the test meet.
pub struct Stage {
    scratch: Scratch,
    program: PathBuf,
    listener: UnixListener,
}

impl Stage {
    pub fn new(name: &str) -> Stage {
        let scratch = Scratch::new(name);
        let program = compile(&scratch, "filters_worker.c", &["-pthread"]);
        let listener = UnixListener::bind(scratch.file("socket")).expect("a socket");
        listener.set_nonblocking(true).expect("a socket");
        Stage { scratch, program, listener }
    }

    /// The worker program under another file name, hence with another process name.
    fn program(&self, name: &str) -> String {
        let copy = self.scratch.file(name);
        if !copy.exists() {
            fs::copy(&self.program, &copy).expect("a copy");
        }
        copy.to_str().expect("a path").to_owned()
    }

    /// Starts a worker under a name. The word stands in its argv alone.
    pub fn start(&self, name: &str, word: &str) -> Worker {
        let mut command = Command::new(self.program(name));
        let child = Running::start(command.arg(self.scratch.file("socket")).arg(word));
        let mut worker = self.meet();
        worker.child = Some(child);
        worker
    }

    fn meet(&self) -> Worker {
        let mut stream = None;
        wait_until("a worker has connected", || {
            stream = self.listener.accept().ok().map(|(stream, _)| stream);
            stream.is_some()
        });
        let stream = stream.expect("a worker");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
        let mut worker = Worker { pid: 0, stream: BufReader::new(stream), child: None };
        worker.pid = worker.line().parse().expect("a process id");
        worker
    }

    pub fn trace(&self) -> PathBuf {
        self.scratch.file("t.scd")
    }

    /// Records while `work` is done; the sentinel must match the filter. It makes calls until some
    /// are seen in the file, hence the hooks are in place.
    pub fn record(&self, args: &[&str], sentinel: &mut Worker, work: impl FnOnce()) {
        let recorder = Recorder::start_with(&self.trace(), args, || {
            sentinel.tell("call 1 /mark/sentinel");
        });
        work();
        let ran = recorder.stop(libc::SIGINT);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
}

/// A process that does as it is told; it ends when this is dropped.
pub struct Worker {
    /// Its process id.
    pub pid: u32,
    stream: BufReader<UnixStream>,
    child: Option<Running>,
}

impl Worker {
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("an answer");
        line.trim().to_owned()
    }

    fn send(&mut self, line: &str) {
        self.stream.get_mut().write_all(format!("{line}\n").as_bytes()).expect("a worker");
    }

    /// Has it do something, and waits until it is done. Returns its answer.
    pub fn tell(&mut self, line: &str) -> i64 {
        self.send(line);
        let answer = self.line();
        let number = answer.strip_prefix("done ").and_then(|number| number.parse().ok());
        let number = number.unwrap_or_else(|| panic!("{line}: {answer}"));
        assert!(number >= 0, "the worker failed at: {line}");
        number
    }

    pub fn fork(&mut self, stage: &Stage) -> Worker {
        let pid = self.tell("fork");
        let child = stage.meet();
        assert_eq!(i64::from(child.pid), pid);
        child
    }

    /// Runs the worker program under another name, with another word in its argv.
    pub fn exec(&mut self, stage: &Stage, name: &str, word: &str) {
        self.send(&format!("exec {} {word}", stage.program(name)));
        let mut next = stage.meet();
        assert_eq!(next.pid, self.pid);
        std::mem::swap(&mut self.stream, &mut next.stream);
    }

    pub fn quit(mut self) {
        self.send("quit");
        let mut end = String::new();
        // The end of the file, or a reset.
        let _ = self.stream.read_line(&mut end);
    }

    pub fn id(&self) -> String {
        self.pid.to_string()
    }
}

/// A version-2 cgroup of the test's own, removed at the end.
pub struct Cgroup(PathBuf);

impl Cgroup {
    /// Makes it; none where that cannot be.
    pub fn new(name: &str) -> Option<Cgroup> {
        let mounts = fs::read_to_string("/proc/self/mounts").expect("mounts");
        let mount = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>());
        let mut mount = mount.filter(|fields| fields[2] == "cgroup2");
        let path = Path::new(mount.next()?[1]).join(format!("{name}-{}", std::process::id()));
        fs::create_dir(&path).ok()?;
        Some(Cgroup(path))
    }

    /// Makes one below it.
    pub fn below(&self, name: &str) -> Cgroup {
        let path = self.0.join(name);
        fs::create_dir(&path).expect("a cgroup");
        Cgroup(path)
    }

    /// Moves a process into it.
    pub fn take(&self, worker: &Worker) {
        fs::write(self.0.join("cgroup.procs"), worker.id()).expect("a cgroup that takes");
    }

    /// Its folder.
    pub fn path(&self) -> &str {
        self.0.to_str().expect("a path")
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // It can be removed once its processes have left.
        for _ in 0..200 {
            if fs::remove_dir(&self.0).is_ok() {
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}
