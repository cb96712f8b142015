/* fakeserver.c - a server that lets anybody in and then sends a corpus.
 *
 *     fakeserver [-c CORPUS] [-n STANZAS] [-o CONNECTIONS] [-l]
 *
 * It prints the port that it listens on, of 127.0.0.1, and ends when its
 * standard input does, or when CONNECTIONS have come and gone.  There is no
 * TLS; any login by PLAIN is right, a resource is bound, each request is
 * answered.  A client that sends its presence gets the first STANZAS of CORPUS
 * and a message with the id END.
 *
 * -l, for lockstep: the next stanza is sent when the client has read the last.
 *
 * What is to be sent always waits in one buffer per connection, which is
 * filled with whole stanzas, so that an answer never lands inside one. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/bench.h"
#include "../common/corpus.h"

enum { HEARD_MAX = 8192, SEND_AT_ONCE = 65536 };

#define NS_SASL    "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_BIND    "urn:ietf:params:xml:ns:xmpp-bind"
#define NS_SESSION "urn:ietf:params:xml:ns:xmpp-session"
#define NS_DISCO   "http://jabber.org/protocol/disco"

static const char header[] =
    "<?xml version='1.0'?>"
    "<stream:stream xmlns='jabber:client' "
    "xmlns:stream='http://etherx.jabber.org/streams' id='s1' "
    "from='example.com' version='1.0'>";

static const char features_before_login[] =
    "<stream:features><mechanisms xmlns='" NS_SASL "'>"
    "<mechanism>PLAIN</mechanism></mechanisms></stream:features>";

static const char features_after_login[] =
    "<stream:features><bind xmlns='" NS_BIND "'/>"
    "<session xmlns='" NS_SESSION "'><optional/></session></stream:features>";

static const char end_message[] =
    "<message from='end@example.com/x' to='juliet@example.com/b' type='chat' "
    "id='END'><body>END</body></message>";

/* What is asked for, by a word of the request, and the payload of the result;
 * anything else gets an empty one. */
static const struct {
    const char *word, *payload;
} answers[] = {
    { NS_BIND,
      "<bind xmlns='" NS_BIND "'><jid>juliet@example.com/b</jid></bind>" },
    { "jabber:iq:roster", "<query xmlns='jabber:iq:roster'/>" },
    { NS_DISCO "#info", "<query xmlns='" NS_DISCO "#info'>"
                        "<identity category='server' type='im'/></query>" },
    { NS_DISCO "#items", "<query xmlns='" NS_DISCO "#items'/>" },
    { "", "" },
};

typedef struct connection {
    int fd;
    bool logged_in, ended;
    bool wants_corpus, has_read; /* all that was sent of it, with lockstep */
    size_t next;                 /* stanza of the corpus */
    char heard[HEARD_MAX + 1];
    size_t heard_len;
    char *out;
    size_t out_len, out_size;
} connection;

static struct {
    int epoll, listener;
    uint16_t port;
    corpus corpus; /* without bytes: none is sent */
    bool lockstep;
    connection *paced; /* the only one that gets a corpus, with lockstep */
    long left;         /* connections until the end; negative: no end */
} server = { .left = -1 };

/* ---- sending ---- */

static void put_bytes(connection *c, const char *bytes, size_t len)
{
    if (c->out_len + len > c->out_size) {
        c->out_size = (c->out_len + len) * 2;
        c->out = realloc(c->out, c->out_size);
        if (c->out == NULL) {
            bench_die("out of memory");
        }
    }
    memcpy(c->out + c->out_len, bytes, len);
    c->out_len += len;
}

static void put(connection *c, const char *text)
{
    put_bytes(c, text, strlen(text));
}

/* Whether FD's other end has read all that came, as /proc/net/tcp tells: of the
 * socket whose two ports are ours, exchanged.  (That it was acknowledged would
 * be too much to ask: that takes 40 ms.) */
static bool is_all_read(int fd)
{
    struct sockaddr_in peer;
    socklen_t len = sizeof(peer);
    char line[512];
    bool found = false, empty = false;
    FILE *file;

    if (getpeername(fd, (struct sockaddr *)&peer, &len) < 0) {
        return false; /* it has gone */
    }
    file = fopen("/proc/net/tcp", "r");
    if (file == NULL) {
        bench_die("/proc/net/tcp cannot be read");
    }
    while (!found && fgets(line, sizeof(line), file) != NULL) {
        unsigned local, remote, unread;

        found = sscanf(line, " %*u: %*x:%x %*x:%x %*x %*x:%x", &local, &remote,
                       &unread) == 3 &&
                local == ntohs(peer.sin_port) && remote == server.port;
        empty = found && unread == 0;
    }
    fclose(file);
    return empty;
}

