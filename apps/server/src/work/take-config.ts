import type { Config } from "@syncline/config";
import { syncConfigJobs, syncConfigWebhooks } from "@syncline/control-plane";
import type { ServiceParts } from "../service-parts.ts";
import { configJobs } from "./config-jobs.ts";
import { configWebhooks } from "./config-webhooks.ts";

/**
 * Makes jobs and webhooks of the first project what a config says.
 * @throws CodedError `config.*`, with everything as it was
 */
export async function takeConfig(
  {
    controlPlane,
    settings,
    environment,
    logger,
  }: Pick<ServiceParts, "controlPlane" | "settings" | "environment" | "logger">,
  config: Config,
): Promise<void> {
  const call = { scope: controlPlane.defaultScope, actor: "config" };
  const webhooks = await configWebhooks(config, environment);
  const definitions = configJobs(config, settings);
  const { created, updated, deleted } = await syncConfigJobs(controlPlane, call, { definitions });
  await syncConfigWebhooks(controlPlane, call, { webhooks });
  logger.info(
    { created: created.length, updated: updated.length, deleted: deleted.length, webhooks: webhooks.length },
    "config taken over",
  );
}
