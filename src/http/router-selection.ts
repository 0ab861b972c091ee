import { routerJson as routerIdJson } from "../core/event-json.ts";
import type { VirtualRouterId } from "../core/events.ts";
import type { Snapshot } from "../core/view.ts";
import { type Entry, entriesOf } from "./entries.ts";
import { badRequest, notFound, RequestError } from "./request-error.ts";

/** What a path and its query ask for. `vlan` and `innerVlan`: 0 is untagged, undefined is any. */
export interface RouterSelector {
  readonly interface: string;
  readonly family: "ipv4" | "ipv6";
  readonly vrid: number;
  readonly vlan: number | undefined;
  readonly innerVlan: number | undefined;
}

/** Stands in a path for the interface that a capture did not name. */
export const unnamedInterface = "-";

function number(text: string, min: number, max: number): number | null {
  if (!/^\d{1,4}$/.test(text)) return null;
  const value = Number(text);
  return value >= min && value <= max ? value : null;
}

function tag(query: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const text = query[name];
  if (text === undefined) return undefined;
  const value = typeof text === "string" ? number(text, 0, 4_094) : null;
  if (value === null) throw badRequest(`${name} must be one number from 1 to 4094, or 0 for untagged`);
  return value;
}

/** @throws RequestError 400 for what names no virtual router at all */
export function parseSelector(
  params: { readonly interface: string; readonly family: string; readonly vrid: string },
  query: Readonly<Record<string, unknown>>,
): RouterSelector {
  const { family } = params;
  if (family !== "ipv4" && family !== "ipv6") throw badRequest("the family must be ipv4 or ipv6");
  const vrid = number(params.vrid, 1, 255);
  if (vrid === null) throw badRequest("the VRID must be a number from 1 to 255");
  return { interface: params.interface, family, vrid, vlan: tag(query, "vlan"), innerVlan: tag(query, "inner_vlan") };
}

function matches(id: VirtualRouterId, wanted: RouterSelector): boolean {
  return (
    (id.interface ?? unnamedInterface) === wanted.interface &&
    id.family === wanted.family &&
    id.vrid === wanted.vrid &&
    (wanted.vlan === undefined || (id.vlan ?? 0) === wanted.vlan) &&
    (wanted.innerVlan === undefined || (id.innerVlan ?? 0) === wanted.innerVlan)
  );
}

/** @throws RequestError 404 for none, 409 with the candidates where tags are needed to tell several apart */
export function selectRouter(snapshot: Snapshot, wanted: RouterSelector): Entry {
  const [first, ...others] = entriesOf(snapshot).filter(({ id }) => matches(id, wanted));
  if (first === undefined) throw notFound("no such virtual router is known; /api/v1/virtual-routers lists those that are");
  if (others.length === 0) return first;
  const candidates = [first, ...others].map(({ id }) => ({ ...routerIdJson(id), path: routerPath(id) }));
  const message = "several virtual routers of this number differ in their VLAN tags: add vlan and inner_vlan (0 for untagged)";
  throw new RequestError(409, "ambiguous", message, { details: { candidates } });
}

/** The path, with its query, that names exactly this virtual router. */
export function routerPath(id: VirtualRouterId): string {
  const path = `/api/v1/virtual-routers/${encodeURIComponent(id.interface ?? unnamedInterface)}/${id.family}/${id.vrid}`;
  return `${path}?vlan=${id.vlan ?? 0}&inner_vlan=${id.innerVlan ?? 0}`;
}
