import { type LookupAddress, lookup as systemLookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { CodedError } from "@syncline/core";
import type { AddressPolicy } from "./address-policy.ts";

/** Addresses of a host name, all of them. */
export type ResolveHost = (host: string) => Promise<readonly LookupAddress[]>;

export const resolveBySystem: ResolveHost = (host) =>
  new Promise((resolve, reject) => {
    systemLookup(host, { all: true, verbatim: true }, (error, addresses) =>
      error === null ? resolve(addresses) : reject(error),
    );
  });

export interface GuardOptions {
  readonly policy: AddressPolicy;
  readonly resolve?: ResolveHost;
}

/**
 * The addresses of a host, if every one of them may be reached; what comes back is what to connect to, without asking
 * again. Rejects with `egress.refused`, or the resolver's error.
 */
export async function checkedAddresses(
  host: string,
  { policy, resolve = resolveBySystem }: GuardOptions,
): Promise<readonly LookupAddress[]> {
  const plain = host.replace(/^\[(.*)\]$/, "$1");
  const literal = isIP(plain);
  const addresses = literal === 0 ? await resolve(plain) : [{ address: plain, family: literal }];
  if (addresses.length === 0) throw refused(host, "it has no address");
  for (const { address } of addresses) {
    const refusal = policy.refusal(address);
    if (refusal !== null) throw refused(host, `its address is ${refusal}`);
  }
  return addresses;
}

/** For sockets: the check happens where the connection is made, so that no answer can change in between. */
export function guardedLookup(options: GuardOptions): LookupFunction {
  return (host, { all }, callback) => {
    checkedAddresses(host, options).then(
      (addresses) => {
        const [first] = addresses;
        if (all === true || first === undefined) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, "", 0),
    );
  };
}

export function refused(host: string, problem: string): CodedError {
  return new CodedError("egress.refused", `"${host}" must not be reached from here: ${problem}.`, {
    hint: 'Use a public address, or open its range in syncline.yaml of the server, for example `alerts: {allowAddresses: ["127.0.0.0/8", "10.0.0.0/8"]}`; SIGHUP or a restart takes it over.',
  });
}
