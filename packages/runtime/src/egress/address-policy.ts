import { CodedError } from "@syncline/core";
import { type AddressBytes, type AddressRange, isWithin, parseAddress, parseRange } from "./ip-address.ts";

/** Ranges that are not of the public internet (IANA special-purpose registries), with what they are. */
const REFUSED_V4 = ranges({
  "0.0.0.0/8": "one of this network",
  "10.0.0.0/8": "private",
  "100.64.0.0/10": "one that a carrier shares",
  "127.0.0.0/8": "one of this machine",
  "169.254.0.0/16": "link-local",
  "172.16.0.0/12": "private",
  "192.0.0.0/24": "reserved",
  "192.0.2.0/24": "reserved",
  "192.88.99.0/24": "reserved",
  "192.168.0.0/16": "private",
  "198.18.0.0/15": "reserved",
  "198.51.100.0/24": "reserved",
  "203.0.113.0/24": "reserved",
  "224.0.0.0/4": "multicast",
  "240.0.0.0/4": "reserved",
});

/** Of IPv6 only this is of the public internet … */
const PUBLIC_V6 = range("2000::/3");
/** … without these. */
const REFUSED_V6 = ranges({
  "::1/128": "one of this machine",
  "::/128": "one of this machine",
  "fc00::/7": "private",
  "fe80::/10": "link-local",
  "fec0::/10": "private",
  "ff00::/8": "multicast",
  "2001::/23": "reserved",
  "2001:db8::/32": "reserved",
  "3fff::/20": "reserved",
});

/** Ranges whose addresses stand for an IPv4 address, and where its bytes are. */
const EMBEDDED: readonly { readonly range: AddressRange; readonly at: number }[] = [
  { range: range("::ffff:0:0/96"), at: 12 },
  { range: range("::/96"), at: 12 },
  { range: range("64:ff9b::/96"), at: 12 },
  { range: range("2002::/16"), at: 2 },
];

/** Which addresses this process may connect to on behalf of what somebody typed into a form. */
export interface AddressPolicy {
  /** Why an address is refused, or null. What is no address in its usual spelling is refused. */
  refusal(address: string): string | null;
}

/**
 * The public internet, and what the operator allows besides. An allowed IPv4 range also allows the IPv6 addresses that
 * stand for it. Throws `config.invalid`.
 */
export function createAddressPolicy(allowed: readonly string[]): AddressPolicy {
  const allow = allowed.map((text) => {
    const parsed = parseRange(text);
    if (parsed !== null) return parsed;
    throw new CodedError("config.invalid", `"${text}" is no address range.`, {
      hint: "Write it as 10.1.0.0/16, fd12::/16, or one address.",
    });
  });
  return {
    refusal: (address) => {
      const bytes = parseAddress(address);
      return bytes === null ? "not written as one" : refusalOf(bytes, allow);
    },
  };
}

function refusalOf(address: AddressBytes, allow: readonly AddressRange[]): string | null {
  if (allow.some((each) => isWithin(address, each))) return null;
  if (address.length === 4) return REFUSED_V4.find((each) => isWithin(address, each.range))?.kind ?? null;
  const special = REFUSED_V6.find((each) => isWithin(address, each.range));
  if (special !== undefined) return special.kind;
  const embedded = EMBEDDED.find((each) => isWithin(address, each.range));
  if (embedded !== undefined) return refusalOf(address.slice(embedded.at, embedded.at + 4), allow);
  return isWithin(address, PUBLIC_V6) ? null : "reserved";
}

function range(text: string): AddressRange {
  const parsed = parseRange(text);
  if (parsed === null) throw new Error(`${text} is no range`);
  return parsed;
}

function ranges(kinds: Readonly<Record<string, string>>) {
  return Object.entries(kinds).map(([text, kind]) => ({ range: range(text), kind }));
}
