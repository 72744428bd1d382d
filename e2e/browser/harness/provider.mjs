/** A real OpenID provider on loopback, for people who sign in by it. Whoever knocks there is who they say. */
import { once } from "node:events";
import { createServer } from "node:http";
import OpenIdProvider from "oidc-provider";

export const CLIENT = { id: "atelier", secret: "a secret of stories" };

export class Provider {
  /** Listens, and knows no client yet: Atelier has to know where it is before it starts. */
  static async start() {
    const provider = new Provider();
    provider.server = createServer((request, response) => provider.answer?.(request, response));
    await once(provider.server.listen(0, "127.0.0.1"), "listening");
    provider.issuer = `http://127.0.0.1:${provider.server.address().port}`;
    return provider;
  }

  /** As a setting of Atelier. */
  get setting() {
    return `[{id="example",label="Example",issuer="${this.issuer}",client_id="${CLIENT.id}",client_secret="${CLIENT.secret}"}]`;
  }

  /** Its client from now on is this Atelier, and only its exact callback. */
  serves(url) {
    this.#answersFor([new URL("/api/v1/auth/callback/example", url).href]);
  }

  /** One more exact callback, of an organisation that named it. */
  accepts(callback) {
    this.#answersFor([...this.callbacks, callback]);
  }

  #answersFor(callbacks) {
    this.callbacks = callbacks;
    const provider = new OpenIdProvider(this.issuer, {
      clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: callbacks }],
      claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
      pkce: { required: () => true },
      cookies: { keys: ["a key of stories"] },
      findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: id, email_verified: true, name: "Grace Hopper" }) }),
    });
    this.answer = provider.callback();
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
