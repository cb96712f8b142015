/* starttls.c - the feature that comes first: RFC 6120, section 5.
 *
 * Nothing else is said or believed on a transport that is not protected, and
 * there is no way to do without. */
#include <string.h>

#include "stream/headstart.h"
#include "stream/stream.h"

/* There is no way to do without, so it need not be awaited: RFC 7590, 3.1. */
static int starttls_ahead(lq_stream *stream)
{
    static const char request[] = "<starttls xmlns='" LQ_NS_TLS "'/>";

    if (lq_stream_is_secure(stream)) {
        return LQ_ROW_SKIP;
    }
    return lq_stream_write_element(stream, request, strlen(request)) < 0
               ? lq_stream_no_memory(stream)
               : LQ_ROW_WAIT;
}

static int starttls_offered(lq_stream *stream, const lq_element *offer)
{
    if (offer == NULL && !lq_stream_is_secure(stream)) {
        return lq_stream_fail(
            stream,
            &(lq_fault){ LQ_LAYER_TLS, LQ_E_POLICY, "policy-violation", NULL,
                         "The server does not offer encryption; "
                         "without it we do not log in.",
                         .final = true, .tell = true });
    }
    return LQ_ROW_WAIT;
}

/* Asked for already, or secure. */
static int starttls_begin(lq_stream *stream, const lq_element *offer)
{
    (void)offer;
    return lq_stream_is_secure(stream) ? LQ_ROW_SKIP
                                       : lq_stream_unexpected(stream);
}

static int starttls_reply(lq_stream *stream, const lq_element *element)
{
    int rv;

    if (lq_element_is(element, "failure", LQ_NS_TLS)) {
        return lq_stream_fail(stream,
                              &(lq_fault){ LQ_LAYER_TLS, LQ_E_TLS, NULL, NULL,
                                           "The server refused to encrypt.",
                                           .final = false });
    }
    if (!lq_element_is(element, "proceed", LQ_NS_TLS)) {
        return lq_stream_unexpected(stream);
    }
    /* Everything that was heard until now is forgotten (RFC 6120, 5.4.3.3). */
    stream->negotiation.row = NULL;
    stream->negotiation.opened = stream->negotiation.header = false;
    rv = lq_headstart_tls(stream);
    return rv < 0 ? rv : LQ_ROW_WAIT;
}

const lq_row lq_row_starttls = {
    "starttls",     LQ_NS_TLS,      starttls_begin,
    starttls_reply, starttls_ahead, starttls_offered,
};
