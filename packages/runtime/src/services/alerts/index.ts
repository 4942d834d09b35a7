import type { PollingService } from "../polling-service.ts";
import { type AlertRaiserOptions, createAlertRaiser } from "./alert-raiser.ts";
import { type AlertSenderOptions, createAlertSender } from "./alert-sender.ts";

export { sendTestMessage } from "./send-test-message.ts";

export type AlertServicesOptions = AlertRaiserOptions & AlertSenderOptions;

/** Both halves: what becomes a message (one process's duty) and its sending (everybody's). */
export function createAlertServices(options: AlertServicesOptions): readonly PollingService[] {
  return [createAlertRaiser(options), createAlertSender(options)];
}
