/* client_loquat.c - Loquat with libloquat-net: SCRAM-SHA-256-PLUS. */
#include <loquat/loquat.h>
#include <loquat/net.h>

#include "client.h"

static lq_context *context;
static lq_net *net;

static lq_stream *open_stream(const client_server *server)
{
    lq_config *config = lq_config_new(CLIENT_JID);
    lq_stream *stream;

    if (lq_config_set_password(config, CLIENT_PASSWORD) < 0 ||
        lq_config_set_host(config, "127.0.0.1", server->port,
                           LQ_TRANSPORT_STARTTLS) < 0 ||
        lq_config_add_ca_file(config, server->ca_file) < 0) {
        bench_die("the config is refused");
    }
    stream = lq_stream_new(context, config);
    lq_config_free(config);
    if (stream == NULL || lq_stream_start(stream, lq_net_now(net)) < 0 ||
        lq_net_add(net, stream) < 0) {
        bench_die("no stream could be started");
    }
    return stream;
}

static void login(const client_server *server)
{
    lq_stream *stream = open_stream(server);
    const lq_event *event;
    bool online = false;

    while ((event = lq_net_event(net, NULL)) != NULL &&
           event->type != LQ_EVENT_CLOSED) {
        if (event->type == LQ_EVENT_ONLINE) {
            online = true;
            lq_stream_stop(stream, lq_net_now(net));
        } else if (event->type == LQ_EVENT_OFFLINE && !online) {
            bench_die("the login failed: %s",
                      lq_failure_message(lq_event_failure(event)));
        }
    }
    lq_net_remove(net, stream);
    lq_stream_free(stream);
}

int main(int argc, char **argv)
{
    int status;

    context = lq_context_new();
    net = lq_net_new(context);
    status = client_main(argc, argv, "loquat", login);
    lq_net_free(net);
    lq_context_free(context);
    return status;
}
