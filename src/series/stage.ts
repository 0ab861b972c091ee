import { Engine } from "../core/engine.ts";
import type { Input } from "../core/input.ts";
import { defaultEngineOptions } from "../core/options.ts";
import type { Snapshot } from "../core/view.ts";
import { type Instant, instant, seconds, type WallTime, wallTime } from "../lib/time.ts";
import { hostFacts, nodeFacts } from "./host.ts";
import { interfaceName, macOf, priorityOf, routersOf, type Situation, type StagedRouter } from "./situation.ts";

/** 2026-01-01T00:00:00Z: a fixed day, so that the same situation is written in the same bytes. */
const EPOCH = 1_767_225_600_000_000;
/** How long a sender is master before the next one is, in adverts of one second. */
const TURN = 30;
/** Each sender sends so long after the one before it, and each virtual router after the one before it: in microseconds. */
const SENDER_PHASE = 100_000;
const ROUTER_PHASE = 150;

const wallAt = (at: Instant): WallTime => wallTime(EPOCH + at);

/**
 * Plays a situation through the engine: every sender is master for half a minute and resigns, and the first one has it again, unless
 * the agent's own host is to keep it. So there is what only a failover brings, and nothing is wrong.
 */
export function play(situation: Situation): Snapshot {
  const routers = routersOf(situation);
  const engine = new Engine({ ...defaultEngineOptions, maxAddresses: Math.max(defaultEngineOptions.maxAddresses, situation.addresses) });
  const begin = instant(0);
  for (const fact of hostFacts(situation, routers, wallAt(begin))) engine.handleHost({ ...fact, at: begin, wall: wallAt(begin) });
  for (let index = 0; index < situation.interfaces; index++) {
    const common = { at: begin, wall: wallAt(begin), interface: interfaceName(index) } as const;
    engine.handle({ ...common, kind: "capture", state: "hearing" });
    if (situation.malformed) engine.handle({ ...common, kind: "rejected", reason: "checksum", partial: { family: "ipv4" } });
  }
  const senders = Array.from({ length: situation.senders }, (_, sender) => sender);
  const turns = situation.senders === 1 || situation.where === "master" ? senders : [...senders, 0];
  let second = 1;
  for (const [turn, sender] of turns.entries()) {
    const isLast = turn === turns.length - 1;
    for (let tick = 0; tick < TURN; tick++, second++) {
      const resigns = !isLast && tick === TURN - 1;
      for (const [index, router] of routers.entries())
        speak(engine, situation, router, {
          at: instant(second * 1e6 + sender * SENDER_PHASE + index * ROUTER_PHASE),
          sender,
          tick,
          resigns,
        });
    }
  }
  engine.advance(instant(second * 1e6));
  return engine.snapshot();
}

interface Turn {
  readonly at: Instant;
  readonly sender: number;
  /** Adverts of this turn before this one. */
  readonly tick: number;
  readonly resigns: boolean;
}

/** One advert of the master of this turn; with the first one it announces its addresses. */
function speak(engine: Engine, situation: Situation, router: StagedRouter, { at, sender, tick, resigns }: Turn): void {
  const isOurs = situation.where !== "listener" && sender === situation.senders - 1;
  const wall = wallAt(at);
  const common = { at, wall, interface: interfaceName(0), direction: isOurs ? "out" : "in" } as const;
  if (isOurs && (tick === 0 || resigns))
    for (const fact of nodeFacts(router, resigns ? "backup" : "master", priorityOf(sender))) engine.handleHost({ ...fact, at, wall });
  engine.handle({ ...common, ...advertOf(router, sender, resigns) });
  if (tick > 0) return;
  for (const address of router.addresses) engine.handle({ ...common, ...claimOf(router, sender, address) });
}

type AdvertPart = Pick<Extract<Input, { kind: "advert" }>, "kind" | "advert" | "ipId">;

const advertOf = ({ family, vrid, addresses, sources }: StagedRouter, sender: number, resigns: boolean): AdvertPart => ({
  kind: "advert",
  ipId: null,
  advert: {
    family,
    version: 3,
    vrid,
    priority: resigns ? 0 : priorityOf(sender),
    interval: seconds(1),
    addresses,
    auth: "none",
    checksum: "pseudo_header",
    source: sources[sender] ?? "",
    destination: family === "ipv4" ? "224.0.0.18" : "ff02::12",
    mac: macOf(sender),
    ttl: 255,
    flags: [],
  },
});

type ClaimPart = Pick<Extract<Input, { kind: "claim" }>, "kind" | "claim">;

const claimOf = ({ family }: StagedRouter, sender: number, address: string): ClaimPart => ({
  kind: "claim",
  claim: {
    family,
    address,
    mac: macOf(sender),
    linkSource: macOf(sender),
    how: family === "ipv4" ? "gratuitous_arp" : "unsolicited_neighbor_advertisement",
  },
});
