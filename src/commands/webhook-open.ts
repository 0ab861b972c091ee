import { openReceiver } from "../agent/receivers.ts";
import { endsAt } from "../alerts/alertmanager-push.ts";
import type { Config } from "../config/schema.ts";
import { systemClock } from "../lib/clock.ts";
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

/** Links to the agent begin with it. A web configuration that cannot be used is no matter of a receiver: `check` tells of it. */
async function speaksHttps({ web: { config_file: file } }: Config): Promise<boolean> {
  if (file === null) return false;
  const { readWebConfig } = await import("../config/web-file/read.ts");
  const { config } = await readWebConfig(file, systemClock.wall());
  return config.ok && config.value.tls !== null;
}
