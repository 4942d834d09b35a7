import { generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";

export const CLIENT_ID = "syncline";
export const CLIENT_SECRET = "a-secret-of-the-client-that-nobody-logs";

export interface IdentityProvider {
  readonly issuer: string;
  close(): Promise<void>;
}

/** A port of this machine that nobody listens on now. */
export async function freePort(): Promise<number> {
  const { issuer, close } = await listen(() => {});
  await close();
  return Number(new URL(issuer).port);
}

async function listen(listener: RequestListener, port = 0): Promise<IdentityProvider> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The real thing. Accounts are called by their address; of one that begins with `unverified` it has not been verified. */
export async function realProvider(redirectUri: string): Promise<IdentityProvider> {
  const port = await freePort();
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [{ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, redirect_uris: [redirectUri] }],
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "1", use: "sig", alg: "RS256" }] },
    cookies: { keys: ["for-tests"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    features: { devInteractions: { enabled: true } },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
      Grant: 600,
    },
    findAccount: (_: unknown, id: string) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        name: `Name of ${id}`,
        email: id,
        email_verified: !id.startsWith("unverified"),
      }),
    }),
  });
  return listen(provider.callback(), port);
}

/** Goes through the provider's pages as somebody with a browser would; the address that it is sent back to. */
export async function visitProvider(start: string, account: string): Promise<URL> {
  const jar = new Map<string, string>();
  let address = new URL(start);
  let form: URLSearchParams | null = null;
  for (let step = 0; step < 20; step += 1) {
    const response: Response = await fetch(address, {
      redirect: "manual",
      method: form === null ? "GET" : "POST",
      headers: { Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(form === null ? {} : { body: form }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [name = "", ...value] = (cookie.split(";")[0] ?? "").split("=");
      jar.set(name, value.join("="));
    }
    form = null;
    const location = response.headers.get("location");
    if (location !== null) {
      await response.body?.cancel();
      address = new URL(location, address);
      if (address.pathname.endsWith("/callback")) return address;
      continue;
    }
    const page = await response.text();
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
    if (prompt === undefined) throw new Error(`the provider shows no form: ${response.status}`);
    form = new URLSearchParams(prompt === "login" ? { prompt, login: account, password: "x" } : { prompt });
    address = new URL(/action="([^"]+)"/.exec(page)?.[1] ?? "", address);
  }
  throw new Error("the provider does not come to an end");
}

/** What a reply of the provider that lies is made of. */
export interface Lie {
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Signed by a key that is not the provider's. */
  readonly forged?: boolean;
  readonly algorithm?: "none";
}

export interface LyingProvider extends IdentityProvider {
  /** What it tells of whom, from now on. */
  tell(lie: Lie): void;
  /** Where the browser is sent back to from where a sign-in begins. */
  reply(start: string): URL;
}

/** A provider that says whatever it is told to. */
export async function lyingProvider(): Promise<LyingProvider> {
  const own = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const other = generateKeyPairSync("rsa", { modulusLength: 2048 });
  let lie: Lie = {};
  let nonce = "";
  let issuer = "";
  const answers: Readonly<Record<string, () => unknown>> = {
    "/.well-known/openid-configuration": () => ({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      authorization_response_iss_parameter_supported: true,
    }),
    "/jwks": () => ({
      keys: [{ ...own.publicKey.export({ format: "jwk" }), kid: "1", use: "sig", alg: "RS256" }],
    }),
    "/token": () => ({
      access_token: randomUUID(),
      token_type: "Bearer",
      id_token: identityToken(lie, { issuer, nonce, key: lie.forged ? other.privateKey : own.privateKey }),
    }),
  };
  const listening = await listen((request, response) => {
    const answer = answers[new URL(request.url ?? "/", "http://x").pathname];
    response.writeHead(answer === undefined ? 404 : 200, { "Content-Type": "application/json" });
    response.end(JSON.stringify(answer?.() ?? {}));
  });
  issuer = listening.issuer;
  return {
    ...listening,
    tell: (next) => {
      lie = next;
    },
    reply: (start) => {
      const asked = new URL(start).searchParams;
      nonce = asked.get("nonce") ?? "";
      const back = new URL(asked.get("redirect_uri") ?? "");
      back.search = new URLSearchParams({
        code: randomUUID(),
        state: asked.get("state") ?? "",
        iss: issuer,
      }).toString();
      return back;
    },
  };
}

interface TokenParts {
  readonly issuer: string;
  readonly nonce: string;
  readonly key: KeyObject;
}

function identityToken({ claims, algorithm = undefined }: Lie, { issuer, nonce, key }: TokenParts): string {
  const now = Math.floor(Date.now() / 1000);
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const body = encode({
    iss: issuer,
    aud: CLIENT_ID,
    sub: "liar",
    nonce,
    iat: now,
    exp: now + 300,
    email: "liar@corp.test",
    email_verified: true,
    ...claims,
  });
  const head = encode({ alg: algorithm ?? "RS256", kid: "1" });
  if (algorithm === "none") return `${head}.${body}.`;
  return `${head}.${body}.${sign("RSA-SHA256", Buffer.from(`${head}.${body}`), key).toString("base64url")}`;
}
