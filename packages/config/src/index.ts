export { ALERT_EVENTS } from "./alerts-schema.ts";
export {
  type AlertsConfig,
  type Config,
  DEFAULT_SYSTEM_FIELDS,
  DEFAULT_TIMESTAMP_FIELDS,
  EMPTY_CONFIG,
  type ProtectionLevel,
  type ServerConfig,
  type SslMode,
  type Tenancy,
  type TextSource,
} from "./config.ts";
export { type ConfigIssue, formatIssue } from "./config-issue.ts";
export { configJsonSchema } from "./config-schema.ts";
export {
  type ConnectionUrl,
  type ParsedConnectionUrl,
  parseConnectionUrl,
} from "./connection/parse-connection-url.ts";
export { describeSource, type Environment, readTextSource } from "./connection/read-text-source.ts";
export type { ServerConnection } from "./connection/server-connection.ts";
export { type DatasetConfig, findDataset } from "./datasets.ts";
export { defaultConfigText } from "./default-config-text.ts";
export { ENVIRONMENT_NAMES, SERVICE_ENVIRONMENT_NAMES } from "./environment-names.ts";
export {
  type EnvironmentRules,
  environmentRules,
  hasRules,
  NO_ENVIRONMENT_RULES,
  type SignatureRule,
  stricterRules,
} from "./environments.ts";
export {
  FEATURE_FLAGS,
  FEATURE_NAMES,
  type FeatureFlag,
  type FeatureName,
  type Features,
  withEnvironmentFeatures,
} from "./feature-flags.ts";
export { CONFIG_FILE_NAMES, findConfigFile } from "./find-config-file.ts";
export { type FlowRule, type FlowRules, NO_FLOWS } from "./flow-rules.ts";
export { assertFlow, type Flow, type FlowEnd } from "./flows.ts";
export { type EffectiveLimit, effectiveLimits, type LimitsInForce } from "./limit-settings.ts";
export { withEnvironmentLimits } from "./limits-from-environment.ts";
export { type LimitsDocument, parseSize } from "./limits-schema.ts";
export { type LoadConfigOptions, loadConfig } from "./load-config.ts";
export {
  type MaskSetConfig,
  type ResolvedMasks,
  readMaskKey,
  resolveMasks,
} from "./masks.ts";
export { type ParsedConfig, parseConfig } from "./parse-config.ts";
export {
  type FindProtectionOptions,
  findProtection,
  type Place,
  type Protection,
  serversAt,
} from "./protection/find-protection.ts";
export { type HostLookup, SYSTEM_LOOKUP } from "./protection/host-identity.ts";
export { type NamedRules, type RuledPlace, rulesAt } from "./protection/rules-at.ts";
export { type RemoteServer, type RemoteServerConfig, resolveRemoteServer } from "./remote-servers.ts";
export { requiresEncryption } from "./require-encryption.ts";
export { type ResolvedEndpoint, type ResolveEndpointOptions, resolveEndpoint } from "./resolve-endpoint.ts";
export {
  currentServerName,
  findServer,
  type ResolveOptions,
  resolveAddress,
  resolveServer,
  resolveUrl,
  wantedServer,
} from "./resolve-server.ts";
export { Secret } from "./secret.ts";
export {
  type ObjectPlace,
  type ReadServiceSettings,
  readServiceLimits,
  readServiceSettings,
  type ServiceFlags,
  type ServiceLimits,
  type ServiceSettings,
} from "./service-settings.ts";
export { isLoopbackHost, type OidcSettings, type SignInSettings } from "./sign-in-settings.ts";
export { parseTrustedProxies, type TrustedProxies } from "./trusted-proxies.ts";
