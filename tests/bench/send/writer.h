/* writer.h - who can write one chat message, many times.
 *
 * The message has a body in which 13 characters must be escaped, a chat state
 * and an origin-id.  begin() and end() are not measured, write() is: for each
 * of COUNT messages it builds the message, makes its text, hands that to
 * writing_keep() and frees what it took.  The last text is read by another
 * parser and must say what was meant. */
#ifndef BENCH_WRITER_H
#define BENCH_WRITER_H

#include "../common/bench.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MESSAGE_TO "romeo@example.net/orchard"
#define MESSAGE_ID "c8dfb9a9-af22-4943-aa5b-6e4658f87a1b"
#define MESSAGE_BODY                                                           \
    "What light through yonder window breaks? a < b && c > \"d\" - "           \
    "it's <b>the east</b>, & Juliet is the sun; see "                          \
    "https://example.org/?a=1&b=2"
#define NS_CHATSTATES "http://jabber.org/protocol/chatstates"
#define NS_SID        "urn:xmpp:sid:0"

enum { MESSAGE_MAX = 1024 };

typedef struct writing {
    size_t count;
    size_t kept; /* how many were handed over */
    char last[MESSAGE_MAX];
    void *self; /* the writer's own */
} writing;

/* Take LEN bytes of TEXT away, as a socket would. */
void writing_keep(writing *w, const char *text, size_t len);

typedef struct writer {
    const char *name;
    const char *about;
    void (*begin)(writing *w); /* may be NULL */
    void (*write)(writing *w);
    void (*end)(writing *w); /* may be NULL */
} writer;

/* Each list ends with a writer without a name. */
extern const writer writers_floors[], writers_loquat[], writers_peers[],
    writers_gloox[], writers_tls[];

/* Die unless TEXT is the message. */
void message_check(const char *who, const char *text);

#ifdef __cplusplus
}
#endif
#endif
