//! Scheduling: policies, priorities, I/O priorities.

use super::names;

names! {
    /// Scheduling policies (sched(7)).
    SCHED_POLICIES: "SCHED_???" {
        value {
            SCHED_OTHER = 0, SCHED_FIFO = 1, SCHED_RR = 2, SCHED_BATCH = 3, SCHED_ISO = 4,
            SCHED_IDLE = 5, SCHED_DEADLINE = 6, SCHED_EXT = 7,
        }
    }

    /// Which attributes count, and who inherits them (sched_setattr(2)).
    SCHED_ATTR_FLAGS: "SCHED_FLAG_???" wide {
        bits {
            SCHED_FLAG_RESET_ON_FORK = 1, SCHED_FLAG_RECLAIM = 2, SCHED_FLAG_DL_OVERRUN = 4,
            SCHED_FLAG_KEEP_POLICY = 8, SCHED_FLAG_KEEP_PARAMS = 0x10,
            SCHED_FLAG_UTIL_CLAMP_MIN = 0x20, SCHED_FLAG_UTIL_CLAMP_MAX = 0x40,
        }
    }

    /// Whose nice value getpriority(2) gets.
    PRIORITY_WHICH: "PRIO_???" {
        value { PRIO_PROCESS = 0, PRIO_PGRP = 1, PRIO_USER = 2 }
    }

    /// Class of an I/O priority (ioprio_set(2)); the level within it is in the low 13 bits.
    IOPRIO: "IOPRIO_CLASS_???" {
        field 0xffff_e000 {
            IOPRIO_CLASS_NONE = 0, IOPRIO_CLASS_RT = 0x2000, IOPRIO_CLASS_BE = 0x4000,
            IOPRIO_CLASS_IDLE = 0x6000,
        }
    }
}
