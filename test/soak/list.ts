import type { Scenario } from "./scenario.ts";
import { clock } from "./scenarios/clock.ts";
import { descriptors } from "./scenarios/descriptors.ts";
import { disk } from "./scenarios/disk.ts";
import { flood } from "./scenarios/flood.ts";
import { hostile } from "./scenarios/hostile.ts";
import { interfaces } from "./scenarios/interfaces.ts";
import { kill } from "./scenarios/kill.ts";
import { memory } from "./scenarios/memory.ts";
import { pause } from "./scenarios/pause.ts";
import { restarts } from "./scenarios/restarts.ts";
import { steady } from "./scenarios/steady.ts";

/** What breaks around the agent. All with the same agent except `kill`, which starts one on the other host. */
export const faults: readonly Scenario[] = [restarts, pause, interfaces, clock, disk, descriptors, kill];

/** What wants the machine for itself, and time. `memory` starts an agent of its own. */
const loads: readonly Scenario[] = [memory, flood, hostile, steady];

/** In the order in which they run. */
export const scenarios: readonly Scenario[] = [...faults, ...loads];
