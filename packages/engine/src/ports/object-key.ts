import { CodedError } from "@syncline/core";

const NAME = /^[a-z0-9][a-z0-9_.=-]*$/;
const LONGEST = 512;
const LONGEST_NAME = 200;

/** Refuses what could leave a folder, hide in one, or mean two things on two systems. */
export function assertObjectKey(key: string): void {
  const names = key.split("/");
  if (key.length <= LONGEST && names.every((name) => name.length <= LONGEST_NAME && NAME.test(name))) return;
  throw new CodedError(
    "usage.invalid",
    `${JSON.stringify(key.slice(0, 80))} cannot be the key of an object.`,
    {
      hint: "Use names of lower-case letters, digits and _ . = -, joined by /.",
    },
  );
}

const PREFIX = /^$|^[a-z0-9][a-z0-9_.=/-]*$/;

/** As for keys, but it may end anywhere. */
export function assertObjectPrefix(prefix: string): void {
  if (prefix.length <= LONGEST && PREFIX.test(prefix) && !/\/[^a-z0-9]/.test(prefix)) return;
  throw new CodedError(
    "usage.invalid",
    `${JSON.stringify(prefix.slice(0, 80))} cannot be the start of an object's key.`,
  );
}
