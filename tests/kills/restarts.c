/* restarts.c - the server is frozen, killed and restarted under five hundred
 * streams that talk.
 *
 *     restarts HOST TLS-PORT CAFILE PIDS
 *
 * PIDS is the file in which the server's script keeps the ids of its processes;
 * LQ_SERVER_STOP and LQ_SERVER_START are the commands that take the server
 * away and bring it back.
 *
 * Of a frozen server sessions are resumed: all that was sent is acknowledged
 * and comes once.  A server that is restarted may have forgotten the sessions:
 * then nobody knows of what had left, but nobody sends it twice and each
 * message has one fate.  ("stored": what had come, and was not acknowledged yet
 * when the server gave the session up, which keeps it for the next one.)
 *
 * Prints a table and a line of the checks; ends with 0 if all held. */
#define _POSIX_C_SOURCE 200809L

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crowd.h"

enum {
    IDLE = 3000,
    PING = 4000,
    SHORT = 2000,     /* ms that IDLE and PING let pass */
    LONG = 11000,     /* ... and that they do not */
    TALK = 2000,      /* ms of messages before and after */
    PATIENCE = 60000, /* ms until all are back */
    ENOUGH = 200,     /* messages of a phase, or it shows nothing */
};

typedef struct where {
    place place;
    const char *pids;
} where;

static int checks, failed;

static void claim(const char *phase, const char *what, bool holds)
{
    checks++;
    if (!holds) {
        failed++;
        printf("not ok %s: %s\n", phase, what);
    }
}

/* ---- what happens to the server ---- */

static void signal_server(const where *w, int number)
{
    FILE *file = fopen(w->pids, "r");
    int pid;

    while (file != NULL && fscanf(file, "%d", &pid) == 1) {
        kill(pid, number);
    }
    if (file != NULL) {
        fclose(file);
    }
}

/* Run a command of the environment while the crowd goes on. */
static void run(crowd *c, const char *variable)
{
    pid_t pid = fork();
    int status = -1;

    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", getenv(variable), (char *)NULL);
        _exit(127);
    }
    while (pid > 0 && waitpid(pid, &status, WNOHANG) == 0) {
        crowd_pass(c, 10);
    }
    claim("the server", variable, WIFEXITED(status) && !WEXITSTATUS(status));
}

static void nothing(crowd *c, const where *w)
{
    (void)w;
    crowd_pass(c, TALK);
}

static void freeze_shortly(crowd *c, const where *w)
{
    signal_server(w, SIGSTOP);
    crowd_pass(c, SHORT);
    signal_server(w, SIGCONT);
}

static void freeze_long(crowd *c, const where *w)
{
    signal_server(w, SIGSTOP);
    crowd_pass(c, LONG);
    signal_server(w, SIGCONT);
}

static void kill_server(crowd *c, const where *w)
{
    signal_server(w, SIGKILL);
    run(c, "LQ_SERVER_STOP"); /* nobody is left; the pids are */
    run(c, "LQ_SERVER_START");
}

static void restart_server(crowd *c, const where *w)
{
    (void)w;
    run(c, "LQ_SERVER_STOP");
    run(c, "LQ_SERVER_START");
}

static const struct phase {
    const char *name;
    void (*happens)(crowd *c, const where *w);
    bool lasts; /* the sessions do */
    bool stays; /* the connections do */
} phases[] = {
    { "left alone", nothing, true, true },
    { "frozen for 2 s", freeze_shortly, true, true },
    { "frozen for 11 s", freeze_long, true, false },
    { "killed", kill_server, false, false },
    { "restarted", restart_server, false, false },
};

enum { PHASES = sizeof(phases) / sizeof(phases[0]) };

/* ---- the books ---- */

typedef struct count {
    long sent, acked, failed, unknown, fateless, fates, lost, doubled, again;
} count;

