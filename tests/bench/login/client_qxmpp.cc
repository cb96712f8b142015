/* client_qxmpp.cc - QXmpp: SCRAM-SHA-256, the certificate verified by the given
 * authority. */
#include <QCoreApplication>
#include <QEventLoop>
#include <QSslCertificate>
#include <QXmppClient.h>
#include <QXmppConfiguration.h>
#include <QXmppLogger.h>

#include "client.h"

static QXmppConfiguration configuration(const client_server *server)
{
    QXmppConfiguration config;

    config.setJid(CLIENT_JID);
    config.setPassword(CLIENT_PASSWORD);
    config.setHost("127.0.0.1");
    config.setPort(server->port);
    config.setStreamSecurityMode(QXmppConfiguration::TLSRequired);
    config.setCaCertificates(QSslCertificate::fromPath(server->ca_file));
    config.setIgnoreSslErrors(false);
    config.setAutoReconnectionEnabled(false);
    return config;
}

static void login(const client_server *server)
{
    QXmppClient client;
    QEventLoop loop;
    bool online = false;

    client.logger()->setLoggingType(QXmppLogger::NoLogging);
    QObject::connect(&client, &QXmppClient::connected, [&]() {
        online = true;
        client.disconnectFromServer();
    });
    QObject::connect(&client, &QXmppClient::disconnected, [&]() {
        if (!online) {
            bench_die("QXmpp could not log in");
        }
        loop.quit();
    });
    client.connectToServer(configuration(server));
    loop.exec();
}

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);

    return client_main(argc, argv, "QXmpp", login);
}
