/* inline.c - see inline.h.
 *
 * Whether anybody looks (activity.c) and stream management (sm.c) are the
 * stream's own rows. */
#include "stream/inline.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "sasl/saslname.h"
#include "stream/stream.h"

enum { NAMES_MAX = 4 * 1024, ROWS_MAX = 32 };

int lq_inline_learn(char **names, const lq_element *bind)
{
    const lq_element *list = lq_element_child(bind, "inline", LQ_NS_BIND2);
    const lq_element *e = lq_element_child(list, "feature", LQ_NS_BIND2);
    lq_buffer text;
    int rv = LQ_OK;

    lq_buffer_init(&text, NAMES_MAX);
    for (; e != NULL && rv == LQ_OK;
         e = lq_element_next(e, "feature", LQ_NS_BIND2)) {
        const char *name = lq_element_attr(e, "var");

        if (name != NULL && strchr(name, ' ') == NULL) {
            rv = lq_text_append(&text, name);
            rv = rv < 0 ? rv : lq_text_append(&text, " ");
        }
    }
    if (rv != LQ_E_NOMEM) { /* of too many, the first will do */
        rv = lq_buffer_append(&text, "", 1);
        rv = rv < 0 ? rv
                    : lq_replace(names, lq_buffer_len(&text) > 1
                                            ? lq_buffer_bytes(&text)
                                            : NULL);
    }
    lq_buffer_clear(&text);
    return rv == LQ_E_FULL ? lq_replace(names, NULL) : rv;
}

bool lq_inline_has(const char *names, const char *name)
{
    size_t len = strlen(name);

    while (names != NULL && names[0] != '\0') {
        size_t next = strcspn(names, " ");

        if (next == len && memcmp(names, name, len) == 0) {
            return true;
        }
        names += next + (names[next] == ' ');
    }
    return false;
}

static void slot_write(lq_slot *slot, const char *names, lq_writer *writer)
{
    const lq_inline *row = slot->module->inlines;

    slot->inlined = 0;
    for (int i = 0; row != NULL && row[i].feature != NULL && i < ROWS_MAX;
         i++) {
        bool wanted = row[i].wanted == NULL || row[i].wanted(slot->state);

        if (wanted && lq_inline_has(names, row[i].feature)) {
            lq_write_open(writer, row[i].name, row[i].xmlns);
            lq_write_close(writer);
            slot->inlined |= (uint32_t)1 << i;
        }
    }
}

void lq_inline_write(lq_stream *stream, lq_writer *writer)
{
    bool inactive =
        stream->inactive && lq_inline_has(stream->known.inlines, LQ_NS_CSI);

    stream->negotiation.inactive = inactive;
    if (inactive) {
        lq_write_open(writer, "inactive", LQ_NS_CSI);
        lq_write_close(writer);
    }
    lq_sm_write_enable(stream, writer);
    for (lq_link *l = stream->modules.slots.first; l != NULL; l = l->next) {
        slot_write(LQ_OUTER(l, lq_slot, place), stream->known.inlines, writer);
    }
}

bool lq_module_inlined(const void *self, const char *feature)
{
    const lq_slot *slot = lq_slot_of(self);
    const lq_inline *row = slot->module->inlines;

    if (!slot->stream->negotiation.inlined) {
        return false;
    }
    for (int i = 0; row != NULL && row[i].feature != NULL && i < ROWS_MAX;
         i++) {
        if (strcmp(row[i].feature, feature) == 0) {
            return (slot->inlined >> i & 1) != 0;
        }
    }
    return false;
}
