/* client_libstrophe.c - libstrophe: SCRAM-SHA-256, the certificate verified by
 * the given authority. */
#include <strophe.h>

#include "client.h"

static xmpp_ctx_t *context;

static void changed(xmpp_conn_t *connection, xmpp_conn_event_t event, int error,
                    xmpp_stream_error_t *stream_error, void *online)
{
    (void)stream_error;
    if (event == XMPP_CONN_CONNECT) {
        *(bool *)online = true;
        xmpp_disconnect(connection);
        return;
    }
    if (!*(bool *)online) {
        bench_die("libstrophe could not log in: %d", error);
    }
    xmpp_stop(context);
}

static void login(const client_server *server)
{
    xmpp_conn_t *connection = xmpp_conn_new(context);
    bool online = false;

    xmpp_conn_set_flags(connection, XMPP_CONN_FLAG_MANDATORY_TLS);
    xmpp_conn_set_cafile(connection, server->ca_file);
    xmpp_conn_set_jid(connection, CLIENT_JID);
    xmpp_conn_set_pass(connection, CLIENT_PASSWORD);
    if (xmpp_connect_client(connection, "127.0.0.1",
                            (unsigned short)server->port, changed,
                            &online) < 0) {
        bench_die("libstrophe could not connect");
    }
    xmpp_run(context);
    xmpp_conn_release(connection);
}

int main(int argc, char **argv)
{
    int status;

    xmpp_initialize();
    context = xmpp_ctx_new(NULL, NULL);
    status = client_main(argc, argv, "libstrophe", login);
    xmpp_ctx_free(context);
    xmpp_shutdown();
    return status;
}