/* More of the corpus, in whole stanzas. */
static void put_corpus(connection *c)
{
    const corpus *all = &server.corpus;
    size_t begin = c->next;

    c->has_read = false;
    do {
        c->next++;
    } while (!server.lockstep && c->next < all->count &&
             all->starts[c->next] - all->starts[begin] < SEND_AT_ONCE);
    put_bytes(c, all->bytes + all->starts[begin],
              (size_t)(all->starts[c->next] - all->starts[begin]));
    if (c->next == all->count) {
        put(c, end_message);
        c->wants_corpus = false;
        server.paced = NULL;
    }
}

static void wait_for(connection *c, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.ptr = c };

    epoll_ctl(server.epoll, EPOLL_CTL_MOD, c->fd, &event);
}

static void send_what_waits(connection *c)
{
    for (;;) {
        ssize_t sent;

        if (c->out_len == 0 && c->wants_corpus &&
            (c->has_read || !server.lockstep)) {
            put_corpus(c);
        }
        if (c->out_len == 0) {
            wait_for(c, EPOLLIN);
            return;
        }
        sent = send(c->fd, c->out, c->out_len, MSG_NOSIGNAL);
        if (sent < 0) {
            c->ended = errno != EAGAIN;
            wait_for(c, EPOLLIN | EPOLLOUT);
            return;
        }
        c->out_len -= (size_t)sent;
        memmove(c->out, c->out + sent, c->out_len);
    }
}

/* ---- hearing ---- */

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* Behind the tag that begins at TAG, or NULL if it is not whole; a '>' in a
 * value does not end it. */
static const char *tag_end(const char *tag)
{
    char quote = '\0';

    for (; *tag != '\0'; tag++) {
        if (quote != '\0') {
            quote = *tag == quote ? '\0' : quote;
        } else if (*tag == '\'' || *tag == '"') {
            quote = *tag;
        } else if (*tag == '>') {
            return tag + 1;
        }
    }
    return NULL;
}

/* Behind the piece that begins at TEXT with '<', or NULL if it is not whole:
 * an element, or a tag of the stream, or the XML declaration.  Clients may not
 * send comments, and none sends CDATA. */
static const char *piece_end(const char *text)
{
    const char *at = text;
    int depth = 0;

    if (starts_with(text, "<?") || starts_with(text, "<stream:stream") ||
        starts_with(text, "</")) {
        return tag_end(text);
    }
    do {
        const char *tag = strchr(at, '<');

        at = tag == NULL ? NULL : tag_end(tag);
        if (at == NULL) {
            return NULL;
        }
        if (tag[1] == '/') {
            depth--;
        } else if (at[-2] != '/') {
            depth++;
        }
    } while (depth > 0);
    return at;
}

/* The value of attribute NAME of TEXT's first tag, in VALUE. */
static bool attribute(const char *text, const char *name, char *value,
                      size_t size)
{
    const char *end = tag_end(text);
    char pattern[32];
    const char *at;
    size_t len;

    snprintf(pattern, sizeof(pattern), " %s=", name);
    at = memmem(text, (size_t)(end - text), pattern, strlen(pattern));
    if (at == NULL) {
        return false;
    }
    at += strlen(pattern);
    len = (size_t)(strchr(at + 1, *at) - at) - 1;
    if (len >= size) {
        bench_die("too long: %s", text);
    }
    memcpy(value, at + 1, len);
    value[len] = '\0';
    return true;
}

static void hear_iq(connection *c, const char *text)
{
    char type[16], id[512];
    size_t i = 0;

    if (!attribute(text, "type", type, sizeof(type)) ||
        !attribute(text, "id", id, sizeof(id)) ||
        (strcmp(type, "get") != 0 && strcmp(type, "set") != 0)) {
        return;
    }
    while (strstr(text, answers[i].word) == NULL) {
        i++;
    }
    put(c, "<iq type='result' id='");
    put(c, id);
    put(c, "'>");
    put(c, answers[i].payload);
    put(c, "</iq>");
}

static void hear(connection *c, const char *text)
{
    if (starts_with(text, "<stream:stream")) {
        put(c, header);
        put(c, c->logged_in ? features_after_login : features_before_login);
    } else if (starts_with(text, "</")) {
        put(c, "</stream:stream>");
    } else if (starts_with(text, "<auth")) {
        put(c, "<success xmlns='" NS_SASL "'/>");
        c->logged_in = true;
    } else if (starts_with(text, "<iq")) {
        hear_iq(c, text);
    } else if (starts_with(text, "<presence") && c->next == 0) {
        c->wants_corpus = c->has_read = server.corpus.count > 0;
        server.paced = server.lockstep && c->wants_corpus ? c : NULL;
    }
}

