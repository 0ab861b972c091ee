import { sameList } from "../../lib/same-list.ts";
import { type Instant, instant, type WallTime } from "../../lib/time.ts";
import { Aspect } from "../conditions/aspects.ts";
import type { ConditionBoard } from "../conditions/board.ts";
import type { ConditionSettings } from "../conditions/settings.ts";
import type { Subject } from "../conditions/subject.ts";
import type { Event, VirtualRouterId } from "../events.ts";
import type { HostInput, Input } from "../input.ts";
import type { KeepalivedConfigState } from "../keepalived-config.ts";
import type { VirtualRouter } from "../virtual-router.ts";
import { conclude } from "./conclude.ts";
import type { Instance } from "./instance.ts";
import { type HostContext, JoinedRouter } from "./joined-router.ts";
import { KeepalivedState } from "./keepalived-state.ts";
import { LocalNetwork } from "./local-network.ts";
import type { Moment } from "./said.ts";
import { type Suspect, suspectOfFault, suspectOfPriority } from "./suspect.ts";
import type { HostView, SyncGroupView } from "./view.ts";
import { VipIndex } from "./vip-index.ts";

/** What the user knows of one virtual router. */
export interface ExpectedRouter {
  readonly addresses: readonly string[];
  /** Name of its `vrrp_instance`, where the user gives it. */
  readonly instance: string | null;
}

export interface HostOptions {
  /** Virtual routers that the user names in full, with interface and family. */
  readonly expectedRouters: readonly VirtualRouterId[];
  /** What the user expects of a virtual router; null: nothing. */
  readonly expected: (id: VirtualRouterId) => ExpectedRouter | null;
  /** The only addresses that may send adverts of it; null: anybody. */
  readonly allowedSenders: (id: VirtualRouterId) => readonly string[] | null;
  /** How its conditions are judged. */
  readonly conditions: (id: VirtualRouterId) => ConditionSettings;
}

/** What `HostState` needs of the engine around it. */
export interface HostDeps {
  readonly maxAddresses: number;
  emit(event: Event): void;
  /** How far the time of the wire has come. */
  now(): Instant;
  /** The conditions of a virtual router. */
  board(subject: Subject): ConditionBoard;
  /** It is not followed any more. */
  dropped(board: ConditionBoard): void;
  /** Whether the interface is captured; null: the capture says nothing of interfaces. */
  isCaptured(interfaceName: string): boolean | null;
}

const keyOf = ({ interface: name, vlan, innerVlan, family, vrid }: VirtualRouterId): string =>
  `${name ?? ""} ${vlan ?? ""} ${innerVlan ?? ""} ${family} ${vrid}`;

/** A call that waited happened so long ago by the wall clock of now; one from the future happens now. */
function momentOf({ at, wall, happened }: Extract<HostInput, { kind: "notify" }>): Moment {
  if (happened === undefined) return { at, wall };
  if (happened === null) return { at: null, wall: null };
  const age = Math.max(0, wall - happened);
  return { at: instant(at - age), wall: (wall - age) as WallTime };
}

const sameOrNull = (a: readonly string[] | null, b: readonly string[] | null): boolean =>
  a === null || b === null ? a === b : sameList(a, b);

/** It is not known any more which virtual router the instance is. */
function release(instance: Instance): void {
  instance.router = null;
  instance.sender = () => null;
}

/**
 * What this host says of itself, joined with what its segments show: per virtual router the wire's, the kernel's and
 * keepalived's answer.
 *
 *   facts: netlink -> network, notify, keepalived.conf, process -> keepalived ┐
 *   wire:  virtual routers, ARP and ND claims         -> joined routers       ┴-> events, view
 *
 * A fact has a wall time but moves no deadline of the wire: every state here is concluded when something arrives, never by waiting.
 */
