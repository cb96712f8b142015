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

static void emitted_release(lq_note *note) { lq_free(note); }

int lq_stream_emit(lq_stream *stream, int type, lq_id id, int error,
                   const lq_stanza *stanza, const void *detail)
{
    lq_note *note = lq_calloc(1, sizeof(*note));

    if (note == NULL) {
        return LQ_E_NOMEM;
    }
    note->event = (lq_event){
        .type = type,
        .error = error,
        .id = id,
        .stanza = lq_stanza_ref(stanza),
        .detail = detail,
    };
    note->release = emitted_release;
    lq_stream_note(stream, note);
    return LQ_OK;
}
