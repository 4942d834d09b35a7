import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { EMPTY_CONFIG } from "./config.ts";
import {
  DEFAULT_FEATURES,
  FEATURE_FLAGS,
  FEATURE_NAMES,
  featuresWith,
  withEnvironmentFeatures,
} from "./feature-flags.ts";
import { parseConfig } from "./parse-config.ts";

const configured = (features: string) =>
  parseConfig(`version: 1\nfeatures: ${features}`, "/f.yaml").config.features;

it("takes the environment before the config before the defaults", () => {
  expect(EMPTY_CONFIG.features).toEqual(DEFAULT_FEATURES);
  const config = configured("{profiling: false, api-docs: false}");
  expect(config).toEqual({ ...DEFAULT_FEATURES, profiling: false, "api-docs": false });
  const both = withEnvironmentFeatures(config, { SYNCLINE_FEATURES: "+profiling, -incoming-hooks" });
  expect(both).toEqual(featuresWith({ "api-docs": false, "incoming-hooks": false }));
  expect(withEnvironmentFeatures(config, {})).toEqual(config);
});

it.each(["profiling", "+nothing", "+profiling,-profiling", "-", "+PROFILING", "+toString"])(
  "refuses %j",
  (text) => {
    expect(() => withEnvironmentFeatures(DEFAULT_FEATURES, { SYNCLINE_FEATURES: text })).toThrow(
      /SYNCLINE_FEATURES expects names of api-docs/,
    );
  },
);

it("refuses names that the config invents", () => {
  expect(() => configured("{dashbord: true}")).toThrow(/dashbord/);
  expect(() => configured("{profiling: maybe}")).toThrow(/profiling/);
});

it("every flag is documented", async () => {
  const page = await readFile(new URL("../../../docs/reference/environment.md", import.meta.url), "utf8");
  for (const name of FEATURE_NAMES)
    expect(page).toContain(`| \`${name}\` | ${FEATURE_FLAGS[name].default ? "on" : "off"} |`);
});
