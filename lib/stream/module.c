/* module.c - see loquat/module.h and module.h.
 *
 * A module's state lies in a slot, behind what the stream knows of it; the
 * program and the module see only the state. */
#include "stream/module.h"

#include <string.h>

#include "base/memory.h"
#include "stream/stream.h"

lq_slot *lq_slot_of(const void *self)
{
    return LQ_OUTER((char *)(uintptr_t)self, lq_slot, state);
}

bool lq_module_inherits(const void *self)
{
    const lq_sm *sm = lq_slot_of(self)->stream->sm;

    return sm != NULL && sm->inherited;
}

lq_stream *lq_module_stream(const void *self)
{
    return lq_slot_of(self)->stream;
}

#define EACH_SLOT(l, stream)                                                   \
    lq_link *l = (stream)->modules.slots.first;                                \
    l != NULL;                                                                 \
    l = l->next

void *lq_stream_module(const lq_stream *stream, const lq_module *module)
{
    for (EACH_SLOT(l, stream)) {
        lq_slot *slot = LQ_OUTER(l, lq_slot, place);

        if (slot->module == module) {
            return slot->state;
        }
    }
    return NULL;
}

static void slot_fire(lq_stream *stream, lq_timer *timer)
{
    LQ_OUTER(timer, lq_slot, timer)->due = true;
    stream->modules.due = true;
    stream->changed = true;
}

int lq_module_wake(void *self, lq_time when)
{
    lq_slot *slot = lq_slot_of(self);
    int rv = lq_timer_set(slot->stream, &slot->timer, when);

    if (rv == LQ_OK) {
        slot->due = false;
    }
    if (!slot->stream->hooked) {
        lq_stream_leave(slot->stream);
    }
    return rv;
}

static void slot_free(lq_slot *slot)
{
    if (slot->module->clear != NULL) {
        slot->module->clear(slot->state);
    }
    lq_free(slot);
}

static int slot_handlers(lq_stream *stream, const lq_module *module, void *self)
{
    const lq_handler *h = module->handlers;
    int rv = LQ_OK;

    for (; h != NULL && h->kind != 0 && rv == LQ_OK; h++) {
        rv = lq_stream_handle(stream, h, self);
    }
    return rv;
}

static void slot_online(lq_slot *slot, bool resumed)
{
    resumed = resumed && slot->greeted;
    slot->online = slot->greeted = true;
    if (slot->module->online == NULL) {
        return;
    }
    slot->stream->greeting = true;
    if (slot->module->online(slot->state, resumed) == LQ_E_NOMEM) {
        lq_stream_no_memory(slot->stream);
    }
    slot->stream->greeting = false;
}

void *lq_stream_attach(lq_stream *stream, const lq_module *module)
{
    bool hooked = stream->hooked;
    void *there = lq_stream_module(stream, module);
    lq_slot *slot;

    if (there != NULL) {
        return there;
    }
    slot = lq_calloc(1, sizeof(*slot) + module->size);
    if (slot == NULL) {
        return NULL;
    }
    slot->module = module;
    slot->stream = stream;
    slot->timer.fire = slot_fire;
    if ((module->init != NULL && module->init(slot->state, stream) < 0) ||
        slot_handlers(stream, module, slot->state) < 0) {
        lq_timer_set(stream, &slot->timer, LQ_NEVER);
        lq_router_forget(&stream->router, slot->state);
        lq_tickets_disown(stream, slot);
        slot_free(slot);
        return NULL;
    }
    lq_list_append(&stream->modules.slots, &slot->place);
    if (stream->flowing) {
        stream->hooked = true;
        slot_online(slot, false);
        stream->hooked = hooked;
        if (!hooked) {
            lq_stream_leave(stream);
        }
    }
    return slot->state;
}

void lq_modules_clear(lq_modules *modules)
{
    lq_link *first;

    while ((first = modules->slots.first) != NULL) {
        lq_link_remove(first);
        slot_free(LQ_OUTER(first, lq_slot, place));
    }
}

/* ---- hooks ---- */

void lq_modules_online(lq_stream *stream, bool resumed)
{
    for (EACH_SLOT(l, stream)) {
        lq_slot *slot = LQ_OUTER(l, lq_slot, place);

        if (!slot->online) { /* not if a hook has just attached it */
            slot_online(slot, resumed);
        }
    }
}

void lq_modules_offline(lq_stream *stream)
{
    for (EACH_SLOT(l, stream)) {
        lq_slot *slot = LQ_OUTER(l, lq_slot, place);

        if (slot->online && slot->module->offline != NULL) {
            slot->module->offline(slot->state);
        }
        slot->online = false;
    }
}

void lq_modules_due(lq_stream *stream)
{
    stream->modules.due = false;
    for (EACH_SLOT(l, stream)) {
        lq_slot *slot = LQ_OUTER(l, lq_slot, place);

        if (slot->due && slot->module->due != NULL) {
            slot->due = false;
            slot->module->due(slot->state, stream->now);
        }
    }
}

void lq_module_reply(const lq_event *reply)
{
    const lq_slot *slot = reply->detail;

    if (slot->module->reply != NULL) {
        slot->module->reply((void *)(uintptr_t)slot->state, reply->id,
                            reply->stanza, reply->error);
    }
}

lq_id lq_module_request(void *self, lq_builder *b, lq_time timeout)
{
    lq_slot *slot = lq_slot_of(self);

    return lq_ticket_request(slot->stream, b, slot, timeout, false);
}

int lq_module_send(void *self, lq_builder *b)
{
    lq_id id = lq_ticket_send(lq_slot_of(self)->stream, b, true);

    return id < 0 ? id : LQ_OK;
}

/* ---- features ---- */

int lq_stream_features(const lq_stream *stream,
                       int (*tell)(void *self, const char *feature), void *self)
{
    int rv = LQ_OK;

    for (EACH_SLOT(l, stream)) {
        const char *const *f = LQ_OUTER(l, lq_slot, place)->module->features;

        for (; f != NULL && *f != NULL && rv >= 0; f++) {
            rv = tell(self, *f);
        }
    }
    return rv < 0 ? rv : lq_router_features(&stream->router, tell, self);
}
