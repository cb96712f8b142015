/* failure.h - why a connection ended, and the events that frame it.
 *
 * A connection record is made before a transport is asked for, so that neither
 * ONLINE nor OFFLINE can fail for want of memory; it is counted, since its
 * events may be taken late. */
#ifndef LQ_FAILURE_H
#define LQ_FAILURE_H

#include "stream/event.h"

struct lq_failure {
    int layer, code;
    bool final; /* trying again cannot help */
    bool set;
    char *condition, *text, *message; /* ours; NULL if memory ran out */
    const char *fallback;             /* the message then */
};

typedef struct lq_connection {
    int refs;
    lq_note online, offline, closed;
    lq_failure failure;
} lq_connection;

/* NULL when memory runs out. */
lq_connection *lq_connection_new(void);
lq_connection *lq_connection_ref(lq_connection *connection);
void lq_connection_unref(lq_connection *connection);

/* What can go wrong.  CONDITION is what the stream error of ours is called (in
 * layers XML, STREAM) or what the peer said; MESSAGE is the sentence; TEXT the
 * peer's.  TELL: send the stream error CONDITION, with DETAIL (an element, or
 * NULL). */
typedef struct lq_fault {
    int layer, code;
    const char *condition;
    const char *text;
    const char *message;
    bool final;
    bool tell;
    const char *detail;
} lq_fault;

/* Remember FAULT if it is the first. */
void lq_failure_set(lq_failure *failure, const lq_fault *fault);

#endif
