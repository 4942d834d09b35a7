import { createClient } from "@syncline/api/client";
import { selectedProject } from "./selected-project.ts";
import { sessionGate } from "./session-gate.ts";

const UNAUTHORISED = 401;
/** Calls whose 401 says that the password is wrong or nobody is signed in, not that a session has ended. */
const OPEN_PATHS = /\/api\/v1\/(sign-in|setup|invitations\/(look|accept)|me$)/;

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
  if (response.status !== UNAUTHORISED || OPEN_PATHS.test(new URL(String(input)).pathname)) return response;
  await response.body?.cancel();
  await sessionGate.wait();
  const headers = new Headers(init?.headers);
  headers.set("X-Syncline-CSRF", sessionGate.csrf);
  return fetch(input, { ...init, headers });
}
