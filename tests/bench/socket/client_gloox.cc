/* client_gloox.cc - gloox as a client. */
#include <gloox/client.h>
#include <gloox/connectionlistener.h>
#include <gloox/message.h>
#include <gloox/messagehandler.h>
#include <gloox/presence.h>
#include <gloox/presencehandler.h>

#include "client.h"

const char client_name[] = "gloox";

namespace {

class Session : public gloox::ConnectionListener,
                public gloox::MessageHandler,
                public gloox::PresenceHandler {
  public:
    explicit Session(int port)
        : client(gloox::JID(CLIENT_JID "/" CLIENT_RESOURCE), CLIENT_PASSWORD,
                 port)
    {
        client.setServer(CLIENT_HOST);
        client.setTls(gloox::TLSDisabled);
        client.setCompression(false);
        client.setSASLMechanisms(gloox::SaslMechPlain);
        client.disableRoster();
        client.presence().resetStatus();
        client.registerConnectionListener(this);
        client.registerMessageHandler(this);
        client.registerPresenceHandler(this);
        if (!client.connect(false)) {
            bench_die("gloox: no connection");
        }
        while (!is_online) {
            client.recv(10000);
        }
    }

    void onConnect() override { is_online = true; }

    void onDisconnect(gloox::ConnectionError error) override
    {
        bench_die("gloox: disconnected, %d", error);
    }

    bool onTLSConnect(const gloox::CertInfo &) override { return true; }

    void handleMessage(const gloox::Message &message,
                       gloox::MessageSession *) override
    {
        volatile int type = message.subtype();

        (void)type;
        client_saw(message.from().full().c_str(), nullptr, message.id().c_str(),
                   message.body().c_str());
    }

    void handlePresence(const gloox::Presence &presence) override
    {
        volatile int type = presence.presence();

        (void)type;
        client_saw(presence.from().full().c_str(), nullptr,
                   presence.id().c_str(), nullptr);
    }

    gloox::Client client;

  private:
    bool is_online = false;
};

} // namespace

void client_open(int port) { new Session(port); }

void client_receive(int port)
{
    Session session(port);

    client_begin();
    session.client.setPresence(gloox::Presence::Available, 0);
    while (session.client.recv(1000000) == gloox::ConnNoError) {
    }
}
