// xmppjs.mjs SERVICE DOMAIN USER - xmpp.js logs in, and again with the token that
// it was given (FAST): another client's view of a server's SASL 2.
//
// Prints `online JID` each time.  The password is in LQ_PASSWORD.  It needs
// Node.js 20 and the package @xmpp/client.
import { client, xml } from "@xmpp/client";

const [service, domain, username] = process.argv.slice(2);
const password = process.env.LQ_PASSWORD;
const userAgent = xml("user-agent", { id: crypto.randomUUID() });
let token = null;

async function login() {
  const xmpp = client({ service, domain, username, password, userAgent });
  xmpp.on("error", (error) => console.log(String(error)));
  xmpp.fast.fetchToken = async () => token;
  xmpp.fast.saveToken = async (given) => { token = given; };
  xmpp.fast.deleteToken = async () => { token = null; };
  console.log(`online ${await xmpp.start()}`);
  await xmpp.stop();
}

setTimeout(() => process.exit(1), 30000);
await login();
await login();
process.exit(token ? 0 : 1);
