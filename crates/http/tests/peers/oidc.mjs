// A strict OpenID provider for the tests: PKCE is required, answers name their issuer (RFC 9207), redirect addresses are exact.
// Prints its port; who signs in is what the header x-account says; PUT /accounts/{id} sets what is said of them. Ends with stdin.
import { createServer } from "node:http";
import { generateKeyPairSync } from "node:crypto";
import { Provider } from "oidc-provider";

const [redirectUri] = process.argv.slice(2);
const accounts = new Map();
const key = { ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }), kid: "one", use: "sig", alg: "RS256" };

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [{ client_id: "stead", client_secret: "a secret of the tests", redirect_uris: [redirectUri] }],
    jwks: { keys: [key] },
    pkce: { required: () => true },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ["tests"] },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts.get(id) }) }),
    async loadExistingGrant(context) {
      const grant = new context.oidc.provider.Grant({ clientId: "stead", accountId: context.oidc.session.accountId });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  server.on("request", async (request, response) => {
    const { pathname } = new URL(request.url, "http://127.0.0.1");
    if (request.method === "PUT" && pathname.startsWith("/accounts/")) {
      let body = "";
      for await (const piece of request) body += piece;
      accounts.set(decodeURIComponent(pathname.slice("/accounts/".length)), JSON.parse(body));
      response.writeHead(204).end();
    } else if (pathname.startsWith("/interaction/")) {
      const result = { login: { accountId: request.headers["x-account"] } };
      await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    } else {
      answer(request, response);
    }
  });
  console.log(port);
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
