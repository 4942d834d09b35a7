import { basename } from "node:path";
import { type AnswerOf, settings } from "@syncline/api";
import {
  ALERT_EVENTS,
  type Config,
  effectiveLimits,
  FEATURE_FLAGS,
  FEATURE_NAMES,
  type LimitsDocument,
  type ServiceSettings,
} from "@syncline/config";
import type { Scope } from "@syncline/control-plane";
import type { Router } from "../http/router.ts";
import { originOf } from "../http/sign-in-origin.ts";
import type { ServiceParts } from "../service-parts.ts";

type SettingsAnswer = AnswerOf<typeof settings.getSettings>;

const FEATURES_VARIABLE = "SYNCLINE_FEATURES";

/** What the operator has set, for who may see the project. */
export function settingRoutes(router: Router, parts: ServiceParts): void {
  const atStart: LimitsDocument = parts.config().limits;
  router.on(settings.getSettings, async ({ call, headers }): Promise<SettingsAnswer> => {
    const { config: current, environment, settings: service, version } = parts;
    const config = current();
    const password = config.features["password-sign-in"] && originOf(service, headers) !== null;
    return {
      version,
      configFile: config.file === null ? null : basename(config.file),
      limits: effectiveLimits({ now: config.limits, atStart, environment }).map((limit) => ({
        ...limit,
        key: `limits.${limit.key}`,
      })),
      features: featuresOf(parts, config),
      signIn: signInOf(service, password),
      storage: {
        database: service.databaseUrl === null ? "embedded" : "external",
        objects: service.objects.kind,
      },
      environments: [...config.environments].map(([name, rules]) => ({
        name,
        approvals: rules.approvals,
        approvalSeconds: Math.round(rules.approvalMs / 1000),
        signatures: rules.signatures?.required ?? 0,
        frozen: rules.frozen,
      })),
      alertEvents: [...ALERT_EVENTS],
      fixed: fixedBy(config, isFirst(parts, call.scope)),
    };
  });
}

function featuresOf({ environment }: ServiceParts, { features }: Config): SettingsAnswer["features"] {
  const set = (environment[FEATURES_VARIABLE] ?? "").split(",").map((each) => each.trim().slice(1));
  return FEATURE_NAMES.map((name) => {
    const flag = FEATURE_FLAGS[name];
    const origin = set.includes(name)
      ? "environment"
      : features[name] === flag.default
        ? "default"
        : "config";
    return { name, on: features[name], origin, about: flag.switches };
  });
}

function signInOf({ signIn }: ServiceSettings, password: boolean): SettingsAnswer["signIn"] {
  const { oidc, publicUrl, idleMs, lifetimeMs } = signIn;
  const newcomers = oidc?.newcomers ?? null;
  return {
    password,
    oidc:
      oidc === null
        ? null
        : {
            name: oidc.name,
            issuer: oidc.issuer.origin,
            newcomers: newcomers === null ? null : { role: newcomers.role, domains: [...newcomers.domains] },
          },
    publicUrl: publicUrl?.origin ?? null,
    idleSeconds: Math.round(idleMs / 1000),
    lifetimeSeconds: Math.round(lifetimeMs / 1000),
  };
}

function fixedBy(config: Config, first: boolean): SettingsAnswer["fixed"] {
  if (!first) return { servers: [], remotes: [], jobs: [], webhooks: [], masks: [], datasets: [] };
  return {
    servers: [...config.servers.keys()],
    remotes: [...config.remotes.keys()],
    jobs: config.jobs.map(({ name }) => name),
    webhooks: config.alerts.webhooks.map(({ name }) => name),
    masks: [...config.masks.keys()],
    datasets: [...config.datasets.keys()],
  };
}

/** The config belongs to the first project of the first organization. */
function isFirst({ controlPlane: { defaultScope } }: ServiceParts, scope: Scope): boolean {
  return scope.organizationId === defaultScope.organizationId && scope.projectId === defaultScope.projectId;
}
