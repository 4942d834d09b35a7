import { CodedError, isCodedError } from "@syncline/core";
import type { DirectoryPlace } from "../../place.ts";

/** Runs `work`; what it says of the place's path names it as people know it, without the server's folders. */
export async function byLabel<T>({ path, label }: DirectoryPlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isCodedError(error) || !`${error.message} ${error.hint ?? ""}`.includes(path)) throw error;
    const { code, message, hint, retryable, details, cause } = error;
    throw new CodedError(code, message.replaceAll(path, label), {
      ...(hint === undefined ? {} : { hint: hint.replaceAll(path, label) }),
      details: Object.fromEntries(
        Object.entries(details).map(([name, value]) => [name, value === path ? label : value]),
      ),
      retryable,
      cause,
    });
  }
}
