//! `syscord doctor`: can this machine record, and if not, what would help?

use std::fs;

use syscord_syscalls::{SyscallSet, record::Filter};

use crate::{
    batch::Batch,
    btf::{self, Layouts},
    clocks,
    probe::{Options, Probe, kernel_version, possible_cpus},
    rights,
    rings::Rings,
    schema::{self, Schema},
};

/// Prints each check with its remedy. Returns whether recording works.
pub fn run() -> bool {
    let mut healthy = true;
    let mut check = |name: &str, outcome: Result<String, (String, &str)>| match outcome {
        Ok(detail) => println!("  ok    {name}: {detail}"),
        Err((detail, remedy)) => {
            println!("  FAIL  {name}: {detail}\n        Remedy: {remedy}");
            healthy = false;
        }
    };
    check("kernel", kernel());
    check("type information", layouts());
    for capability in rights::NEEDED {
        check(capability.name, held(capability));
    }
    match held(rights::STEP_ASIDE) {
        Ok(detail) => check(rights::STEP_ASIDE.name, Ok(detail)),
        // All is recorded all the same.
        Err((detail, _)) => println!("  --    {}: {detail}", rights::STEP_ASIDE.name),
    }
    check("probe", probe());
    if healthy {
        println!("This machine can record.");
    } else {
        println!("This machine cannot record all that syscord can.");
    }
    healthy
}

type Outcome = Result<String, (String, &'static str)>;

fn kernel() -> Outcome {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let detail = format!("Linux {}, {} CPUs", release.trim(), possible_cpus());
    if kernel_version() >= (5, 10) {
        Ok(detail)
    } else {
        Err((detail, "boot a kernel of version 5.10 or newer."))
    }
}

fn layouts() -> Outcome {
    let offsets = Layouts::of_this_kernel()
        .and_then(|layouts| btf::offsets(&layouts, cfg!(target_arch = "x86_64")));
    match offsets {
        Ok(_) => Ok(btf::KERNEL_BTF.to_owned()),
        Err(error) => Err((
            error.to_string(),
            "boot a kernel built with CONFIG_DEBUG_INFO_BTF=y; all large distributions' are.",
        )),
    }
}

fn held(capability: rights::Capability) -> Outcome {
    if capability.held() {
        return Ok(format!("held, to {}", capability.purpose));
    }
    Err((format!("lacking, to {}", capability.purpose), rights::REMEDY))
}

/// Loads the probe, records for a moment, and counts.
fn probe() -> Outcome {
    let remedy = "see the checks above; a kernel in lockdown mode refuses all probes.";
    let failed = |error: &dyn std::error::Error| (error.to_string(), remedy);
    let content = 256;
    let schema = Schema::compile(&SyscallSet::ALL, content);
    let options = Options {
        filter: Filter::EVERYTHING,
        plans: schema.plans(),
        variants: schema.variants(),
        nodes: schema.nodes(),
        unplanned: true,
        restorers: schema::restorers(),
        watched: false,
        content,
        durations: true,
        operations: true,
        ring: 1 << 20,
    };
    let mut probe = Probe::load(&options).map_err(|error| failed(&error))?;
    let mut rings = Rings::map(&probe).map_err(|error| failed(&error))?;
    let start = clocks::monotonic();
    probe.attach().map_err(|error| failed(&error))?;
    // Another process makes calls that are certain to be seen.
    let _ = std::process::Command::new("/bin/true").status();
    let (verified, lacking) = (probe.verified(), probe.lacking());
    probe.detach();
    let mut batch = Batch::default();
    rings.take(true, &mut batch).map_err(|error| failed(&error))?;
    let seen: u64 = (0..rings.cpus()).map(|cpu| rings.counters(cpu).seen).sum();
    let took = (clocks::monotonic() - start) / 1_000_000;
    if seen == 0 {
        return Err(("loaded, but saw no syscall".to_owned(), remedy));
    }
    let walked: Vec<String> = verified
        .into_iter()
        .filter_map(|(name, count)| Some(format!("{name} {}", count?)))
        .collect();
    let mut detail = format!("loaded; saw {seen} calls in {took} ms");
    if !walked.is_empty() {
        detail += &format!("\n        instructions verified: {}", walked.join(", "));
    }
    let loads = if probe.plain_loads { "by loads" } else { "by a helper, which costs more" };
    detail += &format!("\n        the kernel's memory is read {loads}");
    for lacking in lacking {
        detail += &format!("\n        not on this kernel: {lacking}");
    }
    Ok(detail)
}
