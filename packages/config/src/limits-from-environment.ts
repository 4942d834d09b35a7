import type { Config } from "./config.ts";
import type { Environment } from "./connection/read-text-source.ts";
import { withEnvironmentFeatures } from "./feature-flags.ts";
import { SettingReader } from "./setting-reader.ts";

const MOST_UNITS = 64;
const MOST_REQUESTS = 1_000_000;

/** The config with the limits and features that the environment sets over it. @throws CodedError `usage.invalid` naming the variable */
export function withEnvironmentLimits(config: Config, environment: Environment): Config {
  const read = new SettingReader(environment);
  const { limits } = config;
  return {
    ...config,
    features: withEnvironmentFeatures(config.features, environment),
    limits: {
      workUnits: read.count("SYNCLINE_WORK_UNITS", MOST_UNITS) ?? limits.workUnits,
      perServer: read.count("SYNCLINE_PER_SERVER", MOST_UNITS) ?? limits.perServer,
      memory: read.size("SYNCLINE_MEMORY") ?? limits.memory,
      dumps: {
        maxAge: read.duration("SYNCLINE_DUMPS_MAX_AGE") ?? limits.dumps.maxAge,
        maxSize: read.size("SYNCLINE_DUMPS_MAX_SIZE") ?? limits.dumps.maxSize,
        minFree: read.size("SYNCLINE_DUMPS_MIN_FREE") ?? limits.dumps.minFree,
      },
      results: {
        maxAge: read.duration("SYNCLINE_RESULTS_MAX_AGE") ?? limits.results.maxAge,
        maxSize: read.size("SYNCLINE_RESULTS_MAX_SIZE") ?? limits.results.maxSize,
      },
      history: {
        events: read.duration("SYNCLINE_HISTORY_EVENTS") ?? limits.history.events,
        runs: read.duration("SYNCLINE_HISTORY_RUNS") ?? limits.history.runs,
      },
      requestSize: read.size("SYNCLINE_REQUEST_SIZE") ?? limits.requestSize,
      uploadSize: read.size("SYNCLINE_UPLOAD_SIZE") ?? limits.uploadSize,
      requestsPerMinute:
        read.count("SYNCLINE_REQUESTS_PER_MINUTE", MOST_REQUESTS) ?? limits.requestsPerMinute,
    },
  };
}
