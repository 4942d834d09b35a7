import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { z } from "zod";
import { ROOT } from "../root.ts";
import { type CheckResult, judge, runTool } from "./check.ts";
import { yamllintRules } from "./yamllint-rules.ts";

const FILE = join(ROOT, "deploy/compose/compose.yaml");
const duration = z.string().regex(/^\d+(ms|s|m)$/);
const bytes = z.string().regex(/^\d+[kmgKMG]$/);
const command = z.array(z.string()).min(2);

const limits = z.strictObject({
  cpus: z.string().regex(/^\d+(\.\d+)?$/),
  memory: bytes,
  pids: z.int().min(16),
});

/** Of the fields of a compose file those that ours uses, each as the specification of compose has it. */
const service = z.strictObject({
  image: z.string().regex(/^[a-z]+:[\w.${}:-]+$/),
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  user: z
    .string()
    .regex(/^\d+:\d+$/)
    .optional(),
  environment: z.record(z.string(), z.string()).optional(),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal("ALL")]),
  cap_add: z.array(z.string().regex(/^[A-Z_]+$/)).optional(),
  security_opt: z.tuple([z.literal("no-new-privileges:true")]),
  restart: z.enum(["unless-stopped", "always", "on-failure", "no"]),
  logging: z.strictObject({ driver: z.string(), options: z.record(z.string(), z.string()) }),
  ports: z.array(z.string()).optional(),
  networks: z.union([
    z.array(z.string()),
    z.record(z.string(), z.strictObject({ ipv4_address: z.ipv4().optional() })),
  ]),
  volumes: z.array(z.string().regex(/^[\w./-]+:\/[\w./-]+(:ro)?$/)),
  tmpfs: z.array(z.string().startsWith("/")).min(1),
  secrets: z.array(z.string()).optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal("service_healthy") })).optional(),
  healthcheck: z
    .strictObject({ test: command, interval: duration, timeout: duration, retries: z.int().min(1) })
    .optional(),
  stop_signal: z.string().startsWith("SIG").optional(),
  stop_grace_period: duration,
  shm_size: bytes.optional(),
  ulimits: z.strictObject({ nofile: z.int() }).optional(),
  deploy: z.strictObject({
    resources: z.strictObject({ limits, reservations: z.strictObject({ memory: bytes }).optional() }),
  }),
});

const composeFile = z.strictObject({
  name: z.string(),
  "x-hardening": z.unknown(),
  "x-replica": z.unknown(),
  services: z.record(z.string(), service),
  networks: z.record(
    z.string(),
    z.strictObject({
      ipam: z.strictObject({ config: z.array(z.strictObject({ subnet: z.cidrv4() })) }).optional(),
    }),
  ),
  volumes: z.record(z.string(), z.strictObject({})),
  secrets: z.record(z.string(), z.strictObject({ file: z.string().startsWith("./secrets/") })),
});

export function checkCompose(): CheckResult[] {
  const text = readFileSync(FILE, "utf8");
  return [
    runTool({ name: "yamllint compose.yaml", argv: ["yamllint", "-s", "-d", yamllintRules(), FILE] }),
    judge(
      "compose.yaml: schema and references",
      composeProblems(text, readFileSync(join(ROOT, "deploy/compose/upstream.conf"), "utf8")),
    ),
  ];
}

export function composeProblems(text: string, upstream: string): string[] {
  const document = parseDocument(text, { merge: true, uniqueKeys: true });
  if (document.errors.length > 0) return document.errors.map(({ message }) => message);
  const parsed = composeFile.safeParse(document.toJS());
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  const { services, networks, volumes, secrets } = parsed.data;
  const problems: string[] = [];
  const missing = (kind: string, name: string, known: object) => {
    if (!Object.hasOwn(known, name)) problems.push(`there is no ${kind} "${name}"`);
  };
  for (const each of Object.values(services)) {
    for (const name of Array.isArray(each.networks) ? each.networks : Object.keys(each.networks))
      missing("network", name, networks);
    for (const name of each.secrets ?? []) missing("secret", name, secrets);
    for (const name of Object.keys(each.depends_on ?? {})) missing("service", name, services);
    for (const volume of each.volumes)
      if (!/^[./]/.test(volume)) missing("volume", volume.split(":")[0] ?? "", volumes);
  }
  for (const [, name = ""] of upstream.matchAll(/server ([\w-]+):8270/g))
    missing("replica of upstream.conf", name, services);
  // What the image makes of POSTGRES_USER is a superuser, above row security.
  for (const [name, { environment = {} }] of Object.entries(services))
    if (environment["POSTGRES_USER"] === "syncline")
      problems.push(`${name} makes the service's login a superuser`);
  const replicas = Object.entries(services).filter(([, { image }]) => image.startsWith("syncline:"));
  if (replicas.length < 2) problems.push("fewer than two replicas");
  for (const [name, { environment = {}, stop_grace_period: grace }] of replicas)
    if (Number.parseInt(grace, 10) <= Number.parseInt(environment["SYNCLINE_GRACE"] ?? "25s", 10))
      problems.push(`${name} is killed before SYNCLINE_GRACE is over`);
  return problems;
}
