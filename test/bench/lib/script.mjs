import { ethernet, ipv4, vrrp } from "./frames.mjs";

/** Virtual routers of the script begin at this VRID: the flood beside it has those below. */
export const FIRST_VRID = 211;
export const routers = 40;

/** Far from the 100 ms within which two masters may not have heard each other yet, also where this machine is busy. */
const INTERVAL = 200_000;
/** In intervals: everything happens once within it. */
const CYCLE = 12;
/** The frames of a cycle that were sent so much too late tell another story. */
const LATE = 40_000;
/** MDI(1) + 20 ms of VRRPv3 routers with this interval (contract). */
const DOWN = 3 * INTERVAL + Math.floor((255 * INTERVAL) / 256) + 20_000;
/** `conditions.ttl_violation.quiet` of the agent that listens. */
const QUIET = 1_000_000;

/** What the agent needs in its configuration, so that each cycle begins anew. */
export const agentConfig = { conditions: { ttl_violation: { quiet: `${QUIET / 1_000_000}s` } } };

const group = Buffer.from([224, 0, 0, 18]);

function frame(vrid, last, { priority, ttl = 255 }) {
  const source = Buffer.from([192, 0, 2, last]);
  const message = vrrp(vrid, [Buffer.from([198, 51, 100, vrid])], Buffer.concat([source, group]), {
    priority,
    centiseconds: INTERVAL / 10_000,
  });
  return ethernet("01005e000012", `0200000000${last}`, "0800", ipv4(112, source, group, message, ttl)).toString("hex");
}

const raised = (condition, after = 0) => ({ event: "condition_raised", condition, after });
const cleared = (condition, after = 0) => ({ event: "condition_cleared", condition, after });
const better = { last: 12, priority: 150 };
const weaker = { last: 11, priority: 100 };
/**
 * One cycle of one virtual router, in intervals: a master that advertises; a second one that does not yield and then resigns; an advert
 * with a wrong TTL; silence. `decides`: the events that hang on this frame, and how long after it, in microseconds.
 */
const story = [
  { at: 0, ...better, decides: [cleared("no_master")] },
  { at: 1, ...better },
  { at: 2, ...better },
  { at: 2.9, ...weaker },
  { at: 3, ...better },
  { at: 3.9, ...weaker },
  { at: 4, ...better },
  { at: 4.9, ...weaker, decides: [raised("split_brain")] }, // for the second time after it could hear the better one
  { at: 5, ...better },
  { at: 5.5, ...weaker, priority: 0, decides: [cleared("split_brain")] },
  { at: 6, ...better, decides: [raised("no_master", DOWN)] },
  { at: 6.5, ...better, ttl: 64, decides: [raised("ttl_violation"), cleared("ttl_violation", QUIET)] },
];

/** The cycles, as `VRID cycle`, of which a frame was sent too late. `sent`: when each frame was. */
export function disturbedCycles(frames, sent) {
  const start = Math.min(...frames.map(({ at }, i) => sent[i] - at));
  return new Set(frames.flatMap(({ at, vrid, cycle }, i) => (sent[i] - start - at > LATE ? [`${vrid} ${cycle}`] : [])));
}

/** All frames of `cycles` cycles, in the order of time; the virtual routers are evenly spread over a cycle. */
export function makeScript(cycles) {
  const frames = [];
  for (let cycle = 0; cycle < cycles; cycle++)
    for (let router = 0; router < routers; router++)
      for (const { at, last, decides = [], ...rest } of story) {
        const vrid = FIRST_VRID + router;
        const microseconds = Math.round((cycle + router / routers) * CYCLE * INTERVAL + at * INTERVAL);
        frames.push({ at: microseconds, vrid, cycle, decides, bytes: frame(vrid, last, rest) });
      }
  return frames.sort((a, b) => a.at - b.at);
}