export class HostState {
  readonly #options: HostOptions;
  readonly #deps: HostDeps;
  readonly #network = new LocalNetwork();
  readonly #keepalived = new KeepalivedState();
  readonly #routers = new Map<string, JoinedRouter>();
  readonly #vips = new VipIndex();
  /** Whose addresses have changed on the wire. A flood changes them with every packet, and they are asked for far less often. */
  readonly #outdated = new Set<JoinedRouter>();
  /** Keys of the virtual routers to which keepalived.conf moves an instance that runs in another one until it is loaded. */
  readonly #awaited = new Set<string>();
  /** Keys of the virtual routers that the user names in full. */
  #expected: ReadonlySet<string> = new Set();
  readonly #context: HostContext;

  constructor(options: HostOptions, deps: HostDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#context = {
      network: this.#network,
      now: () => deps.now(),
      config: () => this.#keepalived.config,
      daemon: () => this.#keepalived.process,
      watchedSince: () => this.#keepalived.watchedSince,
      loadedWall: () => this.#keepalived.loadedWall,
      maxAddresses: deps.maxAddresses,
      addressesChanged: (router) => this.#outdated.add(router),
      vips: this.#vips,
      board: (router) =>
        deps.board({
          id: router.id,
          here: router,
          get wire() {
            return router.heard;
          },
          get allowedSenders() {
            return router.allowedSenders;
          },
        }),
      isCaptured: (name) => deps.isCaptured(name),
      groupOf: (instance) => this.#groupOf(instance),
      statesOf: (names) => Object.fromEntries(names.map((name) => [name, this.#keepalived.instances.get(name)?.state ?? "unknown"])),
    };
    this.#expectAll();
  }

  /** What the user knows and wants is something else from now on; the options have been changed in place. */
  reconfigured(at: Instant, wall: WallTime): void {
    this.#syncAddresses();
    this.#expectAll();
    for (const [key, router] of [...this.#routers]) {
      // Another one may have got its instance, with nothing left that speaks for it.
      if (this.#routers.has(key)) this.#expect(router);
      if (!this.#routers.has(key)) continue;
      router.board.reconfigure(this.#options.conditions(router.id), at, wall);
      this.#dropIfEmpty(router);
    }
    for (const gone of this.#keepalived.dropUnspoken()) this.#disconnect(gone);
    this.#settleAll(at, wall);
  }

  handle(input: HostInput): void {
    const { at, wall } = input;
    this.#syncAddresses();
    switch (input.kind) {
      case "links":
        this.#linksChanged(this.#network.applyLinks(input.changes), at, wall);
        return;
      case "addresses": {
        // The first list is nothing that happened now.
        const news = this.#network.addressesKnown;
        const changed = this.#network.applyAddresses(input.changes);
        this.#markSenders((source) => changed.has(source));
        this.#locate(news ? changed : this.#vips.addresses(), at, wall, news);
        return;
      }
      case "notify":
        this.#notified(input);
        return;
      case "notify_unparsable":
        this.#keepalived.unparsable[input.source] += 1;
        return;
      case "keepalived_config":
        this.#configured(input.state, at, wall);
        return;
      case "keepalived_process":
        this.#keepalived.processChanged(input.process, at, wall);
        if (this.#awaited.size > 0) this.#connectAll();
        for (const gone of this.#keepalived.dropUnspoken()) this.#disconnect(gone);
        this.#settleAll(at, wall);
        return;
    }
  }

  /** Whether a virtual router is this host's own or named by the user, heard or not. */
  isKnown(id: VirtualRouterId): boolean {
    return this.#routers.get(keyOf(id))?.isKnown === true;
  }

  /** A virtual router has just been heard for the first time. */
  join(wire: VirtualRouter): JoinedRouter {
    const router = this.#router(wire.id);
    router.heard = wire;
    // Also what nothing will mark for years, such as a packet with a wrong TTL, can be judged from now on.
    router.board.markAll();
    return router;
  }

  /** To be called after each input that may have changed what is heard of a virtual router. */
  follow(router: JoinedRouter, at: Instant, wall: WallTime): void {
    const changed = router.followWire(at);
    if (!changed) return;
    if (this.#awaited.size > 0 && this.#awaited.has(keyOf(router.id)) && router.heard?.localClaim) {
      this.#connectAll();
      this.#settleAll(at, wall);
    }
    const { instance } = router;
    if (instance === null) return;
    this.#syncAddresses();
    if (this.#settle(instance, at, wall)) this.#settleGroups(wall);
  }

  /** An interface is captured now, or not any more; null: all of them. */
  captureChanged(interfaceName: string | null): void {
    for (const router of this.#routers.values())
      if (interfaceName === null || router.id.interface === interfaceName) router.board.mark(Aspect.capture);
  }

  /** It is not remembered any more: what was raised ends. */
  leave(router: JoinedRouter, why: string, at: Instant, wall: WallTime): void {
    router.board.end(why, at, wall);
    router.heard = null;
    router.wire = null;
    this.follow(router, at, wall);
    router.board.markAll();
    this.#dropIfEmpty(router);
  }

  /** Somebody on a segment says that an address is his. */
  claim({ claim, interface: interfaceName, direction, at, wall }: Extract<Input, { kind: "claim" }>): void {
    this.#syncAddresses();
    const segment = { interface: interfaceName, vlan: claim.vlan, innerVlan: claim.innerVlan };
    for (const vip of this.#vips.on(segment, claim.address)) vip.router.claimed(vip, claim, direction, { at, wall });
  }

  /** What made this host advertise another priority; undefined where that is not sure. */
  suspectOf(router: JoinedRouter, from: number, to: number): Suspect | undefined {
    const configured = router.instance?.configured ?? null;
    return (configured === null ? null : suspectOfPriority(configured, from, to)) ?? undefined;
  }

  /** What the wire shows of each is that of the snapshot that is taken now. */
  view(): HostView {
    this.#syncAddresses();
    const { instances, groups, process: daemon, restarts, config, notifies, unparsable } = this.#keepalived;
    return {
      routers: [...this.#routers.values()],
      instances: [...instances.values()],
      syncGroups: [...groups.values()],
      process: daemon,
      restarts,
      config,
      notifies,
      unparsable,
    };
  }

  #router(id: VirtualRouterId): JoinedRouter {
    const key = keyOf(id);
    let router = this.#routers.get(key);
    if (router !== undefined) return router;
    router = new JoinedRouter(id, this.#context);
    this.#routers.set(key, router);
    this.#expect(router);
    router.sync();
    return router;
  }

  /** Those that the user names in full exist whether they are heard or not. */
  #expectAll(): void {
    const { expectedRouters } = this.#options;
    this.#expected = new Set(expectedRouters.map(keyOf));
    for (const [key, router] of this.#routers) router.isExpected = this.#expected.has(key);
    for (const id of expectedRouters) this.#router(id);
  }

  /** Takes up what the user says of it. */
  #expect(router: JoinedRouter): void {
    const { id } = router;
    const { addresses, instance } = this.#options.expected(id) ?? { addresses: [], instance: null };
    router.isExpected = this.#expected.has(keyOf(id));
    const allowed = this.#options.allowedSenders(id);
    if (!sameOrNull(allowed, router.allowedSenders)) {
      router.allowedSenders = allowed;
      router.board.mark(Aspect.adverts);
    }
    if (!sameList(addresses, router.expectedAddresses)) {
      router.expectedAddresses = addresses;
      router.sync();
    }
    this.#assign(router, instance);
  }

  /** @param name of its instance, where the user gives it: what keepalived.conf says of an instance is known better. */
  #assign(router: JoinedRouter, name: string | null): void {
    const before = router.instance;
    if (before?.name === name) {
      if (before !== null && before.configured === null) before.assigned = true;
      return;
    }
    const wasAssigned = before?.assigned === true;
    if (before !== null) before.assigned = false;
    if (before !== null && before.configured !== null) return;
    const instance = name === null ? undefined : this.#keepalived.instance(name);
    if (instance !== undefined && instance.configured === null) {
      instance.assigned = true;
      this.#connect(instance, router);
    } else if (before !== null && wasAssigned) this.#disconnect(before);
  }

  #connect(instance: Instance, router: JoinedRouter): void {
    this.#disconnect(instance);
    if (router.instance !== null) release(router.instance);
    instance.router = router.id;
    instance.sender = () => router.heard?.localClaim ?? null;
    router.instance = instance;
    router.sync();
    router.board.markAll();
  }

  #disconnect(instance: Instance): void {
    const router = this.#routerOf(instance);
    release(instance);
    if (router === undefined) return;
    router.instance = null;
    router.sync();
    router.board.markAll();
    this.#dropIfEmpty(router);
  }

  #routerOf({ router }: Instance): JoinedRouter | undefined {
    return router === null ? undefined : this.#routers.get(keyOf(router));
  }

  #dropIfEmpty(router: JoinedRouter): void {
    if (!router.isEmpty) return;
    this.#outdated.delete(router);
    for (const vip of router.vips) this.#vips.remove(vip);
    this.#routers.delete(keyOf(router.id));
    this.#deps.dropped(router.board);
  }

  #syncAddresses(): void {
    if (this.#outdated.size === 0) return;
    for (const router of this.#outdated) router.sync();
    this.#outdated.clear();
  }

  #configured(state: KeepalivedConfigState, at: Instant, wall: WallTime): void {
    for (const instance of this.#keepalived.configured(state)) this.#disconnect(instance);
    this.#connectAll();
    this.#settleAll(at, wall);
  }

  /** Brings every instance to the virtual router that keepalived.conf gives it. */
  #connectAll(): void {
    this.#awaited.clear();
    for (const instance of this.#keepalived.instances.values()) {
      const { configured } = instance;
      if (configured === null) continue;
      const id = { interface: configured.interface, family: configured.family, vrid: configured.vrid };
      const waits = this.#waits(instance, id);
      if (waits) this.#awaited.add(keyOf(id));
      const router = waits ? this.#routerOf(instance) : this.#router(id);
      if (router === undefined) continue;
      if (router.instance !== instance) this.#connect(instance, router);
      else {
        router.sync();
        router.board.markAll();
      }
    }
  }

  /**
   * Whether it is not yet in the virtual router that the file gives it: until keepalived has read the file, or sends adverts there,
   * it stays where it is, and nobody takes the place of one that stays.
   */
  #waits(instance: Instance, id: VirtualRouterId): boolean {
    const router = this.#routers.get(keyOf(id));
    const moves = instance.router !== null && keyOf(instance.router) !== keyOf(id);
    const isTaken = router !== undefined && router.instance !== null && router.instance !== instance && router.instance.configured !== null;
    return this.#keepalived.runsWithOlderFile && (isTaken || (moves && !router?.heard?.localClaim));
  }

  #linksChanged(names: readonly string[], at: Instant, wall: WallTime): void {
    if (names.length === 0 || !this.#network.addressesKnown) return;
    const changed = new Set(names);
    this.#markSenders((source) => this.#network.has(source));
    const addresses = this.#vips.addresses().filter((address) => this.#concerns(address, changed));
    this.#locate(addresses, at, wall, true);
    this.#settleAll(at, wall);
  }

  /** Whether one of these devices has the address, had it, or should have it. */
  #concerns(address: string, devices: ReadonlySet<string>): boolean {
    for (const { link } of this.#network.holders(address)) if (devices.has(link.name)) return true;
    for (const vip of this.#vips.all(address)) {
      const { id } = vip.router;
      if (id.interface !== null && devices.has(id.interface)) return true;
      if (vip.devices.some(({ dev }) => devices.has(dev))) return true;
    }
    return false;
  }

  #locate(addresses: Iterable<string>, at: Instant, wall: WallTime, news: boolean): void {
    const moved = new Set<Instance>();
    for (const address of addresses) {
      for (const vip of this.#vips.all(address)) {
        const { router } = vip;
        const was = vip.present;
        for (const { dev, action } of router.locate(vip, news ? wall : null))
          this.#deps.emit({ kind: "address_changed", at, wall, router: router.id, address, dev, action });
        if (vip.present !== was) vip.presentSince = news && vip.present ? { at, wall } : null;
        router.heard?.failover.proceed(at, wall);
        router.board.mark(Aspect.addresses);
        if (router.instance !== null) moved.add(router.instance);
      }
    }
    let changed = false;
    for (const instance of moved) changed = this.#settle(instance, at, wall) || changed;
    if (changed) this.#settleGroups(wall);
  }

  /** Whoever advertises from such an address is somebody else now, or is not any more. */
  #markSenders(concerns: (source: string) => boolean): void {
    for (const router of this.#routers.values())
      for (const { source } of router.heard?.senders ?? []) if (concerns(source)) router.board.mark(Aspect.addresses);
  }

  #notified(input: Extract<HostInput, { kind: "notify" }>): void {
    const { at, wall, notify } = input;
    const moment = momentOf(input);
    const before = this.#keepalived.instances.get(notify.name)?.priority ?? null;
    const instance = this.#keepalived.notified(input.source, notify, moment);
    if (instance !== null) {
      this.#settle(instance, at, wall);
      this.#routerOf(instance)?.heard?.failover.proceed(at, wall);
      const after = instance.said.priority;
      if (before !== null && after !== null && before !== after) this.#priorityChanged(instance, before, after, at, wall);
    }
    this.#settleGroups(wall);
    if (notify.event === "deleted" || notify.event === "stop") for (const gone of this.#keepalived.dropUnspoken()) this.#disconnect(gone);
  }

  #priorityChanged(instance: Instance, from: number, to: number, at: Instant, wall: WallTime): void {
    const suspect = instance.configured === null ? null : suspectOfPriority(instance.configured, from, to);
    this.#deps.emit({
      kind: "effective_priority_changed",
      at,
      wall,
      router: instance.router,
      instance: instance.name,
      from,
      to,
      ...(suspect !== null && { suspect }),
    });
  }

  #settleAll(at: Instant, wall: WallTime): void {
    for (const instance of this.#keepalived.instances.values()) {
      this.#settle(instance, at, wall);
      this.#markInstance(instance);
    }
    this.#settleGroups(wall);
  }

  #settleGroups(wall: WallTime): void {
    const { groups, instances, process: daemon } = this.#keepalived;
    for (const group of groups.values()) {
      group.settle(instances, daemon?.running ?? null, wall);
      for (const name of group.members) this.#markInstance(instances.get(name));
    }
  }

