//! Names of error numbers (errno(3)). They are the same on x86-64, i386 and 64-bit Arm.

/// Every error number with its name, ascending: those of `asm-generic/errno.h`, then those that
/// the kernel keeps to itself (`include/linux/errno.h`). Of the latter a probe sees the `ERESTART`
/// ones, as the result of a call that a signal interrupted and that the kernel may restart.
static NAMES: &[(u16, &str)] = &[
    (1, "EPERM"),
    (2, "ENOENT"),
    (3, "ESRCH"),
    (4, "EINTR"),
    (5, "EIO"),
    (6, "ENXIO"),
    (7, "E2BIG"),
    (8, "ENOEXEC"),
    (9, "EBADF"),
    (10, "ECHILD"),
    (11, "EAGAIN"),
    (12, "ENOMEM"),
    (13, "EACCES"),
    (14, "EFAULT"),
    (15, "ENOTBLK"),
    (16, "EBUSY"),
    (17, "EEXIST"),
    (18, "EXDEV"),
    (19, "ENODEV"),
    (20, "ENOTDIR"),
    (21, "EISDIR"),
    (22, "EINVAL"),
    (23, "ENFILE"),
    (24, "EMFILE"),
    (25, "ENOTTY"),
    (26, "ETXTBSY"),
    (27, "EFBIG"),
    (28, "ENOSPC"),
    (29, "ESPIPE"),
    (30, "EROFS"),
    (31, "EMLINK"),
    (32, "EPIPE"),
    (33, "EDOM"),
    (34, "ERANGE"),
    (35, "EDEADLK"),
    (36, "ENAMETOOLONG"),
    (37, "ENOLCK"),
    (38, "ENOSYS"),
    (39, "ENOTEMPTY"),
    (40, "ELOOP"),
    (42, "ENOMSG"),
    (43, "EIDRM"),
    (44, "ECHRNG"),
    (45, "EL2NSYNC"),
    (46, "EL3HLT"),
    (47, "EL3RST"),
    (48, "ELNRNG"),
    (49, "EUNATCH"),
    (50, "ENOCSI"),
    (51, "EL2HLT"),
    (52, "EBADE"),
    (53, "EBADR"),
    (54, "EXFULL"),
    (55, "ENOANO"),
    (56, "EBADRQC"),
    (57, "EBADSLT"),
    (59, "EBFONT"),
    (60, "ENOSTR"),
    (61, "ENODATA"),
    (62, "ETIME"),
    (63, "ENOSR"),
    (64, "ENONET"),
    (65, "ENOPKG"),
    (66, "EREMOTE"),
    (67, "ENOLINK"),
    (68, "EADV"),
    (69, "ESRMNT"),
    (70, "ECOMM"),
    (71, "EPROTO"),
    (72, "EMULTIHOP"),
    (73, "EDOTDOT"),
    (74, "EBADMSG"),
    (75, "EOVERFLOW"),
    (76, "ENOTUNIQ"),
    (77, "EBADFD"),
    (78, "EREMCHG"),
    (79, "ELIBACC"),
    (80, "ELIBBAD"),
    (81, "ELIBSCN"),
    (82, "ELIBMAX"),
    (83, "ELIBEXEC"),
    (84, "EILSEQ"),
    (85, "ERESTART"),
    (86, "ESTRPIPE"),
    (87, "EUSERS"),
    (88, "ENOTSOCK"),
    (89, "EDESTADDRREQ"),
    (90, "EMSGSIZE"),
    (91, "EPROTOTYPE"),
    (92, "ENOPROTOOPT"),
    (93, "EPROTONOSUPPORT"),
    (94, "ESOCKTNOSUPPORT"),
    (95, "EOPNOTSUPP"),
    (96, "EPFNOSUPPORT"),
    (97, "EAFNOSUPPORT"),
    (98, "EADDRINUSE"),
    (99, "EADDRNOTAVAIL"),
    (100, "ENETDOWN"),
    (101, "ENETUNREACH"),
    (102, "ENETRESET"),
    (103, "ECONNABORTED"),
    (104, "ECONNRESET"),
    (105, "ENOBUFS"),
    (106, "EISCONN"),
    (107, "ENOTCONN"),
    (108, "ESHUTDOWN"),
    (109, "ETOOMANYREFS"),
    (110, "ETIMEDOUT"),
    (111, "ECONNREFUSED"),
    (112, "EHOSTDOWN"),
    (113, "EHOSTUNREACH"),
    (114, "EALREADY"),
    (115, "EINPROGRESS"),
    (116, "ESTALE"),
    (117, "EUCLEAN"),
    (118, "ENOTNAM"),
    (119, "ENAVAIL"),
    (120, "EISNAM"),
    (121, "EREMOTEIO"),
    (122, "EDQUOT"),
    (123, "ENOMEDIUM"),
    (124, "EMEDIUMTYPE"),
    (125, "ECANCELED"),
    (126, "ENOKEY"),
    (127, "EKEYEXPIRED"),
    (128, "EKEYREVOKED"),
    (129, "EKEYREJECTED"),
    (130, "EOWNERDEAD"),
    (131, "ENOTRECOVERABLE"),
    (132, "ERFKILL"),
    (133, "EHWPOISON"),
    (512, "ERESTARTSYS"),
    (513, "ERESTARTNOINTR"),
    (514, "ERESTARTNOHAND"),
    (515, "ENOIOCTLCMD"),
    (516, "ERESTART_RESTARTBLOCK"),
    (517, "EPROBE_DEFER"),
    (518, "EOPENSTALE"),
    (519, "ENOPARAM"),
    (521, "EBADHANDLE"),
    (522, "ENOTSYNC"),
    (523, "EBADCOOKIE"),
    (524, "ENOTSUPP"),
    (525, "ETOOSMALL"),
    (526, "ESERVERFAULT"),
    (527, "EBADTYPE"),
    (528, "EJUKEBOX"),
    (529, "EIOCBQUEUED"),
    (530, "ERECALLCONFLICT"),
    (531, "ENOGRACE"),
];

