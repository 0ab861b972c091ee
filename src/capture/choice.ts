import type { Link } from "../lib/link.ts";
import { InterfacePatterns } from "./patterns.ts";

/** Why an interface is captured or not. Closed list. */
export const choiceReasons = [
  "captured",
  "down",
  "loopback",
  "not_ethernet",
  "not_selected",
  "excluded",
  "member_of_captured",
  "parent_is_captured",
  /** libpcap only: no session could be opened on it, or the process has too many dead ones. */
  "cannot_open",
] as const;
export type ChoiceReason = (typeof choiceReasons)[number];

export interface Choice {
  readonly link: Link;
  /** Wanted, whether up or not. */
  readonly chosen: boolean;
  /** Chosen and up: frames can come from it. */
  readonly captured: boolean;
  readonly why: ChoiceReason;
}

const ARPHRD_ETHER = 1;
/** Frames of a member also pass through these masters. A VRF is none of them: it has no traffic of its own. */
const gathering: ReadonlySet<string> = new Set(["bridge", "bond", "team"]);
/** Frames of these pass through their parent too, in both directions. A VLAN is decided by its tag instead. */
const sharing: ReadonlySet<string> = new Set(["macvlan", "macvtap", "ipvlan", "ipvtap"]);

const heard: ReadonlySet<ChoiceReason> = new Set(["captured", "member_of_captured", "parent_is_captured"]);

/**
 * Decides for every device whether to listen on it, so that each frame counts once: a member of a bridge, bond or team is
 * left out when its master is chosen, a macvlan when its parent is. A device that was named in full is always chosen.
 * Being up plays no part in choosing, or a bounce of a bridge would move its virtual routers to the ports.
 */
export function chooseInterfaces(links: readonly Link[], patterns: readonly string[]): ReadonlyMap<number, Choice> {
  const judge = new InterfacePatterns(patterns);
  const byIndex = new Map(links.map((link) => [link.index, link]));
  const reasons = new Map<number, ChoiceReason>();

  const decide = (link: Link, above: ReadonlySet<number>): ChoiceReason => {
    const known = reasons.get(link.index);
    if (known !== undefined) return known;
    const reason = reasonFor(link, above);
    reasons.set(link.index, reason);
    return reason;
  };
  /** Whether the frames of this device are heard: on itself, or on what it belongs to or stands on. */
  const isHeard = (index: number | null, above: ReadonlySet<number>): boolean => {
    // Devices are stacked without loops, but a table in the middle of a change may show one.
    const link = index === null || above.has(index) ? undefined : byIndex.get(index);
    return link !== undefined && heard.has(decide(link, new Set([...above, link.index])));
  };
  const reasonFor = (link: Link, above: ReadonlySet<number>): ChoiceReason => {
    const verdict = judge.judge(link.name);
    if (verdict === "excluded" || verdict === "not_selected") return verdict;
    if (link.loopback) return "loopback";
    if (link.hardwareType !== ARPHRD_ETHER) return "not_ethernet";
    if (verdict === "exact") return "captured";
    const master = link.master === null ? undefined : byIndex.get(link.master);
    if (gathering.has(master?.kind ?? "") && isHeard(link.master, above)) return "member_of_captured";
    if (sharing.has(link.kind ?? "") && isHeard(link.parent, above)) return "parent_is_captured";
    return "captured";
  };

  const choices = new Map<number, Choice>();
  for (const link of links) {
    const reason = decide(link, new Set([link.index]));
    const chosen = reason === "captured";
    choices.set(link.index, { link, chosen, captured: chosen && link.up, why: chosen && !link.up ? "down" : reason });
  }
  return choices;
}

/** Names given in full that no device has now. */
export function missingInterfaces(links: readonly Link[], patterns: readonly string[]): readonly string[] {
  const names = new Set(links.map((link) => link.name));
  return new InterfacePatterns(patterns).exactNames.filter((name) => !names.has(name));
}

/**
 * For each device the VLAN ids for which this host has a device of its own on top of it. A frame with such a tag belongs to
 * the VLAN's device, which sees it without the tag; counting it on the parent too would double every advert.
 */
export function ownedVlans(links: readonly Link[]): ReadonlyMap<number, ReadonlySet<number>> {
  const owned = new Map<number, Set<number>>();
  for (const link of links) {
    if (link.kind !== "vlan" || link.parent === null || link.vlanId === null) continue;
    const ids = owned.get(link.parent) ?? new Set();
    ids.add(link.vlanId);
    owned.set(link.parent, ids);
  }
  return owned;
}

const ETHERTYPE_OFFSET = 12;
const ETHERTYPE_VLAN = 0x8100;
const ETHERTYPE_QINQ = 0x88a8;

/** The VLAN id of the outermost tag, whether the kernel stripped it (`tci` >= 0) or it is in the bytes; 0 = untagged. */
export function outerVlanId(tci: number, ethernet: Uint8Array): number {
  if (tci >= 0) return tci & 0xfff;
  const type = ((ethernet[ETHERTYPE_OFFSET] ?? 0) << 8) | (ethernet[ETHERTYPE_OFFSET + 1] ?? 0);
  if (type !== ETHERTYPE_VLAN && type !== ETHERTYPE_QINQ) return 0;
  return (((ethernet[ETHERTYPE_OFFSET + 2] ?? 0) << 8) | (ethernet[ETHERTYPE_OFFSET + 3] ?? 0)) & 0xfff;
}
