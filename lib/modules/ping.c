/* ping.c - XMPP Ping, XEP-0199. */
#include <loquat/module.h>
#include <loquat/ping.h>

#define NS_PING "urn:xmpp:ping"

struct lq_ping {
    lq_stream *stream;
};

static int ping_init(void *self, lq_stream *stream)
{
    lq_ping *ping = self;

    ping->stream = stream;
    return LQ_OK;
}

static int ping_get(void *self, const lq_stanza *stanza,
                    const lq_element *payload)
{
    (void)self;
    (void)stanza;
    (void)payload;
    return LQ_HANDLED; /* an empty result */
}

static const char *const features[] = { NS_PING, NULL };

static const lq_handler handlers[] = {
    { LQ_IQ, LQ_GET, "ping", NS_PING, ping_get },
    { 0 },
};

static const lq_module module = {
    .name = "ping",
    .features = features,
    .handlers = handlers,
    .size = sizeof(lq_ping),
    .init = ping_init,
};

lq_ping *lq_ping_attach(lq_stream *stream)
{
    return lq_stream_attach(stream, &module);
}

lq_id lq_ping_send(lq_ping *ping, const char *jid)
{
    lq_builder *b = lq_build_iq(ping->stream, LQ_GET, jid);

    lq_build_open(b, "ping", NS_PING);
    lq_build_close(b);
    return lq_stream_request(ping->stream, b);
}
