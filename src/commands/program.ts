import { Command, CommanderError } from "commander";
import { DEFAULT_NOTIFY_SOCKET } from "../lib/default-paths.ts";
import { exitStatusOf } from "../lib/error-codes.ts";
import { AgentError } from "../lib/errors.ts";
import { declareAlerts } from "./alerts-program.ts";
import type { CheckOptions } from "./check.ts";
import { ExitStatus } from "./exit.ts";
import type { Io } from "./io.ts";
import { declareSilence } from "./silence-program.ts";
import { packageVersion } from "./version.ts";
import { declareWebhook } from "./webhook-program.ts";

interface OutputOptions {
  json?: boolean;
  relative?: boolean;
  color?: boolean;
}

interface RunFlags {
  config?: string;
  interface?: string[];
  listen?: string[];
  stateDirectory?: string;
  logLevel?: string;
}

/**
 * From arguments to exit status. Commands are imported when they are called,
 * so that `decode` and `replay` start without the HTTP server and the capture.
 */
export async function runCommandLine(args: readonly string[], io: Io): Promise<number> {
  let status: number = ExitStatus.done;
  const [command, ...rest] = args;
  // Not through commander: what keepalived is configured to say may look like an option, and the exit status is 0 whatever it is.
  if (command === "notify" && !asksForHelp(rest)) return (await import("./notify.ts")).notify(rest, io);
  const program = declareCommands(io, (result) => {
    status = result;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return status;
  } catch (error) {
    // Commander has printed what was wrong, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitStatus.done : ExitStatus.usage;
    if (error instanceof AgentError) {
      io.err(`vrrpwatch: ${error.message}\n`);
      return exitStatusOf(error.code);
    }
    throw error;
  }
}

/** Whether a person asks what a command does: keepalived never calls one so. */
const asksForHelp = (args: readonly string[]): boolean => args.length === 1 && (args[0] === "--help" || args[0] === "-h");

const collect = (value: string, previous: readonly string[] = []): readonly string[] => [...previous, value];

function declareCommands(io: Io, done: (status: number) => void): Command {
  const program = new Command("vrrpwatch")
    .description("Shows who is master of each VRRP virtual router, who else claims to be, and what is going wrong.")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help, or that of a command")
    .helpCommand("help [command]", "print the help of a command")
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({ writeOut: (text) => void io.out(text), writeErr: (text) => io.err(text) })
    .showHelpAfterError("(vrrpwatch --help, or vrrpwatch COMMAND --help, tells more)")
    .exitOverride()
    .addHelpText(
      "after",
      `
Examples:
  vrrpwatch run                          watch this host's segments; then see http://localhost:10112/
  vrrpwatch replay incident.pcap         what happened in a capture, no root needed
  vrrpwatch decode -                     one line per VRRP packet of a capture on standard input
  vrrpwatch check --config FILE          every problem of a configuration, with its line
  vrrpwatch check --keepalived FILE      what is wrong with a keepalived.conf, and what to do
  vrrpwatch silence add --vrid 51 --for 2h   no alerts of virtual router 51 during a maintenance
  vrrpwatch alerts                       what fires, what waits for a receiver, what one refused
  vrrpwatch reload                       take up a changed configuration without a restart

Exit status: 0 done, 1 damaged capture file or not delivered, 2 wrong usage or configuration, 3 a resource is missing or denied.`,
    );

  program
    .command("run")
    .description("run the agent: capture, metrics and API (needs CAP_NET_RAW)")
    .option("-c, --config <file>", "configuration (default: /etc/vrrpwatch/config.yaml if it exists)")
    .option("-i, --interface <name>", "interface or pattern to listen on; repeatable", collect)
    .option("-l, --listen <address>", "where to serve HTTP, such as :10112; repeatable", collect)
    .option("--state-directory <directory>", "where alerts and incidents are kept")
    .option("--log-level <level>", "trace, debug, info, warn, error or fatal")
    .addHelpText(
      "after",
      `
A flag wins over the configuration file.

Example:
  sudo vrrpwatch run --interface eth0 --listen 127.0.0.1:10112`,
    )
    .action(async (options: RunFlags) => {
      const { run } = await import("./run.ts");
      done(await run({ ...options, interface: options.interface ?? [], listen: options.listen ?? [] }, io));
    });

  withOutputOptions(
    program
      .command("replay")
      .description("run the same engine over a pcap or pcapng file, in file time")
      .argument("<file>", "capture file; - reads standard input"),
  )
    .option("--metrics", "print the final metrics instead of the events")
    .option("-c, --config <file>", "configuration whose tracking, virtual_routers and conditions hold (default: none is read)")
    .addHelpText(
      "after",
      `
With --config the agent's own limits hold, without it up to 8192 virtual routers are followed.

Examples:
  vrrpwatch replay incident.pcap --relative
  vrrpwatch replay incident.pcap --config /etc/vrrpwatch/config.yaml --metrics
  tcpdump -i eth0 -w - -U 'proto 112' | vrrpwatch replay -`,
    )
    .action(async (file: string, options: OutputOptions & { metrics?: boolean; config?: string }) => {
      if (options.json === true && options.metrics === true) {
        io.err("vrrpwatch replay: --json and --metrics exclude each other: metrics are printed as Prometheus reads them, never as JSON\n");
        done(ExitStatus.usage);
        return;
      }
      const { replay } = await import("./replay.ts");
      done(await replay(file, { ...outputOptions(options, io), metrics: options.metrics === true, config: options.config }, io));
    });

  withOutputOptions(
    program
      .command("decode")
      .description("print one line per packet of IP protocol 112 or 51")
      .argument("<file>", "capture file; - reads standard input"),
  )
    .addHelpText(
      "after",
      `
Example:
  vrrpwatch decode capture.pcapng --json | jq 'select(.verdict == "invalid")'`,
    )
    .action(async (file: string, options: OutputOptions) => {
      const { decode } = await import("./decode.ts");
      done(await decode(file, outputOptions(options, io), io));
    });

  program
    .command("check")
    .description("validate the configuration, or a keepalived.conf, and list every problem with its line")
    .option("-c, --config <file>", "configuration (default: /etc/vrrpwatch/config.yaml if it exists)")
    .option("-k, --keepalived <file>", "check a keepalived.conf instead; repeatable: the files are the nodes of one cluster", collect)
    .option("--keepalived-version <version>", "the keepalived that is to read them, such as 2.3.3 (default: 2.2.7): its keywords are known")
    .option("--host", "compare keepalived.conf with the interfaces and scripts of this host")
    .option("--json", "print findings as JSON")
    .addHelpText(
      "after",
      `
With --keepalived alone only those files are judged, with --config too both. Exit status 2 means that there are errors.
docs/keepalived-check.md lists what may be found in keepalived.conf.

Examples:
  vrrpwatch check --config config.yaml && systemctl restart vrrpwatch
  vrrpwatch check --keepalived /etc/keepalived/keepalived.conf --host
  vrrpwatch check --keepalived node-a.conf --keepalived node-b.conf`,
    )
    .action(async (options: CheckOptions) => {
      const { check } = await import("./check.ts");
      done(await check(options, io));
    });

  program
    .command("reload")
    .description("have the running agent take up its configuration file anew")
    .option("-c, --config <file>", "configuration that names the control socket (default: /etc/vrrpwatch/config.yaml if it exists)")
    .option("--control-socket <path>", "the agent's control socket; wins over the configuration")
    .option("--json", "print the agent's answer as JSON")
    .addHelpText(
      "after",
      `
The agent reads the file that it was started with. A file with a problem changes nothing: every problem is listed, exit status 2.
Settings that only a start can change are named; docs/configuration.md marks them. SIGHUP, and a change of the file, do the same.

Example:
  vrrpwatch check --config /etc/vrrpwatch/config.yaml && vrrpwatch reload`,
    )
    .action(async (options: { config?: string; controlSocket?: string; json?: boolean }) => {
      const { reload } = await import("./reload.ts");
      done(await reload(options, io));
    });

  declareSilence(program, io, done);
  declareAlerts(program, io, done);
  declareWebhook(program, io, done);

  program
    .command("notify")
    .description("hand a notify call of keepalived to the agent; for notify scripts")
    .argument("[args...]", "anything, then INSTANCE|GROUP NAME STATE [PRIORITY] as keepalived appends them")
    .option("--socket <path>", "the agent's notify socket; must come first", DEFAULT_NOTIFY_SOCKET)
    .addHelpText(
      "after",
      `
Always exits with 0. Leaves the call in the directory notify-spool beside the socket while the agent is away.
vrrp_notify_fifo is the recommended way; deploy/notify.sh does the same as this command without starting Node.

Example, in keepalived.conf:
  notify "/usr/bin/vrrpwatch notify"
  notify_master "/usr/bin/vrrpwatch notify INSTANCE VI_1 MASTER"`,
    );

  return program;
}

function withOutputOptions(command: Command): Command {
  return command
    .option("--json", "print one JSON object a line")
    .option("--relative", "print times as seconds since the first frame")
    .option("--color", "use colour even where the output is no terminal")
    .option("--no-color", "never use colour");
}

function outputOptions(options: OutputOptions, io: Io): { json: boolean; relative: boolean; color: boolean } {
  // https://no-color.org: any value but the empty one switches colour off.
  const wanted = options.color ?? (io.isTerminal && (process.env["NO_COLOR"] ?? "") === "");
  return { json: options.json === true, relative: options.relative === true, color: wanted && options.json !== true };
}
