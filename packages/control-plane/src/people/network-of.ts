import { isIPv6 } from "node:net";

const GROUPS = 8;
const OF_A_SITE = 4;

/**
 * What guesses are counted by: an IPv4 address itself; of an IPv6 address the /64, all of whose addresses one machine can
 * have. What is no address stays as it is.
 */
export function networkOf(address: string): string {
  const [plain = ""] = address.split("%");
  if (!isIPv6(plain)) return address;
  // As URLs spell it: in lower case, and without dots.
  const [before = "", after] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split("::");
  const head = groupsOf(before);
  const tail = groupsOf(after ?? "");
  const hidden = Array.from({ length: GROUPS - head.length - tail.length }, () => "0");
  return `${[...head, ...hidden, ...tail].slice(0, OF_A_SITE).join(":")}::/64`;
}

const groupsOf = (text: string) => (text === "" ? [] : text.split(":"));
