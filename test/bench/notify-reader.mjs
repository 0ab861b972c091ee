/**
 * Reads notify calls as the agent does: FIFO, parser, `Engine.handleHost`. Arguments: the folder of the compiled program, the FIFO,
 * how many lines will come. Prints `ready`, then one JSON object when all have come or nothing has come for two seconds.
 */
import { dirname, join } from "node:path";

const [compiled, fifo, expected] = process.argv.slice(2);
const { NotifyIntake } = await import(join(compiled, "keepalived/notify/intake.js"));
const { Engine } = await import(join(compiled, "core/engine.js"));
const { systemClock: clock } = await import(join(compiled, "lib/clock.js"));

const engine = new Engine();
const last = new Map();
let taken = 0;
let unparsable = 0;
let outOfOrder = 0;
let first;
let end;

function deliver(fact) {
  engine.handleHost({ ...fact, at: clock.now(), wall: clock.wall() });
  if (first === undefined) first = { at: performance.now(), cpu: process.cpuUsage() };
  if (fact.kind !== "notify") unparsable += 1;
  else check(fact.notify.name);
  taken += 1;
  if (taken === Number(expected)) finish();
}

/** Names are `WRITER NUMBER`: each writer's numbers must come without a gap. */
function check(name) {
  const space = name.indexOf(" ");
  const writer = name.slice(0, space);
  const number = Number(name.slice(space + 1));
  if (number !== (last.get(writer) ?? -1) + 1) outOfOrder += 1;
  last.set(writer, number);
}

function finish() {
  if (end !== undefined) return;
  end = performance.now();
  const { user, system } = process.cpuUsage(first?.cpu);
  process.stdout.write(
    `${JSON.stringify({ taken, unparsable, outOfOrder, seconds: (end - (first?.at ?? end)) / 1_000, cpuMicroseconds: user + system })}\n`,
  );
  void intake.close();
  clearInterval(watch);
}

const log = { info() {}, warn: (fields, message) => process.stderr.write(`${message}: ${JSON.stringify(fields)}\n`) };
const intake = new NotifyIntake({ fifo, socket: join(dirname(fifo), "notify.sock"), group: null }, { deliver, log, clock });
await intake.start();
let before = -1;
const watch = setInterval(() => {
  if (taken > 0 && taken === before) finish();
  before = taken;
}, 2_000);
process.stdout.write("ready\n");
