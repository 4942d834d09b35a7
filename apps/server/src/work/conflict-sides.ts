import type { AnswerOf, conflicts } from "@syncline/api";
import { type ControlPlane, getPatch, type Scope } from "@syncline/control-plane";
import { isCodedError } from "@syncline/core";
import type { JobDefinition } from "@syncline/jobs";
import { redactUrlsIn } from "@syncline/observability";

export type ConflictSides = AnswerOf<typeof conflicts.getConflict>["sides"];

/** Which place ours, theirs and base are, as the definition names them. */
export async function conflictSides(
  cp: ControlPlane,
  scope: Scope,
  definition: JobDefinition | null,
): Promise<ConflictSides> {
  if (definition === null) return { ours: null, theirs: null, base: null, patch: null };
  const {
    target = null,
    source = null,
    file = null,
    base = null,
    patch = null,
  } = redactUrlsIn(definition) as { readonly [Part in Places]?: string | null };
  return {
    ours: target,
    theirs: patch === null ? (source ?? file) : await sourceOf(cp, scope, patch),
    base,
    patch,
  };
}

type Places = "target" | "source" | "file" | "base" | "patch";

/** Null for a patch that nobody knows any more. */
async function sourceOf(cp: ControlPlane, scope: Scope, patchId: string): Promise<string | null> {
  try {
    return (await getPatch(cp, scope, { patchId })).source;
  } catch (error) {
    if (!isCodedError(error) || error.code !== "resource.not_found") throw error;
    return null;
  }
}
