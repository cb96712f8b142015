/* client_loudmouth.c - loudmouth: PLAIN, the certificate verified by the given
 * authority; should it ask about one, it is told to go on. */
#include <loudmouth/loudmouth.h>

#include "client.h"

static LmSSLResponse trust(LmSSL *ssl, LmSSLStatus status, gpointer self)
{
    (void)ssl, (void)status, (void)self;
    return LM_SSL_RESPONSE_CONTINUE;
}

static void login(const client_server *server)
{
    LmConnection *connection = lm_connection_new("127.0.0.1");
    LmSSL *ssl = lm_ssl_new(NULL, trust, NULL, NULL);
    GError *error = NULL;

    lm_ssl_use_starttls(ssl, TRUE, TRUE);
    lm_ssl_set_ca(ssl, server->ca_file);
    lm_connection_set_ssl(connection, ssl);
    lm_connection_set_port(connection, (guint)server->port);
    lm_connection_set_jid(connection, CLIENT_JID);
    if (!lm_connection_open_and_block(connection, &error) ||
        !lm_connection_authenticate_and_block(
            connection, "juliet", CLIENT_PASSWORD, "bench", &error)) {
        bench_die("loudmouth could not log in: %s",
                  error == NULL ? "?" : error->message);
    }
    lm_connection_close(connection, NULL);
    lm_connection_unref(connection);
    lm_ssl_unref(ssl);
}

int main(int argc, char **argv)
{
    return client_main(argc, argv, "loudmouth", login);
}
