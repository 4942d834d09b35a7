import { createClient } from "@syncline/api/client";
import { CallsUnderWay } from "./calls-under-way.ts";
import { RepeatedClicks } from "./repeated-clicks.ts";
import { selectedProject } from "./selected-project.ts";
import { sessionGate } from "./session-gate.ts";

const UNAUTHORISED = 401;
const FORBIDDEN = 403;
const CSRF = "X-Syncline-CSRF";
const IDEMPOTENCY_KEY = "Idempotency-Key";
const ME = "/api/v1/me";
/** Those that ask whether somebody is signed in, or want nobody to be: they wait for no sign-in. */
const WHO = /^(get .*\/api\/v1\/me|post .*\/api\/v1\/sign-out)$/i;

/** Calls this page's server as the person who is signed in here. */
export const api = createClient({
  url: location.origin,
  headers: () => ({ [CSRF]: sessionGate.csrf, ...projectHeader() }),
  fetch: fetchOnce,
});

function projectHeader(): Readonly<Record<string, string>> {
  const project = selectedProject();
  return project === null ? {} : { "Syncline-Project": project };
}

const clicks = new RepeatedClicks();
const underWay = new CallsUnderWay();

/** A second click on the same button is the first one. */
function fetchOnce(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const { method = "GET", body, signal } = init;
  if (method === "GET") return fetchAsPerson(input, init);
  if (body != null && typeof body !== "string") {
    clicks.forget();
    return fetchAsPerson(input, init);
  }
  const request = JSON.stringify([method, String(input), body]);
  const headers = new Headers(init.headers);
  const key = headers.get(IDEMPOTENCY_KEY);
  if (key === null) clicks.forget();
  else headers.set(IDEMPOTENCY_KEY, clicks.keyFor({ request, key, at: performance.now() }));
  const send = () => fetchAsPerson(input, { ...init, headers });
  // What its sender may give up is theirs alone.
  return signal == null ? underWay.once(request, send) : send();
}

async function fetchAsPerson(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  if (response.status !== UNAUTHORISED && response.status !== FORBIDDEN) return response;
  const call = `${init?.method ?? "GET"} ${new URL(String(input)).pathname}`;
  if (WHO.test(call) && response.status === UNAUTHORISED) return response;
  if (!(await mayRepeat(response, await codeOf(response.clone())))) return response;
  await response.body?.cancel();
  const headers = new Headers(init?.headers);
  headers.set(CSRF, sessionGate.csrf);
  return fetch(input, { ...init, headers });
}

/** Whether a call that was refused before anything was done goes out once more, with the session as it is now. */
async function mayRepeat({ status }: Response, code: unknown): Promise<boolean> {
  // A wrong password is a 401, too.
  if (status === UNAUTHORISED && code === "auth.required") {
    await sessionGate.wait();
    return true;
  }
  return status === FORBIDDEN && code === "auth.csrf" && (await isStillHere());
}

/** After a sign-in in another tab the cookie is a new session's: whether it is the same person's. */
async function isStillHere(): Promise<boolean> {
  const response = await fetch(location.origin + ME, { headers: projectHeader() });
  if (!response.ok) return false;
  const { user, csrf } = (await response.json()) as { user: { id: string } | null; csrf: string | null };
  if (user === null || csrf === null || csrf === sessionGate.csrf) return false;
  return sessionGate.signedIn({ userId: user.id, csrf });
}

async function codeOf(response: Response): Promise<unknown> {
  const problem: unknown = await response.json().catch(() => null);
  return typeof problem === "object" && problem !== null && "code" in problem ? problem.code : null;
}
