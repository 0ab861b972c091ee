import type { CaptureFileEnd } from "../capture/file.ts";
import { routerJson } from "../core/event-json.ts";
import type { Snapshot, VirtualRouterView } from "../core/view.ts";
import { compareAddresses } from "../lib/addresses.ts";
import { durationText, routerText } from "./event-text.ts";
import { type Paint, visibleLength } from "./paint.ts";

/** The last line of a replay, for scripts. */
export function summaryJson(snapshot: Snapshot, end: CaptureFileEnd): object {
  return {
    event: "summary",
    virtual_routers: inOrder(snapshot.routers).map((router) => ({
      ...routerJson(router.id),
      senders: router.senders.map((sender) => ({
        source: sender.source,
        mac: sender.mac,
        adverts: sender.received + sender.sent,
        priority_zero: sender.priorityZero,
        priority: sender.priority,
      })),
      master: router.master?.source ?? null,
    })),
    rejected: rejectedByReason(snapshot),
    carp_packets: carpPackets(snapshot),
    frames: end.frames,
    truncated: end.problem !== null,
    evicted: Object.values(snapshot.evictions).reduce((a, b) => a + b, 0),
  };
}

/** The same for a person: who is master of what at the end, and what was odd. */
export function summaryText(snapshot: Snapshot, end: CaptureFileEnd, paint: Paint): string {
  const rows = inOrder(snapshot.routers).map((router) => [
    routerText(router.id),
    router.master === null ? paint("red", "no master") : router.master.source,
    `${router.master?.priority ?? "-"}`,
    durationText(router.interval),
    `${router.missedAdverts}`,
    router.senders
      .map((s) => `${s.source} (${s.received + s.sent}${s.priorityZero > 0 ? `, ${s.priorityZero} of priority 0` : ""})`)
      .join(", "),
  ]);
  const lines =
    rows.length === 0
      ? ["no VRRP advert in this file"]
      : table(["VRID", "master", "priority", "interval", "missed", "senders (adverts)"], rows, paint);
  lines.push(`${end.frames} frames${end.problem === null ? "" : ", then the file is damaged"}`);
  const rejected = Object.entries(rejectedByReason(snapshot));
  if (rejected.length > 0) lines.push(paint("yellow", `rejected: ${rejected.map(([reason, n]) => `${n} ${reason}`).join(", ")}`));
  const carp = carpPackets(snapshot);
  if (carp > 0) lines.push(`CARP packets: ${carp}`);
  const { evictions } = snapshot;
  if (evictions.virtual_router + evictions.sender > 0)
    lines.push(
      paint("yellow", `too many to follow: ${evictions.virtual_router} virtual routers and ${evictions.sender} senders were left out`),
    );
  return `\n${lines.join("\n")}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[], paint: Paint): string[] {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => visibleLength(row[i] ?? ""))));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === cells.length - 1 ? cell : cell + " ".repeat((widths[i] ?? 0) - visibleLength(cell)))).join("  ");
  return [paint("bold", line(head)), ...rows.map(line)];
}

function inOrder(routers: readonly VirtualRouterView[]): VirtualRouterView[] {
  const key = ({ id }: VirtualRouterView): (string | number)[] => [id.interface ?? "", id.vlan ?? 0, id.innerVlan ?? 0, id.family, id.vrid];
  return [...routers]
    .sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      for (let i = 0; i < x.length; i++) {
        const [p, q] = [x[i] as string | number, y[i] as string | number];
        if (p !== q) return p < q ? -1 : 1;
      }
      return 0;
    })
    .map((router) => ({ ...router, senders: [...router.senders].sort((a, b) => compareAddresses(a.source, b.source)) }));
}

function rejectedByReason(snapshot: Snapshot): Record<string, number> {
  const total: Record<string, number> = {};
  for (const { rejected } of snapshot.interfaces)
    for (const [key, n] of rejected) {
      const reason = key.slice(key.indexOf(" ") + 1);
      total[reason] = (total[reason] ?? 0) + n;
    }
  return total;
}

const carpPackets = (snapshot: Snapshot): number => snapshot.interfaces.reduce((n, { carp }) => n + carp.ipv4 + carp.ipv6, 0);
