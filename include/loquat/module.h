/* loquat/module.h - for those who write modules, not for those who use them.
 *
 * A module is one constant table: what it answers to, what it advertises, how
 * large its state is.  The stream allocates the state zeroed, calls the hooks,
 * and frees it.  Hooks and handlers may send, request, answer and emit; what
 * else would change the stream returns LQ_E_BUSY inside one. */
#ifndef LOQUAT_MODULE_H
#define LOQUAT_MODULE_H

#include "builder.h"
#include "event.h"
#include "stream.h"

LQ_BEGIN

/* What a handler returns, besides LQ_STANZA_* errors, which become the error
 * reply when the stanza was an IQ get or set.  HANDLED: no other handler is
 * asked about an IQ, which gets an empty result unless the handler answered
 * it; a message or presence does not surface as an event, but the other
 * handlers are asked all the same.  Negative: LQ_E_NOMEM and the like, an
 * internal-server-error for an IQ. */
enum { LQ_HANDLED = 0, LQ_PASS = 1 };

/* Takes what matches KIND, TYPE (LQ_ANY: all but error), and the NAME and
 * XMLNS of a child, PAYLOAD; NULL matches any.  With both NULL the stanza
 * itself matches, and PAYLOAD is lq_stanza_payload(). */
typedef struct lq_handler {
    int kind; /* LQ_IQ, LQ_MESSAGE, LQ_PRESENCE; 0 ends a table */
    int type;
    const char *name;
    const char *xmlns;
    int (*handle)(void *self, const lq_stanza *stanza,
                  const lq_element *payload);
} lq_handler;

/* What the server may do while it binds the resource (XEP-0386), if it lists
 * FEATURE: it is then asked by <NAME xmlns=XMLNS/>.  WANTED (NULL: always) is
 * called before, in the middle of a login, and may only look at the state. */
typedef struct lq_inline {
    const char *feature; /* NULL ends a table; 32 at the most */
    const char *name;
    const char *xmlns;
    bool (*wanted)(const void *self);
} lq_inline;

/* All hooks may be NULL.  An int below 0 from init makes the attach fail. */
typedef struct lq_module {
    const char *name;            /* of the module, for people: "roster" */
    const char *const *features; /* for disco#info; ends with NULL */
    const lq_handler *handlers;  /* ends with a zero entry */
    const lq_inline *inlines;    /* the same */
    size_t size;                 /* of the state */
    int (*init)(void *self, lq_stream *stream);

    /* A resource is bound, before ONLINE, in order of attachment.  RESUMED: it
     * still is, and the module had it already; the server has forgotten nothing
     * and tells what has changed (XEP-0198), but for the client state.  What is
     * requested here leaves in one flight. */
    int (*online)(void *self, bool resumed);
    void (*offline)(void *self);

    /* The time set by lq_module_wake() has come. */
    int (*due)(void *self, lq_time now);

    /* The REPLY to request ID of this module; ERROR as in lq_event. */
    void (*reply)(void *self, lq_id id, const lq_stanza *stanza, int error);

    void (*clear)(void *self); /* frees what the state points to */
} lq_module;

/* Give STREAM the module and return its state; the same one if it has it
 * already.  NULL when memory runs out or init fails.  While online, online()
 * runs at once.  MODULE must live as long as STREAM. */
LQ_API void *lq_stream_attach(lq_stream *stream, const lq_module *module);

/* The state of MODULE, or NULL if it is not attached. */
LQ_API void *lq_stream_module(const lq_stream *stream, const lq_module *module);

/* Register one handler, for as long as STREAM lives; it is copied, and its
 * texts must live as long as STREAM.  LQ_OK or LQ_E_NOMEM. */
LQ_API int lq_stream_handle(lq_stream *stream, const lq_handler *handler,
                            void *self);

/* A request whose REPLY goes to the reply hook of the module with state SELF,
 * not to the program.  TIMEOUT in ms, 0 for LQ_TIMEOUT_REQUEST.  Otherwise as
 * lq_stream_request(). */
LQ_API lq_id lq_module_request(void *self, lq_builder *b, lq_time timeout);

/* Send a message or presence whose fate is not the program's concern: no
 * DELIVERY tells it.  LQ_OK; otherwise as lq_stream_send(). */
LQ_API int lq_module_send(void *self, lq_builder *b);

/* Have due() called at WHEN, once, instead of when it was to be called;
 * LQ_NEVER: not at all. */
LQ_API int lq_module_wake(void *self, lq_time when);

/* Whether the server was asked for FEATURE, one of the module's inlines, while
 * this session was bound: online() need not ask again. */
LQ_API bool lq_module_inlined(const void *self, const char *feature);

/* Within online(): whether the session, though new here, is one that another
 * process had: the server and others may know things of it that we do not. */
LQ_API bool lq_module_inherits(const void *self);

/* The stream that SELF belongs to. */
LQ_API lq_stream *lq_module_stream(const void *self);

/* Begin the result to IQ, which is being handled; lq_stream_answer() sends
 * it. */
LQ_API lq_builder *lq_build_result(lq_stream *stream, const lq_stanza *iq);

/* Call TELL with SELF and each feature that modules and claims advertise, as
 * often as they do, until it returns less than LQ_OK.  What it returned
 * last. */
LQ_API int lq_stream_features(const lq_stream *stream,
                              int (*tell)(void *self, const char *feature),
                              void *self);

/* NOW as it was when the stream was entered, and the wall clock then, or
 * LQ_NEVER if the context has none. */
LQ_API lq_time lq_stream_now(const lq_stream *stream);
LQ_API int64_t lq_stream_unix_ms(const lq_stream *stream);

/* Queue an event.  STANZA (may be NULL) is kept; DETAIL must stay until the
 * event has passed, which all have when the next handler is called.  LQ_OK or
 * LQ_E_NOMEM. */
LQ_API int lq_stream_emit(lq_stream *stream, int type, lq_id id, int error,
                          const lq_stanza *stanza, const void *detail);

LQ_END
#endif
