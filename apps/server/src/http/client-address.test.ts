import { parseTrustedProxies } from "@syncline/config";
import { expect, it } from "vitest";
import { forwardedAddress } from "./client-address.ts";

const trusted = parseTrustedProxies("10.0.0.0/8, 192.0.2.7,fd00::/8");
const from = (peer: string, header?: string) => forwardedAddress(peer, { header, trusted });

it.each([
  ["nobody is believed who is not listed", "198.51.100.1", "203.0.113.9", "198.51.100.1"],
  ["a proxy's word counts", "10.1.2.3", "203.0.113.9", "203.0.113.9"],
  ["a single address", "192.0.2.7", "203.0.113.9", "203.0.113.9"],
  [
    "what the caller wrote before the proxy's word is no address of its own",
    "10.1.2.3",
    "1.1.1.1, 203.0.113.9",
    "203.0.113.9",
  ],
  ["proxies before proxies", "10.1.2.3", "1.1.1.1, 203.0.113.9, 192.0.2.7, fd00::1", "203.0.113.9"],
  ["a header of proxies alone", "10.1.2.3", "10.0.0.1, 10.0.0.2", "10.0.0.1"],
  ["something that is no address", "10.1.2.3", "1.1.1.1, unknown", "10.1.2.3"],
  ["an address with a port", "10.1.2.3", "203.0.113.9:4711", "10.1.2.3"],
  ["an empty header", "10.1.2.3", "", "10.1.2.3"],
  ["no header", "10.1.2.3", undefined, "10.1.2.3"],
  ["IPv6", "fd00::1", "2001:db8::5", "2001:db8::5"],
  ["IPv4 as IPv6", "10.1.2.3", "::ffff:203.0.113.9", "203.0.113.9"],
  ["an IPv6 zone", "fe80::1%eth0", "203.0.113.9", "fe80::1%eth0"],
] as [string, string, string | undefined, string][])("%s", (_, peer, header, expected) => {
  expect(from(peer, header)).toBe(expected);
});

it("a header of any length ends", () => {
  expect(from("10.0.0.1", "10.0.0.2,".repeat(100_000))).toBe("10.0.0.1");
});
