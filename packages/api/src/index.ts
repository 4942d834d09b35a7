export {
  JOB_KINDS,
  type JobDefinition,
  type JobKind,
  type JobOf,
  jobSchema,
  parseDuration,
  RUN_STATES,
  type RunState,
  type Schedule,
  scheduleSchema,
  WRITING_KINDS,
} from "@syncline/jobs";
export { AUDITED, type Audited } from "./audited.ts";
export { PATCH_MEDIA_TYPE } from "./contract/diffs.ts";
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
  ROUTES,
  reviews,
  runs,
  secrets,
  settings,
  signIn,
  transfers,
  webhooks,
} from "./contract/index.ts";
export { HEALTHS, type Overview } from "./contract/overview.ts";
export type {
  AnswerOf,
  BodyInputOf,
  BodyOf,
  ParamsOf,
  QueryInputOf,
  QueryOf,
  Route,
  RouteAnswer,
  RouteBody,
} from "./contract/route.ts";
export { isFinalState, type RunAnswer, type ServerEvent } from "./contract/runs.ts";
export { PROBLEM_TYPE, type Problem, problemSchema } from "./contract/schemas.ts";
export type { TimelineEntry } from "./contract/timeline.ts";
export { EXPORT_TYPES } from "./contract/transfers.ts";
export { createOpenApiDocument } from "./open-api-document.ts";
export {
  grants,
  ORGANIZATION_ROUTES,
  PERMISSIONS,
  type Permission,
  type RouteName,
  SCOPES,
  type Scope,
} from "./permissions.ts";
export { ENVIRONMENT_ROUTES, ROLE_SCOPES } from "./roles.ts";
export { ROUTE_ROW_EFFECTS } from "./row-effects.ts";
