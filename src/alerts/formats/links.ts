import type { Alert } from "../alert.ts";

/** What every receiver takes as a link. */
const LONGEST_URL = 2_000;
/** How the API names a virtual router of a capture that knows no interface. */
const UNNAMED_INTERFACE = "-";

/** A link that a person may follow; null for anything but an http or https URL of a sane length. */
export function webLink(url: string): string | null {
  if (url.length > LONGEST_URL || !URL.canParse(url)) return null;
  const { protocol, href } = new URL(url);
  return (protocol === "http:" || protocol === "https:") && href.length <= LONGEST_URL ? href : null;
}

/** Where the agent shows the virtual router of an alert; an empty text where nobody said where the agent is reached. */
export function generatorUrl({ vrrp: { virtual_router: router } }: Alert, externalUrl: string): string {
  if (externalUrl === "") return "";
  const name = (router.interface ?? UNNAMED_INTERFACE).replaceAll(/\p{Surrogate}/gu, "\ufffd");
  const path = `${externalUrl.replace(/\/+$/, "")}/api/v1/virtual-routers/${encodeURIComponent(name)}/${router.family}/${router.vrid}`;
  return router.vlan === undefined ? path : `${path}?vlan=${router.vlan}&inner_vlan=${router.inner_vlan ?? 0}`;
}
