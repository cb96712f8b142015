/* client_iksemel.c - iksemel: PLAIN; it does not look at the certificate. */
#include <iksemel.h>
#include <string.h>

#include "client.h"

typedef struct session {
    iksparser *parser;
    bool encrypted, authenticated, online;
} session;

static void take_features(session *s)
{
    iksid *id = iks_id_new(iks_parser_stack(s->parser), CLIENT_JID "/bench");
    iks *bind;

    if (!iks_is_secure(s->parser)) {
        iks_start_tls(s->parser);
    } else if (!s->authenticated) {
        iks_start_sasl(s->parser, IKS_SASL_PLAIN, id->user,
                       (char *)CLIENT_PASSWORD);
    } else {
        bind = iks_make_resource_bind(id);
        iks_insert_attrib(bind, "id", "bind");
        iks_send(s->parser, bind);
        iks_delete(bind);
    }
}

static int take(void *self, int type, iks *node)
{
    session *s = self;
    int rv = IKS_OK;

    if (type == IKS_NODE_NORMAL) {
        if (strcmp(iks_name(node), "stream:features") == 0) {
            take_features(s);
        } else if (strcmp(iks_name(node), "success") == 0) {
            s->authenticated = true;
            iks_send_header(s->parser, "example.com");
        } else if (strcmp(iks_name(node), "iq") == 0) {
            s->online = true;
            rv = IKS_HOOK; /* leaves iks_recv() */
        }
    }
    if (node != NULL) {
        iks_delete(node);
    }
    return rv;
}

static void login(const client_server *server)
{
    session s = { .online = false };

    s.parser = iks_stream_new((char *)IKS_NS_CLIENT, &s, take);
    if (iks_connect_via(s.parser, "127.0.0.1", server->port, "example.com") !=
        IKS_OK) {
        bench_die("iksemel could not connect");
    }
    while (!s.online) {
        int rv = iks_recv(s.parser, -1);

        if (rv != IKS_OK && rv != IKS_HOOK) {
            bench_die("iksemel could not log in");
        }
    }
    iks_send_raw(s.parser, "</stream:stream>");
    iks_disconnect(s.parser);
    iks_parser_delete(s.parser);
}

int main(int argc, char **argv)
{
    return client_main(argc, argv, "iksemel", login);
}
