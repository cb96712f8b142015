/* event.h - what waits to be told.
 *
 * Events wait as notes in one queue.  A note lies inside the thing that it
 * tells about (a request, a question, a connection), so that queueing what
 * must not be lost never needs memory. */
#ifndef LQ_EVENT_QUEUE_H
#define LQ_EVENT_QUEUE_H

#include <loquat/event.h>

#include "base/list.h"

typedef struct lq_note lq_note;

struct lq_note {
    lq_link place; /* among those that wait */
    lq_event event;
    void (*release)(lq_note *note); /* the event has passed; may be NULL */
};

/* The first of NOTES, taken off; NULL if there is none. */
lq_note *lq_note_take(lq_list *notes);

/* The note's stanza is let go, then its owner. */
void lq_note_pass(lq_note *note);

#endif
