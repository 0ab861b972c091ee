import { routerJson } from "../core/event-json.ts";
import type { VirtualRouterId } from "../core/events.ts";
import { routerKey } from "../core/router-key.ts";
import { type Instant, instant, millis, rfc3339, type WallTime } from "../lib/time.ts";
import { TokenBucket } from "../lib/token-bucket.ts";
import type { Advert } from "../wire/decoded.ts";
import type { Frame } from "../wire/frame.ts";

type Json = Readonly<Record<string, unknown>>;

/** Why an advert is worth a line of its own. */
type Why = "first" | "changed" | "resigned" | "took_over" | "late" | "contests";

export interface AdvertRunsDeps {
  readonly segmentOf: (id: VirtualRouterId) => string;
  /** `fields` is asked for what the line says only where there is room for one. */
  readonly line: (at: Instant, wall: WallTime, router: VirtualRouterId, fields: () => Json) => void;
  /** A line was left out. */
  readonly omitted: () => void;
  /** A sender resigned twice at once. */
  readonly fault: (router: VirtualRouterId, at: Instant, wall: WallTime) => void;
}

const mostSenders = 4_096;
/** New ones in the long run; a flood of forged ones is counted, and not looked at any closer. */
const newSendersPerSecond = 200;
const mostAddresses = 16_384;
/** In intervals: beyond it an advert is late, and a sender no longer speaks. */
const lateAfter = 1.5;
const silentAfter = 3.5;
const contestForgottenAfter = 4;
/** keepalived that enters FAULT resigns twice in the same millisecond; one that stops resigns once. */
const atOnce = millis(10);

interface Router {
  readonly key: string;
  readonly id: VirtualRouterId;
  /** Who advertised last, resignations aside. */
  speaker: Sender | null;
  /** How many are known. */
  senders: number;
  /** Those with adverts since their last line. */
  readonly running: Set<Sender>;
}

interface Sender {
  readonly key: string;
  readonly router: Router;
  readonly interface: string | null;
  advert: Advert;
  /** Of its last advert; a copy that a mirror port made has the same. */
  ipId: number | null;
  destination: string;
  lastAt: Instant;
  lastWall: WallTime;
  /** Adverts since the last line. */
  pending: number;
  firstWall: WallTime;
  /** Until then, that it speaks while another does is known. */
  contestedUntil: Instant;
}

/**
 * Tells adverts that matter from those that only go on. The usual one costs a look-up by its object: the decoder gives the same
 * object for equal adverts.
 */
export class AdvertRuns {
  readonly #deps: AdvertRunsDeps;
  readonly #byAdvert = new Map<string | null, Map<Advert, Sender>>();
  readonly #senders = new Map<string, Sender>();
  readonly #routers = new Map<string, Router>();
  readonly #addresses = new Map<string, Router>();
  readonly #newcomers = new TokenBucket(mostSenders, newSendersPerSecond);
  #interface: string | null = null;
  #ofInterface: Map<Advert, Sender>;

  constructor(deps: AdvertRunsDeps) {
    this.#deps = deps;
    this.#ofInterface = this.#mapOf(null);
  }

  /** The virtual router that advertised the address last. */
  routerOf(address: string): VirtualRouterId | undefined {
    return this.#addresses.get(address)?.id;
  }

  advert(frame: Frame, advert: Advert, ipId: number | null): void {
    if (frame.interface !== this.#interface) {
      this.#interface = frame.interface;
      this.#ofInterface = this.#mapOf(frame.interface);
    }
    const sender = this.#ofInterface.get(advert) ?? this.#known(frame, advert);
    if (sender === undefined) {
      this.#first(frame, advert, ipId);
      return;
    }
    if (sender.advert !== advert) {
      this.#changed(sender, frame, advert, ipId);
      return;
    }
    const gap = frame.at - sender.lastAt;
    const speaks = sender.router.speaker === sender;
    if (advert.priority === 0) {
      this.#resigned(sender, frame, ipId);
      return;
    }
    if (speaks && gap > lateAfter * advert.interval) this.#line(sender, frame, "late", { gap_seconds: gap / 1e6 });
    else if (speaks || this.#speakerChanges(sender, frame) === null) {
      if (sender.pending === 0) {
        sender.firstWall = frame.wall;
        sender.router.running.add(sender);
      }
      sender.pending += 1;
    }
    heard(sender, frame, ipId);
  }

