import { randomBytes } from "node:crypto";
import type { OidcSettings } from "@syncline/config";
import type { OidcPerson } from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import type { Configuration } from "openid-client";

export interface OidcClientOptions {
  readonly oidc: OidcSettings;
  /** Where the provider sends browsers back. */
  readonly redirectUri: string;
}

export interface OidcStart {
  readonly url: URL;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface OidcReply {
  /** The whole address that the browser was sent back to. */
  readonly url: URL;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

const TIMEOUT_SECONDS = 10;
const KEPT_MS = 3_600_000;
const STATE_BYTES = 32;

/** The client of the identity provider. Its metadata is asked for when first needed, and again every hour. */
export class OidcClient {
  readonly #options: OidcClientOptions;
  #found: { readonly configuration: Promise<Configuration>; readonly at: number } | null = null;

  constructor(options: OidcClientOptions) {
    this.#options = options;
  }

  /** @throws CodedError `remote.failed` when the provider cannot be asked */
  async start(): Promise<OidcStart> {
    const client = await import("openid-client");
    const configuration = await this.#configuration();
    const verifier = client.randomPKCECodeVerifier();
    const state = randomBytes(STATE_BYTES).toString("base64url");
    const nonce = client.randomNonce();
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.#options.redirectUri,
      scope: "openid email profile",
      response_type: "code",
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
      nonce,
    });
    return { url, state, nonce, verifier };
  }

  /**
   * Who came back: the code is exchanged, and the token's signature, issuer, audience, time and nonce are checked.
   * @throws what the library throws for whatever is not right
   */
  async finish({ url, state, nonce, verifier }: OidcReply): Promise<OidcPerson> {
    const client = await import("openid-client");
    const configuration = await this.#configuration();
    const tokens = await client.authorizationCodeGrant(configuration, url, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new Error("no identity token");
    const { userinfo_endpoint: userInfo } = configuration.serverMetadata();
    const asked =
      claims["email"] === undefined && userInfo !== undefined
        ? await client.fetchUserInfo(configuration, tokens.access_token, claims.sub)
        : {};
    const told: Readonly<Record<string, unknown>> = { ...asked, ...claims };
    const { email, email_verified: verified, name } = told;
    return {
      issuer: claims.iss,
      subject: claims.sub,
      name: typeof name === "string" ? name : null,
      email: typeof email === "string" && verified === true ? email : null,
    };
  }

  async #configuration(): Promise<Configuration> {
    const now = performance.now();
    if (this.#found === null || now - this.#found.at > KEPT_MS)
      this.#found = { configuration: this.#discover(), at: now };
    const { configuration } = this.#found;
    try {
      return await configuration;
    } catch (error) {
      this.#found = null;
      throw new CodedError("remote.failed", "The identity provider cannot be asked now.", {
        retryable: true,
        hint: "Check SYNCLINE_OIDC_ISSUER, and whether the server reaches that address.",
        cause: error,
      });
    }
  }

  async #discover(): Promise<Configuration> {
    const client = await import("openid-client");
    const { issuer, clientId, clientSecret } = this.#options.oidc;
    const authentication =
      clientSecret === null ? client.None() : client.ClientSecretBasic(clientSecret.reveal());
    // Settings allow plain http for an address of this machine alone.
    const plain = issuer.protocol === "http:" ? [client.allowInsecureRequests] : [];
    return client.discovery(issuer, clientId, undefined, authentication, {
      timeout: TIMEOUT_SECONDS,
      // A token that came straight from the issuer needs no signature by the standard; here it does.
      execute: [...plain, client.enableNonRepudiationChecks],
    });
  }
}