static void count_message(count *n, const message *m)
{
    n->sent++;
    n->fateless += m->fates == 0;
    n->fates += m->fates > 1;
    n->acked += m->fates > 0 && m->fate == LQ_DELIVERY_ACKED;
    n->failed += m->fates > 0 && m->fate == LQ_DELIVERY_FAILED;
    n->unknown += m->fates > 0 && m->fate == LQ_DELIVERY_UNKNOWN;
    n->lost += m->fate == LQ_DELIVERY_ACKED && m->times == 0;
    n->doubled += m->times - m->again > 1;
    n->again += m->again;
}

static count count_phase(const crowd *c, int phase)
{
    count n = { 0 };

    for (int i = 0; i < CROWD; i++) {
        for (int k = 1; k <= c->members[i].sent; k++) {
            if (c->members[i].messages[k].phase == phase) {
                count_message(&n, &c->members[i].messages[k]);
            }
        }
    }
    return n;
}

static void judge(const crowd *c, int i, long resumed, long fresh)
{
    const struct phase *phase = &phases[i];
    count n = count_phase(c, i);

    printf("    %-15s %7ld %7ld %6ld %7ld %8ld %6ld %8ld %7ld %7ld\n",
           phase->name, resumed, fresh, n.sent, n.acked, n.unknown + n.failed,
           n.lost, n.doubled, n.again, n.fateless + n.fates);
    claim(phase->name, "enough was sent", n.sent >= ENOUGH);
    claim(phase->name, "each message has one fate", n.fateless + n.fates == 0);
    claim(phase->name, "nothing came twice", n.doubled == 0);
    if (phase->lasts) {
        claim(phase->name, "all was acknowledged", n.acked == n.sent);
        claim(phase->name, "nothing acknowledged was lost", n.lost == 0);
        claim(phase->name, "nothing was stored that had come", n.again == 0);
    }
}

static void go_through(crowd *c, int i, const where *w)
{
    const struct phase *phase = &phases[i];
    long resumed = c->resumed, fresh = c->fresh;

    c->phase = i;
    c->sends = true;
    crowd_pass(c, TALK);
    phase->happens(c, w);
    crowd_pass(c, TALK);
    c->sends = false;
    claim(phase->name, "all are online, and know what became of all",
          crowd_settle(c, PATIENCE));
    crowd_pass(c, 1000); /* what is acknowledged is still to come */
    resumed = c->resumed - resumed;
    fresh = c->fresh - fresh;
    if (phase->stays) {
        claim(phase->name, "no connection was lost", resumed + fresh == 0);
    } else if (phase->lasts) {
        claim(phase->name, "all sessions were resumed",
              resumed >= CROWD && fresh == 0);
    } else {
        claim(phase->name, "all had to log in", resumed + fresh >= CROWD);
    }
    judge(c, i, resumed, fresh);
}

int main(int argc, char **argv)
{
    struct rlimit files = { 4096, 4096 };
    where w;
    crowd c;

    if (argc != 5) {
        fprintf(stderr, "usage: restarts HOST TLS-PORT CAFILE PIDS\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    setrlimit(RLIMIT_NOFILE, &files);
    w = (where){ { argv[1], argv[2], argv[3] }, argv[4] };
    crowd_begin(&c, &w.place, IDLE, PING);
    claim("the beginning", "all get in", crowd_settle(&c, PATIENCE));
    printf("    %d streams in one process\n", CROWD);
    printf("    %-15s %7s %7s %6s %7s %8s %6s %8s %7s %7s\n", "the server was",
           "resumed", "anew", "sent", "acked", "unknown", "lost", "doubled",
           "stored", "unclear");
    for (int i = 0; i < PHASES && failed == 0; i++) {
        go_through(&c, i, &w);
    }
    printf("    out of order %ld, bounced %ld\n", c.past, c.bounced);
    claim("the whole", "nothing else came", c.strange == 0);
    claim("the whole", "nobody gave up", c.closed == 0);
    claim("the whole", "all that was to be sent was taken", c.refused == 0);
    crowd_end(&c);
    if (failed == 0) {
        printf("ok one fate each, doubled 0: %d checks\n", checks);
    }
    return failed == 0 ? 0 : 1;
}
