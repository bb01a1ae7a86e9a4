//! What all programs have in common that the kernel shows its objects, one after the other
//! (Documentation/bpf/bpf_iterators.rst): the recorder reads what they write from the iterator's descriptor.
//!
//! They may be preempted, so they write to nothing that belongs to a CPU; of that they read no more than what is left out,
//! which is the same on all.

use core::ffi::c_void;

use aya_ebpf::helpers::generated::bpf_seq_write;

/// `struct bpf_iter_meta`
#[repr(C)]
pub struct Meta {
    seq: *mut c_void,
}

/// Where such a program writes to.
pub struct Out(*mut c_void);

impl Out {
    /// That of the iterator at hand, by its context.
    #[inline(always)]
    pub fn of(meta: *const Meta) -> Out {
        // SAFETY: the verifier checks the load against the type of the context.
        Out(unsafe { (*meta).seq })
    }

    /// Writes a record, without padding.
    #[inline(always)]
    pub fn write<T>(&self, record: &T) {
        // SAFETY: the record is live, and of that size.
        unsafe {
            bpf_seq_write(self.0.cast(), (&raw const *record).cast(), size_of::<T>() as u32);
        }
    }
}
