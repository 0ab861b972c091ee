import type { Link } from "../../src/lib/link.ts";

/** An Ethernet device that is up and has nothing special, but for `fields`. */
export const link = (index: number, name: string, fields: Partial<Link> = {}): Link => ({
  index,
  name,
  up: true,
  loopback: false,
  kind: null,
  master: null,
  parent: null,
  vlanId: null,
  hardwareType: 1,
  mac: null,
  ...fields,
});
