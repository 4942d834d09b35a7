import {
  ENVIRONMENT_ROUTES,
  grants,
  ORGANIZATION_ROUTES,
  PERMISSIONS,
  type Permission,
  ROLE_SCOPES,
  type RouteName,
  SCOPES,
} from "@syncline/api";
import { ROLES } from "@syncline/core";

/** Roles, scopes and routes as one Markdown page. */
export function formatPermissionReference(): string {
  const names = Object.keys(PERMISSIONS) as RouteName[];
  const withScope = (scope: string) => names.filter((name) => PERMISSIONS[name] === scope);
  const listed = (routes: readonly RouteName[]) => routes.map(describe).join("<br>");
  const rows = SCOPES.map((scope) => {
    const marks = ROLES.map((role) => (grants(ROLE_SCOPES[role], scope as Permission) ? "yes" : ""));
    return `| \`${scope}\` | ${marks.join(" | ")} | ${listed(withScope(scope)) || "inside of others"} |`;
  });
  return `# Permissions

<!-- Generated from packages/api/src/permissions.ts and roles.ts by \`pnpm docs:reference\`. -->

What each role may do where it was granted, and which routes of \`/api/v1\` take which scope. API keys have scopes of their own; a key that stands for a person can do what both allow. [People](../guides/people.md) says how roles are granted.

A viewer sees what there is and what happened, but no values of rows: changes of patches, both sides of conflicts and rows themselves are from the operator on.

| Scope | ${ROLES.join(" | ")} | Routes |
|---|${ROLES.map(() => "---").join("|")}|---|
${rows.join("\n")}

*environment*: a role in one environment is enough when every place of the request is in it. *organization*: shared by all projects, so a role or key of one project is not enough.

## For everybody who is known

Any session or live key; what belongs to oneself takes a session.

${withScope("key")
  .map((name) => `- \`${name}\``)
  .join("\n")}

## For everybody

No credentials, limited by address.

${withScope("public")
  .map((name) => `- \`${name}\``)
  .join("\n")}
`;
}

function describe(name: RouteName): string {
  const marks = [
    ...(ENVIRONMENT_ROUTES.has(name) ? ["environment"] : []),
    ...(ORGANIZATION_ROUTES.has(name) ? ["organization"] : []),
  ];
  return `\`${name}\`${marks.map((mark) => ` *${mark}*`).join("")}`;
}
