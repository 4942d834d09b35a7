import type { Scope } from "@syncline/api";
import { type AnswerOf, type access, grants } from "@syncline/api";
import { isCodedError } from "@syncline/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "./client.ts";
import { sessionGate } from "./session-gate.ts";

type MeAnswer = AnswerOf<typeof access.me>;

/** Null: nobody is signed in. */
async function fetchMe(signal: AbortSignal): Promise<MeAnswer | null> {
  try {
    const me = await api.access.me({ signal });
    if (me.csrf !== null) sessionGate.signedIn(me.csrf);
    return me;
  } catch (error) {
    if (isCodedError(error) && error.details["status"] === 401) return null;
    throw error;
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
