//! Address space.

use super::choices;

choices! {
    /// mremap(2)'s last argument.
    MREMAP_ADDRESS by flags of MREMAP_FLAGS {
        MREMAP_FIXED | MREMAP_DONTUNMAP => Ptr,
    } otherwise Unused
}
