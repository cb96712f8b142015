/* message.c - messages between people, RFC 6121 section 5.
 *
 * A lock says which resource of a contact wrote last.  It is taken by a
 * message with a body, and lost by any presence of that contact or a message
 * from another resource: then what is said next goes to the bare JID, until
 * the contact writes again (RFC 6121, 5.1).  Strangers can make us lock too,
 * so the number of locks is limited; the oldest goes. */
#include <loquat/message.h>
#include <loquat/module.h>

#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/table.h"
#include "base/text.h"
#include "grave.h"
#include "language.h"
#include "prepared.h"

enum { LOCKS_MAX = 1000 };

/* ---- reading ---- */

static const lq_element *message_child(const lq_stanza *message,
                                       const char *name)
{
    const lq_element *root = lq_stanza_root(message);

    return lq_element_child(root, name, lq_element_xmlns(root));
}

const char *lq_message_body(const lq_stanza *message, const char *lang)
{
    return lq_language_pick(message, "body", lang);
}

const char *lq_message_subject(const lq_stanza *message, const char *lang)
{
    return lq_language_pick(message, "subject", lang);
}

const char *lq_message_body_at(const lq_stanza *message, int index,
                               const char **lang)
{
    const lq_element *body = message_child(message, "body");

    for (; index > 0 && body != NULL; index--) {
        body = lq_element_next(body, "body", lq_element_xmlns(body));
    }
    if (index < 0 || body == NULL) {
        body = NULL;
    }
    if (lang != NULL) {
        *lang = body == NULL ? NULL : lq_language_of(message, body);
    }
    return lq_element_text(body);
}

const char *lq_message_thread(const lq_stanza *message)
{
    return lq_element_text(message_child(message, "thread"));
}

const char *lq_message_thread_parent(const lq_stanza *message)
{
    return lq_element_attr(message_child(message, "thread"), "parent");
}

/* ---- locks ---- */

typedef struct lock {
    lq_buried buried;
    const char *jid;      /* as it stood in the message */
    const char *resource; /* prepared */
    char bare[];          /* prepared; the others lie behind it */
} lock;

struct lq_messages {
    lq_stream *stream;
    bool online;
    lq_hash_key key;
    lq_table locks; /* prepared bare JID -> lock, oldest first */
    lq_grave grave;
};

static lock *lock_get(const lq_messages *messages, const lq_prepared *who)
{
    return lq_table_get(&messages->locks, who->bare, who->len);
}

static void lock_drop(lq_messages *messages, lock *l)
{
    if (l != NULL) {
        lq_table_remove(&messages->locks, l->bare, strlen(l->bare));
        lq_grave_add(&messages->grave, &l->buried);
    }
}

static lock *lock_first(const lq_messages *messages)
{
    size_t cursor = 0;

    return lq_table_next(&messages->locks, &cursor);
}

static lock *lock_new(const lq_prepared *who, const char *jid)
{
    size_t resource_size = strlen(who->resource) + 1;
    size_t jid_size = strlen(jid) + 1;
    lock *l = lq_malloc(sizeof(*l) + who->len + 1 + resource_size + jid_size);
    char *end;

    if (l == NULL) {
        return NULL;
    }
    memcpy(l->bare, who->bare, who->len);
    l->bare[who->len] = '\0';
    end = l->bare + who->len + 1;
    l->resource = memcpy(end, who->resource, resource_size);
    l->jid = memcpy(end + resource_size, jid, jid_size);
    return l;
}

/* Lock on WHO, if memory allows: without a lock messages arrive as well. */
static void lock_take(lq_messages *messages, const lq_prepared *who,
                      const char *jid)
{
    lock *l = lock_new(who, jid);

    if (l == NULL) {
        return;
    }
    if (lq_table_set(&messages->locks, l->bare, who->len, l) < 0) {
        lq_free(l);
        return;
    }
    if (lq_table_count(&messages->locks) > LOCKS_MAX) {
        lock_drop(messages, lock_first(messages));
    }
}

