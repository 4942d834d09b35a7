import { createClient } from "@syncline/api/client";
import { selectedProject } from "./selected-project.ts";
import { sessionGate } from "./session-gate.ts";

const UNAUTHORISED = 401;
/** Asks whether somebody is signed in, and wants to hear when nobody is. */
const WHO = /^get .*\/api\/v1\/me$/i;

/** Calls this page's server as the person who is signed in here. */
export const api = createClient({
  url: location.origin,
  headers: () => {
    const project = selectedProject();
    return {
      "X-Syncline-CSRF": sessionGate.csrf,
      ...(project === null ? {} : { "Syncline-Project": project }),
    };
  },
  fetch: fetchAsPerson,
});

async function fetchAsPerson(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  if (response.status !== UNAUTHORISED) return response;
  const call = `${init?.method ?? "GET"} ${new URL(String(input)).pathname}`;
  if (WHO.test(call) || !(await saysSessionEnded(response.clone()))) return response;
  await response.body?.cancel();
  await sessionGate.wait();
  const headers = new Headers(init?.headers);
  headers.set("X-Syncline-CSRF", sessionGate.csrf);
  return fetch(input, { ...init, headers });
}

/** A wrong password is a 401, too. */
async function saysSessionEnded(response: Response): Promise<boolean> {
  const problem: unknown = await response.json().catch(() => null);
  return (
    typeof problem === "object" && problem !== null && "code" in problem && problem.code === "auth.required"
  );
}
