import { rfc3339 } from "../lib/time.ts";
import type { Entry } from "./entries.ts";

/** What a load balancer's health check is told of a virtual router, with a line that a person reads in its log. */
export function balancerAnswer({ wire, joined }: Entry): { readonly isMaster: boolean; readonly text: string } {
  const isMaster = joined?.isMasterHere ?? (wire?.hearing === true && wire.master?.local === true);
  const instance = joined?.instance ?? null;
  const verdict = isMaster ? "this host is master" : "this host is not master";
  if (instance !== null && instance.state !== "unknown") {
    const since = instance.sinceWall === null ? "" : ` since ${rfc3339(instance.sinceWall)}`;
    return { isMaster, text: `${verdict}: keepalived's state is ${instance.state}${since} (${instance.by})\n` };
  }
  if (wire === null || !wire.hearing) return { isMaster, text: `${verdict} as far as is known: neither keepalived nor its adverts tell\n` };
  const master =
    wire.master === null ? "nobody" : wire.master.local ? `${wire.master.source}, an address of this host,` : wire.master.source;
  return { isMaster, text: `${verdict}: by its adverts ${master} is\n` };
}