  #markInstance(instance: Instance | undefined): void {
    if (instance !== undefined) this.#routerOf(instance)?.board.mark(Aspect.keepalived);
  }

  #groupOf(name: string): SyncGroupView | null {
    for (const group of this.#keepalived.groups.values()) if (group.members.includes(name)) return group;
    return null;
  }

  /** @returns whether it is something else now */
  #settle(instance: Instance, at: Instant, wall: WallTime): boolean {
    const router = this.#routerOf(instance);
    const { state, by, priority } = instance;
    const { process: daemon, processSinceWall, processSinceAt, startSeen } = this.#keepalived;
    const answer = conclude(
      {
        instance,
        process: daemon,
        processSinceWall,
        processSinceAt,
        justStarted: startSeen && instance.said.state === null,
        master: router?.confirmedMaster ?? null,
        masterSince: router?.masterSince ?? null,
        vips: router?.vips ?? [],
        network: this.#network,
      },
      wall,
    );
    const from = instance.settle(answer);
    if (instance.state !== state || instance.by !== by || instance.priority !== priority) router?.board.mark(Aspect.keepalived);
    if (from === null) return instance.state !== state;
    const { configured } = instance;
    const suspect = answer.state === "fault" && configured !== null ? suspectOfFault(configured, this.#network) : null;
    this.#deps.emit({
      kind: "router_state_changed",
      at,
      wall,
      router: instance.router,
      instance: instance.name,
      from,
      to: answer.state,
      by: answer.by,
      priority: instance.priority,
      ...(suspect !== null && { suspect }),
    });
    return true;
  }
}