  /** Writes how often the senders of a virtual router have only gone on. */
  settleRouter(id: VirtualRouterId, at: Instant, wall: WallTime): void {
    const router = this.#routers.get(routerKey(id));
    if (router !== undefined) this.#settleAll(router, at, wall);
  }

  settleSegment(segment: string, at: Instant, wall: WallTime): void {
    for (const router of this.#routers.values()) {
      if (router.running.size > 0 && this.#deps.segmentOf(router.id) === segment) this.#settleAll(router, at, wall);
    }
  }

  #mapOf(name: string | null): Map<Advert, Sender> {
    const known = this.#byAdvert.get(name);
    if (known !== undefined) return known;
    const map = new Map<Advert, Sender>();
    this.#byAdvert.set(name, map);
    return map;
  }

  /** A sender whose advert is another object than before; where it says the same, the new object stands for it from now on. */
  #known(frame: Frame, advert: Advert): Sender | undefined {
    const sender = this.#senders.get(senderKey(frame, advert));
    if (sender === undefined || differences(sender.advert, advert).length > 0) return sender;
    this.#replaceAdvert(sender, advert);
    return sender;
  }

  #replaceAdvert(sender: Sender, advert: Advert): void {
    this.#ofInterface.delete(sender.advert);
    this.#ofInterface.set(advert, sender);
    sender.advert = advert;
  }

  #first(frame: Frame, advert: Advert, ipId: number | null): void {
    const { at, wall } = frame;
    if (!this.#newcomers.take(at)) {
      this.#deps.omitted();
      return;
    }
    if (this.#senders.size >= mostSenders) this.#evict();
    const router = this.#routerFor(frame, advert);
    const sender: Sender = {
      key: senderKey(frame, advert),
      router,
      interface: frame.interface,
      advert,
      ipId,
      destination: advert.destination,
      lastAt: at,
      lastWall: wall,
      pending: 0,
      firstWall: wall,
      contestedUntil: instant(-Infinity),
    };
    this.#senders.set(sender.key, sender);
    this.#ofInterface.set(advert, sender);
    router.senders += 1;
    this.#learnAddresses(sender);
    if (advert.priority === 0) this.#line(sender, frame, "resigned", {});
    else if (router.speaker === null || this.#speakerChanges(sender, frame) === null) this.#line(sender, frame, "first", {});
    if (advert.priority > 0) router.speaker = sender;
  }

  #changed(sender: Sender, frame: Frame, advert: Advert, ipId: number | null): void {
    this.#settleAll(sender.router, frame.at, frame.wall);
    const what = differences(sender.advert, advert);
    const wasResigned = sender.advert.priority === 0;
    if (what.includes("addresses")) this.#forgetAddresses(sender);
    this.#replaceAdvert(sender, advert);
    this.#learnAddresses(sender);
    if (advert.priority === 0) {
      this.#line(sender, frame, "resigned", {});
      if (sender.router.speaker === sender) sender.router.speaker = null;
    } else {
      const news = this.#speakerChanges(sender, frame);
      if (news === null || !(wasResigned && what.length === 1)) this.#line(sender, frame, "changed", { changed: what });
    }
    heard(sender, frame, ipId);
  }

  #resigned(sender: Sender, frame: Frame, ipId: number | null): void {
    const copied = sender.destination !== sender.advert.destination || (ipId !== null && ipId === sender.ipId);
    const again = !copied && frame.at - sender.lastAt <= atOnce;
    this.#line(sender, frame, "resigned", {});
    if (again) this.#deps.fault(sender.router.id, frame.at, frame.wall);
    heard(sender, frame, ipId);
  }

  /** Somebody else than before speaks. @returns the line that said so, or null where it said nothing new */
  #speakerChanges(sender: Sender, frame: Frame): Why | null {
    const { router } = sender;
    const other = router.speaker;
    router.speaker = sender;
    if (other === sender) return null;
    const live = other !== null && other.advert.priority > 0 && frame.at - other.lastAt < silentAfter * other.advert.interval;
    if (!live) {
      this.#line(sender, frame, "took_over", other === null ? {} : { from: other.advert.source });
      return "took_over";
    }
    const isKnown = frame.at < sender.contestedUntil;
    sender.contestedUntil = instant(frame.at + contestForgottenAfter * sender.advert.interval);
    if (isKnown) return null;
    this.#line(sender, frame, "contests", { other: other.advert.source, other_priority: other.advert.priority });
    return "contests";
  }

  #line(sender: Sender, { at, wall, direction }: Frame, why: Why, more: Json): void {
    const { router, advert } = sender;
    this.#settleAll(router, at, wall);
    this.#deps.line(at, wall, router.id, () => ({
      entry: "advert",
      why,
      ...routerJson(router.id),
      source: advert.source,
      priority: advert.priority,
      version: advert.version,
      interval_seconds: advert.interval / 1e6,
      addresses: advert.addresses.slice(0, 32),
      auth: advert.auth,
      mac: advert.mac,
      destination: advert.destination,
      direction,
      ...more,
    }));
  }

  #settleAll(router: Router, at: Instant, wall: WallTime): void {
    for (const sender of router.running) this.#settle(sender, at, wall);
    router.running.clear();
  }

  #settle(sender: Sender, at: Instant, wall: WallTime): void {
    const { pending: count, firstWall, lastWall, advert, router } = sender;
    sender.pending = 0;
    this.#deps.line(at, wall, router.id, () => ({
      entry: "adverts",
      ...routerJson(router.id),
      source: advert.source,
      priority: advert.priority,
      count,
      first_at: rfc3339(firstWall),
      last_at: rfc3339(lastWall),
    }));
  }

  #routerFor(frame: Frame, advert: Advert): Router {
    const id: VirtualRouterId = {
      interface: frame.interface,
      ...(advert.vlan !== undefined && { vlan: advert.vlan }),
      ...(advert.innerVlan !== undefined && { innerVlan: advert.innerVlan }),
      family: advert.family,
      vrid: advert.vrid,
    };
    const key = routerKey(id);
    const known = this.#routers.get(key);
    if (known !== undefined) return known;
    const router = { key, id, speaker: null, senders: 0, running: new Set<Sender>() };
    this.#routers.set(key, router);
    return router;
  }

  #learnAddresses({ advert, router }: Sender): void {
    for (const address of advert.addresses) {
      // Those that were learned first go first.
      if (this.#addresses.size >= mostAddresses && !this.#addresses.has(address)) {
        for (const oldest of this.#addresses.keys()) {
          this.#addresses.delete(oldest);
          break;
        }
      }
      this.#addresses.set(address, router);
    }
  }

  #forgetAddresses({ advert, router }: Sender): void {
    for (const address of advert.addresses) if (this.#addresses.get(address) === router) this.#addresses.delete(address);
  }

  /** A quarter of them, those that were met first: finding the first of a map costs more, the more were taken out of it. */
  #evict(): void {
    let left = mostSenders / 4;
    for (const sender of this.#senders.values()) {
      if (left-- === 0) return;
      this.#forget(sender);
    }
  }

  /** Its virtual router goes with its last sender. */
  #forget(sender: Sender): void {
    const { router } = sender;
    this.#senders.delete(sender.key);
    const map = this.#mapOf(sender.interface);
    map.delete(sender.advert);
    if (map.size === 0 && sender.interface !== this.#interface) this.#byAdvert.delete(sender.interface);
    router.senders -= 1;
    router.running.delete(sender);
    if (router.speaker === sender) router.speaker = null;
    if (router.senders > 0) return;
    this.#routers.delete(router.key);
    this.#forgetAddresses(sender);
  }
}

/** The copies that a unicast sender makes for its peers are one sender's. */
const senderKey = (frame: Frame, { family, vlan, innerVlan, vrid, source }: Advert): string =>
  `${frame.interface} ${family} ${vlan} ${innerVlan} ${vrid} ${source}`;

function heard(sender: Sender, { at, wall }: Frame, ipId: number | null): void {
  sender.ipId = ipId;
  sender.destination = sender.advert.destination;
  sender.lastAt = at;
  sender.lastWall = wall;
}

const compared = ["version", "priority", "interval", "auth", "checksum", "mac", "ttl"] as const;

function differences(a: Advert, b: Advert): string[] {
  const changed: string[] = compared.filter((field) => a[field] !== b[field]);
  if (a.addresses.length !== b.addresses.length || a.addresses.some((address, i) => address !== b.addresses[i])) changed.push("addresses");
  return changed;
}
