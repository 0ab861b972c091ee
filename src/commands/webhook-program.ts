import type { Command } from "commander";
import type { Io } from "./io.ts";
import type { WebhookTestOptions } from "./webhook-test.ts";

/** Declares `vrrpwatch webhook …`. @param done is told the exit status */
export function declareWebhook(program: Command, io: Io, done: (status: number) => void): void {
  const webhook = program.command("webhook").description("try out where alerts are sent to");

  webhook
    .command("test")
    .description("send an example to a receiver, or print what would be sent")
    .requiredOption("--receiver <name>", "its name in alerts.receivers")
    .option("--condition <name>", "what the example is about: a condition or master_changed", "split_brain")
    .option("--resolved", "tell that it is over")
    .option("--dry-run", "print the request instead of sending it; secrets are left out")
    .option("-c, --config <file>", "configuration (default: /etc/vrrpwatch/config.yaml if it exists)")
    .addHelpText(
      "after",
      `
The example is about VRID 51 on 192.0.2.0/24, which does not exist, and says that it is a test. The agent need not run; whoever calls this
must be able to read the files with the receiver's secrets. Exit status: 0 delivered or printed, 1 refused or failed, 2 wrong usage or
configuration. docs/alerts.md tells more.

Examples:
  vrrpwatch webhook test --receiver oncall
  vrrpwatch webhook test --receiver oncall --resolved
  vrrpwatch webhook test --receiver chat --condition no_master --dry-run | tail -n 1 | jq`,
    )
    .action(async (options: WebhookTestOptions) => {
      const [{ webhookTest }, { openWebhook }] = await Promise.all([import("./webhook-test.ts"), import("./webhook-open.ts")]);
      done(await webhookTest(options, io, openWebhook));
    });
}
