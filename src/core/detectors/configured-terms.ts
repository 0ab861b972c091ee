import type { Terms } from "../disagreement.ts";
import type { ConfiguredInstance } from "../keepalived-config.ts";

/** What the adverts of an instance will say; how it computes checksums and its password are not known. */
export function configuredTerms({ family, version, interval, addresses, auth }: ConfiguredInstance): Omit<Terms, "checksum"> {
  return { family, version, interval, auth, addresses: addresses.filter(({ advertised }) => advertised).map(({ address }) => address) };
}
