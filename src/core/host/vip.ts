import { type Duration, type Instant, type Stamp, seconds, since, type WallTime } from "../../lib/time.ts";
import type { AddressClaim } from "../../wire/decoded.ts";
import type { Direction } from "../../wire/frame.ts";
import { Stopwatch } from "../stopwatch.ts";
import type { JoinedRouter } from "./joined-router.ts";
import { isLinkLocal, type LocalNetwork } from "./local-network.ts";
import type { AddressOrigin, AnnouncementRole, VipDeviceView, VipView } from "./view.ts";

/** What kind of news there is of an address on a device. */
export type VipAction = "added" | "removed" | "dad_failed";

/** One change that a person wants to hear of. */
export interface VipChange {
  readonly dev: string;
  readonly action: VipAction;
}

/** Where a virtual address belongs. */
export interface VipPlace {
  /** The interface of its virtual router; null where that is not known. */
  readonly interface: string | null;
  /** The device that keepalived.conf puts it on; null without that file. */
  readonly dev: string | null;
}

/** A MAC that no sender of the virtual router has says that it has the address. */
export interface ForeignClaim {
  readonly mac: string;
  readonly how: AddressClaim["how"];
  /** The last and the first time. */
  readonly at: Instant;
  readonly since: Instant;
}

/** After so long without a claim the next is news. */
const NEWS = seconds(1);

/** Who comes back after so long is a stranger for the first time. */
const FORGOTTEN = seconds(86_400);

/** Strangers that take turns within this time are one story. */
const CONTINUED = seconds(60);

const announcing: ReadonlySet<AddressClaim["how"]> = new Set(["gratuitous_arp", "unsolicited_neighbor_advertisement"]);

/** Whether the message is there to tell the segment who has the address. */
export const isAnnouncement = ({ how }: AddressClaim): boolean => announcing.has(how);

const nowhere = (dev: string): VipDeviceView => ({
  dev,
  present: false,
  configured: false,
  tentative: false,
  dadFailed: false,
  deprecated: false,
  nodad: false,
  secondary: false,
});

/** One virtual address of one virtual router: where this host has it, and who on the segment says that he has it. */
export class Vip implements VipView {
  readonly address: string;
  readonly router: JoinedRouter;
  origins: readonly AddressOrigin[] = [];
  devices: readonly VipDeviceView[] = [];
  changedWall: WallTime | null = null;
  /** The change of keepalived.conf that brought it; null: it was known without that file. */
  writtenWall: WallTime | null = null;
  /** null: not present, or since before we looked. */
  presentSince: Stamp | null = null;
  readonly changes = { added: 0, removed: 0 };
  readonly announcements: Record<AnnouncementRole, number> = { master: 0, backup: 0, foreign: 0 };
  ownerMismatch: boolean | null = null;
  claimedBy: string | null = null;
  /** Since when the last claim is another's than the master's; null while it is not. */
  mismatchedSince: Instant | null = null;
  /** The last claim of a MAC that no sender of the virtual router has; null: there was none. */
  foreign: ForeignClaim | null = null;
  /** The last claim that this host sent; null: none. */
  claimedHereAt: Instant | null = null;
  readonly #mismatched = new Stopwatch();
  readonly #now: () => Instant;

  /** @param now how far the time of the wire has come */
  constructor(address: string, router: JoinedRouter, now: () => Instant) {
    this.address = address;
    this.router = router;
    this.#now = now;
  }

  get present(): boolean {
    return this.devices.some((device) => device.present);
  }

  get ownerMismatchTotal(): Duration {
    return this.#mismatched.total(this.#now());
  }

  /**
   * Looks anew where the address is.
   * @param news when a difference happened; null: it was so before, and only is known now
   * @returns what happened
   */
  locate(network: LocalNetwork, place: VipPlace, news: WallTime | null): readonly VipChange[] {
    if (!network.addressesKnown) return [];
    const before = this.devices;
    const wasPresent = this.present;
    this.devices = devicesOf(this.address, network, place);
    if (news === null) return [];
    const happened = differences(before, this.devices);
    for (const { action } of happened) if (action !== "dad_failed") this.changes[action] += 1;
    if (this.present !== wasPresent) this.changedWall = news;
    return happened;
  }

  /** Somebody on the segment says that the address is his. @returns whether it is a stranger, for the first time in a while */
  claimed(claim: AddressClaim, role: AnnouncementRole, direction: Direction, at: Instant): boolean {
    if (isAnnouncement(claim)) this.announcements[role] += 1;
    this.claimedBy = claim.mac;
    if (direction === "out") this.claimedHereAt = at;
    if (role !== "foreign" || direction === "out") return false;
    const { foreign } = this;
    const known = foreign !== null && since(at, foreign.at) < (foreign.mac === claim.mac ? FORGOTTEN : CONTINUED) ? foreign : null;
    this.foreign = { mac: claim.mac, how: claim.how, at, since: known?.since ?? at };
    return known === null || since(at, known.at) >= NEWS;
  }

  /** @param mismatch whether the last claim is another's than the master's; null: nobody can say */
  owned(mismatch: boolean | null, at: Instant): void {
    this.ownerMismatch = mismatch;
    this.mismatchedSince = mismatch === true ? (this.mismatchedSince ?? at) : null;
    this.#mismatched.set(mismatch === true, at);
  }
}

/**
 * The devices of this host that have the address for this virtual router, after the one where it belongs. On the loopback
 * device it makes a real server answer for a balancer, and says nothing about who is master; a link-local address counts only
 * on the virtual router's own interface, because every segment may have the same one, and any other only in the VRF of that
 * interface, because every VRF may.
 */
function devicesOf(address: string, network: LocalNetwork, place: VipPlace): readonly VipDeviceView[] {
  const found: VipDeviceView[] = [];
  let expected = place.dev ?? place.interface;
  for (const { link, address: held } of network.holders(address)) {
    const own = place.interface !== null && network.belongsTo(link, place.interface);
    const apart = place.interface !== null && network.isApart(link, place.interface);
    if (link.name !== place.dev && !own && (link.loopback || apart || isLinkLocal(address))) continue;
    // Without keepalived.conf nobody names the macvlan of use_vmac; an address that is there is where it belongs.
    if (place.dev === null && own) expected = link.name;
    found.push({ dev: link.name, present: link.up, configured: true, ...held.flags });
  }
  if (expected === null) return found;
  const first = found.find(({ dev }) => dev === expected) ?? nowhere(expected);
  return [first, ...found.filter(({ dev }) => dev !== expected)];
}

function differences(before: readonly VipDeviceView[], after: readonly VipDeviceView[]): readonly VipChange[] {
  const changes: VipChange[] = [];
  const on = (devices: readonly VipDeviceView[], dev: string): VipDeviceView | undefined =>
    devices.find((device) => device.dev === dev && device.configured);
  for (const { dev, configured } of before) if (configured && on(after, dev) === undefined) changes.push({ dev, action: "removed" });
  for (const { dev, configured, dadFailed } of after) {
    if (!configured) continue;
    const was = on(before, dev);
    if (was === undefined) changes.push({ dev, action: "added" });
    if (dadFailed && was?.dadFailed !== true) changes.push({ dev, action: "dad_failed" });
  }
  return changes;
}
