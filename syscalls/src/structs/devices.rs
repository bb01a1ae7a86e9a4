//! Disks, loop devices and clocks in hardware.

use super::{structs, time::RTC_TIME};
use crate::names::devices::{BLKPG_OPS, LOOP_CIPHERS, LOOP_FLAGS, SCSI_RESETS};

structs! {
    /// A number of 16 bits (ioctl(2)).
    SHORT { _: u16 = Uint }

    /// A partition (linux/blkpg.h).
    BLKPG_PARTITION {
        start: u64 = Long, length: u64 = Long, pno: u32 = Int, devname: u8[64] = Chars,
        volname: u8[64] = Chars
    }

    /// What to do with a partition (linux/blkpg.h).
    BLKPG_ARG {
        op: u32 = One(&BLKPG_OPS), flags: u32 = Int, datalen: u32 = Int,
        data: word = StructIn(&BLKPG_PARTITION)
    }

    /// What of a disk is traced (linux/blktrace_api.h).
    BLK_TRACE_SETUP order(act_mask, buf_size, buf_nr, start_lba, end_lba, pid) {
        filled name: u8[32] = Chars, act_mask: u16 = Uint, buf_size: u32 = Uint,
        buf_nr: u32 = Uint, start_lba: u64 = Ulong, end_lba: u64 = Ulong, pid: u32 = Pid
    }

    /// What of a SCSI device is reset (scsi/sg.h).
    SCSI_RESET { _: u32 = Bits(&SCSI_RESETS) }

    /// What a loop device shows (loop(4)).
    LOOP_INFO64 {
        detail lo_device: u64 = Dev, detail lo_inode: u64 = Ulong, detail lo_rdevice: u64 = Dev,
        lo_offset: u64 = Hex, detail lo_sizelimit: u64 = Ulong, lo_number: u32 = Uint,
        optional lo_encrypt_type: u32 = One(&LOOP_CIPHERS),
        optional lo_encrypt_key_size: u32 = Uint, lo_flags: u32 = Bits(&LOOP_FLAGS),
        lo_file_name: u8[64] = Chars, optional lo_crypt_name: u8[64] = Chars,
        optional lo_encrypt_key: u8[32] = Chars, detail lo_init: u64[2] = Hex
    }

    /// A loop device to set up (loop(4)).
    LOOP_CONFIG {
        fd: u32 = Fd, block_size: u32 = Uint, info: inner = Struct(&LOOP_INFO64),
        optional __reserved: u64[8] = Hex
    }

    /// When a clock in hardware wakes the machine (rtc(4)).
    RTC_WKALRM { enabled: u8 = Uint, pending: u8 = Uint, time: inner = Struct(&RTC_TIME) }

    /// How a clock in hardware is kept right (rtc(4)).
    RTC_PLL_INFO {
        pll_ctrl: u32 = Int, pll_value: u32 = Int, pll_max: u32 = Int, pll_min: u32 = Int,
        pll_posmult: u32 = Int, pll_negmult: u32 = Int, pll_clock: word = Long
    }
}
