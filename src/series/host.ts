import type { HostFact } from "../core/host-facts.ts";
import type { ConfiguredInstance } from "../core/keepalived-config.ts";
import type { Link } from "../lib/link.ts";
import type { LocalAddress } from "../lib/local-address.ts";
import { micros, seconds, type WallTime } from "../lib/time.ts";
import { interfaceName, macOf, priorityOf, type Situation, type StagedRouter } from "./situation.ts";

const FILE = "/etc/keepalived/keepalived.conf";
/** Of the first interface, after the loopback. */
const FIRST_INDEX = 2;

/** What is known of the agent's host at its start: devices and addresses, and on a node its keepalived. */
export function hostFacts(situation: Situation, routers: readonly StagedRouter[], started: WallTime): HostFact[] {
  const links = Array.from({ length: situation.interfaces }, (_, index) => linkOf(situation, index));
  const facts: HostFact[] = [{ kind: "links", changes: links.map((link) => ({ kind: "added", link, before: null })) }];
  if (situation.where === "listener") return facts;
  const own = [...new Set(routers.map(({ sources }) => sources.at(-1) ?? ""))];
  return [
    {
      kind: "keepalived_config",
      state: {
        path: FILE,
        state: "read",
        config: {
          instances: routers.map((router) => instanceOf(router, situation)),
          syncGroups: [],
          notifyFifo: null,
          vrrpNotifyFifo: { path: "/run/vrrpwatch/notify.fifo", script: false },
          scriptUser: null,
        },
        modified: started,
        readAt: started,
        problem: null,
      },
    },
    {
      kind: "keepalived_process",
      process: { running: true, startedWall: started, reloadedWall: null, mayHaveReloadedWall: null, version: "2.2.7" },
    },
    ...facts,
    { kind: "addresses", changes: own.map((address) => ({ kind: "added", address: localAddress(address), before: null })) },
  ];
}

/** What a change of this node's state brings: keepalived's own word, and its addresses. */
export function nodeFacts({ name, addresses }: StagedRouter, becomes: "master" | "backup", priority: number): HostFact[] {
  const kind = becomes === "master" ? "added" : "removed";
  return [
    { kind: "notify", source: "fifo", notify: { kind: "instance", name, event: becomes, priority } },
    { kind: "addresses", changes: addresses.map((address) => ({ kind, address: localAddress(address), before: null })) },
  ];
}

const linkOf = ({ senders }: Situation, index: number): Link => ({
  index: FIRST_INDEX + index,
  name: interfaceName(index),
  up: true,
  loopback: false,
  kind: null,
  master: null,
  parent: null,
  vlanId: null,
  hardwareType: 1,
  mac: macOf(senders - 1),
});

const localAddress = (address: string): LocalAddress => ({
  index: FIRST_INDEX,
  address,
  family: address.includes(":") ? "ipv6" : "ipv4",
  prefixLength: address.includes(":") ? 64 : 24,
  flags: { secondary: false, nodad: true, tentative: false, dadFailed: false, deprecated: false },
});

const instanceOf = ({ name, vrid, family, addresses }: StagedRouter, { senders }: Situation): ConfiguredInstance => ({
  name,
  interface: interfaceName(0),
  family,
  vrid,
  version: 3,
  initialState: "BACKUP",
  priority: priorityOf(senders - 1),
  interval: seconds(1),
  downTimerAdverts: 3,
  auth: "none",
  addresses: addresses.map((address) => ({
    address,
    prefixLength: family === "ipv6" ? 64 : 24,
    dev: null,
    advertised: true,
    dad: false,
  })),
  vmac: null,
  nopreempt: false,
  dontTrackPrimary: false,
  preemptDelay: micros(0),
  unicastPeers: [],
  sourceAddress: null,
  tracks: [],
  file: FILE,
  line: 1,
});
