/* client_iksemel.c - iksemel as a client; it leaves the login to its user. */
#include "client.h"

#include <iksemel.h>
#include <string.h>

const char client_name[] = "iksemel";

typedef struct session {
    iksparser *parser;
    iksfilter *filter;
    bool is_logged_in, is_online;
} session;

static int on_packet(void *self, ikspak *packet)
{
    (void)self;
    client_saw(packet->from == NULL ? NULL : packet->from->full,
               iks_find_attrib(packet->x, "type"), packet->id,
               iks_find_cdata(packet->x, "body"));
    return IKS_FILTER_EAT;
}

static void on_features(session *s)
{
    iksid *id =
        iks_id_new(iks_parser_stack(s->parser), CLIENT_JID "/" CLIENT_RESOURCE);

    if (s->is_logged_in) {
        iks *request = iks_make_resource_bind(id);

        iks_insert_attrib(request, "id", "bind");
        iks_send(s->parser, request);
        iks_delete(request);
    } else {
        iks_start_sasl(s->parser, IKS_SASL_PLAIN, id->user,
                       (char *)CLIENT_PASSWORD);
    }
}

static void on_element(session *s, iks *node)
{
    const char *name = iks_name(node);

    if (strcmp(name, "stream:features") == 0) {
        on_features(s);
    } else if (strcmp(name, "success") == 0) {
        s->is_logged_in = true;
        iks_send_header(s->parser, CLIENT_DOMAIN);
    } else if (!s->is_online && strcmp(name, "iq") == 0) {
        s->is_online = true; /* the resource is bound */
    } else {
        iks_filter_packet(s->filter, iks_packet(node));
    }
}

static int on_node(void *self, int type, iks *node)
{
    if (type == IKS_NODE_ERROR || type == IKS_NODE_STOP) {
        bench_die("iksemel: the stream ended, %d", type);
    }
    if (type == IKS_NODE_NORMAL) {
        on_element(self, node);
    }
    if (node != NULL) {
        iks_delete(node);
    }
    return IKS_OK;
}

/* One rule for each type of packet, of which one matches. */
static iksfilter *filter_of_all(void)
{
    iksfilter *filter = iks_filter_new();

    for (int type = IKS_PAK_MESSAGE; type <= IKS_PAK_S10N; type++) {
        iks_filter_add_rule(filter, on_packet, NULL, IKS_RULE_TYPE, type,
                            IKS_RULE_DONE);
    }
    return filter;
}

static session *open_session(int port)
{
    session *s = bench_alloc(sizeof(*s));

    memset(s, 0, sizeof(*s));
    s->parser = iks_stream_new((char *)IKS_NS_CLIENT, s, on_node);
    s->filter = filter_of_all();
    if (iks_connect_via(s->parser, CLIENT_HOST, port, CLIENT_DOMAIN) !=
        IKS_OK) {
        bench_die("iksemel: no connection");
    }
    while (!s->is_online) {
        if (iks_recv(s->parser, 1) != IKS_OK) {
            bench_die("iksemel: the login failed");
        }
    }
    return s;
}

void client_open(int port) { open_session(port); }

void client_receive(int port)
{
    session *s = open_session(port);
    iks *presence = iks_make_pres(IKS_SHOW_AVAILABLE, NULL);

    client_begin();
    iks_send(s->parser, presence);
    iks_delete(presence);
    while (iks_recv(s->parser, 10) == IKS_OK) {
    }
}
