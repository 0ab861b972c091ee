/** Packets per second of `vrrpwatch replay` on a generated capture, beside tshark and tcpdump on the same packets. */
import { openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { median, megabytes, round } from "../lib/numbers.mjs";
import { writeCapture } from "../lib/pcap.mjs";
import { peakRssBytes } from "../lib/processes.mjs";
import { hasProgram } from "../lib/session.mjs";

export const name = "replay";
export const needs = { root: false, programs: [], agent: false };

/** Runs a program with its output into a file: wall seconds and the largest memory that was seen. */
async function timed(context, command, args, output) {
  const begun = performance.now();
  const child = context.session.spawn(command, args, {
    stdio: ["ignore", openSync(output, "w"), "pipe"],
    env: { ...process.env, HOME: context.session.directory, XDG_CONFIG_HOME: context.session.directory }, // tshark without its user's settings
  });
  let peak = 0;
  const watch = setInterval(() => {
    try {
      peak = Math.max(peak, peakRssBytes(child.pid) || 0);
    } catch {
      // it has just ended
    }
  }, 50);
  const { code, error } = await child.finished;
  clearInterval(watch);
  if (code !== 0)
    throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? `exit ${code}`}: ${child.errors.trim().slice(-2_000)}`);
  return { seconds: (performance.now() - begun) / 1_000, peak };
}

async function repeated(context, label, packets, command, args, output) {
  const runs = [];
  for (let i = 0; i < context.sizes.replays; i++) {
    context.note(`${label}, run ${i + 1} of ${context.sizes.replays}`);
    runs.push(await timed(context, command, args, output));
  }
  const seconds = median(runs.map((one) => one.seconds));
  return {
    program: label,
    packets,
    seconds: round(seconds),
    packetsPerSecond: Math.round(packets / seconds),
    peakRssMegabytes: megabytes(Math.max(...runs.map((one) => one.peak))),
    runs: runs.map((one) => round(one.seconds, 3)),
  };
}

export async function run(context) {
  const { directory } = context.session;
  const file = join(directory, "large.pcap");
  const slice = join(directory, "slice.pcap");
  context.note(`writing a capture of ${context.sizes.replayPackets} packets`);
  const held = writeCapture(file, context.sizes.replayPackets);
  writeCapture(slice, context.sizes.tsharkPackets);
  const rows = [];
  if (context.hasAgent) {
    const output = join(directory, "replay.json");
    rows.push(
      await repeated(
        context,
        "vrrpwatch replay --json",
        context.sizes.replayPackets,
        process.execPath,
        [context.main, "replay", "--json", file],
        output,
      ),
    );
    const summary = JSON.parse(readFileSync(output, "utf8").trimEnd().split("\n").at(-1));
    rows[0].advertsCounted = summary.virtual_routers?.flatMap((router) => router.senders).reduce((all, sender) => all + sender.adverts, 0);
    rows[0].complete = rows[0].advertsCounted === held.adverts && summary.frames === context.sizes.replayPackets;
    context.note("a replay of ten packets, for the time of the start alone");
    writeCapture(slice, 10);
    const start = await timed(context, process.execPath, [context.main, "replay", "--json", slice], "/dev/null");
    rows[0].startSeconds = round(start.seconds);
    writeCapture(slice, context.sizes.tsharkPackets);
  }
  const yardsticks = [
    {
      label: "tshark -T fields",
      packets: context.sizes.tsharkPackets,
      args: ["-n", "-r", slice, "-T", "fields", "-e", "vrrp.virt_rtr_id"],
    },
    { label: "tcpdump -n -r", packets: context.sizes.replayPackets, args: ["-n", "-r", file] },
  ];
  for (const { label, packets, args } of yardsticks) {
    const [program] = label.split(" ");
    try {
      if (!hasProgram(program)) throw new Error("not installed");
      rows.push(await repeated(context, label, packets, program, args, "/dev/null"));
    } catch (error) {
      context.skip(`replay: ${program}: ${error.message}`);
    }
  }
  return { fileMegabytes: megabytes(statSync(file).size), ...held, rows };
}
