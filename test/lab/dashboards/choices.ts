import type { Choice } from "../../dashboards/grafana.ts";
import { DECOY_DEVICE, DECOY_SEGMENT, DEVICE, instances, ON_A, ON_B, ON_C, SEGMENT } from "./cast.ts";

/** The connected subnet, where nobody gave a name. */
const SUBNET_6 = "2001:db8:1::/64";
const eth0 = "eth0";
const devices = [eth0, DEVICE.name, DECOY_DEVICE.name];
const vridOf = ({ vrid }: { readonly vrid: number }): string => String(vrid);
const all = instances.map(vridOf);
const inames = (...vrids: readonly string[]): string[] => vrids.map((vrid) => `V${vrid}`);

/** What the variables may be at, and what may then be seen. */
export interface Chosen {
  readonly name: string;
  readonly choice: Choice;
  /** The only values that labels may have, where a series has them. */
  readonly only: Readonly<Record<string, readonly string[]>>;
}

export const choices: readonly Chosen[] = [
  { name: "one segment, whose name is full of metacharacters", choice: { segment: [SEGMENT] }, only: { segment: [SEGMENT], vrid: ["51"] } },
  {
    name: "two segments, one of them a subnet",
    choice: { segment: [SEGMENT, SUBNET_6] },
    only: { segment: [SEGMENT, SUBNET_6], vrid: ["51", "60"] },
  },
  { name: "one VRID", choice: { vrid: ["71"] }, only: { vrid: ["71"], segment: [DECOY_SEGMENT], iname: inames("71") } },
  {
    name: "two VRIDs",
    choice: { vrid: ["51", "60"] },
    only: { vrid: ["51", "60"], segment: [SEGMENT, SUBNET_6], iname: inames("51", "60") },
  },
  {
    name: "one interface, with a dot in its name",
    choice: { interface: [DEVICE.name] },
    only: { interface: [DEVICE.name], segment: [DEVICE.name], vrid: [vridOf(DEVICE)], vlan: [], iname: [], address: ["10.0.100.100"] },
  },
  {
    name: "two interfaces",
    choice: { interface: [DEVICE.name, eth0] },
    only: { interface: [DEVICE.name, eth0], segment: [DEVICE.name, SEGMENT, DECOY_SEGMENT, SUBNET_6] },
  },
  { name: "one agent", choice: { instance: [ON_A] }, only: { instance: [ON_A] } },
  { name: "two agents", choice: { instance: [ON_B, ON_A] }, only: { instance: [ON_A, ON_B] } },
  {
    name: "a segment, an interface, a VRID and an agent",
    choice: { segment: [DECOY_SEGMENT], interface: [eth0], vrid: ["71"], instance: [ON_A] },
    only: { segment: [DECOY_SEGMENT], interface: [eth0], vrid: ["71"], instance: [ON_A], iname: inames("71") },
  },
];

/** Values that a variable offers, on every dashboard that has it with this query. */
export interface Offered {
  readonly variable: string;
  /** The metric that its query asks for, where dashboards differ. */
  readonly metric?: string;
  readonly choice: Choice;
  readonly values: readonly string[];
}

const ROUTERS = "vrrp_virtual_router_info";
export const offers: readonly Offered[] = [
  { variable: "segment", choice: {}, values: [SEGMENT, DECOY_SEGMENT, SUBNET_6, DEVICE.name, DECOY_DEVICE.name] },
  { variable: "interface", metric: ROUTERS, choice: {}, values: devices },
  { variable: "interface", metric: ROUTERS, choice: { segment: [SEGMENT] }, values: [eth0] },
  { variable: "interface", metric: ROUTERS, choice: { segment: [DEVICE.name] }, values: [DEVICE.name] },
  { variable: "interface", metric: "vrrp_interface_capture_up", choice: {}, values: devices },
  { variable: "vrid", choice: {}, values: [...all, vridOf(DEVICE), vridOf(DECOY_DEVICE)] },
  { variable: "vrid", choice: { segment: [SEGMENT] }, values: ["51"] },
  { variable: "vrid", choice: { segment: [SEGMENT, DECOY_SEGMENT] }, values: ["51", "71"] },
  { variable: "vrid", choice: { interface: [DEVICE.name] }, values: [vridOf(DEVICE)] },
  { variable: "instance", choice: {}, values: [ON_A, ON_B, ON_C] },
];
