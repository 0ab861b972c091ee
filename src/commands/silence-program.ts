import type { Command } from "commander";
import type { Io } from "./io.ts";
import type { SilenceAddOptions } from "./silence-add.ts";

/** Declares `vrrpwatch silence …`. @param done is told the exit status */
export function declareSilence(program: Command, io: Io, done: (status: number) => void): void {
  const silence = program
    .command("silence")
    .description("hold back the alerts of a virtual router or a segment for a time")
    .addHelpText(
      "after",
      `
Metrics, events and conditions go on. Only root and the agent's own user may change silences. docs/silences.md tells more.

Examples:
  vrrpwatch silence add --vrid 51 --interface eth0 --for 2h --comment "new kernel on lb1"
  vrrpwatch silence add --segment dc1-front --until 2026-11-22T02:00:00+01:00
  vrrpwatch silence list
  vrrpwatch silence remove 3f9a12bc`,
    );

  withAgent(
    silence
      .command("add")
      .description("silence a virtual router (--vrid) or a whole segment (--segment)")
      .option("--vrid <n>", "virtual router id, 1 to 255")
      .option("--interface <name>", "only on this interface (default: every one)")
      .option("--family <family>", "only ipv4 or ipv6 (default: both)")
      .option("--vlan <n>", "only with this VLAN tag; 0: untagged (default: any)")
      .option("--inner-vlan <n>", "only with this inner VLAN tag")
      .option("--segment <name>", "the segment as the API and the alerts name it")
      .option("--for <duration>", "how long from now on, such as 90m, 2h or 3d; at most 30d")
      .option("--until <time>", "until when, with an offset from UTC, such as 2026-11-21T22:00:00Z")
      .option("--comment <text>", "why, for other people"),
  ).action(async (options: SilenceAddOptions) => done(await (await import("./silence-add.ts")).silenceAdd(options, io)));

  withAgent(
    silence
      .command("list")
      .description("show all silences, with those that ended within a day")
      .option("--json", "print the agent's answer as JSON"),
  ).action(async (options: { json?: boolean; config?: string; controlSocket?: string }) =>
    done(await (await import("./silence-list.ts")).silenceList(options, io)),
  );

  withAgent(silence.command("remove").description("end a silence at once").argument("<id>", "as `list` shows it")).action(
    async (id: string, options: { config?: string; controlSocket?: string }) =>
      done(await (await import("./silence-remove.ts")).silenceRemove(id, options, io)),
  );
}

function withAgent(command: Command): Command {
  return command
    .option("-c, --config <file>", "configuration that names the control socket (default: /etc/vrrpwatch/config.yaml if it exists)")
    .option("--control-socket <path>", "the agent's control socket; wins over the configuration");
}
