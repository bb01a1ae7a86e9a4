//! Loads the probe into the kernel, and takes it out again.

use std::{
    fs,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    panic::resume_unwind,
    thread::{self, ScopedJoinHandle},
};

use aya::{
    Btf, Ebpf, EbpfError, EbpfLoader, VerifierLogLevel,
    maps::{HashMap, Map, MapData, MapError},
    programs::{BtfTracePoint, Program, ProgramError},
};
use syscord_syscalls::{
    Abi,
    plan::{NUMBERS, Node, Plan},
    record::{
        Filter, OPERATIONS_MAX, Offsets, Operation, RDONLY_CAST, SEGMENT, SEGMENT_STRIDE, Settings,
        Verdict, uring_form,
    },
};
use thiserror::Error;

use crate::{
    bpf,
    btf::{self, Layouts},
    pod::Pod,
    sockets::Source,
    variants::Variants,
};

/// The probe's object, as `cargo xtask probe` built it.
static OBJECT: &[u8] = aya::include_bytes_aligned!("../../probe/syscord.bpf.o");

/// Hooks on the life of processes, and on the end of every call; attached in this order.
const ALWAYS: [&str; 7] = [
    "sched_process_fork",
    "sched_process_exec",
    "sched_process_exit",
    "sched_process_free",
    "signal_deliver",
    "task_rename",
    "sys_exit",
];
const ENTRY: &str = "sys_enter";
/// What the verifier takes longest for.
const LONGEST: &str = "sys_exit";
/// On operations of io_uring; the first hooks a tracepoint that has had several names.
const URING: [&str; 3] = ["io_uring_submit", "io_uring_complete", "io_uring_cqe_overflow"];
/// Shown every task when recording stops. Kernels before 5.15 do not take it.
const UNDER_WAY: &str = "under_way";
/// Shown open files when a process is looked at.
const SOCKETS: &str = "sockets";
/// What is shown the kernel's objects, and which ones.
const ITERATORS: [(&str, &str); 2] = [(UNDER_WAY, "task"), (SOCKETS, "task_file")];
/// What kernels may lack.
const OPTIONAL: [&str; 5] = [URING[0], URING[1], URING[2], UNDER_WAY, SOCKETS];
/// Kernels from then on hand out the registers of a task.
const TASK_REGS: (u32, u32) = (5, 15);
/// Processes whose verdicts are kept; those beyond are judged at each call.
const VERDICTS: u32 = 1 << 16;
/// Threads that are found by their tids at once. Where tids can be more, a few are looked for elsewhere: 4 million
/// tids would take 256 MiB.
const THREADS: u32 = 1 << 16;
/// Those that are looked for elsewhere; of calls of threads beyond no duration is known.
const CROWDED_OUT: u32 = 1 << 14;

