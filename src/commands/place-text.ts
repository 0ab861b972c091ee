import type { VlanTags } from "../wire/decoded.ts";

/** Where something was heard, in short: `eth0.100`, `vlan.100` where the interface is unknown; empty where nothing is known. */
export function placeText(name: string | null, { vlan, innerVlan }: VlanTags): string {
  const tags = [vlan, innerVlan].filter((tag) => tag !== undefined).map((tag) => `.${tag}`);
  return `${name ?? (tags.length > 0 ? "vlan" : "")}${tags.join("")}`;
}
