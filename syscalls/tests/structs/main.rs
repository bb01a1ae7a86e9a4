//! The layouts of structures against the kernel's UAPI headers: for each ABI a C compiler is asked
//! whether size and places of the members are those that follow from the definitions here.
//!
//! 64-bit Arm needs neither its compiler nor its headers: its rules of layout are those of x86-64,
//! and its definitions are the generic ones, which stand in for `asm/` there.
#![cfg(target_arch = "x86_64")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared has failed")]

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use syscord_syscalls::Abi;

use self::layouts::{BY_HAND, Check, DEFINED, Group};

mod layouts;

#[test]
fn x86_64_agrees_with_the_kernel_headers() {
    compare(Abi::X86_64, &["-m64"]);
}

#[test]
fn i386_agrees_with_the_kernel_headers() {
    compare(Abi::I386, &["-m32"]);
}

#[test]
fn aarch64_agrees_with_the_generic_headers() {
    let generic = GenericAsm::make();
    let include = format!("-I{}", generic.0.display());
    // What 64-bit Arm's own headers define before they include the generic ones, and nothing of
    // x86.
    let options = ["-m64", "-U__x86_64__", "-D__BITS_PER_LONG=64", "-DSA_RESTORER=0x04000000"];
    compare(Abi::Aarch64, &[&options[..], &[&include]].concat());
}

/// Every structure is compared at least once.
#[test]
fn no_structure_is_forgotten() {
    let checked: Vec<&str> = groups().flat_map(|g| g.checks).map(|check| check.of.name).collect();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/structs");
    for file in fs::read_dir(sources).unwrap() {
        let path = file.unwrap().path();
        if path.file_name().is_some_and(|name| name == "mod.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines().filter(|line| line.contains('{')) {
            let Some(name) = line.strip_prefix("    ").and_then(|line| line.split(' ').next())
            else {
                continue;
            };
            let is_name =
                name.len() > 1 && name.chars().all(|c| matches!(c, 'A'..='Z' | '0'..='9' | '_'));
            let is_abi = name == "I386";
            assert!(!is_name || is_abi || checked.contains(&name), "{name} is not compared");
        }
    }
}

fn groups() -> impl Iterator<Item = &'static Group> {
    DEFINED.iter().chain(BY_HAND)
}

/// Has the compiler check every group of an ABI.
fn compare(abi: Abi, options: &[&str]) {
    let mut faults = String::new();
    for group in groups().filter(|group| group.abis.contains(&abi)) {
        let mut source = format!("{}\n", group.source);
        for check in group.checks {
            source.push_str(&assertions(check, abi));
        }
        faults.push_str(&compile(&source, options));
    }
    assert!(faults.is_empty(), "{}:\n{faults}", abi.name());
}

/// What holds if the layout is that of C.
fn assertions(check: &Check, abi: Abi) -> String {
    let Check { of, c, .. } = check;
    let size = of.size(abi);
    let compared = if check.head { "<=" } else { "==" };
    let mut text = assertion(&format!("{size} {compared} sizeof({c})"), of.name);
    for (index, field) in of.on(abi).iter().enumerate().filter(|(_, f)| !f.name.is_empty()) {
        let renamed = check.members.iter().find(|(name, _)| *name == field.name);
        let member = renamed.map_or(field.name, |(_, expression)| *expression);
        if member.is_empty() {
            continue;
        }
        let member = format!("{}{member}", check.under);
        let place = of.place(abi, index);
        let (offset, size) = (place.offset, place.width * field.count);
        let name = format!("{}.{}", of.name, field.name);
        text += &assertion(&format!("__builtin_offsetof({c}, {member}) == {offset}"), &name);
        text += &assertion(&format!("sizeof((({c} *)0)->{member}) == {size}"), &name);
    }
    text
}

fn assertion(condition: &str, name: &str) -> String {
    format!("_Static_assert({condition}, \"{name}: {condition}\");\n")
}

/// What the compiler has to say: nothing if all holds.
fn compile(source: &str, options: &[&str]) -> String {
    let mut cc = Command::new("cc")
        .args(["-fsyntax-only", "-ffreestanding", "-w", "-x", "c", "-"])
        .args(options)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("cc: {error}: install gcc"));
    cc.stdin.take().unwrap().write_all(source.as_bytes()).unwrap();
    let output = cc.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        !errors.contains("No such file"),
        "cc {}: install gcc-multilib and linux-libc-dev:\n{errors}",
        options.join(" ")
    );
    assert_eq!(output.status.success(), errors.is_empty(), "{errors}");
    errors.lines().filter(|line| line.contains("error")).map(|line| format!("{line}\n")).collect()
}

/// A directory whose `asm/` is `asm-generic/`; gone when dropped.
struct GenericAsm(PathBuf);

impl GenericAsm {
    fn make() -> GenericAsm {
        let dir = env::temp_dir().join(format!("syscord-structs-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let made = GenericAsm(dir);
        std::os::unix::fs::symlink("/usr/include/asm-generic", made.0.join("asm")).unwrap();
        made
    }
}

impl Drop for GenericAsm {
    fn drop(&mut self) {
        // A directory left behind harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}
