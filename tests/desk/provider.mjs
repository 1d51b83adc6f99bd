// An OpenID provider (npm's oidc-provider, which is certified) on this machine, for tests.
// node provider.mjs PACKAGE PORT REDIRECT_URI: whoever logs in as "ann" is ann@paper.example.
import { pathToFileURL } from "node:url";

const [place, port, back] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(`${place}/lib/index.js`));
const issuer = `http://127.0.0.1:${port}`;
// What a name begins with says what is odd about the account.
const claims = (id) => ({
  sub: id,
  email: id.startsWith("other") ? `${id}@elsewhere.example` : `${id}@paper.example`,
  email_verified: !id.startsWith("unverified"),
});
const provider = new Provider(issuer, {
  clients: [{ client_id: "desk", client_secret: "a secret of 32 characters, or so", redirect_uris: [back] }],
  pkce: { required: () => true },
  claims: { email: ["email", "email_verified"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => claims(id) }),
  cookies: { keys: ["for tests alone"] },
});
provider.listen(Number(port), "127.0.0.1");
