import { createHmac } from "node:crypto";
import { CodedError } from "@syncline/core";

const SECRET = /^whsec_([A-Za-z0-9+/]{24,}={0,2})$/;

/** Headers of Standard Webhooks 1.0 (standardwebhooks.com): `v1` is HMAC-SHA-256 over id, time and body. */
export function signedHeaders({
  id,
  at,
  body,
  secret,
}: {
  readonly id: string;
  readonly at: Date;
  readonly body: string;
  readonly secret: string;
}): Readonly<Record<string, string>> {
  const [, key] = SECRET.exec(secret) ?? [];
  if (key === undefined)
    throw new CodedError("config.invalid", "The signing secret of a webhook is not one.", {
      hint: "Use whsec_ and at least 24 characters of base64.",
    });
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = createHmac("sha256", Buffer.from(key, "base64"))
    .update(`${id}.${timestamp}.${body}`)
    .digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}
