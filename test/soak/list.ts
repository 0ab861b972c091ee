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

/** In the order in which they run, all with the same agent except `kill` and `memory`, which start one on the other host. */
export const scenarios: readonly Scenario[] = [restarts, pause, interfaces, clock, disk, descriptors, kill, memory, flood, hostile, steady];
