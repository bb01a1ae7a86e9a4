//! The eBPF side of syscord: one hook at each end of a syscall, six on the life of processes, three on operations of
//! io_uring, a look at every task when recording stops, and one at open files when processes are described.
//!
//! The probe knows capture kinds and lengths, never syscall names or numbers: what it does with a
//! call is its [`Plan`](syscord_syscalls::plan::Plan), which the recorder installs. All that the
//! recorder decides beforehand ([`config`]) lies in read-only data, so the verifier drops the
//! branches that a run does not need.

#![no_std]
#![no_main]

mod arrays;
mod capture;
mod config;
mod files;
mod filter;
mod iterator;
mod kernel;
mod overhead;
mod process;
mod regs;
mod ring;
mod sockets;
mod syscall;
mod task;
mod thread;
mod tree;
mod under_way;
mod uring;

use aya_ebpf::{macros::btf_tracepoint, programs::BtfTracePointContext};
use overhead::Run;
use syscord_syscalls::record::uring_form;

/// `sys_enter(struct pt_regs *regs, long id)`
#[btf_tracepoint(function = "sys_enter")]
pub fn sys_enter(ctx: BtfTracePointContext) -> i32 {
    let run = Run::begin();
    syscall::enter(ctx.arg(0));
    run.end();
    0
}

/// `sys_exit(struct pt_regs *regs, long ret)`
#[btf_tracepoint(function = "sys_exit")]
pub fn sys_exit(ctx: BtfTracePointContext) -> i32 {
    let run = Run::begin();
    syscall::exit(ctx.arg(0), ctx.arg(1));
    run.end();
    0
}

/// `sched_process_fork(struct task_struct *parent, struct task_struct *child)`
#[btf_tracepoint(function = "sched_process_fork")]
pub fn sched_process_fork(ctx: BtfTracePointContext) -> i32 {
    process::fork(ctx.arg(0), ctx.arg(1));
    0
}

/// `sched_process_exec(struct task_struct *p, pid_t old_pid, struct linux_binprm *bprm)`
#[btf_tracepoint(function = "sched_process_exec")]
pub fn sched_process_exec(ctx: BtfTracePointContext) -> i32 {
    process::exec(ctx.arg(0), ctx.arg(1), ctx.arg(2));
    0
}

/// `sched_process_exit(struct task_struct *p)`
#[btf_tracepoint(function = "sched_process_exit")]
pub fn sched_process_exit(ctx: BtfTracePointContext) -> i32 {
    process::exit(ctx.arg(0));
    0
}

/// `sched_process_free(struct task_struct *p)`
#[btf_tracepoint(function = "sched_process_free")]
pub fn sched_process_free(ctx: BtfTracePointContext) -> i32 {
    process::free(ctx.arg(0));
    0
}

/// `signal_deliver(int sig, struct kernel_siginfo *info, struct k_sigaction *ka)`
#[btf_tracepoint(function = "signal_deliver")]
pub fn signal_deliver(ctx: BtfTracePointContext) -> i32 {
    process::signal(ctx.arg(0), ctx.arg(1));
    0
}

/// `task_rename(struct task_struct *task, const char *comm)`
#[btf_tracepoint(function = "task_rename")]
pub fn task_rename(ctx: BtfTracePointContext) -> i32 {
    process::rename(ctx.arg(0), ctx.arg(1));
    0
}

/// Called for each task (Documentation/bpf/bpf_iterators.rst).
#[unsafe(link_section = "iter/task")]
#[unsafe(no_mangle)]
pub extern "C" fn under_way(shown: *const under_way::Shown) -> i32 {
    under_way::look(shown);
    0
}

/// Called for each open file of each task.
#[unsafe(link_section = "iter/task_file")]
#[unsafe(no_mangle)]
pub extern "C" fn sockets(shown: *const sockets::Shown) -> i32 {
    sockets::look(shown);
    0
}

/// `io_uring_submit_req(struct io_kiocb *req)`; before 6.4 `io_uring_submit_sqe`, with more behind.
#[btf_tracepoint(function = "io_uring_submit")]
pub fn io_uring_submit(ctx: BtfTracePointContext) -> i32 {
    uring::submitted(ctx.arg(0));
    0
}

/// `io_uring_complete(struct io_ring_ctx *ctx, void *req, struct io_uring_cqe *cqe)`; before 6.15 the
/// members of the cqe.
#[btf_tracepoint(function = "io_uring_complete")]
pub fn io_uring_complete(ctx: BtfTracePointContext) -> i32 {
    let (ring, request) = (ctx.arg(0), ctx.arg(1));
    if config::uring() == uring_form::CQE {
        let cqe = ctx.arg(2);
        let (result, flags) = (task::read(cqe, 8), task::read(cqe, 12));
        uring::completed(ring, request, task::read(cqe, 0), result, flags);
    } else {
        uring::completed(ring, request, ctx.arg(2), ctx.arg(3), ctx.arg(4));
    }
    0
}

/// `io_uring_cqe_overflow(void *ctx, unsigned long long user_data, s32 res, u32 cflags, void *ocqe)`
#[btf_tracepoint(function = "io_uring_cqe_overflow")]
pub fn io_uring_cqe_overflow(ctx: BtfTracePointContext) -> i32 {
    uring::completed(ctx.arg(0), 0, ctx.arg(1), ctx.arg(2), ctx.arg(3));
    0
}

/// What the kernel checks before it lets the programs call its GPL-only helpers.
#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";

#[panic_handler]
fn panic(_info: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
