//! Credentials: user and group ids, capabilities, and the kernel's key rings.

use crate::row::syscalls;

syscalls! {
    /// Add a key to a keyring and return its serial number.
    add_key { x86_64: 248, aarch64: 217, i386: 286; class: CREDS }
        (type: Str, description: Str, payload: In(Arg("plen")), plen: Size, keyring: One(&KEY_SERIALS)) -> Int;

    /// Get the capabilities of a thread.
    capget { x86_64: 125, aarch64: 90, i386: 184; class: CREDS }
        (hdrp: Changed(&USER_CAP_HEADER), datap: ArrayOut(&USER_CAP_DATA, Fixed(2))) -> Int;

    /// Set the capabilities of the calling thread.
    capset { x86_64: 126, aarch64: 91, i386: 185; class: CREDS }
        (hdrp: StructIn(&USER_CAP_HEADER), datap: ArrayIn(&USER_CAP_DATA, Fixed(2))) -> Int;

    /// Get the effective group id of the caller.
    getegid { x86_64: 108, aarch64: 177, i386: 50; class: CREDS }
        () -> Gid;

    /// Get the effective user id of the caller.
    geteuid { x86_64: 107, aarch64: 175, i386: 49; class: CREDS }
        () -> Uid;

    /// Get the real group id of the caller.
    getgid { x86_64: 104, aarch64: 176, i386: 47; class: CREDS }
        () -> Gid;

    /// Get the supplementary group ids of the caller.
    getgroups { x86_64: 115, aarch64: 158, i386: 80; class: CREDS }
        (size: Int, list: ArrayOut(&GID, Within("size"))) -> Int;

    /// Get the real, effective and saved group ids of the caller.
    getresgid { x86_64: 120, aarch64: 150, i386: 171; class: CREDS }
        (rgid: StructOut(&GID), egid: StructOut(&GID), sgid: StructOut(&GID)) -> Int;

    /// Get the real, effective and saved user ids of the caller.
    getresuid { x86_64: 118, aarch64: 148, i386: 165; class: CREDS }
        (ruid: StructOut(&UID), euid: StructOut(&UID), suid: StructOut(&UID)) -> Int;

    /// Get the real user id of the caller.
    getuid { x86_64: 102, aarch64: 174, i386: 24; class: CREDS }
        () -> Uid;

    /// Manipulate keys and keyrings.
    keyctl { x86_64: 250, aarch64: 219, i386: 288; class: CREDS }
        (operation: One(&KEYCTL_OPS), arg2: By(&KEYCTL_ARG2), arg3: By(&KEYCTL_ARG3),
         arg4: By(&KEYCTL_ARG4), arg5: By(&KEYCTL_ARG5)) -> Long;

    /// Find a key, or have it made, and return its serial number.
    request_key { x86_64: 249, aarch64: 218, i386: 287; class: CREDS }
        (type: Str, description: Str, callout_info: Str, dest_keyring: One(&KEY_SERIALS)) -> Int;

    /// Set the group id for file system checks and return the old one.
    setfsgid { x86_64: 123, aarch64: 152, i386: 139; class: CREDS }
        (fsgid: Gid) -> Gid;

    /// Set the user id for file system checks and return the old one.
    setfsuid { x86_64: 122, aarch64: 151, i386: 138; class: CREDS }
        (fsuid: Uid) -> Uid;

    /// Set the group id of the caller.
    setgid { x86_64: 106, aarch64: 144, i386: 46; class: CREDS }
        (gid: Gid) -> NewIds;

    /// Set the supplementary group ids of the caller.
    setgroups { x86_64: 116, aarch64: 159, i386: 81; class: CREDS }
        (size: Int, list: ArrayIn(&GID, UpTo("size", 65_536))) -> Int;

    /// Set the real and effective group ids of the caller.
    setregid { x86_64: 114, aarch64: 143, i386: 71; class: CREDS }
        (rgid: Gid, egid: Gid) -> NewIds;

    /// Set the real, effective and saved group ids of the caller.
    setresgid { x86_64: 119, aarch64: 149, i386: 170; class: CREDS }
        (rgid: Gid, egid: Gid, sgid: Gid) -> NewIds;

    /// Set the real, effective and saved user ids of the caller.
    setresuid { x86_64: 117, aarch64: 147, i386: 164; class: CREDS }
        (ruid: Uid, euid: Uid, suid: Uid) -> NewIds;

    /// Set the real and effective user ids of the caller.
    setreuid { x86_64: 113, aarch64: 145, i386: 70; class: CREDS }
        (ruid: Uid, euid: Uid) -> NewIds;

    /// Set the user id of the caller.
    setuid { x86_64: 105, aarch64: 146, i386: 23; class: CREDS }
        (uid: Uid) -> NewIds;
}
