//! Users by name or number (getpwnam(3)).

use std::ffi::CString;

/// A user's ids.
#[derive(Clone, Debug)]
pub struct User {
    /// Login name, where the user has one.
    pub name: CString,
    /// User id.
    pub uid: libc::uid_t,
    /// Group id.
    pub gid: libc::gid_t,
}

/// Looks a user up by login name.
pub fn by_name(name: &str) -> Option<User> {
    let name = CString::new(name).ok()?;
    let mut entry = std::mem::MaybeUninit::<libc::passwd>::uninit();
    let mut buffer = vec![0; 16 << 10];
    let mut found = std::ptr::null_mut();
    // SAFETY: all pointers are to live memory of the sizes given.
    let failed = unsafe {
        libc::getpwnam_r(
            name.as_ptr(),
            entry.as_mut_ptr(),
            buffer.as_mut_ptr(),
            buffer.len(),
            &mut found,
        )
    };
    if failed != 0 || found.is_null() {
        return None;
    }
    // SAFETY: `found` points to the entry, which getpwnam_r has filled.
    let entry = unsafe { entry.assume_init() };
    Some(User { name, uid: entry.pw_uid, gid: entry.pw_gid })
}

/// A user id, from a name or a number.
pub fn uid(user: &str) -> Option<u32> {
    user.parse().ok().or_else(|| by_name(user).map(|user| user.uid))
}
