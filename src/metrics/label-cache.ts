import type { VirtualRouterId } from "../core/events.ts";
import type { VipView } from "../core/host/view.ts";
import type { SenderView } from "../core/view.ts";
import { encoded, pair } from "./escape.ts";

// The engine keeps one id object and one view object for the life of a router and of a sender, so the escaped labels
// live exactly as long as what they name.
const routers = new WeakMap<VirtualRouterId, Uint8Array>();
const senders = new WeakMap<SenderView, Uint8Array>();
const vips = new WeakMap<VipView, Map<string, Uint8Array>>();

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
 * `,address="..."`, and where given one more label: of a closed set, or of a device.
 * @returns what follows R
 */
export function addressLabels(vip: VipView, label = "", value = ""): Uint8Array {
  let known = vips.get(vip);
  if (known === undefined) {
    known = new Map();
    vips.set(vip, known);
  }
  let labels = known.get(label + value);
  if (labels === undefined) {
    labels = encoded(`,${pair("address", vip.address)}${label === "" ? "" : `,${pair(label, value)}`}`);
    known.set(label + value, labels);
  }
  return labels;
}
