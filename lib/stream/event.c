/* event.c - see event.h; and events out of hooks. */
#include "stream/event.h"

#include <loquat/module.h>

#include "base/memory.h"
#include "stream/stream.h"

lq_note *lq_note_take(lq_list *notes)
{
    lq_link *first = notes->first;

    if (first == NULL) {
        return NULL;
    }
    lq_link_remove(first);
    return LQ_OUTER(first, lq_note, place);
}

void lq_note_pass(lq_note *note)
{
    lq_stanza_unref(note->event.stanza);
    note->event.stanza = NULL;
    if (note->release != NULL) {
        note->release(note);
    }
}

/* ---- events that modules emit ---- */

typedef struct emitted {
    lq_note note;
    void (*release)(const void *detail);
} emitted;

static void emitted_release(lq_note *note)
{
    emitted *e = (emitted *)note;

    if (e->release != NULL) {
        e->release(note->event.detail);
    }
    lq_free(e);
}

int lq_stream_emit(lq_stream *stream, int type, lq_id id, int error,
                   const lq_stanza *stanza, const void *detail,
                   void (*release)(const void *detail))
{
    emitted *e = lq_calloc(1, sizeof(*e));

    if (e == NULL) {
        if (release != NULL) {
            release(detail);
        }
        return LQ_E_NOMEM;
    }
    e->note.event = (lq_event){
        .type = type,
        .error = error,
        .id = id,
        .stanza = stanza == NULL ? NULL : lq_stanza_ref(stanza),
        .detail = detail,
    };
    e->note.release = emitted_release;
    e->release = release;
    lq_stream_note(stream, &e->note);
    return LQ_OK;
}
