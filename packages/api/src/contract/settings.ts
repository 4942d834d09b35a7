import { z } from "zod";
import { defineRoute } from "./route.ts";

const originSchema = z
  .enum(["default", "config", "environment"])
  .describe(
    "Where it is set: nowhere, in the config file, or by a variable of the environment, which goes first.",
  );

const limitSchema = z.object({
  key: z.string().describe("In the config file, as `limits.workUnits`."),
  variable: z.string().describe("Of the environment."),
  unit: z.enum(["count", "bytes", "milliseconds"]),
  about: z.string(),
  value: z.number().describe("What holds in the process that answers."),
  afterRestart: z
    .number()
    .nullable()
    .describe("What is set by now and holds after a restart; null: the same."),
  origin: originSchema,
});

const featureSchema = z.object({
  name: z.string(),
  on: z.boolean(),
  origin: originSchema,
  about: z.string().describe("What is there or not."),
});

/** What the config file asks of an environment; what is stored may ask for more. */
const environmentSchema = z.object({
  name: z.string(),
  approvals: z.int(),
  approvalSeconds: z.int(),
  signatures: z.int().describe("How many a patch needs; 0: none."),
  frozen: z.string().nullable().describe("Why nothing is written there; null: it is."),
});

export const getSettings = defineRoute("GET /settings", {
  tag: "settings",
  summary: "What the operator has set: limits, features, sign-in; never secrets or paths",
  description:
    "Nothing of it is changed through the API: the operator edits the config file or the environment. Names of the config's own objects are there for the project that it belongs to.",
  answer: {
    kind: "json",
    status: 200,
    schema: z.object({
      version: z.string(),
      configFile: z.string().nullable().describe("Its name without the folder; null: there is none."),
      limits: z.array(limitSchema),
      features: z.array(featureSchema),
      signIn: z.object({
        password: z.boolean(),
        oidc: z
          .object({
            name: z.string(),
            issuer: z.string(),
            newcomers: z
              .object({ role: z.string(), domains: z.array(z.string()) })
              .nullable()
              .describe("What who was not invited becomes; null: they are refused."),
          })
          .nullable(),
        publicUrl: z.string().nullable().describe("Where browsers reach the server; null: it is not known."),
        idleSeconds: z.int().describe("A session that was not used for so long has ended."),
        lifetimeSeconds: z.int().describe("No session lasts longer."),
      }),
      storage: z.object({
        database: z.enum(["embedded", "external"]).describe("Where the control database runs."),
        objects: z.enum(["disk", "s3"]).describe("Where results and patches lie."),
      }),
      environments: z.array(environmentSchema),
      alertEvents: z.array(z.string()).describe("Types of events that webhooks can be sent."),
      fixed: z
        .object({
          servers: z.array(z.string()),
          remotes: z.array(z.string()),
          jobs: z.array(z.string()),
          webhooks: z.array(z.string()),
          masks: z.array(z.string()),
          datasets: z.array(z.string()),
        })
        .describe("Names of what only the config file changes."),
    }),
  },
});
