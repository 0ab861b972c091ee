import type { ConfiguredAddress } from "../../core/keepalived-config.ts";
import { formatAddress, parseAddress } from "../../lib/addresses.ts";
import type { Family } from "../../wire/decoded.ts";
import type { Statement } from "./statement.ts";
import { wholeNumber } from "./words.ts";

/** What fits into an advert: a count of 8 bits, and for IPv6 the packet (keepalived 2.2.7 vrrp.c). */
const mostAdvertised: Readonly<Record<Family, number>> = { ipv4: 255, ipv6: 89 };

export interface ListedAddress extends ConfiguredAddress {
  readonly family: Family;
}

/** `IP[/len] [dev IF] [-nodad] ...`; null where it does not begin with an address. */
export function readVirtualAddress({ words }: Statement, advertised: boolean): ListedAddress | null {
  const [text = "", length] = (words[0] ?? "").split("/");
  const parsed = parseAddress(text);
  if (parsed === null) return null;
  const longest = parsed.family === "ipv4" ? 32 : 128;
  const dev = words.indexOf("dev", 1);
  return {
    address: formatAddress(parsed.bytes),
    family: parsed.family,
    prefixLength: wholeNumber(length, 0, longest) ?? longest,
    dev: dev < 0 ? null : (words[dev + 1] ?? null),
    advertised,
    dad: words.includes("-nodad", 1),
  };
}

/** The addresses of an instance of this family; of `virtual_ipaddress` only so many as an advert takes are advertised. */
export function addressesOf(family: Family, listed: readonly ListedAddress[]): readonly ConfiguredAddress[] {
  const addresses: ConfiguredAddress[] = [];
  const seen = new Set<string>();
  let advertised = 0;
  for (const { family: own, ...address } of listed) {
    // keepalived ignores what is of the other family, but takes it among those that it does not advertise.
    if (address.advertised && own !== family) continue;
    const key = `${address.address} ${address.dev ?? ""}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (address.advertised && ++advertised > mostAdvertised[family]) addresses.push({ ...address, advertised: false });
    else addresses.push(address);
  }
  return addresses;
}
