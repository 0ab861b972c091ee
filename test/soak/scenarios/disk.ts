import assert from "node:assert/strict";
import { existsSync, rmSync, statfsSync } from "node:fs";
import path from "node:path";
import { diskOf, remount } from "../../alerts/kill/disks.ts";
import { run } from "../../lab/framework/shell.ts";
import { waitFor } from "../../lab/framework/wait.ts";
import { stateDirectory } from "../disk.ts";
import { totals } from "../exposition.ts";
import { defineScenario, fact } from "../scenario.ts";
import type { Station } from "../station.ts";

const counters = ["vrrpwatch_alert_store_failures_total", "vrrpwatch_incident_write_failures_total"];

/** What the agent counts as refused by its disk. */
async function refused({ agent }: Station): Promise<number> {
  const text = await agent.metrics();
  return counters.reduce((sum, name) => sum + totals(text, name), 0);
}

/** A split under a disk that refuses is told all the same, and shows; once the disk is back the next one leaves nothing to complain of. */
async function liveThrough(station: Station, refuse: () => Promise<void> | void, restore: () => void): Promise<number> {
  const { contest, receiver } = station;
  await contest.once(receiver, "/main");
  const before = await refused(station);
  await refuse();
  await contest.once(receiver, "/main");
  const during = await waitFor(
    "the refusals to be counted",
    async () => {
      const now = await refused(station);
      return now > before ? now - before : undefined;
    },
    { within: 30_000 },
  );
  restore();
  // The first writes may be tries of what was refused.
  await contest.once(receiver, "/main");
  const calm = await refused(station);
  await contest.once(receiver, "/main");
  assert.equal(await refused(station), calm, "the disk is back, and something is refused still");
  return during;
}

export const disk = defineScenario({
  name: "disk",
  done: "the state directory on a small file system of its own that is filled to the last byte, emptied, made read-only and writable again, with a split each time",
  holds:
    "every split and its end is told by webhook, also while nothing can be stored; refusals are counted; once the disk is back nothing is refused any more, and the alerts' state is stored",
  short: { times: 1 },
  full: { times: 5 },
  run: async (station, { times }) => {
    const { pair, agent } = station;
    const directory = stateDirectory(pair.lab, pair.a);
    const seen = diskOf(agent.process.pid, directory);
    const filler = path.join(seen, "full");
    const fill = async (): Promise<void> => {
      await run("sh", ["-c", 'cat /dev/zero > "$0" 2>/dev/null || true', filler], { timeout: 60_000 });
      assert.ok(statfsSync(seen).bavail < 16, "the disk is not full");
    };
    let [full, readOnly] = [0, 0];
    for (let n = 0; n < times; n++) {
      full += await liveThrough(station, fill, () => rmSync(filler));
      readOnly += await liveThrough(
        station,
        () => remount(agent.process.pid, directory, "ro"),
        () => remount(agent.process.pid, directory, "rw"),
      );
    }
    assert.ok(existsSync(path.join(seen, "alerts/state.json")));
    await station.isSettled();
    return [
      fact("times full / read-only", `${times} / ${times}`),
      fact("refusals counted while full / read-only", `${full} / ${readOnly}`),
      fact("splits told, with their ends", 8 * times),
    ];
  },
});
