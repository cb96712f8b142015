/* server.h - a server that manages its streams (XEP-0198), with the contact
 * whose messages it brings and takes.
 *
 * A talk is what is said on one line; a session is bound in a talk, survives
 * it if it can be resumed, and keeps what the client has not acknowledged. */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "line.h"

struct world;
struct session;

typedef struct talk {
    line *line;
    struct session *session;           /* NULL: nothing is bound */
    bool opened, authenticated, tried; /* <enable/> */
    bool over;
} talk;

/* A stanza that the client may not have. */
typedef struct kept_stanza {
    char *text;
    long told; /* the contact's message, or -1 */
} kept_stanza;

typedef struct session {
    struct session *next;
    int serial, index; /* of the next stanza that the program will see */
    char id[40], jid[64];
    bool enabled, resumable;
    uint32_t in, acked; /* handled here; and by the client */
    kept_stanza *queue;
    size_t first, count, room;
    talk *talk;           /* NULL: it waits to be resumed */
    lq_time since;        /* ... since then */
    lq_time ack_due;      /* LQ_NEVER */
    int unasked, unacked; /* stanzas since <r/>, and since our <a/> */
    bool asked;           /* an <r/> of ours is open */
} session;

/* What is remembered of a session that is over. */
typedef struct grave {
    char id[40];
    uint32_t in;
    bool keeps_h;
} grave;

/* An answer to be given. */
typedef struct reply {
    lq_time due;
    int serial;
    long n;
    char id[80], from[80];
} reply;

typedef struct server {
    session *sessions;
    int serial;
    grave *graves;
    size_t grave_count, grave_room;
    reply *replies;
    size_t reply_count, reply_room;
    long *stored; /* the contact's messages that were not acknowledged */
    size_t stored_count, stored_room;
} server;

/* A line was opened. */
void server_accept(struct world *w, line *l);

/* Read, speak, and let time pass. */
void server_step(struct world *w);

/* All lines break; AMNESIA: and all sessions are forgotten. */
void server_restart(struct world *w, bool amnesia);

/* End streams in good order. */
void server_close(struct world *w);

/* When something is due next, or LQ_NEVER. */
lq_time server_next(const struct world *w);

/* NULL, or what is open. */
const char *server_unrest(const struct world *w);

void server_clear(server *s);

/* ---- what its files ask of each other ---- */

/* Say something on T. */
void talk_say(struct world *w, talk *t, const char *format, ...);

/* The end of what T says; and of T itself. */
void talk_end(struct world *w, talk *t);

/* An element has come that is no part of the login. */
void session_take(struct world *w, talk *t, const char *name,
                  const char *element);

session *session_new(struct world *w, talk *t);
void session_over(struct world *w, session *s, bool keeps_h);
void session_enable(struct world *w, session *s, const char *element,
                    const char *end);

/* Give what was stored of sessions before. */
void session_flush(struct world *w, session *s);

/* Answer <resume/>; LEAD and END go around it.  False: it cannot be resumed,
 * nothing was said yet, and FAILED (of FAILED_MAX) is what is to be. */
enum { FAILED_MAX = 200 };
bool session_resume(struct world *w, talk *t, const char *element,
                    const char *lead, const char *end, char *failed);

/* Its talk is gone. */
void session_part(struct world *w, session *s);

/* Send a stanza; TOLD is the contact's message in it, or -1. */
void session_send(struct world *w, session *s, const char *text, long told);

void session_step(struct world *w, session *s);
session *session_current(const struct world *w);

/* The contact has something to say, perhaps. */
void contact_step(struct world *w);
void contact_say(struct world *w, session *s, long told);
void contact_take(struct world *w, session *s, const char *element);
void contact_answer(struct world *w, session *s, const char *name,
                    const char *element);
void contact_replies(struct world *w);

/* ---- lie.c ---- */

/* H, or what the server claims instead. */
uint32_t lie_h(struct world *w, uint32_t h);
bool lie_now(struct world *w);

/* Something out of turn. */
void lie_step(struct world *w);

#endif
