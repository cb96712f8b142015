/* restarts.c - the server is frozen, killed and restarted under five hundred
 * streams that talk.
 *
 *     restarts HOST TLS-PORT CAFILE PIDS [ROW...]
 *
 * PIDS is the file in which the server's script keeps the ids of its processes;
 * a ROW is a number from 1, and without any all are gone through.
 * LQ_SERVER_STOP and LQ_SERVER_START are the commands that take the server
 * away and bring it back.
 *
 * Of a frozen server sessions are resumed: all that was sent is acknowledged
 * and comes once, if the server sends it to us at all.  A server that ends may
 * have forgotten the sessions: what had left and was not acknowledged has the
 * fate "unknown", and is not sent again.  What such a server had acknowledged
 * is in its hands: what of that does not come is counted, and held against what
 * stood on the wire, but not demanded.  README.md has the columns.
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
    PING = 15000,
    SHORT = 2000,      /* ms that IDLE and PING let pass */
    PATIENCE = 60000,  /* ms that whatever is awaited may take */
    HEARING = 20000,   /* ... what was acknowledged, until it is here */
    STRAGGLERS = 5000, /* ... what a server may have lost */
    ENOUGH = CROWD,    /* messages before and after, or it shows nothing */
    LITTLE = 1000,     /* ... of so many, one */
    SHOWN = 5,         /* missing messages that are named */
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

/* What has ended and was not waited for still has a number. */
static bool is_alive(int pid)
{
    char path[64], state = 'Z';
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    file = fopen(path, "r");
    if (file == NULL) {
        return false;
    }
    if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1) {
        state = 'Z';
    }
    fclose(file);
    return state != 'Z' && state != 'X';
}

static bool server_is_alive(const where *w)
{
    FILE *file = fopen(w->pids, "r");
    bool alive = false;
    int pid;

    while (file != NULL && fscanf(file, "%d", &pid) == 1) {
        alive = is_alive(pid) || alive;
    }
    if (file != NULL) {
        fclose(file);
    }
    return alive;
}

/* Tell the server to end by signal NUMBER, and bring it back when it has. */
static void replace_server(crowd *c, const where *w, int number)
{
    lq_time until = lq_net_now(c->net) + PATIENCE;

    signal_server(w, number);
    while (server_is_alive(w) && lq_net_now(c->net) < until) {
        crowd_pass(c, 10);
    }
    claim("the server", "it ends when it is told to", !server_is_alive(w));
    run(c, "LQ_SERVER_STOP"); /* for what it keeps of it */
    claim("the server", "all notice that it is gone",
          crowd_scatter(c, PATIENCE));
    run(c, "LQ_SERVER_START");
}

static void nothing(crowd *c, const where *w)
{
    (void)c;
    (void)w;
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
    claim("the server", "all notice that it is silent",
          crowd_scatter(c, PATIENCE));
    signal_server(w, SIGCONT);
}

static void kill_server(crowd *c, const where *w)
{
    replace_server(c, w, SIGKILL);
}

static void restart_server(crowd *c, const where *w)
{
    replace_server(c, w, SIGTERM);
}

static const struct phase {
    const char *name;
    void (*happens)(crowd *c, const where *w);
    bool lasts; /* the sessions do */
    bool stays; /* the connections do */
} phases[] = {
    { "left alone", nothing, true, true },
    { "frozen for 2 s", freeze_shortly, true, true },
    { "frozen until lost", freeze_long, true, false },
    { "killed", kill_server, false, false },
    { "restarted", restart_server, false, false },
};

enum { PHASES = sizeof(phases) / sizeof(phases[0]) };

/* ---- the books ---- */

typedef struct count {
    long sent, acked, failed, unknown, fateless, fates, doubled, again;
    long missing, unsent, unvouched, untold;
} count;

static bool is_missing(const message *m)
{
    return m->fates > 0 && m->fate == LQ_DELIVERY_ACKED && m->times == 0;
}

/* Whether M is missing and it is not ours: the server had counted it, no
 * connection brought it, and TO never said that it had more than came. */
static bool is_unsent(const message *m, const member *to)
{
    return is_missing(m) && m->vouched && !m->delivered && to->overtold == 0;
}

static void count_message(count *n, const message *m, const member *to)
{
    bool acked = m->fates > 0 && m->fate == LQ_DELIVERY_ACKED;

    n->sent++;
    n->fateless += m->fates == 0;
    n->fates += m->fates > 1;
    n->acked += acked;
    n->failed += m->fates > 0 && m->fate == LQ_DELIVERY_FAILED;
    n->unknown += m->fates > 0 && m->fate == LQ_DELIVERY_UNKNOWN;
    n->missing += is_missing(m);
    n->unsent += is_unsent(m, to);
    n->doubled += m->times - m->again > 1;
    n->again += m->again;
    n->unvouched += acked && !m->vouched;
    n->untold += m->delivered && m->times == 0;
}

static count count_phase(const crowd *c, int phase)
{
    count n = { 0 };

    for (int i = 0; i < CROWD; i++) {
        for (int k = 1; k <= c->members[i].sent; k++) {
            if (c->members[i].messages[k].phase == phase) {
                count_message(&n, &c->members[i].messages[k], crowd_next(c, i));
            }
        }
    }
    return n;
}

