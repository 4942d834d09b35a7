import type { AnswerOf, databases } from "@syncline/api";
import { isCodedError } from "@syncline/core";
import { checkPlace, checkServer, type Workspace } from "@syncline/runtime";

type TestAnswer = AnswerOf<typeof databases.testDatabase>;

/** Longer than this nobody waits for a database that is only asked whether it is there. */
export const TEST_MS = 15_000;

interface Tested {
  /** A place on the server; its tenant and tables must be there. */
  readonly locator?: string;
  readonly signal: AbortSignal;
}

/** Connects to a server of the workspace and says what answered; that it did not is an answer, too. */
export async function testServer(
  workspace: Workspace,
  name: string,
  { locator, signal }: Tested,
): Promise<TestAnswer> {
  const startedAt = performance.now();
  const known = await checkServer(workspace, name, { connect: false, signal });
  try {
    const { version } = await checkServer(workspace, name, { connect: true, signal });
    if (locator !== undefined) await checkPlace(workspace, locator, signal);
    return answer({ ok: true, version, problem: null });
  } catch (error) {
    if (!isCodedError(error)) throw error;
    const { code, message, hint } = error;
    return answer({ ok: false, version: null, problem: { code, detail: message, hint: hint ?? null } });
  }

  function answer(rest: Pick<TestAnswer, "ok" | "version" | "problem">): TestAnswer {
    const durationMs = Math.round(performance.now() - startedAt);
    return { address: known.address, protection: known.protection, durationMs, ...rest };
  }
}
