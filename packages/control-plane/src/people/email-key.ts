import { domainToASCII } from "node:url";
import { CodedError } from "@syncline/core";

const MAX_EMAIL = 254;
const MAX_LOCAL = 64;
/** Spaces, control and invisible characters, and what would let an address read as another. */
const HIDDEN = /[\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}<>()[\]\\,;:"]/u;

export interface Email {
  /** As it is shown. */
  readonly email: string;
  /** As it is compared. */
  readonly key: string;
}

/**
 * One key for every spelling of an address: NFKC, lower case, the domain in its ASCII form, without a `+tag`.
 * @throws CodedError `request.invalid`
 */
export function parseEmail(text: string): Email {
  const email = text.trim().normalize("NFKC");
  const at = email.lastIndexOf("@");
  const local = email.slice(0, at);
  const domain = domainToASCII(email.slice(at + 1).replace(/\.$/, ""));
  const untagged = local.toLowerCase().replace(/\+.*$/s, "").normalize("NFKC");
  const usable =
    at > 0 &&
    email.length <= MAX_EMAIL &&
    local.length <= MAX_LOCAL &&
    !HIDDEN.test(email) &&
    !local.includes("@");
  if (!usable || untagged === "" || !/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(domain))
    throw new CodedError("request.invalid", "The e-mail address is not valid.", {
      hint: "Write it as name@example.com.",
    });
  return { email, key: `${untagged}@${domain}` };
}