/* What is missing, and what stood on the wire about it. */
static void name_missing(const crowd *c, int phase)
{
    int shown = 0;

    for (int i = 0; i < CROWD; i++) {
        for (int k = 1; k <= c->members[i].sent && shown < SHOWN; k++) {
            const message *m = &c->members[i].messages[k];

            if (m->phase == phase && is_missing(m)) {
                shown++;
                printf("      missing: number %d of u%d, stanza %lu of its "
                       "session %lu; acknowledged on the wire: %s; delivered "
                       "on the wire: %s\n",
                       k, i, (unsigned long)m->place, (unsigned long)m->session,
                       m->vouched ? "yes" : "no", m->delivered ? "yes" : "no");
            }
        }
    }
}

/* How often it was told how much had come; and how often more than had. */
static void judge_tellings(const crowd *c, const char *name)
{
    long tellings = 0, overtold = 0;
    int shown = 0;

    for (int i = 0; i < CROWD; i++) {
        tellings += c->members[i].tellings;
        overtold += c->members[i].overtold;
        if (c->members[i].overtold > 0 && shown++ < SHOWN) {
            printf("      u%d told the server of more than had come\n", i);
        }
    }
    claim(name, "the server was told how much came", tellings >= CROWD);
    claim(name, "... and never of more than had", overtold == 0);
}

static void judge(const crowd *c, int i, long resumed, long fresh)
{
    const struct phase *phase = &phases[i];
    count n = count_phase(c, i);

    printf("    %-17s %7ld %7ld %8ld %7ld %7ld %7ld %7ld %7ld %7ld %7ld\n",
           phase->name, resumed, fresh, n.sent, n.acked, n.unknown, n.failed,
           n.missing, n.unsent, n.doubled, n.again);
    name_missing(c, i);
    claim(phase->name, "each message has one fate", n.fateless + n.fates == 0);
    claim(phase->name, "nothing came twice", n.doubled == 0);
    claim(phase->name, "what counts as acknowledged was", n.unvouched == 0);
    claim(phase->name, "what came was told", n.untold == 0);
    claim(phase->name, "what is missing was never sent to us",
          n.missing == n.unsent);
    judge_tellings(c, phase->name);
    if (phase->lasts) {
        claim(phase->name, "all was acknowledged", n.acked == n.sent);
        claim(phase->name, "little is missing",
              phase->stays ? n.missing == 0 : n.missing * LITTLE <= n.sent);
        claim(phase->name, "nothing was stored that had come", n.again == 0);
    }
}

static void judge_sessions(const struct phase *phase, long resumed, long fresh)
{
    if (phase->stays) {
        claim(phase->name, "no connection was lost", resumed + fresh == 0);
    } else if (phase->lasts) {
        claim(phase->name, "all sessions were resumed",
              resumed >= CROWD && fresh == 0);
    } else {
        claim(phase->name, "all had to log in", resumed + fresh >= CROWD);
    }
}

/* Get all out of the server that it may still have for us: if it had sent more
 * than came, or we acknowledged less than came, something comes twice here. */
static void ask_again(crowd *c, const char *name)
{
    long resumed = c->resumed;

    crowd_cut(c);
    crowd_pass(c, 1); /* in which they notice */
    claim(name, "all are online again", crowd_settle(c, PATIENCE));
    claim(name, "... in their sessions", c->resumed - resumed >= CROWD);
    crowd_reappear(c);
    crowd_hear(c, STRAGGLERS);
}

static void go_through(crowd *c, int i, const where *w)
{
    const struct phase *phase = &phases[i];
    long resumed = c->resumed, fresh = c->fresh;

    c->phase = i;
    c->owed = 0;
    c->sends = true;
    claim(phase->name, "enough is sent before",
          crowd_talk(c, ENOUGH, PATIENCE));
    phase->happens(c, w);
    claim(phase->name, "enough is sent after", crowd_talk(c, ENOUGH, PATIENCE));
    c->sends = false;
    claim(phase->name, "all are online, and know what became of all",
          crowd_settle(c, PATIENCE));
    crowd_hear(c, phase->lasts ? HEARING : STRAGGLERS);
    if (phase->lasts && !phase->stays) {
        ask_again(c, phase->name);
    }
    resumed = c->resumed - resumed;
    fresh = c->fresh - fresh;
    judge_sessions(phase, resumed, fresh);
    judge(c, i, resumed, fresh);
}

/* ROWS ends with NULL. */
static bool is_wanted(int i, char **rows)
{
    bool wanted = rows[0] == NULL;

    for (; *rows != NULL; rows++) {
        wanted = wanted || atoi(*rows) == i + 1;
    }
    return wanted;
}

int main(int argc, char **argv)
{
    struct rlimit files = { 4096, 4096 };
    where w;
    crowd c;

    if (argc < 5) {
        fprintf(stderr, "usage: restarts HOST TLS-PORT CAFILE PIDS [ROW...]\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    setrlimit(RLIMIT_NOFILE, &files);
    w = (where){ { argv[1], argv[2], argv[3] }, argv[4] };
    crowd_begin(&c, &w.place, IDLE, PING);
    claim("the beginning", "all get in", crowd_settle(&c, PATIENCE));
    printf("    %d streams in one process\n", CROWD);
    printf("    %-17s %7s %7s %8s %7s %7s %7s %7s %7s %7s %7s\n",
           "the server was", "resumes", "fresh", "messages", "acked", "unknown",
           "failed", "missing", "unsent", "doubled", "stored");
    for (int i = 0; i < PHASES && failed == 0; i++) {
        if (is_wanted(i, argv + 5)) {
            go_through(&c, i, &w);
        }
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
