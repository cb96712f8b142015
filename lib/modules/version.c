/* version.c - Software Version, XEP-0092.
 *
 * What the program has not told is nobody's business: without a name the
 * question passes by, and the stream answers service-unavailable. */
#include <loquat/module.h>
#include <loquat/version.h>

#include "base/memory.h"

#define NS_VERSION "jabber:iq:version"

struct lq_version {
    lq_stream *stream;
    char *name; /* NULL: do not answer */
    char *number;
    char *system;
};

static int version_init(void *self, lq_stream *stream)
{
    lq_version *version = self;

    version->stream = stream;
    return LQ_OK;
}

static void version_clear(void *self)
{
    lq_version *version = self;

    lq_free(version->name);
    lq_free(version->number);
    lq_free(version->system);
}

static int version_get(void *self, const lq_stanza *stanza,
                       const lq_element *payload)
{
    lq_version *version = self;
    lq_builder *b;

    (void)payload;
    if (version->name == NULL) {
        return LQ_PASS;
    }
    b = lq_build_result(version->stream, stanza);
    lq_build_open(b, "query", NS_VERSION);
    lq_build_child(b, "name", NULL, version->name);
    lq_build_child(b, "version", NULL, version->number);
    lq_build_child(b, "os", NULL, version->system);
    lq_build_close(b);
    return lq_stream_answer(version->stream, b);
}

static const char *const features[] = { NS_VERSION, NULL };

static const lq_handler handlers[] = {
    { LQ_IQ, LQ_GET, "query", NS_VERSION, version_get },
    { 0 },
};

static const lq_module module = {
    .name = "version",
    .features = features,
    .handlers = handlers,
    .size = sizeof(lq_version),
    .init = version_init,
    .clear = version_clear,
};

lq_version *lq_version_attach(lq_stream *stream)
{
    return lq_stream_attach(stream, &module);
}

int lq_version_set(lq_version *version, const char *name, const char *number,
                   const char *system)
{
    lq_version fresh = { .stream = version->stream };

    if (lq_replace(&fresh.name, name) < 0 ||
        lq_replace(&fresh.number, number) < 0 ||
        lq_replace(&fresh.system, system) < 0) {
        version_clear(&fresh);
        return LQ_E_NOMEM;
    }
    version_clear(version);
    *version = fresh;
    return LQ_OK;
}

lq_id lq_version_ask(lq_version *version, const char *jid)
{
    lq_builder *b = lq_build_iq(version->stream, LQ_GET, jid);

    lq_build_open(b, "query", NS_VERSION);
    lq_build_close(b);
    return lq_stream_request(version->stream, b);
}

/* ---- reading a reply ---- */

static const char *reply_text(const lq_stanza *reply, const char *name)
{
    const lq_element *query =
        lq_element_child(lq_stanza_root(reply), "query", NS_VERSION);
    const char *text =
        lq_element_text(lq_element_child(query, name, NS_VERSION));

    return text == NULL || *text == '\0' ? NULL : text;
}

const char *lq_version_name(const lq_stanza *reply)
{
    return reply_text(reply, "name");
}

const char *lq_version_number(const lq_stanza *reply)
{
    return reply_text(reply, "version");
}

const char *lq_version_system(const lq_stanza *reply)
{
    return reply_text(reply, "os");
}
