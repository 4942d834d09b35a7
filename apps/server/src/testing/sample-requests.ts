import type { RouteName } from "@syncline/api";
import { DIFF_JOB } from "./other-organization.ts";

const place = "a:public:users";
const PASSWORD = "a long way to go home";

export interface Sample {
  readonly query?: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** A request of each route that its schemas take, so that what is refused is refused for another reason. */
export const SAMPLES: Readonly<Partial<Record<RouteName, Sample>>> = {
  "POST /sign-in": { body: { email: "nobody@example.test", password: "x" } },
  "POST /sign-in/oidc": { body: {} },
  "GET /sign-in/oidc/callback": { query: "?code=x&state=x" },
  "POST /setup": { body: { token: "x", email: "nobody@example.test", name: "N", password: PASSWORD } },
  "POST /invitations/look": { body: { token: "x" } },
  "POST /invitations/accept": { body: { token: "x", name: "N", password: PASSWORD } },
  "PATCH /me": { body: { name: "N" } },
  "POST /me/password": { body: { current: "x", password: PASSWORD } },
  "POST /me/keys": { body: { name: "sample" } },
  "POST /people": { body: { email: "sample@example.test", name: "S", grants: [] } },
  "PATCH /people/{id}": { body: { name: "S" } },
  "POST /people/{id}/reset": { body: {} },
  "POST /invitations": { body: { email: "invited@example.test", grants: [] } },
  "POST /invitations/{id}/resend": { body: {} },
  "POST /jobs/try": { body: { definition: { ...DIFF_JOB, name: "sample" } } },
  "POST /jobs": { body: { ...DIFF_JOB, name: "sample" } },
  "PUT /jobs/{id}": { body: { version: 1, definition: DIFF_JOB } },
  "POST /schedule/preview": { body: { schedule: { every: "5m" } } },
  "POST /diff": { body: { source: place, target: place } },
  "POST /patches": { body: new Uint8Array([1, 2, 3]), contentType: "application/octet-stream" },
  "GET /patches/{id}/changes/find": { query: "?table=users&row=1" },
  "GET /patches/{id}/histogram": { query: "?table=users" },
  "POST /patches/{id}/selection": { body: { filter: {}, count: 1, hash: "0".repeat(64) } },
  "POST /patches/{id}/ignore-preview": { body: { ignoreFields: ["name"] } },
  "POST /apply": { body: { patch: crypto.randomUUID(), target: place } },
  "POST /apply/batch": {
    body: { target: place, operations: [{ op: "insert", table: "users", new: { id: "1" } }] },
  },
  "POST /apply/file": {
    query: `?target=${place}`,
    body: new Uint8Array([1, 2, 3]),
    contentType: "application/octet-stream",
  },
  "POST /undo": { body: { ledgerId: crypto.randomUUID(), target: place } },
  "GET /log": { query: `?target=${place}` },
  "GET /rows": { query: `?locator=${place}` },
  "POST /copy": { body: { source: place, target: place } },
  "POST /export": { body: { source: place } },
  "POST /import": { query: `?target=${place}`, body: "", contentType: "application/x-ndjson" },
  "POST /databases/test": { body: { server: "a" } },
  "GET /databases/tables": { query: `?locator=${place}` },
  "POST /servers/test": { body: { url: "postgres://u@8.8.8.8/app?connect_timeout=1" } },
  "POST /servers": { body: { name: "sample", url: "postgres://u@8.8.8.8/app" } },
  "PATCH /servers/{id}": { body: { protection: "readonly" } },
  "POST /conflicts/{id}/resolve": { body: { choice: "ours" } },
  "POST /conflicts/resolve": { body: { ids: [crypto.randomUUID()], choice: "ours" } },
  "POST /conflicts/resolve/preview": { body: { filter: {}, rule: { kind: "side", side: "ours" } } },
  "POST /conflicts/resolve/rule": {
    body: { filter: {}, rule: { kind: "side", side: "ours" }, count: 1, digest: "0".repeat(64) },
  },
  "POST /conflicts/patch": { body: { jobId: crypto.randomUUID() } },
  "POST /keys": { body: { name: "sample", scopes: ["keys:write"] } },
  "POST /keys/{id}/rotate": { body: {} },
  "POST /webhooks": { body: { name: "sample", url: "https://8.8.8.8/x", events: ["*"] } },
  "PATCH /webhooks/{id}": { body: { enabled: false } },
  "POST /projects": { body: { slug: "sample", name: "Sample" } },
  "POST /environments": { body: { name: "sample" } },
  "POST /admin/profile": { body: { kind: "cpu", seconds: 1 } },
  "POST /reviews/{id}/comments": { body: { body: "why?" } },
  "POST /reviews/{id}/approve": { body: { content: "0".repeat(64), fingerprint: "0".repeat(64) } },
  "POST /reviews/{id}/refuse": {
    body: { content: "0".repeat(64), fingerprint: "0".repeat(64), reason: "no" },
  },
  "POST /reviews/{id}/withdraw": { body: {} },
};
