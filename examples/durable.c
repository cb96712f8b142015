/* durable.c - a bot that may be killed at any moment.
 *
 *     durable [options] JID DIR
 *
 * It answers everybody with their own words, as echo does, and neither loses a
 * message nor answers one twice, whenever it ends, even by SIGKILL: what it has
 * to remember lies in DIR, and who starts it again goes on there.
 *
 * That is one lq_config_set_durable(), and a SAVE that stores: a message and
 * what was answered to it are stored together.  What a program does elsewhere,
 * as the line that it prints, can be done twice; the second time it has the
 * same number. */
#define _GNU_SOURCE

#include "session.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

static session s;
static lq_messages *messages;
static int dir; /* what is stored is in here */

/* ---- the store: a file for ACCOUNT, and one for SESSION and RECORDS ---- */

static const char *file_of(int which)
{
    return which == LQ_SAVED_ACCOUNT ? "account" : "session";
}

/* Whether all of DATA is on the disk.  FD (-1: there is no file) is closed. */
static bool file_write(int fd, const char *data, size_t len)
{
    ssize_t n = 0;
    bool done;

    for (; fd >= 0 && len > 0 && n >= 0; data += n, len -= (size_t)n) {
        n = write(fd, data, len);
    }
    done = fd >= 0 && n >= 0 && fsync(fd) == 0;
    close(fd);
    return done;
}

/* Add DATA, or put it in the place of the old file once it is there. */
static bool store(int which, const void *data, size_t len)
{
    if (which == LQ_SAVED_RECORDS) {
        return file_write(openat(dir, "session", O_WRONLY | O_APPEND), data,
                          len);
    }
    return file_write(openat(dir, "new", O_WRONLY | O_CREAT | O_TRUNC, 0600),
                      data, len) &&
           renameat(dir, "new", dir, file_of(which)) == 0 && fsync(dir) == 0;
}

/* To end is as good as SIGKILL: nothing has left that is not stored. */
static void save(int which)
{
    size_t len;
    const void *data = lq_stream_save(s.stream, which, &len);

    if (data == NULL || !store(which, data, len)) {
        perror("not stored");
        exit(1);
    }
    lq_stream_saved(s.stream, lq_net_now(s.net), which);
}

/* Tell CONFIG what was stored of WHICH, also if that is nothing yet. */
static bool load(lq_config *config, int which)
{
    int fd = openat(dir, file_of(which), O_RDONLY), rv = LQ_E_NOMEM;
    struct stat st = { .st_size = 0 };
    size_t len = fd >= 0 && fstat(fd, &st) == 0 ? (size_t)st.st_size : 0;
    char *data = malloc(len + 1);

    if (data != NULL && (len == 0 || read(fd, data, len) == (ssize_t)len)) {
        rv = lq_config_set_saved(config, which, data, len);
    }
    if (rv < 0) {
        fprintf(stderr, "%s: %s\n", file_of(which), lq_error_name(rv));
    }
    free(data);
    close(fd);
    return rv == LQ_OK;
}

/* ---- the bot ---- */

/* What cannot be answered now is not handled: it comes again. */
static void answer(const lq_stanza *message)
{
    const char *body = lq_message_body(message, NULL);
    const char *sender = lq_stanza_sender(message);

    if (lq_stanza_type(message) != LQ_CHAT || body == NULL) {
        return;
    }
    if (lq_messages_send(messages, sender, body) < 0) {
        fputs("no answer\n", stderr);
        exit(1);
    }
    printf("%" PRId64 " ", lq_stream_serial(s.stream));
    print_said(sender, body);
}

static void handle(const lq_event *event)
{
    switch (event->type) {
    case LQ_EVENT_ONLINE:
        printf("online as %s\n", lq_stream_jid(s.stream));
        fflush(stdout);
        break;
    case LQ_EVENT_SAVE:
        save(event->id);
        break;
    case LQ_EVENT_MESSAGE:
        answer(event->stanza);
        break;
    case LQ_EVENT_DELIVERY:
        if (lq_event_delivery(event) != LQ_DELIVERY_ACKED) {
            printf("answer %d may not have arrived\n", (int)event->id);
        }
        break;
    case LQ_EVENT_OFFLINE:
        print_failure(lq_event_failure(event));
        break;
    case LQ_EVENT_TRACE:
        print_trace(event);
        break;
    }
}

/* Until CLOSED.  Who is asked to end leaves the session for the next one. */
static int run(void)
{
    const lq_event *event;
    sigset_t set;
    int signals;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signals = signalfd(-1, &set, SFD_CLOEXEC);
    do {
        event = session_event(&s, LQ_NEVER, signals);
        if (event == NULL) {
            signals = -1;
            lq_stream_suspend(s.stream, lq_net_now(s.net));
        } else {
            handle(event);
        }
    } while (event == NULL || event->type != LQ_EVENT_CLOSED);
    return event->error == 0 ? 0 : 1;
}

static bool open_all(const options *o, const char *jid)
{
    lq_config *config = options_config(o, jid);

    if (config == NULL || !load(config, LQ_SAVED_ACCOUNT) ||
        !load(config, LQ_SAVED_SESSION)) {
        lq_config_free(config);
        return false;
    }
    lq_config_set_durable(config, true);
    return session_make(&s, o, config) &&
           (messages = lq_messages_attach(s.stream)) != NULL &&
           lq_presence_attach(s.stream) != NULL && session_start(&s);
}

int main(int argc, char **argv)
{
    options o;
    int status = 1;

    options_take(&o, &argc, argv);
    if (!usage_is_right(argc, argv, 2, "durable [options] JID DIR")) {
        return 2;
    }
    dir = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0 || flock(dir, LOCK_EX | LOCK_NB) != 0) {
        perror(argv[2]);
    } else if (open_all(&o, argv[1])) {
        status = run();
    }
    session_close(&s);
    return status;
}
