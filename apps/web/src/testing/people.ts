export const PASSWORD = "a long way to go home";

/** Somebody who has an account, and a session of theirs as a browser would keep it. */
export interface Person {
  readonly name: string;
  readonly email: string;
  readonly userId: string;
  readonly session: { readonly name: string; readonly value: string };
  readonly csrf: string;
}

export type PersonRole = "viewer" | "operator" | "reviewer" | "admin";

/** The first administrator, by the link that the server printed. */
export function setUp(url: string, token: string, name: string): Promise<Person> {
  const body = { token, email: addressOf(name), name, password: PASSWORD };
  return signedIn(url, "/setup", { name, body });
}

/** Invites somebody as an administrator, and accepts for them. */
export async function invite(
  url: string,
  by: Person,
  { name, role }: { readonly name: string; readonly role: PersonRole },
): Promise<Person> {
  const grants = [{ role, projectId: null, environmentId: null }];
  const response = await askAs(url, by, "POST", "/invitations", { email: addressOf(name), grants });
  if (response.status !== 201) throw new Error(`no invitation of ${name}: ${await response.text()}`);
  const { token } = (await response.json()) as { token: string };
  return signedIn(url, "/invitations/accept", { name, body: { token, name, password: PASSWORD } });
}

/** Another session of the same person. */
export function signInAgain(url: string, { name, email }: Person): Promise<Person> {
  return signInAs(url, { name, email, password: PASSWORD });
}

export function signInAs(
  url: string,
  { name, email, password }: { readonly name: string; readonly email: string; readonly password: string },
): Promise<Person> {
  return signedIn(url, "/sign-in", { name, body: { email, password } });
}

/** A request as the person's browser would send it. */
export function askAs(
  url: string,
  { session, csrf }: Pick<Person, "session" | "csrf">,
  method: string,
  path: string,
  body?: unknown,
): Promise<Response> {
  return fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      Cookie: `${session.name}=${session.value}`,
      Origin: url,
      "X-Syncline-CSRF": csrf,
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const addressOf = (name: string) => `${name.toLowerCase()}@example.test`;

async function signedIn(
  url: string,
  path: string,
  { name, body }: { readonly name: string; readonly body: object },
): Promise<Person> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Origin: url },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${name} is not signed in: ${text}`);
  const { userId, csrf } = JSON.parse(text) as { userId: string; csrf: string };
  const [pair = ""] = (response.headers.get("set-cookie") ?? "").split(";");
  const [cookie = "", ...value] = pair.split("=");
  return {
    name,
    email: "email" in body ? String(body.email) : addressOf(name),
    userId,
    csrf,
    session: { name: cookie, value: value.join("=") },
  };
}
