import { isIPv4, isIPv6 } from "node:net";

/** An address as its bytes: 4 or 16. */
export type AddressBytes = readonly number[];

/** Null for what is not one address in its usual spelling; a zone (`%eth0`) is cut. */
export function parseAddress(text: string): AddressBytes | null {
  if (isIPv4(text)) return text.split(".").map(Number);
  const [plain = ""] = text.split("%");
  return isIPv6(plain) ? ipv6Bytes(plain) : null;
}

function ipv6Bytes(text: string): AddressBytes {
  const [head = "", tail] = text.split("::");
  const before = groupBytes(head);
  if (tail === undefined) return before;
  const after = groupBytes(tail);
  return [...before, ...Array<number>(16 - before.length - after.length).fill(0), ...after];
}

function groupBytes(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (group.includes(".")) return group.split(".").map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

export interface AddressRange {
  readonly start: AddressBytes;
  readonly bits: number;
}

const RANGE = /^([^/]+)(?:\/(\d{1,3}))?$/;

/** `10.0.0.0/8`, `fd00::/8` or one address. Null for anything else. */
export function parseRange(text: string): AddressRange | null {
  const [, address = "", bits] = RANGE.exec(text) ?? [];
  const start = address.includes("%") ? null : parseAddress(address);
  if (start === null) return null;
  const most = start.length * 8;
  const length = bits === undefined ? most : Number(bits);
  return length <= most ? { start, bits: length } : null;
}

export function isWithin(address: AddressBytes, { start, bits }: AddressRange): boolean {
  if (address.length !== start.length) return false;
  return start.every((byte, at) => {
    const left = Math.min(8, Math.max(0, bits - at * 8));
    const mask = (0xff << (8 - left)) & 0xff;
    return ((address[at] ?? 0) & mask) === (byte & mask);
  });
}
