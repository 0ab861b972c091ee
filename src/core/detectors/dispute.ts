import { type Instant, toSeconds } from "../../lib/time.ts";
import type { Subject, WireSubject } from "../conditions/subject.ts";
import type { Sender } from "../sender.ts";
import type { Stand } from "../stand.ts";

/** Two living claims to one virtual router. */
export interface Dispute {
  readonly better: Sender;
  readonly weaker: Sender;
  readonly stand: Stand;
}

/** Every living claim that stands against a better one that lives. */
export function disputesOf(wire: WireSubject): readonly Dispute[] {
  const found: Dispute[] = [];
  for (const weaker of wire.senders) {
    const { stand } = weaker;
    if (weaker.claims && stand !== null && (stand.against.claims || stand.against.silentMaster))
      found.push({ better: stand.against, weaker, stand });
  }
  return found;
}

/** The sender on this host: after a renumbering the one that spoke last. */
export function senderHere(senders: Iterable<Sender>): Sender | undefined {
  let found: Sender | undefined;
  for (const sender of senders) if (sender.local && (found === undefined || sender.lastAdvertAt > found.lastAdvertAt)) found = sender;
  return found;
}

/** Whether two routers advertise from its address now. */
export function isShared({ macs, lastAdvert }: Sender, now: Instant): boolean {
  const until = macs.sharedUntil(lastAdvert.interval);
  return until !== null && now < until;
}

/** The keepalived of this host in words: its instance, where that is known. */
export const instanceText = ({ here }: Subject): string => (here.instance === null ? "keepalived" : `keepalived (${here.instance.name})`);

/** `1.234 s` */
export const secondsText = (us: number): string => `${toSeconds(us as never).toFixed(3)} s`;

/** A name for the virtual router in a sentence. */
export const routerName = ({ id }: Subject): string => `VRID ${id.vrid} (${id.family === "ipv4" ? "IPv4" : "IPv6"})`;
