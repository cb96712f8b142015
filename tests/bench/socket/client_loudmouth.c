/* client_loudmouth.c - loudmouth as a client. */
#include "client.h"

#include <loudmouth/loudmouth.h>

const char client_name[] = "loudmouth";

static LmHandlerResult on_message(LmMessageHandler *handler,
                                  LmConnection *connection, LmMessage *message,
                                  gpointer self)
{
    LmMessageNode *node = lm_message_get_node(message);
    LmMessageNode *body = lm_message_node_get_child(node, "body");

    (void)handler, (void)connection, (void)self;
    client_saw(lm_message_node_get_attribute(node, "from"),
               lm_message_node_get_attribute(node, "type"),
               lm_message_node_get_attribute(node, "id"),
               body == NULL ? NULL : lm_message_node_get_value(body));
    return LM_HANDLER_RESULT_REMOVE_MESSAGE;
}

static LmConnection *open_session(int port)
{
    LmConnection *connection = lm_connection_new(CLIENT_HOST);
    GError *error = NULL;

    lm_connection_set_port(connection, (guint)port);
    lm_connection_set_jid(connection, CLIENT_JID);
    if (!lm_connection_open_and_block(connection, &error) ||
        !lm_connection_authenticate_and_block(connection, CLIENT_USER,
                                              CLIENT_PASSWORD, CLIENT_RESOURCE,
                                              &error)) {
        bench_die("loudmouth: %s", error == NULL ? "?" : error->message);
    }
    return connection;
}

void client_open(int port) { open_session(port); }

void client_receive(int port)
{
    LmConnection *connection = open_session(port);
    LmMessageHandler *handler = lm_message_handler_new(on_message, NULL, NULL);
    LmMessage *presence;

    for (int type = LM_MESSAGE_TYPE_MESSAGE; type <= LM_MESSAGE_TYPE_IQ;
         type++) {
        lm_connection_register_message_handler(connection, handler,
                                               (LmMessageType)type,
                                               LM_HANDLER_PRIORITY_NORMAL);
    }
    client_begin();
    presence = lm_message_new(NULL, LM_MESSAGE_TYPE_PRESENCE);
    lm_connection_send(connection, presence, NULL);
    lm_message_unref(presence);
    g_main_loop_run(g_main_loop_new(NULL, FALSE));
}
