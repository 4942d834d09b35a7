import { randomBytes } from "node:crypto";
import { type Client, createClient } from "@syncline/api/client";

export type Role = "viewer" | "operator" | "reviewer" | "admin";

/** Somebody of the demonstration who can sign in. */
export interface DemoPerson {
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly password: string;
  /** Asks the server as they would. */
  readonly client: Client;
}

export interface DemoPeople {
  /** Administrates. */
  readonly ada: DemoPerson;
  /** Works, and asks others to look. */
  readonly dina: DemoPerson;
  /** Two who review. */
  readonly ben: DemoPerson;
  readonly cleo: DemoPerson;
}

interface Account {
  readonly url: string;
  readonly name: string;
  readonly role: Role;
}

const HEADERS = { "Content-Type": "application/json" };

/** The first administrator by the server's link, the others by invitations of hers, as people do. */
export async function createPeople(url: string, setupToken: string): Promise<DemoPeople> {
  const ada = await open({ url, name: "Ada", role: "admin" }, "/setup", { token: setupToken });
  const invited = async (name: string, role: Role) => {
    const grants = [{ role, projectId: null, environmentId: null }];
    const { token } = await ada.client.people.invite({ body: { email: addressOf(name), grants } });
    return open({ url, name, role }, "/invitations/accept", { token });
  };
  const [dina, ben, cleo] = await Promise.all([
    invited("Dina", "operator"),
    invited("Ben", "reviewer"),
    invited("Cleo", "reviewer"),
  ]);
  return { ada, dina, ben, cleo };
}

const addressOf = (name: string) => `${name.toLowerCase()}@demo.example`;

async function open(
  { url, name, role }: Account,
  path: string,
  link: { token: string },
): Promise<DemoPerson> {
  const email = addressOf(name);
  const password = randomBytes(9).toString("base64url");
  const body = path === "/setup" ? { ...link, email, name, password } : { ...link, name, password };
  const { response, json } = await post(`${url}/api/v1${path}`, { headers: { Origin: url }, body });
  const [cookie = ""] = (response.headers.get("set-cookie") ?? "").split(";");
  const session = { Cookie: cookie, Origin: url, "X-Syncline-CSRF": String(json["csrf"]) };
  return { name, email, role, password, client: createClient({ url, headers: () => session }) };
}

async function post(
  url: string,
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: object },
): Promise<{ readonly response: Response; readonly json: Readonly<Record<string, unknown>> }> {
  const response = await fetch(url, {
    method: "POST",
    headers: { ...HEADERS, ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok)
    throw new Error(`POST ${new URL(url).pathname} was answered with ${response.status}: ${text}`);
  return { response, json: JSON.parse(text) };
}
