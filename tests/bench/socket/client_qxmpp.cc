/* client_qxmpp.cc - QXmpp as a client. */
#include <QCoreApplication>
#include <QDomElement>
#include <QEventLoop>
#include <QXmppClient.h>
#include <QXmppClientExtension.h>
#include <QXmppConfiguration.h>
#include <QXmppLogger.h>
#include <QXmppPresence.h>

#include "client.h"

const char client_name[] = "qxmpp";

namespace {

/* It sees each stanza first, and leaves it to QXmpp. */
class Extension : public QXmppClientExtension {
  public:
    bool handleStanza(const QDomElement &stanza) override
    {
        client_saw(
            stanza.attribute("from").toUtf8().constData(),
            stanza.attribute("type").toUtf8().constData(),
            stanza.attribute("id").toUtf8().constData(),
            stanza.firstChildElement("body").text().toUtf8().constData());
        return false;
    }
};

QXmppConfiguration configuration(int port)
{
    QXmppConfiguration c;

    c.setJid(CLIENT_JID "/" CLIENT_RESOURCE);
    c.setPassword(CLIENT_PASSWORD);
    c.setHost(CLIENT_HOST);
    c.setPort(port);
    c.setStreamSecurityMode(QXmppConfiguration::TLSDisabled);
    c.setSaslAuthMechanism("PLAIN");
    c.setAutoReconnectionEnabled(false);
    c.setKeepAliveInterval(0);
    return c;
}

QCoreApplication *application()
{
    static char name[] = "client_qxmpp";
    static char *arguments[] = { name, nullptr };
    static int count = 1;
    static QCoreApplication *only = new QCoreApplication(count, arguments);

    return only;
}

/* A client that is connected, after CONNECTED was called. */
template <typename Connected>
QXmppClient *open_session(int port, Connected connected)
{
    QXmppClient *client = new QXmppClient;
    QEventLoop loop;

    client->logger()->setLoggingType(QXmppLogger::NoLogging);
    client->insertExtension(0, new Extension);
    QObject::connect(client, &QXmppClient::connected, [&] {
        connected();
        loop.quit();
    });
    QObject::connect(client, &QXmppClient::error, [](QXmppClient::Error error) {
        bench_die("qxmpp: error %d", error);
    });
    QObject::connect(client, &QXmppClient::disconnected,
                     [] { bench_die("qxmpp: disconnected"); });
    client->connectToServer(configuration(port));
    loop.exec();
    return client;
}

} // namespace

void client_open(int port)
{
    application();
    open_session(port, [] {});
}

void client_receive(int port)
{
    application();
    open_session(port, client_begin);
    application()->exec();
}