/// Why the probe cannot be loaded.
#[derive(Debug, Error)]
pub enum ProbeError {
    /// Kernel layouts.
    #[error(transparent)]
    Btf(#[from] btf::BtfError),
    /// Kernel type information that aya cannot read.
    #[error("the kernel's type information cannot be used: {0}")]
    KernelBtf(#[from] aya::BtfError),
    /// The kernel refuses maps or programs.
    #[error("the kernel refuses the probe: {}; run `syscord doctor`", chain(.0))]
    Load(#[from] EbpfError),
    /// The kernel refuses a program.
    #[error("the kernel refuses the probe's `{program}`: {}; run `syscord doctor`", chain(.error))]
    Program {
        /// Its name.
        program: &'static str,
        /// The reason.
        error: ProgramError,
    },
    /// A map operation fails.
    #[error("the probe cannot be set up: {}", chain(.0))]
    Map(#[from] MapError),
    /// Too many are open.
    #[error("cannot keep a descriptor of the probe: {0}")]
    Descriptor(std::io::Error),
    /// A map cannot be filled.
    #[error("cannot tell the probe what to record (map {0}): {1}")]
    Fill(&'static str, std::io::Error),
    /// The object is not the one this program was built with.
    #[error("the probe's object lacks `{0}`; rebuild with `cargo xtask probe`")]
    Missing(&'static str),
    /// A ring that no kernel allows.
    #[error("--buffer-size is too large for {0} CPUs")]
    RingTooLarge(usize),
}

/// An error and its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    // Of the verifier's log, which may be long, the end says what is wrong, before its own figures.
    let figures = ["processed ", "verification time ", "stack depth ", "subprog "];
    let is_figure = |line: &&str| figures.iter().any(|figure| line.starts_with(figure));
    let lines: Vec<&str> = text.lines().filter(|line| !is_figure(line)).collect();
    match lines.as_slice() {
        [] | [_] => text,
        [first, .., last] => format!("{first} … {last}"),
    }
}

/// What the probe is to do.
pub struct Options<'a> {
    /// Which processes.
    pub filter: Filter,
    /// Plans by ABI and number ([`NUMBERS`] each).
    pub plans: &'a [Plan],
    /// Plans that depend on an argument.
    pub variants: &'a Variants,
    /// Structures whose members point to something.
    pub nodes: &'a [Node],
    /// Whether numbers beyond the plans are recorded.
    pub unplanned: bool,
    /// By ABI: the call that restores the registers of another context.
    pub restorers: [u32; Abi::SLOTS],
    /// Most bytes captured of a buffer.
    pub content: u32,
    /// Whether entries are hooked.
    pub durations: bool,
    /// Whether operations of io_uring are wanted.
    pub operations: bool,
    /// Whether the overhead is watched.
    pub watched: bool,
    /// Bytes of a ring, rounded up to what rings can have.
    pub ring: u64,
}

/// The loaded probe.
pub struct Probe {
    ebpf: Ebpf,
    /// The programs that are hooked: their counters are asked for once they hook nothing any more, too.
    hooks: Vec<OwnedFd>,
    durations: bool,
    /// Whether it loads from the kernel's memory without a helper, which costs far less.
    pub plain_loads: bool,
    /// Possible CPUs, each with a ring.
    pub cpus: usize,
    /// Bytes of each ring.
    pub ring: u64,
}

impl Probe {
    /// Loads everything; nothing is hooked yet.
    ///
    /// # Errors
    /// When the kernel lacks BTF, or refuses.
    pub fn load(options: &Options<'_>) -> Result<Probe, ProbeError> {
        // Writing the verifier's log takes most of the time of loading, so it is asked for only once
        // there is something to explain.
        match Probe::load_with(options, Cast::of, VerifierLogLevel::DISABLE) {
            Err(ProbeError::Program { .. }) => {
                Probe::load_with(options, |_| None, VerifierLogLevel::default())
            }
            loaded => loaded,
        }
    }

    fn load_with(
        options: &Options<'_>,
        cast: impl FnOnce(&Layouts) -> Option<Cast>,
        log: VerifierLogLevel,
    ) -> Result<Probe, ProbeError> {
        let cpus = possible_cpus();
        let segments = options.ring.div_ceil(SEGMENT as u64).next_power_of_two();
        let elements = u32::try_from(segments * cpus as u64)
            .ok()
            .filter(|n| u64::from(*n) * (SEGMENT_STRIDE as u64) < i32::MAX as u64 * 4)
            .ok_or(ProbeError::RingTooLarge(cpus))?;
        let pids = pid_max().next_power_of_two();
        let threads = pids.min(THREADS);
        // Each of them reads all that the kernel says of its types, and the loader does not lend what it has read.
        let (layouts, btf, mut loader) = thread::scope(|scope| {
            let btf = scope.spawn(Btf::from_sys_fs);
            let layouts = scope.spawn(Layouts::of_this_kernel);
            let loader = EbpfLoader::new();
            (joined(layouts), joined(btf), loader)
        });
        let (layouts, btf) = (layouts?, btf?);
        let uring = btf::uring_hooks(&layouts).filter(|_| options.operations);
        let cast = cast(&layouts);
        let settings = Pod(Settings {
            loadable: cast.as_ref().map_or(0, |cast| cast.to),
            segment_mask: segments as u32 - 1,
            thread_mask: threads - 1,
            crowded: (pids > threads).into(),
            uring: uring.map_or(uring_form::NONE, |(_, form)| form),
            ..settings(options)
        });
        let offsets: Pod<Offsets> = Pod(btf::offsets(&layouts, cfg!(target_arch = "x86_64"))?);
        let filter = Pod(options.filter);
        let mut ebpf = loader
            .verifier_log_level(log)
            .override_global("SETTINGS", &settings, true)
            .override_global("OFFSETS", &offsets, true)
            .override_global("FILTER", &filter, true)
            .map_max_entries("RINGS", elements)
            .map_max_entries("PLANS", options.plans.len() as u32)
            .map_max_entries("VARIANTS", options.variants.plans().len().max(1) as u32)
            .map_max_entries("SLOTS", options.variants.slots().len().max(1) as u32)
            .map_max_entries("OPERATIONS", if uring.is_some() { OPERATIONS_MAX as u32 } else { 1 })
            .map_max_entries("REQUESTS", if uring.is_some() { OPERATIONS_MAX as u32 } else { 1 })
            .map_max_entries("CONTROL", cpus as u32)
            .map_max_entries("THREADS", threads)
            .map_max_entries("CROWDED_OUT", if pids > threads { CROWDED_OUT } else { 1 })
            .map_max_entries("VERDICTS", if options.filter.active == 0 { 1 } else { VERDICTS })
            .load(&with_cast(OBJECT, cast.as_ref()))?;
        // The types that it has read take as much memory as ours.
        drop(loader);
        let always = ALWAYS.into_iter().chain(options.durations.then_some(ENTRY));
        let mut hooks: Vec<_> = always.map(|program| (program, program)).collect();
        if let Some((submit, _)) = uring {
            hooks.extend(URING.into_iter().zip([submit, URING[1], URING[2]]));
        }
        let failed = load_programs(&mut ebpf, &hooks, &btf);
        // What a kernel does not know is left out, and `doctor` says so; but the cast may be what it does not take.
        if let Some((program, error)) =
            failed.into_iter().find(|(program, _)| cast.is_some() || !OPTIONAL.contains(program))
        {
            return Err(ProbeError::Program { program, error });
        }
        let ring = segments * SEGMENT as u64;
        let fds = hooks.iter().filter_map(|(program, _)| ebpf.program(program)?.fd().ok());
        let fds = fds.map(|fd| fd.as_fd().try_clone_to_owned()).collect::<Result<_, _>>();
        let hooks = fds.map_err(ProbeError::Descriptor)?;
        let (durations, plain_loads) = (options.durations, cast.is_some());
        let probe = Probe { ebpf, hooks, durations, plain_loads, cpus, ring };
        probe.install(options)?;
        Ok(probe)
    }

    fn install(&self, options: &Options<'_>) -> Result<(), ProbeError> {
        let Options { plans, variants, nodes, .. } = *options;
        self.fill("NODES", nodes)?;
        self.fill("PLANS", plans)?;
        self.fill("VARIANTS", variants.plans())?;
        self.fill("SLOTS", variants.slots())
    }

    /// Sets the elements of a new array, all of which is zero.
    fn fill<V>(&self, name: &'static str, values: &[V]) -> Result<(), ProbeError>
    where
        V: Copy + Default + PartialEq,
        Pod<V>: aya::Pod,
    {
        let Some(Map::Array(map)) = self.ebpf.map(name) else {
            return Err(ProbeError::Missing(name));
        };
        let all = (0..).zip(values.iter().copied());
        let (keys, values): (Vec<u32>, Vec<V>) = all.filter(|(_, it)| *it != V::default()).unzip();
        let filled = bpf::update(map.fd().as_fd(), &keys, &values);
        filled.map_err(|error| ProbeError::Fill(name, error))
    }

    /// Hooks everything: from here on events are recorded.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn attach(&mut self) -> Result<(), ProbeError> {
        let entry = self.durations.then_some(ENTRY);
        for program in entry.into_iter().chain(ALWAYS) {
            program_mut(&mut self.ebpf, program)?
                .attach()
                .map_err(|error| ProbeError::Program { program, error })?;
        }
        // Without the submission, nothing would be known at the completion.
        let known = self.is_loaded(URING[0]);
        for program in URING {
            if known && self.is_loaded(program) {
                program_mut(&mut self.ebpf, program)?
                    .attach()
                    .map_err(|error| ProbeError::Program { program, error })?;
            }
        }
        Ok(())
    }

    fn is_loaded(&self, program: &str) -> bool {
        self.ebpf.program(program).is_some_and(|program| program.fd().is_ok())
    }

    /// What this kernel cannot tell.
    pub fn lacking(&self) -> Vec<&'static str> {
        let mut lacking = Vec::new();
        if !self.is_loaded(SOCKETS) {
            lacking.push("addresses of sockets that processes had before");
        }
        if !self.is_loaded(UNDER_WAY) {
            lacking.push("calls under way at the end (needs Linux 5.15)");
        }
        if kernel_version() < TASK_REGS {
            lacking.push("arguments of calls that never return (needs Linux 5.15)");
        }
        if !self.is_loaded(URING[0]) || !self.is_loaded(URING[1]) {
            lacking.push("operations of io_uring (needs Linux 5.17)");
        }
        lacking
    }

    /// Takes every hook out; the maps stay. Those on calls go first, so that no call is recorded of a
    /// process whose beginning was not.
    pub fn detach(&mut self) {
        for program in ALWAYS.into_iter().chain(URING).chain([ENTRY]).rev() {
            if let Ok(program) = program_mut(&mut self.ebpf, program) {
                // Unloading closes the last reference to the link; a program that was never
                // loaded has none.
                let _ = program.unload();
            }
        }
    }

    /// Records of the calls that threads are in, and of processes that appear by that alone; none where
    /// the kernel does not tell.
    pub fn under_way(&self) -> Vec<u8> {
        let program = self.iterator(UNDER_WAY);
        program.and_then(|it| bpf::written(it.as_fd(), None).ok()).unwrap_or_default()
    }

    /// What tells of sockets.
    pub fn sockets(&self) -> Source {
        Source::new(self.iterator(SOCKETS))
    }

    /// A program that is shown the kernel's objects; `None` where the kernel has refused it.
    fn iterator(&self, name: &str) -> Option<OwnedFd> {
        self.ebpf.program(name)?.fd().ok()?.as_fd().try_clone_to_owned().ok()
    }

    /// Operations of io_uring that have not completed.
    pub fn operations(&self) -> Vec<Operation> {
        let map =
            self.ebpf.map("OPERATIONS").map(HashMap::<&MapData, u64, Pod<Operation>>::try_from);
        let Some(Ok(map)) = map else { return Vec::new() };
        map.iter().flatten().map(|(_, operation)| operation.0).collect()
    }

    /// Puts a process's verdict in, before the probe can make its own.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn decide(&mut self, tgid: u32, verdict: Verdict) -> Result<(), ProbeError> {
        let map = self.ebpf.map_mut("VERDICTS").ok_or(ProbeError::Missing("VERDICTS"))?;
        let mut map: HashMap<&mut MapData, u32, Pod<Verdict>> = HashMap::try_from(map)?;
        Ok(map.insert(tgid, Pod(verdict), 0)?)
    }

    /// The file descriptor of a map, to be mapped into memory.
    ///
    /// # Errors
    /// When the object has no such map.
    pub fn map_fd(&self, name: &'static str) -> Result<BorrowedFd<'_>, ProbeError> {
        match self.ebpf.map(name) {
            Some(Map::Array(map)) => Ok(map.fd().as_fd()),
            _ => Err(ProbeError::Missing(name)),
        }
    }

    /// How often the kernel left a hook out because the same one had not ended on that CPU: ends of calls, and what else
    /// is hooked, that the probe has not seen.
    pub fn missed(&self) -> u64 {
        self.hooks.iter().map(|program| bpf::missed(program.as_fd())).sum()
    }

    /// Instructions the verifier walked, per program, for `doctor`.
    pub fn verified(&self) -> Vec<(String, Option<u32>)> {
        let count = |program: &Program| {
            program.info().ok().and_then(|info| info.verified_instruction_count())
        };
        self.ebpf.programs().map(|(name, program)| (name.to_owned(), count(program))).collect()
    }
}

/// Has the kernel verify programs side by side, beginning with the one that takes it far longest: a tenth of a second.
/// `hooks` are programs and their tracepoints. Returns those that it refuses.
fn load_programs(
    ebpf: &mut Ebpf,
    hooks: &[(&'static str, &'static str)],
    btf: &Btf,
) -> Vec<(&'static str, ProgramError)> {
    let mut programs: Vec<(&str, &mut Program)> = ebpf.programs_mut().collect();
    programs.sort_by_key(|(name, _)| *name != LONGEST);
    thread::scope(|scope| {
        let mut loading = Vec::new();
        for (name, program) in programs {
            let wanted = hooks.iter().chain(&ITERATORS).find(|(wanted, _)| *wanted == name);
            match (program, wanted) {
                (Program::BtfTracePoint(program), Some((name, hook))) => {
                    loading.push((*name, scope.spawn(|| program.load(hook, btf))));
                }
                (Program::Iter(program), Some((name, over))) => {
                    loading.push((*name, scope.spawn(|| program.load(over, btf))));
                }
                _ => {}
            }
        }
        let loaded = loading.into_iter().map(|(name, thread)| (name, joined(thread)));
        loaded.filter_map(|(name, loaded)| Some((name, loaded.err()?))).collect()
    })
}

/// What a thread has come to; its panic is ours.
fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

fn program_mut<'a>(
    ebpf: &'a mut Ebpf,
    name: &'static str,
) -> Result<&'a mut BtfTracePoint, ProbeError> {
    let program = ebpf.program_mut(name).ok_or(ProbeError::Missing(name))?;
    program.try_into().map_err(|_| ProbeError::Missing(name))
}

/// The settings but those that go by the kernel's sizes and layouts.
fn settings(options: &Options<'_>) -> Settings {
    Settings {
        self_tgid: std::process::id(),
        content: options.content,
        durations: options.durations.into(),
        watched: options.watched.into(),
        machine: Abi::native()[0] as u32,
        unplanned: options.unplanned.into(),
        typed_task: (kernel_version() >= (5, 11)).into(),
        task_regs: (kernel_version() >= TASK_REGS).into(),
        restorers: options.restorers,
        ..Settings::default()
    }
}

/// How the probe comes to load from any of the kernel's memory: see [`RDONLY_CAST`].
struct Cast {
    /// The id of the kernel's function.
    function: u32,
    /// That of the type to which it casts: a struct of two numbers of 64 bits, of which parts may be loaded, too.
    to: u32,
}

impl Cast {
    /// The running kernel's, if it has it.
    fn of(layouts: &Layouts) -> Option<Cast> {
        let function = layouts.function("bpf_rdonly_cast")?;
        Some(Cast { function, to: layouts.structure("timespec64")? })
    }
}

/// The object with calls of [`RDONLY_CAST`] made such of the kernel's function. Without one the calls are never reached, and
/// the verifier drops them.
fn with_cast(object: &[u8], cast: Option<&Cast>) -> Vec<u8> {
    /// `BPF_JMP | BPF_CALL`, and who is called: a helper or a function of the kernel's (include/uapi/linux/bpf.h).
    const CALL: u8 = 0x85;
    const HELPER: u8 = 0;
    const KERNEL_FUNCTION: u8 = 2 << 4;
    let call = |kind, number: u32| {
        let [a, b, c, d] = number.to_le_bytes();
        [CALL, kind, 0, 0, a, b, c, d]
    };
    let mut object = object.to_vec();
    if let Some(Cast { function, .. }) = cast {
        for instruction in object.chunks_exact_mut(8) {
            if *instruction == call(HELPER, RDONLY_CAST) {
                instruction.copy_from_slice(&call(KERNEL_FUNCTION, *function));
            }
        }
    }
    object
}

/// The running kernel's major and minor version; 0 where they cannot be read.
pub fn kernel_version() -> (u32, u32) {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut parts = release.trim().split(['.', '-']).map(|part| part.parse().ok());
    (parts.next().flatten().unwrap_or(0), parts.next().flatten().unwrap_or(0))
}

/// CPUs that can ever be: the highest number in `/sys/devices/system/cpu/possible`, plus one.
pub fn possible_cpus() -> usize {
    let text = fs::read_to_string("/sys/devices/system/cpu/possible").unwrap_or_default();
    let last = text.trim().rsplit([',', '-']).next().and_then(|n| n.parse::<usize>().ok());
    last.map_or(1, |last| last + 1)
}

/// Ids of threads are below this (proc_sys_kernel(5)).
fn pid_max() -> u32 {
    let text = fs::read_to_string("/proc/sys/kernel/pid_max").unwrap_or_default();
    text.trim().parse().unwrap_or(4 << 20)
}

const _: () = assert!(NUMBERS > 512);

#[cfg(test)]
mod tests {
    use super::*;

    /// A kernel with the function must find it called, one without must not.
    #[test]
    fn the_cast_is_called_where_the_kernel_has_it() {
        let calls =
            |object: &[u8], call: [u8; 8]| object.chunks_exact(8).filter(|i| *i == call).count();
        let helper = [0x85, 0, 0, 0, 0x01, 0x64, 0x63, 0x73];
        let function = [0x85, 0x20, 0, 0, 0x78, 0x56, 0x34, 0x12];
        let places = calls(OBJECT, helper);
        assert!(places > 0);
        assert_eq!(with_cast(OBJECT, None), OBJECT);
        let with = with_cast(OBJECT, Some(&Cast { function: 0x1234_5678, to: 1 }));
        assert_eq!((calls(&with, helper), calls(&with, function)), (0, places));
    }
}
