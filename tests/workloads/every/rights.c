// Scheduling, users and groups, capabilities, keys.
#include "every.h"

#include <linux/capability.h>
#include <linux/ioprio.h>
#include <linux/keyctl.h>
#include <sys/resource.h>

// As in linux/sched/types.h, which C libraries do not bear beside their own header.
struct attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
    uint32_t util_min, util_max;
};

static int scheduled(void) {
    struct attributes attributes = {.size = sizeof attributes, .policy = SCHED_BATCH, .nice = 5};
    struct sched_param priority = {0};
    unsigned long processors[16];
    unsigned processor, node;
    struct timespec slice;
    S(sched_yield);
    S(getcpu, &processor, &node, NULL);
    S(getcpu, BAD, NULL, NULL);
    S(sched_get_priority_max, SCHED_FIFO);
    S(sched_get_priority_min, SCHED_RR);
    S(sched_get_priority_min, 77);
    S(sched_getscheduler, 0);
    S(sched_getscheduler, 1 << 30);
    S(sched_getparam, 0, &priority);
    S(sched_getparam, -1, BAD);
    S(sched_setparam, 0, &priority);
    S(sched_setscheduler, 0, SCHED_BATCH | SCHED_RESET_ON_FORK, &priority);
    S(sched_setscheduler, 0, 77, P(sched_param, 5));
    S(sched_setscheduler, 0, SCHED_FIFO, BAD);
    S(sched_rr_get_interval, 0, &slice);
    S(sched_rr_get_interval, 1 << 30, &slice);
    S(sched_getaffinity, 0, sizeof processors, processors);
    S(sched_setaffinity, 0, 8, processors);
    S(sched_getaffinity, 0, 1, processors);
    S(sched_setaffinity, 1 << 30, 8, BAD);
    S(sched_setattr, 0, &attributes, 0);
    S(sched_getattr, 0, &attributes, sizeof attributes, 0);
    attributes.policy = 6, attributes.flags = 2 | 0x1000;
    attributes.runtime = 5, attributes.deadline = 4, attributes.period = 3;
    S(sched_setattr, 0, &attributes, 1);
    S(sched_setattr, 0, BAD, 0);
    S(sched_getattr, -1, &attributes, 5, 1);
    S(getpriority, PRIO_PROCESS, 0);
    S(getpriority, 77, -1);
    S(setpriority, PRIO_PROCESS, 0, 7);
    S(setpriority, PRIO_USER, 1 << 30, -5);
    S(ioprio_get, IOPRIO_WHO_PROCESS, 0);
    S(ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 6));
    S(ioprio_get, IOPRIO_WHO_PROCESS, 0);
    S(ioprio_set, 77, 1, -1);
    return 0;
}

static int users(void) {
    unsigned real, effective, saved, groups[64];
    S(getuid);
    S(geteuid);
    S(getgid);
    S(getegid);
    S(getresuid, &real, &effective, &saved);
    S(getresgid, &real, &effective, &saved);
    S(getresuid, BAD, NULL, &saved);
    S(getgroups, 0, NULL);
    S(setgroups, 3, ((unsigned[]){5, 65534, 4294967294}));
    S(getgroups, 64, groups);
    S(getgroups, 1, groups);
    S(setgroups, 1, BAD);
    S(setgroups, -1, groups);
    S(setfsuid, 1000);
    S(setfsuid, -1);
    S(setfsgid, 1000);
    S(setfsgid, 0);
    S(setregid, -1, 7);
    S(setgid, 7);
    S(setresgid, 7, -1, 8);
    S(setreuid, -1, 1000);
    S(setreuid, 0, 0);
    S(setuid, 1000);
    S(setresuid, -1, -1, 1000);
    S(setuid, 0);
    S(setresgid, 0, 0, 0);
    return 0;
}

static int capabilities(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0}, old = {0x19980330, 0},
                                    wrong = {0x77, 5};
    struct __user_cap_data_struct data[2];
    S(capget, &header, data);
    S(capget, &old, NULL);
    S(capget, &wrong, data);
    S(capget, BAD, data);
    data[0].effective &= ~(1 << CAP_SYS_NICE | 1 << CAP_CHOWN);
    S(capset, &header, data);
    data[0].effective = data[1].effective = 0;
    S(capset, &header, data);
    data[0].permitted = 1 << CAP_KILL, data[0].inheritable = 0;
    data[1].permitted = 0;
    S(capset, &header, data);
    S(capset, &header, BAD);
    data[0].permitted = ~0;
    S(capset, &header, data);
    return 0;
}

static int keys(void) {
    char space[64];
    S(keyctl, KEYCTL_JOIN_SESSION_KEYRING, "syscord");
    long key = S(add_key, "user", "a \"key\"", "se\0cret", 7, KEY_SPEC_PROCESS_KEYRING);
    S(add_key, "no such type", "x", NULL, 0, 12345);
    S(add_key, BAD, BAD, BAD, 5, KEY_SPEC_SESSION_KEYRING);
    S(request_key, "user", "a \"key\"", NULL, KEY_SPEC_PROCESS_KEYRING);
    S(request_key, "user", "missing", NULL, 0);
    S(keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 1);
    S(keyctl, KEYCTL_DESCRIBE, key, space, sizeof space);
    S(keyctl, KEYCTL_READ, key, space, sizeof space);
    S(keyctl, KEYCTL_UPDATE, key, "other", 5);
    S(keyctl, KEYCTL_SETPERM, key, 0x3f3f0000);
    S(keyctl, KEYCTL_CHOWN, key, -1, 0);
    S(keyctl, KEYCTL_SET_TIMEOUT, key, 100);
    S(keyctl, KEYCTL_SEARCH, KEY_SPEC_PROCESS_KEYRING, "user", "a \"key\"", 0);
    S(keyctl, KEYCTL_LINK, key, KEY_SPEC_SESSION_KEYRING);
    S(keyctl, KEYCTL_UNLINK, key, KEY_SPEC_SESSION_KEYRING);
    S(keyctl, KEYCTL_CLEAR, KEY_SPEC_PROCESS_KEYRING);
    S(keyctl, KEYCTL_REVOKE, key);
    S(keyctl, KEYCTL_SET_REQKEY_KEYRING, KEY_REQKEY_DEFL_NO_CHANGE);
    S(keyctl, KEYCTL_CAPABILITIES, space, 2);
    S(keyctl, 7777, 1, 2, 3, 4);
    return 0;
}

int main(int argc, char **argv) {
    begin(argc, argv);
    apart(scheduled);
    apart(users);
    apart(capabilities);
    apart(keys);
    S(exit_group, 0);
}
