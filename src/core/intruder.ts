import { type Instant, seconds } from "../lib/time.ts";
import type { Intruder } from "./conditions/subject.ts";
import type { RetainedAdvert } from "./disagreement.ts";
import type { Sender } from "./sender.ts";

const OWNER = 255;

/** Adverts of a master before which anybody may be new. */
const ESTABLISHED = 3;

/** An interval so long, and so much longer than the master's, takes the virtual router out of service: VRRPv3 backups learn it. */
const FORGED_FROM = seconds(10);
const FORGED_RATIO = 10;

/**
 * Whether an advert in an established virtual router looks forged: a newcomer with the priority of an address owner who owns none
 * of the addresses, or an interval out of all proportion (protocol: one forged advert with 40.95 s stops both routers for minutes).
 * @param sender as it was before this advert
 */
export function findIntruder(sender: Sender, advert: RetainedAdvert, master: Sender | null, at: Instant): Intruder | null {
  if (master === null || master.adverts < ESTABLISHED || advert.priority === 0) return null;
  const { priority, interval } = advert;
  const newcomer = sender.adverts === 0;
  if (newcomer && priority === OWNER && (master.priority ?? 0) < OWNER && !advert.addresses.includes(advert.source))
    return { sender, at, why: "priority_255", priority, interval };
  const usual = sender === master && sender.adverts > 0 ? sender.lastAdvert : master.lastAdvert;
  const forged = advert.version === 3 && interval >= FORGED_FROM && interval >= FORGED_RATIO * usual.interval;
  return forged && (newcomer || sender.lastAdvert.interval !== interval)
    ? { sender, at, why: "forged_interval", priority, interval }
    : null;
}
