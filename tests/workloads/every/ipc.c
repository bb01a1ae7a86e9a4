// Queues, semaphores and shared memory in a namespace of their own, and futexes.
#include "every.h"

#include <linux/futex.h>
#include <linux/mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

static void queues(void) {
    struct { long type; char text[16]; } message = {3, "a \"message\"\n"};
    struct msqid_ds status;
    long queue = S(msgget, 0x5c01d, IPC_CREAT | IPC_EXCL | 0600);
    S(msgget, 0x5c01d, IPC_CREAT | IPC_EXCL);
    S(msgget, 0x7777, 0);
    S(msgsnd, queue, &message, 12, IPC_NOWAIT);
    S(msgsnd, queue, BAD, 5, 0);
    S(msgsnd, -1, &message, 16, IPC_NOWAIT);
    S(msgctl, queue, IPC_STAT, &status);
    S(msgctl, queue, IPC_SET, &status);
    S(msgctl, queue, IPC_INFO, BAD);
    S(msgrcv, queue, &message, 5, 0, MSG_NOERROR);
    S(msgrcv, queue, &message, 16, -3, IPC_NOWAIT | MSG_EXCEPT);
    S(msgrcv, -1, BAD, 16, 5, 0);
    S(msgctl, queue, IPC_RMID, NULL);
    S(msgctl, queue, 77, NULL);
}

static void semaphores(void) {
    union semun { int number; struct semid_ds *status; unsigned short *all; } argument;
    struct semid_ds status;
    unsigned short values[3] = {1, 2, 3};
    struct sembuf changes[] = {{0, -1, SEM_UNDO | IPC_NOWAIT}, {2, 5, 0}}, too_much = {0, -100, IPC_NOWAIT};
    long set = S(semget, IPC_PRIVATE, 3, IPC_CREAT | 0640);
    S(semget, 0x5c01d, -1, IPC_EXCL);
    argument.all = values;
    S(semctl, set, 0, SETALL, argument.all);
    S(semctl, set, 0, GETALL, argument.all);
    S(semctl, set, 1, SETVAL, 9);
    S(semctl, set, 1, GETVAL);
    S(semctl, set, 0, IPC_STAT, &status);
    S(semctl, set, 0, 77, BAD);
    S(semop, set, changes, 2);
    S(semop, set, &too_much, 1);
    S(semop, set, BAD, 1);
    S(semtimedop, set, changes + 1, 1, P(timespec, 1, 0));
    S(semtimedop, -1, changes, 2, NULL);
    S(semctl, set, 0, IPC_RMID);
}

static void shared(void) {
    struct shmid_ds status;
    long segment = S(shmget, IPC_PRIVATE, 8192, IPC_CREAT | 0600);
    S(shmget, 0x5c01d, 4096, SHM_HUGETLB | SHM_NORESERVE | 0644);
    long address = S(shmat, segment, NULL, 0);
    S(shmat, segment, 0x1, SHM_RDONLY);
    S(shmat, -1, NULL, SHM_RND | SHM_REMAP | SHM_EXEC);
    S(shmctl, segment, IPC_STAT, &status);
    S(shmctl, segment, SHM_LOCK, NULL);
    S(shmctl, segment, IPC_SET, &status);
    S(shmctl, segment, 77, BAD);
    S(shmdt, address);
    S(shmdt, 1);
    S(shmctl, segment, IPC_RMID, NULL);
}

static void posix_queues(void) {
    struct mq_attr attributes = {.mq_maxmsg = 4, .mq_msgsize = 64}, old;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    char bytes[64];
    unsigned priority;
    long queue = S(mq_open, "syscord-every", O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600, &attributes);
    S(mq_open, "syscord-missing", O_RDONLY);
    S(mq_open, "a/b", O_WRONLY | O_CREAT, 0644, NULL);
    S(mq_timedsend, queue, "posix\t", 6, 5, NULL);
    S(mq_timedsend, queue, BAD, 6, 40000, NULL);
    S(mq_timedsend, -1, "x", 1, 1, P(timespec, 1, 2));
    S(mq_notify, queue, &event);
    S(mq_notify, queue, NULL);
    S(mq_notify, -1, BAD);
    S(mq_getsetattr, queue, NULL, &old);
    attributes.mq_flags = O_NONBLOCK;
    S(mq_getsetattr, queue, &attributes, &old);
    S(mq_timedreceive, queue, bytes, sizeof bytes, &priority, P(timespec, 1, 0));
    S(mq_timedreceive, queue, bytes, sizeof bytes, NULL, NULL);
    S(mq_timedreceive, queue, bytes, 3, &priority, NULL);
    S(mq_unlink, "syscord-every");
    S(mq_unlink, "syscord-missing");
    S(close, queue);
}

static int separate(void) {
    if (S(unshare, CLONE_NEWIPC))
        return 1;
    queues();
    semaphores();
    shared();
    posix_queues();
    return 0;
}

static void futexes(void) {
    uint32_t one = 1, two = 2;
    struct { uint64_t value, address; uint32_t flags, reserved; } waiters[2] =
        {{5, (uintptr_t)&one, 2, 0}, {5, (uintptr_t)&two, 2 | 0x80, 0}};
    struct timespec late = {1, 0};
    S(futex, &one, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 5, NULL);
    S(futex, &one, FUTEX_WAIT, 1, P(timespec, 0, 1000));
    S(futex, &one, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME, 1, &late, NULL, -1);
    S(futex, &one, FUTEX_WAIT_BITSET, 1, BAD, NULL, 0x10);
    S(futex, &one, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1);
    S(futex, BAD, FUTEX_WAKE, 0x7fffffff);
    S(futex, &one, FUTEX_WAKE_BITSET, 1, NULL, NULL, 5);
    S(futex, &one, FUTEX_WAKE_OP, 1, 2, &two, FUTEX_OP(FUTEX_OP_ADD, 1, FUTEX_OP_CMP_GT, 2));
    S(futex, &one, FUTEX_REQUEUE, 1, 2, &two);
    S(futex, &one, FUTEX_CMP_REQUEUE | FUTEX_PRIVATE_FLAG, 1, 2, &two, 9);
    S(futex, &one, FUTEX_UNLOCK_PI);
    S(futex, &one, FUTEX_TRYLOCK_PI | FUTEX_PRIVATE_FLAG);
    S(futex, &one, 77, 1, 2, 3, 4);
    S(futex_waitv, waiters, 2, 0, &late, CLOCK_MONOTONIC);
    S(futex_waitv, BAD, 1, 1, NULL, 0);
    S(futex_wake, &one, 0xffffffff, 1, 2 | 0x80);
    S(futex_wake, &one, 0, 1, 0x10);
    S(futex_wait, &one, 5, 0xffffffff, 2, &late, CLOCK_REALTIME);
    S(futex_wait, BAD, 5, 1, 2, NULL, 0);
    S(futex_requeue, waiters, 0, 1, 1);
    S(futex_requeue, BAD, 1, 1, 1);
}

int main(int argc, char **argv) {
    begin(argc, argv);
    int done = apart(separate);
    futexes();
    S(exit_group, !done);
}
