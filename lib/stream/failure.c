/* failure.c - see failure.h. */
#include "stream/failure.h"

#include <string.h>

#include "base/list.h"
#include "base/memory.h"

enum { TEXT_MAX = 1024 }; /* bytes worth keeping of what a peer wrote */

static void connection_release_online(lq_note *note)
{
    lq_connection_unref(LQ_OUTER(note, lq_connection, online));
}

static void connection_release_offline(lq_note *note)
{
    lq_connection_unref(LQ_OUTER(note, lq_connection, offline));
}

static void connection_release_closed(lq_note *note)
{
    lq_connection_unref(LQ_OUTER(note, lq_connection, closed));
}

lq_connection *lq_connection_new(void)
{
    lq_connection *connection = lq_calloc(1, sizeof(*connection));

    if (connection != NULL) {
        connection->refs = 1;
        connection->online.event.type = LQ_EVENT_ONLINE;
        connection->online.release = connection_release_online;
        connection->offline.event.type = LQ_EVENT_OFFLINE;
        connection->offline.release = connection_release_offline;
        connection->closed.event.type = LQ_EVENT_CLOSED;
        connection->closed.release = connection_release_closed;
    }
    return connection;
}

lq_connection *lq_connection_ref(lq_connection *connection)
{
    connection->refs++;
    return connection;
}

void lq_connection_unref(lq_connection *connection)
{
    if (connection == NULL || --connection->refs > 0) {
        return;
    }
    lq_free(connection->failure.condition);
    lq_free(connection->failure.text);
    lq_free(connection->failure.message);
    lq_free(connection);
}

static char *failure_text(const char *text)
{
    size_t len;

    if (text == NULL) {
        return NULL;
    }
    len = strlen(text);
    if (len > TEXT_MAX) {
        len = TEXT_MAX;
        while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80) {
            len--; /* not in the middle of a character */
        }
    }
    return lq_strndup(text, len);
}

static const char *const layer_messages[] = {
    [LQ_LAYER_NONE] = "",
    [LQ_LAYER_NET] = "The connection was lost.",
    [LQ_LAYER_TLS] = "The connection could not be encrypted.",
    [LQ_LAYER_SASL] = "The server did not accept the login.",
    [LQ_LAYER_XML] = "The server sent what is not XML.",
    [LQ_LAYER_STREAM] = "The server and we did not understand each other.",
    [LQ_LAYER_BIND] = "The server gave no resource.",
    [LQ_LAYER_MEMORY] = "Memory ran out.",
    [LQ_LAYER_CONFIG] = "The configuration cannot work.",
};

void lq_failure_set(lq_failure *failure, const lq_fault *fault)
{
    if (failure->set) {
        return;
    }
    failure->set = true;
    failure->layer = fault->layer;
    failure->code = fault->code;
    failure->final = fault->final;
    failure->fallback = layer_messages[fault->layer];
    failure->condition = failure_text(fault->condition);
    failure->text = failure_text(fault->text);
    failure->message = failure_text(fault->message);
}

int lq_failure_layer(const lq_failure *failure)
{
    return failure == NULL ? LQ_LAYER_NONE : failure->layer;
}

int lq_failure_code(const lq_failure *failure)
{
    return failure == NULL ? LQ_OK : failure->code;
}

const char *lq_failure_condition(const lq_failure *failure)
{
    return failure == NULL ? NULL : failure->condition;
}

const char *lq_failure_text(const lq_failure *failure)
{
    return failure == NULL ? NULL : failure->text;
}

const char *lq_failure_message(const lq_failure *failure)
{
    if (failure == NULL) {
        return "";
    }
    return failure->message != NULL ? failure->message : failure->fallback;
}

/* ---- events ---- */

const lq_failure *lq_event_failure(const lq_event *event)
{
    return event->type == LQ_EVENT_OFFLINE || event->type == LQ_EVENT_CLOSED
               ? event->detail
               : NULL;
}
