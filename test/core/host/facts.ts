import type { HostView, JoinedRouterView, VipView } from "../../../src/core/host/view.ts";
import type { HostFact, Notify, NotifySource } from "../../../src/core/host-facts.ts";
import type { ConfiguredInstance, KeepalivedConfig } from "../../../src/core/keepalived-config.ts";
import type { Link } from "../../../src/lib/link.ts";
import type { LocalAddress, LocalAddressFlags } from "../../../src/lib/local-address.ts";
import { micros, seconds, type WallTime, wallTime } from "../../../src/lib/time.ts";
import { link } from "../../helpers/link.ts";
import { EPOCH_US, type Scenario } from "../../helpers/scenario.ts";

/** Facts of a host whose keepalived has one IPv4 instance, VI_1, on eth0 with VRID 51, as short as a test wants them. */

export const wallAt = (ms: number): WallTime => wallTime(EPOCH_US + ms * 1_000);

const plain: LocalAddressFlags = { secondary: false, nodad: false, tentative: false, dadFailed: false, deprecated: false };

export const held = (index: number, address: string, flags: Partial<LocalAddressFlags> = {}): LocalAddress => ({
  index,
  address,
  family: address.includes(":") ? "ipv6" : "ipv4",
  prefixLength: address.includes(":") ? 64 : 24,
  flags: { ...plain, ...flags },
});

export const added = (...addresses: LocalAddress[]): HostFact => ({
  kind: "addresses",
  changes: addresses.map((address) => ({ kind: "added", address, before: null })),
});

export const removed = (...addresses: LocalAddress[]): HostFact => ({
  kind: "addresses",
  changes: addresses.map((address) => ({ kind: "removed", address, before: null })),
});

export const present = (...links: Link[]): HostFact => ({
  kind: "links",
  changes: links.map((one) => ({ kind: "added", link: one, before: null })),
});

export const changed = (before: Link, after: Link): HostFact => ({ kind: "links", changes: [{ kind: "changed", link: after, before }] });

export const notify = (
  event: Notify["event"],
  priority: number | null = null,
  more: {
    readonly name?: string;
    readonly kind?: Notify["kind"];
    readonly source?: NotifySource;
    readonly happened?: WallTime | null;
  } = {},
): HostFact => ({
  kind: "notify",
  source: more.source ?? "fifo",
  notify: { kind: more.kind ?? "instance", name: more.name ?? "VI_1", event, priority },
  ...(more.happened !== undefined && { happened: more.happened }),
});

export const running = (startedMs: number, reloadedMs: number | null = null, perhapsMs: number | null = null): HostFact => ({
  kind: "keepalived_process",
  process: {
    running: true,
    startedWall: wallAt(startedMs),
    reloadedWall: reloadedMs === null ? null : wallAt(reloadedMs),
    mayHaveReloadedWall: perhapsMs === null ? null : wallAt(perhapsMs),
    version: "2.2.7",
  },
});

export const ended = (startedMs: number): HostFact => ({
  kind: "keepalived_process",
  process: { running: false, startedWall: wallAt(startedMs), reloadedWall: null, mayHaveReloadedWall: null, version: "2.2.7" },
});

export function instance(fields: Partial<ConfiguredInstance> = {}): ConfiguredInstance {
  return {
    name: "VI_1",
    interface: "eth0",
    family: "ipv4",
    vrid: 51,
    version: 3,
    initialState: "BACKUP",
    priority: 100,
    interval: seconds(1),
    downTimerAdverts: 3,
    auth: "none",
    addresses: [{ address: "192.0.2.100", prefixLength: 24, dev: null, advertised: true, dad: false }],
    vmac: null,
    nopreempt: false,
    dontTrackPrimary: false,
    preemptDelay: micros(0),
    unicastPeers: [],
    sourceAddress: null,
    tracks: [],
    file: "/etc/keepalived/keepalived.conf",
    line: 1,
    ...fields,
  };
}

export function configured(instances: readonly ConfiguredInstance[], more: Partial<KeepalivedConfig> = {}, modifiedMs = -20_000): HostFact {
  return {
    kind: "keepalived_config",
    state: {
      path: "/etc/keepalived/keepalived.conf",
      state: "read",
      config: { instances, syncGroups: [], notifyFifo: null, vrrpNotifyFifo: null, scriptUser: null, ...more },
      modified: wallAt(modifiedMs),
      readAt: wallAt(0),
      problem: null,
    },
  };
}

export const eth0 = link(2, "eth0");
export const VIP = "192.0.2.100";

/** A host at `ms`: keepalived runs since 10 s before, eth0 has its own address and none of keepalived's. */
export function host<S extends Scenario>(scenario: S, ms = 0, instances: readonly ConfiguredInstance[] = [instance()]): S {
  return scenario
    .fact(ms, configured(instances))
    .fact(ms, running(ms - 10_000))
    .fact(ms, present(link(1, "lo", { loopback: true }), eth0))
    .fact(ms, added(held(1, "127.0.0.1"), held(2, "192.0.2.1")));
}

export const view = (scenario: Scenario): HostView => scenario.engine.snapshot().host;

export function router(scenario: Scenario, vrid = 51): JoinedRouterView {
  const found = view(scenario).routers.find(({ id }) => id.vrid === vrid);
  if (found === undefined) throw new Error(`no virtual router ${vrid}`);
  return found;
}

export function vip(scenario: Scenario, address: string = VIP): VipView {
  const found = view(scenario)
    .routers.flatMap(({ vips }) => vips)
    .find((one) => one.address === address);
  if (found === undefined) throw new Error(`no virtual address ${address}`);
  return found;
}

/** State, witness and time of VI_1 in one text: `master by notify since 3000`. */
export function state(scenario: Scenario, name = "VI_1"): string {
  const found = view(scenario).instances.find((one) => one.name === name);
  if (found === undefined) return "no such instance";
  const since = found.sinceWall === null ? "before" : String((found.sinceWall - EPOCH_US) / 1_000);
  return `${found.state} by ${found.by} since ${since}`;
}
