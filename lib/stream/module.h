/* module.h - the modules of a stream; see loquat/module.h. */
#ifndef LQ_MODULE_H
#define LQ_MODULE_H

#include <loquat/module.h>

#include "base/list.h"
#include "stream/timer.h"

typedef struct lq_slot {
    lq_link place; /* in order of attachment */
    const lq_module *module;
    lq_stream *stream;
    lq_timer timer;
    uint32_t inlined; /* which of its inlines were asked for, bit by bit */
    bool due;
    bool online;  /* its online() was called for this connection */
    bool greeted; /* ... or for one before */
    _Alignas(max_align_t) char state[];
} lq_slot;

typedef struct lq_modules {
    lq_list slots;
    bool due; /* one of them is */
} lq_modules;

void lq_modules_clear(lq_modules *modules);

/* Call the hooks; within lq_stream_event() only. */
void lq_modules_online(lq_stream *stream, bool resumed);
void lq_modules_offline(lq_stream *stream);
void lq_modules_due(lq_stream *stream);
void lq_module_reply(const lq_event *reply);

lq_slot *lq_slot_of(const void *self);

#endif
