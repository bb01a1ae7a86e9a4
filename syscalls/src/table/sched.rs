//! Scheduling: policies, priorities, affinity, I/O priority.

use crate::row::syscalls;

syscalls! {
    /// Get the CPU and NUMA node that the caller runs on.
    getcpu { x86_64: 309, aarch64: 168, i386: 318; class: SCHED }
        (cpu: StructOut(&INT), node: StructOut(&INT), tcache: Ptr) -> Int;

    /// Get the highest priority of some processes as 20 minus the nice value.
    getpriority { x86_64: 140, aarch64: 141, i386: 96; class: SCHED }
        (which: One(&PRIORITY_WHICH), who: Int) -> Int;

    /// Get the I/O class and priority of a process.
    ioprio_get { x86_64: 252, aarch64: 31, i386: 290; class: SCHED }
        (which: One(&IOPRIO_WHO), who: Int) -> Bits(&IOPRIO);

    /// Set the I/O class and priority of a process.
    ioprio_set { x86_64: 251, aarch64: 30, i386: 289; class: SCHED }
        (which: One(&IOPRIO_WHO), who: Int, ioprio: Bits(&IOPRIO)) -> Int;

    /// Get the highest static priority of a scheduling policy.
    sched_get_priority_max { x86_64: 146, aarch64: 125, i386: 159; class: SCHED }
        (policy: One(&SCHED_POLICIES)) -> Int;

    /// Get the lowest static priority of a scheduling policy.
    sched_get_priority_min { x86_64: 147, aarch64: 126, i386: 160; class: SCHED }
        (policy: One(&SCHED_POLICIES)) -> Int;

    /// Get the CPUs a thread may run on and return the size of the mask in bytes.
    sched_getaffinity { x86_64: 204, aarch64: 123, i386: 242; class: SCHED }
        (pid: Pid, cpusetsize: Size, mask: SetOut(Within("cpusetsize"))) -> Size;

    /// Get the scheduling policy and attributes of a thread.
    sched_getattr { x86_64: 315, aarch64: 275, i386: 352; class: SCHED }
        (pid: Pid, attr: StructOut(&SCHED_ATTR), size: Uint,
         flags: Uint) -> Int;

    /// Get the static priority of a thread.
    sched_getparam { x86_64: 143, aarch64: 121, i386: 155; class: SCHED }
        (pid: Pid, param: StructOut(&SCHED_PARAM)) -> Int;

    /// Get the scheduling policy of a thread.
    sched_getscheduler { x86_64: 145, aarch64: 120, i386: 157; class: SCHED }
        (pid: Pid) -> One(&SCHED_POLICIES);

    /// Get the round-robin quantum of a thread.
    sched_rr_get_interval { x86_64: 148, aarch64: 127, i386: 161; class: SCHED }
        (pid: Pid, tp: StructOut(&TIMESPEC)) -> Int;

    /// Set the CPUs a thread may run on.
    sched_setaffinity { x86_64: 203, aarch64: 122, i386: 241; class: SCHED }
        (pid: Pid, cpusetsize: Size, mask: SetIn(Arg("cpusetsize"))) -> Int;

    /// Set the scheduling policy and attributes of a thread.
    sched_setattr { x86_64: 314, aarch64: 274, i386: 351; class: SCHED }
        (pid: Pid, attr: StructIn(&SCHED_ATTR), flags: Uint) -> Int;

    /// Set the static priority of a thread.
    sched_setparam { x86_64: 142, aarch64: 118, i386: 154; class: SCHED }
        (pid: Pid, param: StructIn(&SCHED_PARAM)) -> Int;

    /// Set the scheduling policy and static priority of a thread.
    sched_setscheduler { x86_64: 144, aarch64: 119, i386: 156; class: SCHED }
        (pid: Pid, policy: One(&SCHED_POLICIES), param: StructIn(&SCHED_PARAM)) -> Int;

    /// Give the CPU to another thread.
    sched_yield { x86_64: 24, aarch64: 124, i386: 158; class: SCHED }
        () -> Int;

    /// Set the nice value of some processes.
    setpriority { x86_64: 141, aarch64: 140, i386: 97; class: SCHED }
        (which: One(&PRIORITY_WHICH), who: Int, prio: Int) -> Int;
}
