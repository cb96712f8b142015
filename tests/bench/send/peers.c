/* peers.c - libraries in C as writers. */
#include <iksemel.h>
#include <loudmouth/loudmouth.h>
#include <string.h>
#include <strophe.h>

#include "writer.h"

/* ---- libstrophe ---- */

static void strophe_begin(writing *w)
{
    xmpp_initialize();
    w->self = xmpp_ctx_new(NULL, NULL);
}

static void strophe_end(writing *w)
{
    xmpp_ctx_free(w->self);
    xmpp_shutdown();
}

static xmpp_stanza_t *strophe_child(xmpp_ctx_t *context, xmpp_stanza_t *parent,
                                    const char *name, const char *xmlns)
{
    xmpp_stanza_t *child = xmpp_stanza_new(context);

    xmpp_stanza_set_name(child, name);
    xmpp_stanza_set_ns(child, xmlns);
    xmpp_stanza_add_child_ex(parent, child, 0);
    return child;
}

static void strophe_write(writing *w)
{
    xmpp_ctx_t *context = w->self;

    for (size_t i = 0; i < w->count; i++) {
        xmpp_stanza_t *message =
            xmpp_message_new(context, "chat", MESSAGE_TO, MESSAGE_ID);
        xmpp_stanza_t *origin;
        char *text;
        size_t len;

        xmpp_message_set_body(message, MESSAGE_BODY);
        strophe_child(context, message, "active", NS_CHATSTATES);
        origin = strophe_child(context, message, "origin-id", NS_SID);
        xmpp_stanza_set_id(origin, MESSAGE_ID);
        if (xmpp_stanza_to_text(message, &text, &len) < 0) {
            bench_die("libstrophe wrote nothing");
        }
        writing_keep(w, text, len);
        xmpp_free(context, text);
        xmpp_stanza_release(message);
    }
}

/* ---- loudmouth ---- */

static void loudmouth_write(writing *w)
{
    for (size_t i = 0; i < w->count; i++) {
        LmMessage *message = lm_message_new_with_sub_type(
            MESSAGE_TO, LM_MESSAGE_TYPE_MESSAGE, LM_MESSAGE_SUB_TYPE_CHAT);
        LmMessageNode *root = lm_message_get_node(message);
        LmMessageNode *child;
        char *text;

        lm_message_node_set_attribute(root, "id", MESSAGE_ID);
        lm_message_node_add_child(root, "body", MESSAGE_BODY);
        child = lm_message_node_add_child(root, "active", NULL);
        lm_message_node_set_attribute(child, "xmlns", NS_CHATSTATES);
        child = lm_message_node_add_child(root, "origin-id", NULL);
        lm_message_node_set_attributes(child, "xmlns", NS_SID, "id", MESSAGE_ID,
                                       NULL);
        text = lm_message_node_to_string(root);
        writing_keep(w, text, strlen(text));
        g_free(text);
        lm_message_unref(message);
    }
}

/* ---- iksemel ---- */

static void iksemel_write(writing *w)
{
    for (size_t i = 0; i < w->count; i++) {
        iks *message = iks_make_msg(IKS_TYPE_CHAT, MESSAGE_TO, MESSAGE_BODY);
        iks *child;
        const char *text;

        iks_insert_attrib(message, "id", MESSAGE_ID);
        child = iks_insert(message, "active");
        iks_insert_attrib(child, "xmlns", NS_CHATSTATES);
        child = iks_insert(message, "origin-id");
        iks_insert_attrib(child, "xmlns", NS_SID);
        iks_insert_attrib(child, "id", MESSAGE_ID);
        text = iks_string(iks_stack(message), message);
        writing_keep(w, text, strlen(text));
        iks_delete(message);
    }
}

const writer writers_peers[] = {
    { "libstrophe", "xmpp_stanza_to_text()", strophe_begin, strophe_write,
      strophe_end },
    { "loudmouth", "lm_message_node_to_string()", NULL, loudmouth_write, NULL },
    { "iksemel", "iks_string() on the message's stack", NULL, iksemel_write,
      NULL },
    { 0 },
};
