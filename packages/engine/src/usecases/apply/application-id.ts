import type { RunContext } from "../../ports/run-context.ts";

/** The id that was given, or a fresh one. */
export function nameApplication(
  ctx: Pick<RunContext, "randomBytes">,
  given: string | null | undefined,
): { readonly id: string; readonly named: boolean } {
  const id = given ?? createApplicationId(ctx);
  if (!UUID.test(id)) throw new TypeError(`An application is named by a UUID in lower case, found "${id}".`);
  return { id, named: id === given };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A version 4 UUID from the context's randomness. */
export function createApplicationId({ randomBytes }: Pick<RunContext, "randomBytes">): string {
  return formatUuid(randomBytes(16));
}

/** The first 16 bytes as a version 4 UUID. */
export function formatUuid(random: Uint8Array): string {
  const bytes = Uint8Array.from(random.subarray(0, 16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
