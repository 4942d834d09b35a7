import * as access from "./access.ts";
import * as audit from "./audit.ts";
import * as conflicts from "./conflicts.ts";
import * as databases from "./databases.ts";
import * as diffs from "./diffs.ts";
import * as environments from "./environments.ts";
import * as jobs from "./jobs.ts";
import * as overview from "./overview.ts";
import * as people from "./people.ts";
import * as reviews from "./reviews.ts";
import type { Route } from "./route.ts";
import * as runs from "./runs.ts";
import * as secrets from "./secrets.ts";
import * as settings from "./settings.ts";
import * as signIn from "./sign-in.ts";
import * as transfers from "./transfers.ts";
import * as webhooks from "./webhooks.ts";

export {
  access,
  audit,
  conflicts,
  databases,
  diffs,
  environments,
  jobs,
  overview,
  people,
  reviews,
  runs,
  secrets,
  settings,
  signIn,
  transfers,
  webhooks,
};

/** All routes of v1, in the order of the OpenAPI document. */
export const ROUTES: readonly Route[] = [
  overview,
  jobs,
  runs,
  diffs,
  transfers,
  databases,
  conflicts,
  webhooks,
  access,
  audit,
  secrets,
  settings,
  signIn,
  people,
  reviews,
  environments,
].flatMap((nouns) => Object.values(nouns).filter(isRoute));

export function isRoute(value: unknown): value is Route {
  return typeof value === "object" && value !== null && "answer" in value && "path" in value;
}
