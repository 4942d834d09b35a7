/** Hosts that lead, or may be taken to lead, to this machine or a private network: at least 250 of them. */
export function addressSpellings(ownAddresses: readonly string[]): readonly string[] {
  const loopback = [127, 0, 0, 1] as const;
  const v4 = [
    ...PRIVATE.flatMap((address) => spellings(address.split(".").map(Number))),
    ...spellings(loopback),
    ...ownAddresses.filter((address) => address.includes(".")),
  ];
  const v6 = [...PRIVATE_V6, ...ownAddresses.filter((address) => address.includes(":"))];
  const embedded = ["127.0.0.1", ...PRIVATE].flatMap(embeddedIn);
  const all = [...v4, ...NAMES, ...[...v6, ...embedded].map((address) => `[${address}]`)];
  return [...new Set(all)];
}

const PRIVATE = [
  "10.0.0.5",
  "172.16.0.1",
  "172.31.255.254",
  "192.168.0.1",
  "169.254.169.254",
  "100.64.0.1",
  "0.0.0.0",
  "127.0.0.2",
  "127.255.255.254",
  "192.0.0.1",
  "198.18.0.1",
  "224.0.0.1",
  "240.0.0.1",
  "255.255.255.255",
];

const PRIVATE_V6 = [
  "::1",
  "::",
  "0:0:0:0:0:0:0:1",
  "0000:0000:0000:0000:0000:0000:0000:0001",
  "::0001",
  "fe80::1",
  "febf::1",
  "fec0::1",
  "fc00::1",
  "fd00:ec2::254",
  "fdff:ffff::1",
  "ff02::1",
  "ff05::2",
  "2001:db8::1",
  "2001::1",
  "64:ff9b:1::7f00:1",
  "5f00::1",
  "4000::1",
  "3fff::1",
  "100::1",
];

const NAMES = [
  "localhost",
  "LOCALHOST",
  "localhost.",
  "LocalHost.",
  "%6c%6f%63%61%6c%68%6f%73%74",
  "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
  "ｌｏｃａｌｈｏｓｔ",
  "１２７.０.０.１",
  "127。0。0。1",
  "127｡0｡0｡1",
  "①②⑦.0.0.1",
  "127.0.0.1.",
  "rebound.test",
  "internal.test",
  "mixed.test",
];

/** What parsers of addresses have taken for the same one: octal, hexadecimal, short, one number, with zeros. */
function spellings([a = 0, b = 0, c = 0, d = 0]: readonly number[]): string[] {
  const number = ((a * 256 + b) * 256 + c) * 256 + d;
  const octal = (value: number) => `0${value.toString(8)}`;
  const hex = (value: number) => `0x${value.toString(16)}`;
  return [
    `${a}.${b}.${c}.${d}`,
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    String(number),
    hex(number),
    octal(number),
    [a, b, c, d].map(octal).join("."),
    [a, b, c, d].map(hex).join("."),
    `${hex(a)}.${octal(b)}.${c}.${d}`,
    [a, b, c, d].map((value) => `000${value.toString(8)}`).join("."),
    `${hex(a)}.${(b * 256 + c) * 256 + d}`,
  ];
}

function embeddedIn(address: string): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
  const [high, low] = [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
  return [
    `::ffff:${address}`,
    `::ffff:${high}:${low}`,
    `::${address}`,
    `0:0:0:0:0:ffff:${high}:${low}`,
    `64:ff9b::${address}`,
    `2002:${high}:${low}::1`,
  ];
}
