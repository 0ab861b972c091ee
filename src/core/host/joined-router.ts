import { sameList } from "../../lib/same-list.ts";
import { type Instant, type Stamp, since, type WallTime } from "../../lib/time.ts";
import type { AddressClaim } from "../../wire/decoded.ts";
import type { Direction } from "../../wire/frame.ts";
import { Aspect } from "../conditions/aspects.ts";
import type { ConditionBoard } from "../conditions/board.ts";
import type { VirtualRouterId } from "../events.ts";
import type { KeepalivedProcess } from "../host-facts.ts";
import { entryOf, type KeepalivedConfigState } from "../keepalived-config.ts";
import type { ConditionsView, SenderView, VirtualRouterView } from "../view.ts";
import type { VirtualRouter } from "../virtual-router.ts";
import { type Contradiction, contradictionsOf } from "./contradictions.ts";
import { type DriftVerdict, driftOf, nothingJudged } from "./drift.ts";
import type { Instance } from "./instance.ts";
import type { LocalNetwork } from "./local-network.ts";
import type { AddressOrigin, AnnouncementRole, Drift, DriftKind, JoinedRouterView, RouterState, SyncGroupView } from "./view.ts";
import { isAnnouncement, Vip, type VipChange, type VipPlace } from "./vip.ts";
import type { VipIndex } from "./vip-index.ts";

/** More virtual addresses than keepalived puts into a packet and beside it (`virtual_ipaddress_excluded`). */
const MOST_VIPS = 1_024;

/** Of an address that two hosts use, adverts of both come within so many intervals. */
const MIXED = 3;

/** What a joined router needs of the host state around it. */
export interface HostContext {
  readonly network: LocalNetwork;
  readonly now: () => Instant;
  readonly config: () => KeepalivedConfigState | null;
  readonly daemon: () => KeepalivedProcess | null;
  /** Since when keepalived's process is watched; null: it is not. */
  readonly watchedSince: () => WallTime | null;
  /** When keepalived read its file last; null where that is not known. */
  readonly loadedWall: () => WallTime | null;
  readonly maxAddresses: number;
  readonly vips: VipIndex;
  /** The adverts of a virtual router list other addresses: `sync` is due before anybody asks for them. */
  addressesChanged(router: JoinedRouter): void;
  board(router: JoinedRouter): ConditionBoard;
  /** Whether the interface is captured; null: nobody says. */
  isCaptured(interfaceName: string): boolean | null;
  /** The sync group of an instance; null where it is in none. */
  groupOf(instance: string): SyncGroupView | null;
  statesOf(instances: readonly string[]): Readonly<Record<string, RouterState>>;
}

/** One virtual router with what this host knows of it: the instance of its keepalived, and its addresses. */
export class JoinedRouter implements JoinedRouterView {
  readonly id: VirtualRouterId;
  /** null while no advert of it is remembered. */
  heard: VirtualRouter | null = null;
  /** What the last snapshot showed of its adverts. */
  wire: VirtualRouterView | null = null;
  instance: Instance | null = null;
  /** Of `heard`, as followed last. */
  revision = 0;
  /** The user names it in full: it is shown whether it is heard or not. */
  isExpected = false;
  expectedAddresses: readonly string[] = [];
  /** The only addresses that the user lets send; null: anybody. */
  allowedSenders: readonly string[] | null = null;
  readonly board: ConditionBoard;
  readonly #context: HostContext;
  /** Made anew when it changes: a snapshot that holds it stays as it was. */
  vips: readonly Vip[] = [];
  /** What the wire last said, to see cheaply whether anything is new. */
  #addresses: readonly string[] | null = null;
  #master: SenderView | null = null;
  /** Since when; null while nobody has been heard. */
  masterSince: Instant | null = null;
  #masterMac: string | null = null;
  #masterPriority: number | null = null;
  #masterLocal = false;

  constructor(id: VirtualRouterId, context: HostContext) {
    this.id = id;
    this.#context = context;
    this.board = context.board(this);
  }

  /** keepalived of this host runs it, or the user names it in full: it is no invention of somebody on the segment. */
  get isKnown(): boolean {
    return this.instance !== null || this.isExpected;
  }

