import { wrongSetting } from "./setting-reader.ts";

export interface FeatureFlag {
  readonly default: boolean;
  /** What is there or not. */
  readonly switches: string;
  /** Version that it came with. */
  readonly since: string;
}

/** Everything that an operator can switch on and off. A name is forever: configs hold it. */
export const FEATURE_FLAGS = {
  "api-docs": {
    default: true,
    switches: "The OpenAPI document (/openapi.json) and its viewer (/docs).",
    since: "0.1.0",
  },
  dashboard: {
    default: true,
    switches: "The dashboard at /.",
    since: "0.1.0",
  },
  "incoming-hooks": {
    default: true,
    switches: "POST /hooks/{token}, by which others start a job without a key.",
    since: "0.1.0",
  },
  "password-sign-in": {
    default: true,
    switches: "Sessions that begin with a password; without it people sign in by OIDC.",
    since: "0.1.0",
  },
  profiling: {
    default: true,
    switches: "POST /admin/profile, a profile of the process's processor time or memory.",
    since: "0.1.0",
  },
  "direct-transfers": {
    default: true,
    switches:
      "Rows and files through the API itself: POST /export, POST /import, POST /apply/file, GET /rows.",
    since: "0.1.0",
  },
} as const satisfies Readonly<Record<string, FeatureFlag>>;

export type FeatureName = keyof typeof FEATURE_FLAGS;
export type Features = Readonly<Record<FeatureName, boolean>>;

export const FEATURE_NAMES = Object.keys(FEATURE_FLAGS) as [FeatureName, ...FeatureName[]];

const NAME = "SYNCLINE_FEATURES";

export const DEFAULT_FEATURES: Features = featuresWith({});

/** The defaults with what is set over them. */
export function featuresWith(set: Readonly<Partial<Record<FeatureName, boolean>>>): Features {
  const found = FEATURE_NAMES.map((name) => [name, set[name] ?? FEATURE_FLAGS[name].default]);
  return Object.fromEntries(found) as Features;
}

/** `+api-docs,-profiling` over what holds already. @throws CodedError `usage.invalid` for a name that is none, or one that is set twice */
export function withEnvironmentFeatures(
  features: Features,
  environment: Readonly<Record<string, string | undefined>>,
): Features {
  const set: Partial<Record<FeatureName, boolean>> = {};
  for (const part of (environment[NAME] ?? "").split(",").map((each) => each.trim())) {
    if (part === "") continue;
    const name = FEATURE_NAMES.find((each) => each === part.slice(1));
    if (name === undefined || !/^[+-]/.test(part) || set[name] !== undefined)
      throw wrongSetting(
        NAME,
        `names of ${FEATURE_NAMES.join(", ")}, each once, with + or - before it`,
        part,
      );
    set[name] = part.startsWith("+");
  }
  return { ...features, ...set };
}