/* All that was heard as a whole. */
static void hear_pieces(connection *c)
{
    const char *text = c->heard, *end;
    char piece[HEARD_MAX + 1];

    for (;;) {
        text += strspn(text, " \t\r\n");
        end = *text == '<' ? piece_end(text) : NULL;
        if (end == NULL) {
            break;
        }
        memcpy(piece, text, (size_t)(end - text));
        piece[end - text] = '\0';
        hear(c, piece);
        text = end;
    }
    c->heard_len = strlen(text);
    memmove(c->heard, text, c->heard_len + 1);
    if (c->heard_len == HEARD_MAX) {
        bench_die("too long: %s", c->heard);
    }
}

static void receive(connection *c)
{
    ssize_t got;

    do {
        got = recv(c->fd, c->heard + c->heard_len, HEARD_MAX - c->heard_len, 0);
        if (got > 0) {
            c->heard_len += (size_t)got;
            c->heard[c->heard_len] = '\0';
            hear_pieces(c);
        }
    } while (got > 0);
    if (got == 0 || errno != EAGAIN) {
        c->ended = true;
    }
}

/* ---- connections ---- */

static void welcome(void)
{
    int fd, yes = 1;

    while ((fd = accept4(server.listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        connection *c = bench_alloc(sizeof(*c));
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };

        *c = (connection){ .fd = fd };
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
        epoll_ctl(server.epoll, EPOLL_CTL_ADD, fd, &event);
    }
    if (errno != EAGAIN) {
        bench_die("accept: %s", strerror(errno));
    }
}

static void part_with(connection *c)
{
    if (server.paced == c) {
        server.paced = NULL;
    }
    close(c->fd);
    free(c->out);
    free(c);
    server.left -= server.left > 0;
}

static void serve(connection *c, uint32_t events)
{
    if ((events & ~(uint32_t)EPOLLOUT) != 0) {
        receive(c);
    }
    if (!c->ended) {
        send_what_waits(c);
    }
    if (c->ended) {
        part_with(c);
    }
}

/* Whether standard input has come to its end. */
static bool is_dismissed(void)
{
    char byte;

    return read(STDIN_FILENO, &byte, 1) <= 0;
}

static void loop(void)
{
    struct epoll_event events[64];

    while (server.left != 0) {
        /* Nothing wakes us when the paced client has read: look each ms. */
        int count =
            epoll_wait(server.epoll, events, 64, server.paced == NULL ? -1 : 1);

        for (int i = 0; i < count && server.left != 0; i++) {
            if (events[i].data.ptr == &server.listener) {
                welcome();
            } else if (events[i].data.ptr != &server) {
                serve(events[i].data.ptr, events[i].events);
            } else if (is_dismissed()) {
                return;
            }
        }
        if (server.paced != NULL && is_all_read(server.paced->fd)) {
            server.paced->has_read = true;
            serve(server.paced, 0);
        }
    }
}

/* ---- the program ---- */

static void listen_somewhere(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(address);

    server.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (server.listener < 0 ||
        bind(server.listener, (struct sockaddr *)&address, len) < 0 ||
        listen(server.listener, SOMAXCONN) < 0 ||
        getsockname(server.listener, (struct sockaddr *)&address, &len) < 0) {
        bench_die("listening: %s", strerror(errno));
    }
    server.port = ntohs(address.sin_port);
}

static void watch(int fd, void *what)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = what };

    /* A file or /dev/null as standard input cannot be watched, nor end. */
    if (epoll_ctl(server.epoll, EPOLL_CTL_ADD, fd, &event) < 0 &&
        errno != EPERM) {
        bench_die("epoll: %s", strerror(errno));
    }
}

int main(int argc, char **argv)
{
    const char *path = NULL;
    size_t limit = 0;
    int option;

    while ((option = getopt(argc, argv, "c:n:o:l")) != -1) {
        switch (option) {
        case 'c':
            path = optarg;
            break;
        case 'n':
            limit = strtoul(optarg, NULL, 10);
            break;
        case 'o':
            server.left = atol(optarg);
            break;
        case 'l':
            server.lockstep = true;
            break;
        default:
            bench_die("usage: fakeserver [-c CORPUS] [-n STANZAS] "
                      "[-o CONNECTIONS] [-l]");
        }
    }
    if (path != NULL) {
        server.corpus = corpus_read(path, limit);
    }
    bench_allow_files();
    server.epoll = epoll_create1(0);
    listen_somewhere();
    watch(server.listener, &server.listener);
    watch(STDIN_FILENO, &server);
    printf("%u\n", server.port);
    fflush(stdout);
    loop();
    return 0;
}
