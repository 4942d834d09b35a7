import { type Accepted, accepted, type Refused, refused } from "./literal-result.ts";

const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

/** An address with an optional prefix length; of `cidr` no bit right of the prefix may be set. */
export function addressLiteral(text: string, type: "inet" | "cidr"): Accepted | Refused {
  const expected =
    type === "inet"
      ? 'an address such as "192.0.2.7" or "2001:db8::/32"'
      : 'a network such as "192.0.2.0/24"';
  const [address = "", prefix, extra] = text.split("/");
  const bits = addressBits(address);
  if (bits === null || extra !== undefined || (prefix !== undefined && !/^\d{1,3}$/.test(prefix)))
    return refused(expected);
  const length = prefix === undefined ? bits.length : Number(prefix);
  if (length > bits.length) return refused(expected);
  const hostBits = type === "cidr" && bits.slice(length).includes("1");
  return hostBits ? refused("a network without bits right of its prefix") : accepted(text);
}

function addressBits(address: string): string | null {
  if (IPV4.test(address))
    return address
      .split(".")
      .map((octet) => binary(Number(octet), 8))
      .join("");
  const groups = ipv6Groups(address);
  return groups === null ? null : groups.map((group) => binary(group, 16)).join("");
}

/** The eight groups of an IPv6 address, `::` filled up and an IPv4 tail read as two groups. */
function ipv6Groups(address: string): readonly number[] | null {
  const halves = address.split("::");
  if (halves.length > 2) return null;
  const parts = halves.map((half, index) => readGroups(half, index === halves.length - 1));
  const [head, tail] = parts;
  if (head === null || head === undefined || tail === null) return null;
  if (tail === undefined) return head.length === 8 ? head : null;
  const missing = 8 - head.length - tail.length;
  return missing < 1 ? null : [...head, ...Array<number>(missing).fill(0), ...tail];
}

function readGroups(text: string, mayEndInIpv4: boolean): number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else if (mayEndInIpv4 && index === parts.length - 1 && IPV4.test(part)) {
      const [a = 0, b = 0, c = 0, d = 0] = part.split(".").map(Number);
      groups.push(a * 256 + b, c * 256 + d);
    } else return null;
  }
  return groups;
}

function binary(value: number, width: number): string {
  return value.toString(2).padStart(width, "0");
}

/** Six (macaddr) or eight (macaddr8) bytes separated by colons or hyphens. */
export function hardwareAddressLiteral(text: string, bytes: 6 | 8): Accepted | Refused {
  const pattern = new RegExp(
    `^[0-9a-fA-F]{2}(?:(?::[0-9a-fA-F]{2}){${bytes - 1}}|(?:-[0-9a-fA-F]{2}){${bytes - 1}})$`,
  );
  return pattern.test(text)
    ? accepted(text)
    : refused(`${bytes} bytes such as "08:00:2b:01:02:03${bytes === 8 ? ":04:05" : ""}"`);
}
