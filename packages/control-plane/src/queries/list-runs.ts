import type { JobKind } from "@syncline/jobs";
import { and, desc, eq, gte, inArray, type SQL, sql } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { assertId } from "../ids.ts";
import { type Page, type PageInput, pageByAge, readAge, readLimit } from "../paging.ts";
import type { Run } from "../records.ts";
import type { RunState } from "../run-machine/run-states.ts";
import { runs } from "../schema/index.ts";
import { olderThan } from "./by-age.ts";

export interface ListRunsInput extends PageInput {
  readonly jobId?: string;
  readonly kind?: JobKind;
  readonly states?: readonly RunState[];
  /** In the name, the source or the target, in any case. */
  readonly text?: string;
  /** Created at this instant or later. */
  readonly since?: Date;
}

/** Newest first. */
export async function listRuns(
  cp: ControlPlane,
  scope: Scope,
  input: ListRunsInput = {},
): Promise<Page<Run>> {
  const limit = readLimit(input);
  const position = readAge(input);
  if (input.jobId !== undefined) assertId("job", input.jobId);
  const rows = await read(cp, scope.organizationId, (db) =>
    db
      .select()
      .from(runs)
      .where(
        and(
          eq(runs.organizationId, scope.organizationId),
          eq(runs.projectId, scope.projectId),
          input.jobId === undefined ? undefined : eq(runs.jobId, input.jobId),
          input.kind === undefined ? undefined : eq(runs.kind, input.kind),
          input.states === undefined ? undefined : inArray(runs.state, [...input.states]),
          input.text === undefined || input.text === "" ? undefined : named(input.text),
          input.since === undefined ? undefined : gte(runs.createdAt, input.since),
          olderThan(runs, position),
        ),
      )
      .orderBy(desc(runs.createdAt), desc(runs.id))
      .limit(limit + 1),
  );
  return pageByAge(rows, limit);
}

function named(text: string): SQL {
  const { definition } = runs;
  const said = sql`lower(concat_ws(E'\\n', ${definition}->>'name', ${definition}->>'source', ${definition}->>'target'))`;
  return sql`strpos(${said}, lower(${text})) > 0`;
}
