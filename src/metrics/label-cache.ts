import type { VirtualRouterId } from "../core/events.ts";
import type { VipView } from "../core/host/view.ts";
import type { SenderView } from "../core/view.ts";
import { encoded, pair } from "./escape.ts";

// The engine keeps one id object and one view object for the life of a router and of a sender, so the escaped labels
// live exactly as long as what they name.
const routers = new WeakMap<VirtualRouterId, Uint8Array>();
const senders = new WeakMap<SenderView, Uint8Array>();
const vips = new WeakMap<VipView, Uint8Array>();
const devices = new Map<string, Uint8Array>();

/** R, escaped, without braces, as UTF-8. */
export function routerLabels(id: VirtualRouterId): Uint8Array {
  let labels = routers.get(id);
  if (labels === undefined) {
    let text = `${pair("interface", id.interface ?? "")},vrid="${id.vrid}",family="${id.family}"`;
    if (id.vlan !== undefined) text += `,vlan="${id.vlan}"`;
    if (id.innerVlan !== undefined) text += `,inner_vlan="${id.innerVlan}"`;
    labels = encoded(text);
    routers.set(id, labels);
  }
  return labels;
}

/**
 * R and `sender`.
 * @param router R of the virtual router that it sends for
 */
export function senderLabels(router: Uint8Array, sender: SenderView): Uint8Array {
  let labels = senders.get(sender);
  if (labels === undefined) {
    labels = Buffer.concat([router, encoded(`,${pair("sender", sender.source)}`)]);
    senders.set(sender, labels);
  }
  return labels;
}

/**
 * R and `address`.
 * @param router R of the virtual router that the address belongs to
 */
export function addressLabels(router: Uint8Array, vip: VipView): Uint8Array {
  let labels = vips.get(vip);
  if (labels === undefined) {
    labels = Buffer.concat([router, encoded(`,${pair("address", vip.address)}`)]);
    vips.set(vip, labels);
  }
  return labels;
}

/** Devices come and go, but few names are in use at a time. */
const mostDevices = 256;

/** `,dev="..."` */
export function deviceLabels(dev: string): Uint8Array {
  let labels = devices.get(dev);
  if (labels === undefined) {
    if (devices.size >= mostDevices) devices.clear();
    labels = encoded(`,${pair("dev", dev)}`);
    devices.set(dev, labels);
  }
  return labels;
}
