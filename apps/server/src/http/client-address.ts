import { isIP } from "node:net";
import type { TrustedProxies } from "@syncline/config";
import type { AnyContext } from "./request-environment.ts";

const MOST_HOPS = 32;
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * Who sent a request: the socket's other end, or, when that is a trusted proxy, the last address of `X-Forwarded-For` that no
 * trusted proxy has. What stands before it in the header is the caller's own word and counts for nothing.
 */
export function clientAddress(context: AnyContext, trusted: TrustedProxies): string {
  const peer = plain(context.env.incoming?.socket.remoteAddress ?? "unknown");
  return forwardedAddress(peer, { header: context.req.header("x-forwarded-for"), trusted });
}

export function forwardedAddress(
  peer: string,
  { header, trusted }: { readonly header: string | undefined; readonly trusted: TrustedProxies },
): string {
  const hops = (header ?? "").split(",").slice(-MOST_HOPS);
  let address = peer;
  while (trusted.has(address)) {
    const before = plain((hops.pop() ?? "").trim());
    if (isIP(before) === 0) return address;
    address = before;
  }
  return address;
}

/** An IPv4 address that a socket of both families shows as IPv6. */
function plain(address: string): string {
  return MAPPED.exec(address)?.[1] ?? address;
}
