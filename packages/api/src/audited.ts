import type { RouteName } from "./permissions.ts";

/** What a request leaves in the audit log. */
export type Audited =
  /** Entered with the change, in its transaction; one of these. */
  | { readonly kind: "change"; readonly actions: readonly string[] }
  /** Entered before the answer is sent: it shows values of rows, or who may do what. */
  | {
      readonly kind: "read";
      readonly action: string;
      readonly subjectKind: string;
      /** Names of parameters and body members that are entered as they came. */
      readonly detail: readonly string[];
      /** Several by the same caller of the same subject within a minute are one entry. */
      readonly gathered: boolean;
    }
  | { readonly kind: "none"; readonly why: string };

const change = (...actions: readonly string[]): Audited => ({ kind: "change", actions });
const read = (action: string, subjectKind: string, ...detail: readonly string[]): Audited => ({
  kind: "read",
  action,
  subjectKind,
  detail,
  gathered: false,
});
const pages = (action: string, subjectKind: string): Audited => ({
  kind: "read",
  action,
  subjectKind,
  detail: [],
  gathered: true,
});
const none = (why: string): Audited => ({ kind: "none", why });

const NAMES = none("names, states and counts");
const OWN = none("what the caller is and may");
const RUN = change("run.create", "review.open");

/** What every route leaves: the only table of it. A route that is not here does not compile. */
export const AUDITED: Readonly<Record<RouteName, Audited>> = {
  "GET /sign-in/methods": none("public"),
  "POST /sign-in": change("session.start", "session.refuse"),
  "POST /sign-in/oidc": none("the sign-in itself is entered when it ends"),
  "GET /sign-in/oidc/callback": change("session.start", "session.refuse"),
  "POST /setup": change("invitation.accept", "person.create", "session.start"),
  "POST /invitations/look": none("shows what the link's holder was sent"),
  "POST /invitations/accept": change("invitation.accept", "person.create", "person.recover", "session.start"),
  "POST /sign-out": change("session.end"),

  "GET /me": OWN,
  "PATCH /me": change("person.rename"),
  "POST /me/password": change("person.password"),
  "GET /me/sessions": OWN,
  "DELETE /me/sessions": change("session.end"),
  "DELETE /me/sessions/{id}": change("session.end"),
  "GET /me/keys": OWN,
  "POST /me/keys": change("api_key.create"),
  "DELETE /me/keys/{id}": change("api_key.revoke"),

  "GET /people": read("person.list", "person"),
  "POST /people": change("person.create"),
  "GET /people/{id}": read("person.read", "person"),
  "PATCH /people/{id}": change("person.rename", "person.grants", "person.deactivate", "person.reactivate"),
  "POST /people/{id}/reset": change("invitation.create", "person.reset"),
  "GET /people/{id}/sessions": read("session.list", "person"),
  "DELETE /people/{id}/sessions": change("session.end"),
  "GET /invitations": NAMES,
  "POST /invitations": change("invitation.create"),
  "POST /invitations/{id}/resend": change("invitation.resend"),
  "DELETE /invitations/{id}": change("invitation.revoke"),

  "GET /databases": NAMES,
  "GET /databases/tables": NAMES,
  "POST /databases/test": read("database.test", "database", "server", "locator"),
  "GET /servers": NAMES,
  "POST /servers/test": change("server.test"),
  "POST /servers": change("server.create"),
  "GET /servers/{id}": NAMES,
  "PATCH /servers/{id}": change("server.update"),
  "DELETE /servers/{id}": change("server.remove"),

  "GET /overview": NAMES,
  "GET /jobs": NAMES,
  "POST /jobs": change("job.create"),
  "POST /jobs/try": RUN,
  "GET /jobs/{id}": NAMES,
  "PUT /jobs/{id}": change("job.update"),
  "DELETE /jobs/{id}": change("job.delete"),
  "POST /jobs/{id}/run": RUN,
  "POST /jobs/{id}/hook": change("job.rotate_hook"),
  "GET /jobs/{id}/schedule": NAMES,
  "GET /jobs/{id}/timeline": NAMES,
  "GET /jobs/{id}/pair": NAMES,
  "POST /jobs/{id}/pair/reset": change("pair.reset"),
  "POST /schedule/preview": none("changes nothing"),
  "POST /hooks/{token}": RUN,

  "GET /runs": NAMES,
  "GET /runs/{id}": NAMES,
  "GET /runs/{id}/units": NAMES,
  "GET /runs/{id}/attempts": NAMES,
  "POST /runs/{id}/cancel": change("run.cancel"),
  "POST /runs/{id}/pause": change("run.pause"),
  "POST /runs/{id}/resume": change("run.resume"),
  "POST /runs/{id}/retry": RUN,
  "GET /runs/{id}/events": NAMES,
  "GET /events": NAMES,

  "POST /diff": RUN,
  "GET /patches": NAMES,
  "POST /patches": change("patch.record"),
  "GET /patches/{id}": NAMES,
  "DELETE /patches/{id}": change("patch.remove"),
  "GET /patches/{id}/file": read("patch.download", "patch"),
  "GET /patches/{id}/tables": NAMES,
  "GET /patches/{id}/changes": pages("patch.read_changes", "patch"),
  "GET /patches/{id}/changes/count": pages("patch.read_changes", "patch"),
  "GET /patches/{id}/changes/find": pages("patch.read_changes", "patch"),
  "GET /patches/{id}/changes/export": read("patch.export_changes", "patch", "format"),
  "GET /patches/{id}/changes/{n}": pages("patch.read_changes", "patch"),
  "GET /patches/{id}/histogram": pages("patch.read_changes", "patch"),
  "POST /patches/{id}/selection": change("patch.record"),
  "GET /patches/{id}/sql": pages("patch.read_changes", "patch"),
  "GET /patches/{id}/sql/file": read("patch.export_sql", "patch", "direction"),
  "POST /patches/{id}/ignore-preview": pages("patch.read_changes", "patch"),

  "POST /apply": RUN,
  "POST /apply/batch": change("rows.apply"),
  "POST /apply/file": RUN,
  "POST /undo": RUN,
  "GET /log": NAMES,
  "POST /copy": RUN,
  "POST /export": read("rows.export", "rows", "source", "format", "dataset"),
  "POST /import": change("rows.import"),
  "GET /rows": read("rows.read", "rows", "locator", "schema"),

  "GET /conflicts": pages("conflict.list", "conflict"),
  "GET /conflicts/{id}": pages("conflict.read", "conflict"),
  "POST /conflicts/{id}/resolve": change("conflict.resolve"),
  "POST /conflicts/resolve": change("conflict.resolve"),
  "GET /conflicts/counts": NAMES,
  "POST /conflicts/resolve/preview": pages("conflict.preview", "conflict"),
  "POST /conflicts/resolve/rule": change("conflict.resolve"),
  "POST /conflicts/patch": change("patch.record"),

  "GET /keys": read("api_key.list", "api_key"),
  "POST /keys": change("api_key.create"),
  "POST /keys/{id}/rotate": change("api_key.rotate"),
  "DELETE /keys/{id}": change("api_key.revoke"),

  "GET /webhooks": NAMES,
  "POST /webhooks": change("webhook.create"),
  "PATCH /webhooks/{id}": change("webhook.update"),
  "DELETE /webhooks/{id}": change("webhook.remove"),
  "POST /webhooks/{id}/test": read("webhook.test", "webhook"),
  "GET /webhooks/{id}/deliveries": NAMES,

  "GET /audit": none("who follows the log would follow themselves"),
  "GET /audit/export": read("audit.export", "audit", "from", "to"),
  "GET /audit/checkpoints": none("public keys and digests"),
  "POST /audit/verify": read("audit.verify", "audit"),
  "POST /audit/key/rotate": change("audit.rotate_key"),
  "GET /secrets": NAMES,
  "POST /secrets/rewrap": change("secrets.rewrap"),
  "GET /projects": NAMES,
  "POST /projects": change("project.create"),
  "GET /environments": NAMES,
  "POST /environments": change("environment.create"),
  "PATCH /environments/{name}": change("environment.update"),
  "POST /environments/{name}/freeze": change("environment.freeze"),
  "DELETE /environments/{name}/freeze": change("environment.thaw"),

  "GET /reviews": NAMES,
  "POST /reviews": change("review.open"),
  "GET /reviews/{id}": NAMES,
  "POST /reviews/{id}/comments": change("review.comment"),
  "POST /reviews/{id}/comments/{commentId}/resolve": change("review.comment_resolve"),
  "POST /reviews/{id}/comments/{commentId}/reopen": change("review.comment_reopen"),
  "POST /reviews/{id}/approve": change("review.approve", "review.void"),
  "POST /reviews/{id}/refuse": change("review.refuse"),
  "POST /reviews/{id}/withdraw": change("review.withdraw"),
  "POST /reviews/{id}/apply": change("run.create", "review.void"),
  "GET /signers": NAMES,
  "GET /settings": none("limits and names"),
  "GET /workers": NAMES,
  "POST /admin/profile": read("process.profile", "process", "kind"),
};
