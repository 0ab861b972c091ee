import type { Command } from "commander";
import type { Io } from "./io.ts";

interface AgentOptions {
  readonly config?: string;
  readonly controlSocket?: string;
}

/** Declares `vrrpwatch alerts …`. @param done is told the exit status */
export function declareAlerts(program: Command, io: Io, done: (status: number) => void): void {
  const alerts = program
    .command("alerts")
    .description("list what fires, what waits for a receiver and what a receiver refused")
    .addHelpText(
      "after",
      `
A delivery that a receiver refused is dead: it is kept to be looked at, and not tried again by itself.
Without a word it lists, with the options of \`list\`: --json, --config, --control-socket.
Only root and the agent's own user may ask. docs/alerts.md tells more.

Examples:
  vrrpwatch alerts
  vrrpwatch alerts --json | jq '.waiting[] | select(.receiver == "oncall")'
  vrrpwatch alerts retry ID`,
    );

  withAgent(
    alerts
      .command("list", { isDefault: true })
      .description("the same as without a word")
      .option("--json", "print the agent's answer as JSON"),
  ).action(async (options: AgentOptions & { json?: boolean }) => done(await (await import("./alerts-list.ts")).alertsList(options, io)));

  const declareChange = (change: "retry" | "drop", description: string): void => {
    withAgent(alerts.command(change).description(description).argument("<id>", "as `vrrpwatch alerts` shows it")).action(
      async (id: string, options: AgentOptions) => done(await (await import("./alerts-change.ts")).alertsChange(change, id, options, io)),
    );
  };
  declareChange("retry", "put a dead delivery back into its queue");
  declareChange("drop", "give up a delivery that waits or is dead: nobody is told of it any more");
}

function withAgent(command: Command): Command {
  return command
    .option("-c, --config <file>", "configuration that names the control socket (default: /etc/vrrpwatch/config.yaml if it exists)")
    .option("--control-socket <path>", "the agent's control socket; wins over the configuration");
}
