import type { VirtualRouterId } from "./events.ts";

/** A text that tells one virtual router from all others. */
export const routerKey = ({ interface: name, vlan, innerVlan, family, vrid }: VirtualRouterId): string =>
  `${name} ${vlan} ${innerVlan} ${family} ${vrid}`;