static void locks_forget(lq_messages *messages)
{
    lock *l;

    while ((l = lock_first(messages)) != NULL) {
        lock_drop(messages, l);
    }
}

/* ---- the module ---- */

static int messages_init(void *self, lq_stream *stream)
{
    lq_messages *messages = self;

    messages->stream = stream;
    lq_table_init(&messages->locks, &messages->key);
    return lq_random_fill(&messages->key, sizeof(messages->key));
}

static int messages_online(void *self, bool resumed)
{
    lq_messages *messages = self;

    messages->online = true;
    if (!resumed) {
        locks_forget(messages);
    }
    return LQ_OK;
}

static void messages_offline(void *self)
{
    lq_messages *messages = self;

    messages->online = false;
}

static void messages_clear(void *self)
{
    lq_messages *messages = self;

    locks_forget(messages);
    lq_grave_empty(&messages->grave);
    lq_table_clear(&messages->locks);
}

static int messages_message(void *self, const lq_stanza *stanza,
                            const lq_element *payload)
{
    lq_messages *messages = self;
    lock *held;
    lq_prepared who;

    (void)payload;
    if (lq_prepared_init(&who, lq_stanza_sender(stanza)) < 0) {
        return LQ_PASS;
    }
    lq_grave_empty(&messages->grave);
    held = lock_get(messages, &who);
    if (held != NULL && !lq_text_equal(held->resource, who.resource)) {
        lock_drop(messages, held);
    } else if (held == NULL && who.resource != NULL &&
               message_child(stanza, "body") != NULL) {
        lock_take(messages, &who, lq_stanza_sender(stanza));
    }
    lq_prepared_clear(&who);
    return LQ_PASS;
}

static int messages_presence(void *self, const lq_stanza *stanza,
                             const lq_element *payload)
{
    lq_messages *messages = self;
    lq_prepared who;

    (void)payload;
    if (lq_prepared_init(&who, lq_stanza_sender(stanza)) < 0) {
        return LQ_PASS;
    }
    lq_grave_empty(&messages->grave);
    lock_drop(messages, lock_get(messages, &who));
    lq_prepared_clear(&who);
    return LQ_PASS;
}

static const lq_handler handlers[] = {
    { LQ_MESSAGE, LQ_CHAT, NULL, NULL, messages_message },
    { LQ_MESSAGE, LQ_NORMAL, NULL, NULL, messages_message },
    { LQ_PRESENCE, LQ_AVAILABLE, NULL, NULL, messages_presence },
    { LQ_PRESENCE, LQ_UNAVAILABLE, NULL, NULL, messages_presence },
    { 0 },
};

static const lq_module module = {
    .name = "messages",
    .handlers = handlers,
    .size = sizeof(lq_messages),
    .init = messages_init,
    .online = messages_online,
    .offline = messages_offline,
    .clear = messages_clear,
};

lq_messages *lq_messages_attach(lq_stream *stream)
{
    return lq_stream_attach(stream, &module);
}

/* ---- writing ---- */

const char *lq_messages_target(const lq_messages *messages, const char *jid)
{
    const lock *held = NULL;
    lq_prepared who;

    if (!messages->online || lq_prepared_init(&who, jid) < 0) {
        return jid;
    }
    if (who.resource == NULL) {
        held = lock_get(messages, &who);
    }
    lq_prepared_clear(&who);
    return held == NULL ? jid : held->jid;
}

lq_builder *lq_messages_build(lq_messages *messages, const char *jid)
{
    return lq_build_message(messages->stream, LQ_CHAT,
                            lq_messages_target(messages, jid));
}

lq_id lq_messages_send(lq_messages *messages, const char *jid, const char *body)
{
    lq_builder *b = lq_messages_build(messages, jid);

    lq_build_child(b, "body", NULL, body);
    return lq_stream_send(messages->stream, b);
}
