import type { Scope } from "@syncline/api";
import { type AnswerOf, type access, grants } from "@syncline/api";
import { CodedError, isCodedError } from "@syncline/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "./client.ts";
import { forgetProject, selectedProject, selectProject } from "./selected-project.ts";
import { sessionGate } from "./session-gate.ts";

const UNAUTHORISED = 401;

type MeAnswer = AnswerOf<typeof access.me>;

/** Null: nobody is signed in, and nobody was since the page was loaded. */
async function fetchMe(signal: AbortSignal): Promise<MeAnswer | null> {
  try {
    const me = await api.access.me({ signal });
    if (me.csrf !== null && me.user !== null && !sessionGate.signedIn({ userId: me.user.id, csrf: me.csrf }))
      throw new CodedError("auth.required", "Somebody else has signed in here.");
    return me;
  } catch (error) {
    if (!isCodedError(error)) throw error;
    if (error.details["status"] === UNAUTHORISED) {
      if (!sessionGate.isTaken) return null;
      // What is on the page stays: a dialog asks for the sign-in.
      sessionGate.end();
    }
    if (error.code !== "resource.not_found" || selectedProject() === null) throw error;
    // Whoever was here before chose a project that this person does not see.
    if (sessionGate.isTaken) selectProject(null);
    else forgetProject();
    return fetchMe(signal);
  }
}

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => fetchMe(signal),
  staleTime: 60_000,
});

export interface Me extends MeAnswer {
  /**
   * Whether the person may do what takes a scope: in the whole project, or in the environment that is named (null: in none).
   * The server decides; this is for not offering what it would refuse.
   */
  readonly can: (scope: Scope, environment?: string | null) => boolean;
  /** For what all projects of the organization share. */
  readonly canEverywhere: (scope: Scope) => boolean;
}

/** The person who is signed in. Only below the shell, which shows nothing else until it is known. */
export function useMe(): Me {
  const { data } = useQuery(meQuery);
  if (data === undefined || data === null) throw new Error("Nobody is signed in.");
  return meOf(data);
}

export function meOf(me: MeAnswer): Me {
  return {
    ...me,
    can: (scope, environment = null) =>
      grants(me.scopes, scope) || (environment !== null && grants(me.environments[environment] ?? [], scope)),
    canEverywhere: (scope) => grants(me.organizationScopes, scope),
  };
}

/** Whether a scope is held anywhere, so that a page is worth a line in the navigation. */
export function canSomewhere(me: MeAnswer, scope: Scope): boolean {
  return [me.scopes, ...Object.values(me.environments)].some((scopes) => grants(scopes, scope));
}
