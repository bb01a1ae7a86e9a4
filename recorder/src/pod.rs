//! Values that may be handed to the kernel as bytes.

use syscord_syscalls::{
    plan::{Node, Plan, Slot},
    record::{Filter, Offsets, Operation, Settings, Verdict},
};

/// A value of a type shared with the probe.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Pod<T>(pub T);

macro_rules! plain {
    ($($type:ty),*) => {
        // SAFETY: `repr(C)`, without padding, and valid for any bytes.
        $(unsafe impl aya::Pod for Pod<$type> {})*
    };
}
plain!(u32, u64, Filter, Offsets, Operation, Settings, Verdict, Plan, Node, Slot);