  get conditions(): ConditionsView {
    return this.board;
  }

  get network(): LocalNetwork {
    return this.#context.network;
  }

  /** keepalived as a process; null where it cannot be told whether it runs. */
  get daemon(): KeepalivedProcess | null {
    return this.#context.daemon();
  }

  /** The sync group of its instance; null where it is in none. */
  get group(): SyncGroupView | null {
    return this.instance === null ? null : this.#context.groupOf(this.instance.name);
  }

  /** Nothing speaks for it any more. */
  get isEmpty(): boolean {
    return this.heard === null && this.instance === null && !this.isExpected;
  }

  /**
   * To be called after each input that may have changed what the wire says. @returns whether something changed that a state is concluded from
   */
  followWire(at: Instant): boolean {
    const { heard } = this;
    this.revision = heard?.revision ?? 0;
    const addresses = heard?.addresses ?? null;
    let addressesMatter = false;
    if (addresses !== this.#addresses) {
      const same = addresses !== null && this.#addresses !== null && sameList(addresses, this.#addresses);
      this.#addresses = addresses;
      if (!same) this.#context.addressesChanged(this);
      // Those of keepalived.conf are the same whatever the adverts say.
      addressesMatter = !same && this.instance?.configured === null;
    }
    const master = heard?.confirmedMaster(at) ?? null;
    const [mac, priority, local] = [master?.mac ?? null, master?.priority ?? null, master?.local ?? false];
    if (master !== this.#master || local !== this.#masterLocal) this.masterSince = at;
    else if (mac === this.#masterMac && priority === this.#masterPriority) return addressesMatter;
    const changed = master !== this.#master || priority !== this.#masterPriority || local !== this.#masterLocal;
    this.#master = master;
    this.#masterMac = mac;
    this.#masterPriority = priority;
    this.#masterLocal = local;
    for (const vip of this.vips) this.#judgeOwner(vip, at);
    this.board.mark(Aspect.master | Aspect.addresses);
    return changed || addressesMatter;
  }

  /** Brings the list of virtual addresses in line with the adverts, keepalived.conf and the user. */
  sync(): void {
    const wanted = new Map<string, AddressOrigin[]>();
    const written = this.#context.config()?.modified ?? null;
    const want = (address: string, origin: AddressOrigin): void => {
      const origins = wanted.get(address);
      if (origins !== undefined) origins.includes(origin) || origins.push(origin);
      else if (wanted.size < MOST_VIPS) wanted.set(address, [origin]);
    };
    for (const { address } of this.instance?.configured?.addresses ?? []) want(address, "keepalived");
    for (const address of this.expectedAddresses) want(address, "user");
    for (const address of this.#addresses ?? []) want(address, "wire");
    const known = new Map(this.vips.map((vip) => [vip.address, vip]));
    for (const [address, vip] of known) if (!wanted.has(address)) this.#context.vips.remove(vip);
    this.vips = [...wanted].map(([address, origins]) => {
      const vip = known.get(address) ?? new Vip(address, this, this.#context.now);
      if (!known.has(address)) {
        this.#context.vips.add(vip);
        vip.writtenWall = origins[0] === "keepalived" ? written : null;
      }
      vip.origins = origins;
      vip.locate(this.#context.network, this.#place(address), null);
      return vip;
    });
    this.board.mark(Aspect.addresses);
  }

  /**
   * The kernel's list of devices or addresses has changed.
   * @param news when; null: it is only known now
   */
  locate(vip: Vip, news: WallTime | null): readonly VipChange[] {
    return vip.locate(this.#context.network, this.#place(vip.address), news);
  }

  /** Somebody on its segment claims one of its addresses. */
  claimed(vip: Vip, claim: AddressClaim, direction: Direction, { at, wall }: Stamp): void {
    const before = vip.ownerMismatch;
    const role = this.#roleOf(claim.mac);
    const news = vip.claimed(claim, role, direction, at);
    this.#judgeOwner(vip, at);
    if (news || vip.ownerMismatch !== before) this.board.markSoon(Aspect.addresses, at);
    if (role === "master" && isAnnouncement(claim)) this.heard?.failover.announced(at, wall);
  }

  /** Whether its interface is captured; null: the capture does not say. */
  get isCaptured(): boolean | null {
    return this.id.interface === null ? null : this.#context.isCaptured(this.id.interface);
  }

  /** State of each member of its sync group. */
  get memberStates(): Readonly<Record<string, RouterState>> {
    return this.#context.statesOf(this.group?.members ?? []);
  }

  /** Whether keepalived surely runs with the file as it is: it was read after its last change. */
  get fileIsLoaded(): boolean {
    const { found, judged } = this.#drift();
    return judged.includes("file") && !found.some(({ kind }) => kind === "file");
  }

  get loadedWall(): WallTime | null {
    return this.#context.loadedWall();
  }

  get drift(): readonly Drift[] {
    return this.#drift().found;
  }

  get driftJudged(): readonly DriftKind[] {
    return this.#drift().judged;
  }

  get contradictions(): readonly string[] {
    return this.contradicting.map(({ text }) => text);
  }

  get contradicting(): readonly Contradiction[] {
    return contradictionsOf(this, this.heard?.senders ?? nobody);
  }

  get sendersHere(): readonly string[] {
    return [...(this.heard?.senders ?? nobody)].map(({ source }) => source).filter((source) => this.#isHere(source));
  }

  /** Senders from outside that use an address of this host: not those that a second card of it hears. */
  get impostors(): readonly string[] {
    return [...(this.heard?.senders ?? [])]
      .filter(({ source, arrived, lastAdvertAt, lastAdvert }) => {
        // Ours may come in between.
        if (arrived === null || since(lastAdvertAt, arrived.at) > MIXED * lastAdvert.interval || !this.#isHere(source)) return false;
        return arrived.mac === null || !this.network.hasMac(arrived.mac);
      })
      .map(({ source }) => source);
  }

  /** keepalived's answer, else that of the wire. */
  get isMasterHere(): boolean {
    const state = this.instance?.state ?? "unknown";
    if (state !== "unknown") return state === "master";
    return this.confirmedMaster?.local === true;
  }

  /** Who holds it, as far as that is heard now. */
  get confirmedMaster(): SenderView | null {
    return this.heard?.confirmedMaster(this.#context.now()) ?? null;
  }

  #isHere(source: string): boolean {
    return this.network.hasOn(source, this.id.interface);
  }

  #place(address: string): VipPlace {
    const configured = this.instance?.configured ?? null;
    const entry = configured === null ? undefined : entryOf(configured, address);
    const dev = entry === undefined ? null : (entry.dev ?? configured?.vmac ?? this.id.interface);
    return { interface: this.id.interface, dev };
  }

  #judgeOwner(vip: Vip, at: Instant): void {
    const known = this.#masterMac !== null && vip.claimedBy !== null;
    vip.owned(known ? !this.#isMasters(vip.claimedBy as string) : null, at);
  }

  /** The virtual MAC belongs to whoever is master, even if the adverts leave from the device below it (`vmac_xmit_base`). */
  #isMasters(mac: string): boolean {
    return mac === this.#masterMac || mac === virtualMac(this.id);
  }

  #roleOf(mac: string): AnnouncementRole {
    if (this.#masterMac !== null && this.#isMasters(mac)) return "master";
    return this.heard?.hasMac(mac) === true ? "backup" : "foreign";
  }

  #drift(): DriftVerdict {
    const config = this.#context.config();
    const configured = this.instance?.configured ?? null;
    if (config === null || configured === null) return nothingJudged;
    const sent = this.heard?.localClaim?.lastAdvert ?? null;
    return driftOf({
      configured,
      config,
      process: this.#context.daemon(),
      watchedSince: this.#context.watchedSince(),
      sent,
      complete: sent === null || sent.addresses.length < this.#context.maxAddresses,
    });
  }
}

const nobody: VirtualRouterView["senders"] = [];

/** RFC 9568 §7.3 */
export function virtualMac({ family, vrid }: VirtualRouterId): string {
  return `00:00:5e:00:0${family === "ipv4" ? 1 : 2}:${vrid.toString(16).padStart(2, "0")}`;
}
