import { lookup } from "node:dns/promises";
import { hostname, networkInterfaces } from "node:os";

/** Stands for every address of the machine that we run on. */
export const THIS_MACHINE = "this machine";

export interface HostLookup {
  /** All addresses of a name; rejects or gives none when it has none. */
  addressesOf(name: string): Promise<readonly string[]>;
  /** Addresses and names of this machine beyond loopback. */
  ownNames(): readonly string[];
}

const LOOKUP_TIMEOUT_MS = 3000;

export const SYSTEM_LOOKUP: HostLookup = {
  addressesOf: async (name) => {
    const timeout = new Promise<never>((_, reject) =>
      setTimeout(() => reject(new Error("timeout")), LOOKUP_TIMEOUT_MS).unref(),
    );
    const found = await Promise.race([lookup(name, { all: true }), timeout]);
    return found.map((entry) => entry.address);
  },
  ownNames: () => [
    hostname(),
    ...Object.values(networkInterfaces()).flatMap((addresses) =>
      (addresses ?? []).map((entry) => entry.address),
    ),
  ],
};

/**
 * What a host name comes down to, for comparing two spellings: the name itself and its addresses, each in one form; every address of
 * this machine, loopback and socket folders are `THIS_MACHINE`.
 */
export async function hostIdentity(host: string, hosts: HostLookup): Promise<ReadonlySet<string>> {
  if (host.startsWith("/") || host.startsWith("@")) return new Set([THIS_MACHINE]);
  const name = canonicalHost(host);
  const own = new Set(hosts.ownNames().map(canonicalHost));
  if (isLoopback(name) || own.has(name)) return new Set([THIS_MACHINE]);
  const addresses = await addressesOrNone(name, hosts);
  return new Set([
    name,
    ...addresses.map((address) => (isLoopback(address) || own.has(address) ? THIS_MACHINE : address)),
  ]);
}

/** A host is this machine only when all of its addresses are. */
export function isThisMachine(identity: ReadonlySet<string>): boolean {
  const [name, ...addresses] = identity;
  return (
    name === THIS_MACHINE || (addresses.length > 0 && addresses.every((address) => address === THIS_MACHINE))
  );
}

async function addressesOrNone(name: string, hosts: HostLookup): Promise<readonly string[]> {
  try {
    return (await hosts.addressesOf(name)).map(canonicalHost);
  } catch {
    return []; // unknown now: the name alone then decides
  }
}

/** One spelling a host: lower case, no final dot, no brackets or zone, short and mapped addresses written out. */
export function canonicalHost(host: string): string {
  const bare = host
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/%.*$/, "")
    .replace(/\.$/, "");
  const parsed =
    URL.parse(`http://${bare.includes(":") ? `[${bare}]` : bare}/`)?.hostname.replace(/^\[|\]$/g, "") ?? bare;
  return unmapped(parsed);
}

/** `::ffff:7f00:1` → `127.0.0.1`. */
function unmapped(address: string): string {
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address) ?? [];
  if (high === undefined || low === undefined) return address;
  const bytes = [high, low].flatMap((group) => [
    Number.parseInt(group, 16) >> 8,
    Number.parseInt(group, 16) & 255,
  ]);
  return bytes.join(".");
}

function isLoopback(name: string): boolean {
  return (
    name === "localhost" ||
    name.endsWith(".localhost") ||
    name === "::1" ||
    name === "::" ||
    name === "0.0.0.0" ||
    /^127\.\d+\.\d+\.\d+$/.test(name)
  );
}
