/* client_gloox.cc - gloox: SCRAM-SHA-1, the certificate left to the program,
 * which takes any. */
#include <gloox/client.h>
#include <gloox/connectionlistener.h>

#include "client.h"

namespace {

class Listener : public gloox::ConnectionListener {
  public:
    explicit Listener(gloox::Client &client) : client(client) {}

    void onConnect() override
    {
        online = true;
        client.disconnect();
    }

    void onDisconnect(gloox::ConnectionError error) override
    {
        if (!online) {
            bench_die("gloox could not log in: %d", static_cast<int>(error));
        }
    }

    bool onTLSConnect(const gloox::CertInfo &) override { return true; }

  private:
    gloox::Client &client;
    bool online = false;
};

void login(const client_server *server)
{
    gloox::Client client(gloox::JID(CLIENT_JID), CLIENT_PASSWORD, server->port);
    Listener listener(client);

    client.setServer("127.0.0.1");
    client.setTls(gloox::TLSRequired);
    client.setCACerts({ server->ca_file });
    client.disableRoster();
    client.registerConnectionListener(&listener);
    client.connect();
}

} // namespace

int main(int argc, char **argv)
{
    return client_main(argc, argv, "gloox", login);
}
