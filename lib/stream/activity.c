/* activity.c - whether somebody looks at what comes: XEP-0352.
 *
 * A new session is active as far as the server knows.  With Bind 2 it is told
 * otherwise in the login (inline.c), else right after. */
#include <string.h>

#include "stream/stream.h"

static bool activity_is_told(const lq_stream *stream)
{
    return stream->inactive == stream->told_inactive ||
           (lq_stream_server_feature(stream, "csi", LQ_NS_CSI) == NULL &&
            !stream->told_inactive); /* else it was told in the login */
}

int lq_activity_tell(lq_stream *stream)
{
    static const char active[] = "<active xmlns='" LQ_NS_CSI "'/>";
    static const char inactive[] = "<inactive xmlns='" LQ_NS_CSI "'/>";
    const char *text = stream->inactive ? inactive : active;

    if (activity_is_told(stream)) {
        return LQ_OK;
    }
    stream->told_inactive = stream->inactive;
    return lq_stream_write_element(stream, text, strlen(text)) < 0
               ? lq_stream_no_memory(stream)
               : LQ_OK;
}

int lq_stream_set_active(lq_stream *stream, lq_time now, bool active)
{
    bool entered = lq_stream_enter(stream, now);
    int rv = LQ_OK;

    stream->inactive = !active;
    if (stream->flowing && !stream->ending &&
        stream->state == LQ_STATE_ONLINE) {
        rv = lq_activity_tell(stream);
    }
    if (entered) {
        lq_stream_leave(stream);
    }
    return rv;
}
