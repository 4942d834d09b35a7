import { expect, test } from "vitest";
import { createAddressPolicy } from "./address-policy.ts";

const strict = createAddressPolicy([]);

test.each([
  "8.8.8.8",
  "1.1.1.1",
  "172.32.0.1",
  "100.128.0.1",
  "169.253.0.1",
  "2606:4700::1111",
  "::ffff:8.8.8.8",
  "64:ff9b::808:808",
  "2002:808:808::1",
])("%s may be reached", (address) => expect(strict.refusal(address)).toBeNull());

test.each([
  "0.0.0.0",
  "10.255.255.255",
  "100.64.0.1",
  "100.127.255.255",
  "127.0.0.1",
  "127.255.255.254",
  "169.254.169.254",
  "172.16.0.0",
  "172.31.255.255",
  "192.0.0.8",
  "192.0.2.1",
  "192.168.1.1",
  "198.18.0.1",
  "198.19.255.255",
  "224.0.0.1",
  "239.255.255.255",
  "240.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "fe80::1",
  "fe80::1%eth0",
  "fec0::1",
  "fc00::1",
  "fdff::1",
  "ff02::1",
  "2001:db8::1",
  "2001::1",
  "2001:10::1",
  "3fff::1",
  "4000::1",
  "5f00::1",
  "::ffff:10.0.0.1",
  "::ffff:7f00:1",
  "::127.0.0.1",
  "::7f00:1",
  "64:ff9b::a00:1",
  "64:ff9b::7f00:1",
  "64:ff9b:1::1",
  "2002:7f00:1::",
  "2002:a00:1::1",
  "2002:c0a8:101::",
  "0177.0.0.1",
  "0x7f.0.0.1",
  "127.1",
  "2130706433",
  "localhost",
  "",
  "[::1]",
  "::ffff:0:127.0.0.1",
  "::ffff:127.0.0.1%1",
])("%j is refused", (address) => expect(strict.refusal(address)).not.toBeNull());

test("the operator's ranges may be reached, and no more", () => {
  const policy = createAddressPolicy(["10.1.0.0/16", "fd12::/16", "192.168.7.7"]);
  for (const address of ["10.1.255.1", "::ffff:10.1.0.9", "fd12::1", "192.168.7.7", "8.8.8.8"])
    expect(policy.refusal(address), address).toBeNull();
  for (const address of ["10.2.0.1", "10.0.255.255", "fd13::1", "192.168.7.8", "127.0.0.1"])
    expect(policy.refusal(address), address).not.toBeNull();
});

test.each([
  "10.0.0.0/33",
  "10.0.0/8",
  "fd00::/129",
  "localhost",
  "",
  "0x0a.0.0.0/8",
  "10.0.0.0/-1",
  "fe80::%1/10",
])("%j is no range", (range) =>
  expect(() => createAddressPolicy([range])).toThrow(expect.objectContaining({ code: "config.invalid" })),
);
