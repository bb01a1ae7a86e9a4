//! Address space.

use super::choices;

choices! {
    /// mremap(2)'s last argument.
    MREMAP_ADDRESS by flags of MREMAP_FLAGS { MREMAP_FIXED => Ptr } otherwise Unused

    /// membarrier(2)'s last argument.
    MEMBARRIER_CPU by flags of MEMBARRIER_FLAGS { MEMBARRIER_CMD_FLAG_CPU => Int } otherwise Unused

    /// membarrier(2)'s result.
    MEMBARRIER_RESULT by cmd of MEMBARRIER_CMDS {
        MEMBARRIER_CMD_QUERY => Bits(&MEMBARRIER_SET),
    } otherwise Int
}
