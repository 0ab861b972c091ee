import { type Duration, type Instant, later, micros, type WallTime, wallPlus } from "../lib/time.ts";
import type { Advert, Family } from "../wire/decoded.ts";
import { ConditionBoard } from "./conditions/board.ts";
import type { Subject } from "./conditions/subject.ts";
import { DeadlineQueue } from "./deadlines.ts";
import { type RetainedAdvert, sumOfAddresses } from "./disagreement.ts";
import type { Event, VirtualRouterId } from "./events.ts";
import { HostState } from "./host/host-state.ts";
import type { HostInput, Input } from "./input.ts";
import { defaultEngineOptions, type EngineOptions } from "./options.ts";
import { RouterTable } from "./router-table.ts";
import { type EvictionKind, evictionKinds, type InterfaceView, type Snapshot } from "./view.ts";
import { type RouterContext, VirtualRouter } from "./virtual-router.ts";

const NOTHING: readonly Event[] = [];

interface InterfaceCounts extends InterfaceView {
  readonly rejected: Map<string, number>;
  readonly carp: Record<Family, number>;
}

/**
 * The state of everything that is heard, moved only by its inputs and the time they bring.
 *
 *   handle(input)   first everything due by input.at, then the input   -> events
 *   advance(now)    everything due by now                              -> events, each at its own instant
 *   nextDeadline()  when to call advance, if no input comes before
 *   reconfigure(…)  other options from an instant on
 *
 * How often `advance` is called changes nothing but how soon the events are known.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #table: RouterTable;
  readonly #deadlines = new DeadlineQueue<VirtualRouter | ConditionBoard>();
  /** Boards of which something has changed in this input. */
  readonly #marked = new Set<ConditionBoard>();
  readonly #interfaces = new Map<string | null, InterfaceCounts>();
  /** Not captured now, the longest deaf first. */
  readonly #deafInterfaces = new Set<string>();
  /** Whether the capture says which interfaces it hears: a file does not. */
  #captureSpeaks = false;
  /** Captured now, as the capture itself said. */
  readonly #capturedInterfaces = new Set<string>();
  readonly #evictions = Object.fromEntries(evictionKinds.map((kind) => [kind, 0])) as Record<EvictionKind, number>;
  readonly #context: RouterContext;
  readonly #host: HostState;
  /** Adverts with more addresses than the bound, shortened: one packet may hold 255 of them, thousands of senders may be known. */
  readonly #shortened = new WeakMap<Advert, RetainedAdvert>();
  #now = Number.NEGATIVE_INFINITY as Instant;
  /** Wall time minus monotonic time, as the last input had it. */
  #wallOffset = micros(0);
  #deaf = false;
  #lateInputs = 0;
  #created = 0;
  #boards = 0;
  #events: Event[] = [];

  constructor(options: Partial<EngineOptions> = {}) {
    this.#options = { ...defaultEngineOptions, ...options };
    this.#table = new RouterTable(this.#options.maxVirtualRouters);
    this.#host = new HostState(this.#options, {
      maxAddresses: this.#options.maxAddresses,
      emit: (event) => this.#events.push(event),
      now: () => this.#now,
      board: (subject) => this.#board(subject),
      isCaptured: (name) => (this.#captureSpeaks ? this.#capturedInterfaces.has(name) : null),
      dropped: (board) => {
        board.end("not configured any more, and not heard", this.#now, this.#wallAt(this.#now));
        this.#marked.delete(board);
        this.#deadlines.remove(board);
      },
    });
    this.#context = {
      options: this.#options,
      emit: (event) => this.#events.push(event),
      join: (router) => this.#host.join(router),
      suspectOf: (router, from, to) => this.#host.suspectOf(router, from, to),
      evicted: (kind, count) => {
        this.#evictions[kind] += count;
      },
      retained: (advert) => this.#retained(advert),
    };
  }

  /** How far time has come: nothing before it can happen any more. */
  get now(): Instant {
    return this.#now;
  }

  /** Applies one input. One older than what is already known is taken as happening now, and counted. */
  handle(input: Input): readonly Event[] {
    let timely = input;
    if (input.at < this.#now) {
      this.#lateInputs += 1;
      timely = { ...input, at: this.#now, wall: wallPlus(input.wall, (this.#now - input.at) as Duration) };
    }
    this.#expire(timely.at);
    this.#now = timely.at;
    this.#wallOffset = micros(timely.wall - timely.at);
    this.#apply(timely);
    this.#judge(timely.at, timely.wall);
    return this.#flush();
  }

  /**
   * Applies a fact of this host. It moves no time: frames from just before it may still be on their way. A
   * condition that it begins has its deadline by the fact's own instant.
   */
  handleHost(input: HostInput): readonly Event[] {
    // Before the first frame nothing else tells the time of day.
    if (this.#now === Number.NEGATIVE_INFINITY) this.#wallOffset = micros(input.wall - input.at);
    this.#host.handle(input);
    // It may be ahead of the wire by some milliseconds, in which no silence is concluded.
    this.#judge(input.at, input.wall);
    return this.#flush();
  }

  /**
   * Judges by other options from `at` on; an input like any other: what is due before is judged by those of before. The bounds on what is
   * remembered stay as they were.
   * @param abandoned interfaces that nobody wants to listen on any more: what was heard there is forgotten
   */
  reconfigure(options: EngineOptions, at: Instant, wall: WallTime, abandoned: readonly string[] = []): readonly Event[] {
    const from = later(at, this.#now);
    this.#expire(from);
    this.#now = from;
    this.#wallOffset = micros(wall - at);
    const { maxVirtualRouters, maxSenders, maxAddresses, maxInterfaces } = this.#options;
    // In place: everybody who was given them sees the new ones.
    Object.assign(this.#options, options, { maxVirtualRouters, maxSenders, maxAddresses, maxInterfaces });
    for (const name of abandoned) this.#abandon(name, from);
    for (const router of this.#table.all()) {
      router.reconfigured();
      if (router.revision !== router.joined.revision) this.#host.follow(router.joined, from, this.#wallAt(from));
      this.#deadlines.update(router);
    }
    this.#host.reconfigured(from, this.#wallAt(from));
    this.#judge(from, this.#wallAt(from));
    return this.#flush();
  }

  /** Fires every deadline up to `now`. A `now` in the past does nothing. */
  advance(now: Instant): readonly Event[] {
    this.#expire(now);
    if (now > this.#now) this.#now = now;
    return this.#flush();
  }

  /** When something may be due; undefined while nothing is. Waking up then may find that it moved. */
  nextDeadline(): Instant | undefined {
    return this.#deadlines.next;
  }

  /** The state at `now`, which may lie after the last input. Live views: use them before the next call of the engine. */
  snapshot(now: Instant = this.#now): Snapshot {
    const routers = [];
    for (const router of this.#table.all()) {
      const view = router.view(now);
      routers.push(view);
      router.joined.wire = view;
    }
    return {
      now,
      wall: this.#wallAt(now),
      routers,
      interfaces: [...this.#interfaces.values()],
      host: this.#host.view(),
      evictions: this.#evictions,
      lateInputs: this.#lateInputs,
    };
  }

  #apply(input: Input): void {
    switch (input.kind) {
      case "advert":
        this.#advert(input);
        return;
      case "rejected": {
        const counts = this.#interface(input.interface);
        const key = `${input.partial.family ?? "unknown"} ${input.reason}`;
        counts?.rejected.set(key, (counts.rejected.get(key) ?? 0) + 1);
        const { family, vrid } = input.partial;
        if (family !== undefined && vrid !== undefined)
          this.#table.get(input.interface, { ...input.partial, family, vrid })?.rejected(input);
        return;
      }
      case "carp": {
        const counts = this.#interface(input.interface);
        if (counts !== undefined) counts.carp[input.carp.family] += 1;
        const { carp, at } = input;
        this.#table.get(input.interface, { ...carp, vrid: carp.vhid })?.metCarp({ at, source: carp.source, mac: carp.mac });
        return;
      }
      case "capture":
        this.#capture(input.interface, input.state === "deaf", input.at, input.wall);
        return;
      case "gap":
        for (const router of this.#table.on(input.interface)) router.miss(input.at, input.until);
        return;
      case "claim":
        this.#host.claim(input);
        return;
      case "join":
        return;
    }
  }

  #advert(input: Extract<Input, { kind: "advert" }>): void {
    let router = this.#table.get(input.interface, input.advert);
    if (router === undefined) {
      const { room, evicted } = this.#table.makeRoom(input.at, () => this.#host.isKnown(identity(input)));
      if (!room || evicted !== undefined) this.#evictions.virtual_router += 1;
      if (!room) return;
      if (evicted !== undefined) {
        this.#deadlines.remove(evicted);
        evicted.failover.settle(input.at, input.wall);
        this.#host.leave(evicted.joined, "left out to make room for others, not followed any more", input.at, input.wall);
      }
      router = new VirtualRouter(identity(input), this.#created, input, this.#context);
      this.#created += 1;
      this.#table.add(router);
      if (this.#isDeaf(input.interface)) router.deafen(input.at);
    }
    router.advert(input);
    if (router.revision !== router.joined.revision) this.#host.follow(router.joined, input.at, input.wall);
    if (router.adverts === 2) {
      this.#table.confirm(router);
      router.joined.board.mark(0);
    }
    this.#deadlines.update(router);
  }

  #capture(interfaceName: string | null, deaf: boolean, at: Instant, wall: WallTime): void {
    if (interfaceName === null) this.#deaf = deaf;
    else {
      this.#deafInterfaces.delete(interfaceName);
      if (deaf) this.#capturedInterfaces.delete(interfaceName);
      else if (this.#capturedInterfaces.size < this.#options.maxInterfaces) this.#capturedInterfaces.add(interfaceName);
      if (deaf) this.#deafInterfaces.add(interfaceName);
      // Names of devices that are gone for good; where nothing was heard, deafness changes nothing.
      for (const oldest of this.#deafInterfaces) {
        if (this.#deafInterfaces.size <= this.#options.maxInterfaces) break;
        this.#deafInterfaces.delete(oldest);
      }
    }
    this.#host.captureChanged(this.#captureSpeaks ? interfaceName : null);
    this.#captureSpeaks ||= interfaceName !== null;
    for (const router of this.#table.on(interfaceName)) {
      if (this.#isDeaf(router.id.interface)) router.deafen(at);
      else router.listen(at);
      this.#host.follow(router.joined, at, wall);
      this.#deadlines.update(router);
    }
  }

  #abandon(interfaceName: string, at: Instant): void {
    const wall = this.#wallAt(at);
    for (const router of [...this.#table.on(interfaceName)]) {
      this.#table.remove(router);
      this.#deadlines.remove(router);
      router.failover.settle(at, wall);
      this.#host.leave(router.joined, "its interface is not listened on any more", at, wall);
    }
    this.#interfaces.delete(interfaceName);
  }

  #isDeaf(interfaceName: string | null): boolean {
    return this.#deaf || (interfaceName !== null && this.#deafInterfaces.has(interfaceName));
  }

  #expire(now: Instant): void {
    for (let item = this.#deadlines.pop(now); item !== undefined; item = this.#deadlines.pop(now)) {
      // What is due since an input has changed it is due from then on.
      const at = later(item.deadline as Instant, this.#now);
      const wall = this.#wallAt(at);
      this.#now = at;
      item.expire(at, wall);
      if (item instanceof VirtualRouter) this.#expired(item, at, wall);
      else this.#deadlines.update(item);
      this.#judge(at, wall);
    }
  }

  #expired(router: VirtualRouter, at: Instant, wall: WallTime): void {
    if (router.isEmpty) {
      this.#table.remove(router);
      this.#host.leave(router.joined, "no advert for so long that the virtual router is taken for removed", at, wall);
      return;
    }
    this.#host.follow(router.joined, at, wall);
    this.#deadlines.update(router);
  }

  #board(subject: Subject): ConditionBoard {
    this.#boards += 1;
    // At one instant the wire comes first.
    return new ConditionBoard(Number.MAX_SAFE_INTEGER / 2 + this.#boards, subject, this.#options.conditions(subject.id), {
      emit: (event) => this.#events.push(event),
      marked: (board) => this.#marked.add(board),
    });
  }

  #judge(at: Instant, wall: WallTime): void {
    if (this.#marked.size === 0) return;
    for (const board of this.#marked) {
      this.#marked.delete(board);
      board.judge(this.#now, at, wall);
      this.#deadlines.update(board);
    }
  }

  #retained(advert: Advert): RetainedAdvert {
    const { maxAddresses } = this.#options;
    if (advert.addresses.length <= maxAddresses) return advert;
    let shortened = this.#shortened.get(advert);
    if (shortened === undefined) {
      const omitted = { count: advert.addresses.length, sum: sumOfAddresses(advert.addresses) };
      shortened = { ...advert, addresses: advert.addresses.slice(0, maxAddresses), omitted };
      this.#shortened.set(advert, shortened);
    }
    return shortened;
  }

  #wallAt(at: Instant): WallTime {
    return (at + this.#wallOffset) as WallTime;
  }

  #interface(name: string | null): InterfaceCounts | undefined {
    let counts = this.#interfaces.get(name);
    if (counts === undefined) {
      if (this.#interfaces.size >= this.#options.maxInterfaces) {
        this.#evictions.interface += 1;
        const gone = [...this.#interfaces.keys()].find((known) => this.#isDeaf(known));
        if (gone === undefined) return undefined;
        this.#interfaces.delete(gone);
      }
      counts = { interface: name, rejected: new Map(), carp: { ipv4: 0, ipv6: 0 } };
      this.#interfaces.set(name, counts);
    }
    return counts;
  }

  #flush(): readonly Event[] {
    if (this.#events.length === 0) return NOTHING;
    const events = this.#events;
    this.#events = [];
    return events;
  }
}

function identity({ interface: name, advert }: Extract<Input, { kind: "advert" }>): VirtualRouterId {
  return {
    interface: name,
    ...(advert.vlan !== undefined && { vlan: advert.vlan }),
    ...(advert.innerVlan !== undefined && { innerVlan: advert.innerVlan }),
    family: advert.family,
    vrid: advert.vrid,
  };
}
