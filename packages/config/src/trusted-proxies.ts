import { BlockList, isIP } from "node:net";
import { wrongSetting } from "./setting-reader.ts";

/** Addresses whose word about the caller is taken. */
export interface TrustedProxies {
  has(address: string): boolean;
}

const NAME = "SYNCLINE_TRUSTED_PROXIES";
const BITS = { ipv4: 32, ipv6: 128 } as const;

/**
 * `10.0.0.0/8, 192.0.2.7, ::1`: addresses and networks, separated by commas; null: nobody's word is taken.
 * @throws CodedError `usage.invalid` quoting what is neither
 */
export function parseTrustedProxies(text: string | null): TrustedProxies {
  const list = new BlockList();
  for (const part of (text ?? "").split(",").map((each) => each.trim())) if (part !== "") add(list, part);
  return {
    has: (address) => {
      const family = familyOf(address);
      return family !== null && list.check(address, family);
    },
  };
}

function add(list: BlockList, part: string): void {
  const [address = "", ...prefixes] = part.split("/");
  const family = familyOf(address);
  if (family === null || prefixes.length > 1) throw refuse(part);
  const [prefix = String(BITS[family])] = prefixes;
  const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  // A network of every address would take every caller's word for who it is.
  if (!(bits >= 1 && bits <= BITS[family])) throw refuse(part);
  list.addSubnet(address, bits, family);
}

function familyOf(address: string): "ipv4" | "ipv6" | null {
  const family = isIP(address);
  if (family === 0 || address.includes("%")) return null;
  return family === 4 ? "ipv4" : "ipv6";
}

function refuse(part: string): Error {
  return wrongSetting(NAME, "addresses and networks like 10.0.0.0/8, separated by commas", part);
}
