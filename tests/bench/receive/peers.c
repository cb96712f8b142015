/* peers.c - other libraries' parsers as readers: iksemel by its public API,
 * libstrophe and loudmouth by the stream parsers that their connections use.
 * Those two are internal, so the static archives are linked, and what is
 * called of them is declared here; their versions must be those of the
 * declarations (0.12, 1.5). */
#include <iksemel.h>
#include <loudmouth/loudmouth.h>
#include <stdlib.h>
#include <string.h>
#include <strophe.h>

#include "peers.h"

static void broke(const char *who) { bench_die("%s: the stream broke", who); }

/* ---- libstrophe ---- */

typedef struct _parser_t parser_t;
parser_t *parser_new(xmpp_ctx_t *context,
                     void (*start)(char *name, char **attrs, void *self),
                     void (*end)(char *name, void *self),
                     void (*stanza)(xmpp_stanza_t *stanza, void *self),
                     void *self);
int parser_feed(parser_t *parser, char *bytes, int len);
void parser_free(parser_t *parser);

typedef struct strophe {
    xmpp_ctx_t *context;
    parser_t *parser;
} strophe;

static void strophe_start(char *name, char **attrs, void *f)
{
    (void)name, (void)attrs, (void)f;
}

static void strophe_end(char *name, void *f) { (void)name, (void)f; }

static void strophe_stanza(xmpp_stanza_t *stanza, void *f)
{
    xmpp_stanza_t *body = xmpp_stanza_get_child_by_name(stanza, "body");

    bench_touch(xmpp_stanza_get_from(stanza));
    bench_touch(xmpp_stanza_get_type(stanza));
    bench_touch(xmpp_stanza_get_id(stanza));
    if (body != NULL && (body = xmpp_stanza_get_children(body)) != NULL) {
        bench_touch(xmpp_stanza_get_text_ptr(body));
    }
    ((feed *)f)->stanzas++;
}

static void begin_strophe(feed *f)
{
    strophe *self = bench_alloc(sizeof(*self));

    xmpp_initialize();
    self->context = xmpp_ctx_new(NULL, NULL);
    self->parser = parser_new(self->context, strophe_start, strophe_end,
                              strophe_stanza, f);
    f->self = self;
}

static void read_strophe(feed *f)
{
    strophe *self = f->self;
    size_t at = 0, len;
    char *piece;

    while ((piece = feed_next(f, &at, &len)) != NULL) {
        if (!parser_feed(self->parser, piece, (int)len)) {
            broke("libstrophe");
        }
    }
}

static void end_strophe(feed *f)
{
    strophe *self = f->self;

    parser_free(self->parser);
    xmpp_ctx_free(self->context);
    xmpp_shutdown();
    free(self);
}

/* ---- loudmouth ---- */

typedef struct LmParser LmParser;
LmParser *lm_parser_new(void (*message)(LmParser *parser, LmMessage *message,
                                        gpointer self),
                        gpointer self, GDestroyNotify notify);
gboolean lm_parser_parse(LmParser *parser, const gchar *text);
void lm_parser_free(LmParser *parser);

/* As lm_connection_new() arranges: what is logged is dropped. */
static void loudmouth_log(const gchar *domain, GLogLevelFlags level,
                          const gchar *text, gpointer self)
{
    (void)domain, (void)level, (void)text, (void)self;
}

static void loudmouth_message(LmParser *parser, LmMessage *message, gpointer f)
{
    LmMessageNode *node = lm_message_get_node(message), *body;

    (void)parser;
    if (lm_message_get_type(message) == LM_MESSAGE_TYPE_STREAM) {
        return;
    }
    bench_touch(lm_message_node_get_attribute(node, "from"));
    bench_touch(lm_message_node_get_attribute(node, "type"));
    bench_touch(lm_message_node_get_attribute(node, "id"));
    body = lm_message_node_get_child(node, "body");
    if (body != NULL) {
        bench_touch(lm_message_node_get_value(body));
    }
    ((feed *)f)->stanzas++;
}

static void begin_loudmouth(feed *f)
{
    g_log_set_handler("LM", (GLogLevelFlags)(0xff00 | G_LOG_LEVEL_MASK),
                      loudmouth_log, NULL);
    f->self = lm_parser_new(loudmouth_message, f, NULL);
}

/* It takes texts, so each piece gets a NUL behind it for the time. */
static void read_loudmouth(feed *f)
{
    size_t at = 0, len;
    char *piece;

    while ((piece = feed_next(f, &at, &len)) != NULL) {
        char behind = piece[len];

        piece[len] = '\0';
        if (!lm_parser_parse(f->self, piece)) {
            broke("loudmouth");
        }
        piece[len] = behind;
    }
}

static void end_loudmouth(feed *f) { lm_parser_free(f->self); }

/* ---- iksemel ---- */

static int iksemel_node(void *f, int type, iks *node)
{
    if (type == IKS_NODE_NORMAL) {
        bench_touch(iks_find_attrib(node, "from"));
        bench_touch(iks_find_attrib(node, "type"));
        bench_touch(iks_find_attrib(node, "id"));
        bench_touch(iks_find_cdata(node, "body"));
        ((feed *)f)->stanzas++;
    } else if (type != IKS_NODE_START) {
        broke("iksemel");
    }
    if (node != NULL) {
        iks_delete(node);
    }
    return IKS_OK;
}

static void begin_iksemel(feed *f)
{
    f->self = iks_stream_new((char *)IKS_NS_CLIENT, f, iksemel_node);
}

static void read_iksemel(feed *f)
{
    size_t at = 0, len;
    const char *piece;

    while ((piece = feed_next(f, &at, &len)) != NULL) {
        if (iks_parse(f->self, piece, len, 0) != IKS_OK) {
            broke("iksemel");
        }
    }
}

static void end_iksemel(feed *f) { iks_parser_delete(f->self); }

const reader readers_peers[] = {
    { "libstrophe", "its stream parser, to a tree", begin_strophe, read_strophe,
      end_strophe },
    { "loudmouth", "its stream parser, to a tree", begin_loudmouth,
      read_loudmouth, end_loudmouth },
    { "iksemel", "iks_parse(), to a tree; no namespaces", begin_iksemel,
      read_iksemel, end_iksemel },
    { "gloox", "gloox::Parser, to a tree", begin_gloox, read_gloox, end_gloox },
    { 0 },
};