/// Second names of error numbers.
static ALIASES: &[(u16, &str)] = &[(11, "EWOULDBLOCK"), (35, "EDEADLOCK"), (95, "ENOTSUP")];

/// The largest error number: results from -4095 to -1 are errors, all others are not
/// (`include/linux/err.h`).
const MAX_ERRNO: u16 = 4095;

/// The name of the error number `n`.
///
/// ```
/// use syscord_syscalls::errno::errno_name;
///
/// assert_eq!(errno_name(2), Some("ENOENT"));
/// assert_eq!(errno_name(512), Some("ERESTARTSYS"));
/// assert_eq!(errno_name(0), None);
/// ```
pub fn errno_name(n: u16) -> Option<&'static str> {
    let at = NAMES.binary_search_by_key(&n, |(number, _)| *number).ok()?;
    Some(NAMES[at].1)
}

/// The error number of that name, `EWOULDBLOCK`, `EDEADLOCK` and `ENOTSUP` included.
pub fn errno_number(name: &str) -> Option<u16> {
    NAMES.iter().chain(ALIASES).find(|(_, known)| *known == name).map(|(number, _)| *number)
}

/// The error number, 1 to 4095, if the result `ret` of a syscall says that it failed.
///
/// ```
/// use syscord_syscalls::errno::failed;
///
/// assert_eq!(failed(-2), Some(2));
/// assert_eq!(failed(0), None);
/// assert_eq!(failed(-4096), None);
/// ```
pub fn failed(ret: i64) -> Option<u16> {
    let errno = u16::try_from(ret.checked_neg()?).ok()?;
    (1..=MAX_ERRNO).contains(&errno).then_some(errno)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_ascend() {
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn names_and_numbers_invert() {
        for (number, name) in NAMES {
            assert_eq!(errno_name(*number), Some(*name));
            assert_eq!(errno_number(name), Some(*number));
        }
        assert_eq!(errno_number("EWOULDBLOCK"), errno_number("EAGAIN"));
        assert_eq!(errno_number("ENOSUCHERROR"), None);
        assert_eq!(errno_name(41), None);
    }

    #[test]
    fn errors_are_the_last_4095_results() {
        assert_eq!(failed(-1), Some(1));
        assert_eq!(failed(-4095), Some(4095));
        assert_eq!(failed(-4096), None);
        assert_eq!(failed(i64::MIN), None);
        assert_eq!(failed(i64::MAX), None);
        assert_eq!(failed(0), None);
    }
}
