import { openReceiver } from "../agent/receivers.ts";
import { endsAt } from "../alerts/alertmanager-push.ts";
import { systemClock } from "../lib/clock.ts";
import { speaksHttps } from "./speaks-https.ts";
import { packageVersion } from "./version.ts";
import type { OpenWebhook } from "./webhook-test.ts";

/** Makes of a receiver of the configuration who sends to it, as the agent does. */
export const openWebhook: OpenWebhook = async (receiver, config) =>
  openReceiver(config, receiver, {
    clock: systemClock,
    version: packageVersion(),
    secure: await speaksHttps(config),
    endsAt: (alert) => endsAt(alert, systemClock.wall(), config.alerts.resend_interval),
  });
