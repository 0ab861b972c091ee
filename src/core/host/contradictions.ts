import { entryOf } from "../keepalived-config.ts";
import type { JoinedRouterView, VipView } from "./view.ts";

/** Where the wire, the kernel and keepalived cannot all be right, a sentence each. During a takeover they differ for milliseconds. */
export function contradictionsOf({
  instance,
  vips,
  wire,
  confirmedMaster: master,
  sendersHere,
}: Pick<JoinedRouterView, "instance" | "vips" | "wire" | "confirmedMaster" | "sendersHere">): readonly string[] {
  const found: string[] = [];
  const state = instance?.state ?? "unknown";
  const expected = instance?.configured ?? null;
  // What only somebody's adverts list may be on this host for any reason.
  const isOurs = ({ address, origins }: VipView): boolean =>
    expected === null ? origins.includes("wire") : entryOf(expected, address) !== undefined;
  // Before a reload keepalived knows nothing of an address that is new in the file: that is drift.
  const isUsed = ({ address, origins }: VipView): boolean =>
    master?.local !== true || origins.includes("wire") || (expected !== null && entryOf(expected, address)?.advertised === false);
  const here = vips.filter((vip) => vip.present && isOurs(vip)).map(({ address }) => address);
  if (state === "master") {
    const missing = vips.filter((vip) => vip.devices.length > 0 && !vip.present && isOurs(vip) && isUsed(vip));
    for (const { address, devices } of missing) found.push(`keepalived is master here, but ${address} is not on ${devices[0]?.dev}`);
    if (master !== null && !master.local) found.push(`keepalived is master here, but the adverts of ${master.source} show another master`);
  } else if (instance !== null && state !== "unknown") {
    if (here.length > 0) found.push(`keepalived is not master here (${state}), but this host has ${here.join(", ")}`);
    if (master?.local) found.push(`keepalived is not master here (${state}), but this host sends its adverts`);
  } else if (here.length > 0 && master !== null && !master.local) {
    found.push(`this host has ${here.join(", ")}, but ${master.source} is master`);
  }
  for (const { address, devices } of vips)
    for (const { dev, dadFailed } of devices)
      if (dadFailed) found.push(`${address} does not answer on ${dev}: duplicate address detection found another host that has it`);
  for (const { source, local, claims } of wire?.senders ?? [])
    if (claims && !local && sendersHere.includes(source))
      found.push(`adverts from ${source} arrive from outside, and it is an address of this host: another host uses it, or forges it`);
  return found;
}
