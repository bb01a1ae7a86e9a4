//! Waiting for events.

use super::choices;

choices! {
    /// epoll_ctl(2)'s last argument.
    EPOLL_CTL_EVENT by op of EPOLL_OPS {
        EPOLL_CTL_ADD | EPOLL_CTL_MOD => StructIn(&EPOLL_EVENT),
    } otherwise Ptr

    /// What an operation of io_uring(7) works on.
    URING_FILE by flags of URING_SQE_FLAGS { IOSQE_FIXED_FILE => Uint } otherwise Fd
}
