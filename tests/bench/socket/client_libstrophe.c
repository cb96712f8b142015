/* client_libstrophe.c - libstrophe as a client. */
#include "client.h"

#include <strophe.h>

const char client_name[] = "libstrophe";

static xmpp_ctx_t *context;
static bool is_online;

static int on_stanza(xmpp_conn_t *connection, xmpp_stanza_t *stanza, void *self)
{
    xmpp_stanza_t *body = xmpp_stanza_get_child_by_name(stanza, "body");
    xmpp_stanza_t *text = body == NULL ? NULL : xmpp_stanza_get_children(body);

    (void)connection, (void)self;
    client_saw(xmpp_stanza_get_from(stanza), xmpp_stanza_get_type(stanza),
               xmpp_stanza_get_id(stanza),
               text == NULL ? NULL : xmpp_stanza_get_text_ptr(text));
    return 1;
}

static void on_connection(xmpp_conn_t *connection, xmpp_conn_event_t event,
                          int error, xmpp_stream_error_t *stream_error,
                          void *self)
{
    (void)connection, (void)stream_error, (void)self;
    if (event != XMPP_CONN_CONNECT) {
        bench_die("libstrophe: disconnected, %d", error);
    }
    is_online = true;
}

static xmpp_conn_t *open_session(int port)
{
    xmpp_conn_t *connection;

    if (context == NULL) {
        xmpp_initialize();
        context = xmpp_ctx_new(NULL, NULL);
    }
    connection = xmpp_conn_new(context);
    xmpp_conn_set_flags(connection,
                        XMPP_CONN_FLAG_DISABLE_TLS | XMPP_CONN_FLAG_DISABLE_SM);
    xmpp_conn_set_jid(connection, CLIENT_JID);
    xmpp_conn_set_pass(connection, CLIENT_PASSWORD);
    is_online = false;
    if (xmpp_connect_client(connection, CLIENT_HOST, (unsigned short)port,
                            on_connection, NULL) != XMPP_EOK) {
        bench_die("libstrophe: no connection");
    }
    while (!is_online) {
        xmpp_run_once(context, 1);
    }
    return connection;
}

void client_open(int port) { open_session(port); }

void client_receive(int port)
{
    xmpp_conn_t *connection = open_session(port);
    xmpp_stanza_t *presence;

    xmpp_handler_add(connection, on_stanza, NULL, NULL, NULL, NULL);
    client_begin();
    presence = xmpp_presence_new(context);
    xmpp_send(connection, presence);
    xmpp_stanza_release(presence);
    xmpp_run(context);
}
