import type { DemoWorld } from "./world.ts";

const DAY_MS = 86_400_000;

/** Environments, a server that was added by hand, keys, and people who are not there yet or not any more. */
export async function fillOrganization(world: DemoWorld): Promise<void> {
  const { ada, dina } = world.people;
  const { environments, databases, access, people } = ada.client;
  await environments.freezeEnvironment({
    params: { name: "archive" },
    body: { reason: "Year-end closing: the books of last year stay as they are." },
  });
  for (const [name, approvals] of [
    ["production", 1],
    ["finance", 2],
  ] as const) {
    await environments.createEnvironment({ body: { name } });
    await environments.updateEnvironment({ params: { name }, body: { approvals } });
  }
  const reporting = { name: "reporting", url: world.url("offices"), environment: "staging" };
  await databases.createServer({ body: reporting });
  const expiresAt = new Date(Date.now() + 30 * DAY_MS).toISOString();
  await access.createKey({
    body: {
      name: "CI: compares after each deployment",
      scopes: ["databases:read", "rows:diff", "runs:read", "patches:read"],
      expiresAt,
    },
  });
  const metrics = await access.createKey({ body: { name: "Metrics", scopes: ["metrics:read"] } });
  await access.rotateKey({ params: { id: metrics.record.id }, body: { overlapSeconds: 3600 } });
  const lost = await access.createKey({ body: { name: "Laptop that was lost", scopes: ["*"] } });
  await access.revokeKey({ params: { id: lost.record.id } });
  await dina.client.access.createMyKey({ body: { name: "Terminal at home", expiresAt } });
  const viewer = [{ role: "viewer", projectId: null, environmentId: null }] as const;
  await people.invite({ body: { email: "eli@demo.example", grants: [...viewer] } });
  const gus = await people.createPerson({
    body: { email: "gus@demo.example", name: "Gus", grants: [...viewer] },
  });
  await people.updatePerson({ params: { id: gus.id }, body: { active: false } });
}
