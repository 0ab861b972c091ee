import type { SecureContextOptions } from "node:tls";
import type { WebTls } from "./web-config.ts";

/** What Node is told of a server's side of TLS, apart from what it wants of clients' certificates. */
export function secureContextOptions(tls: WebTls): SecureContextOptions {
  return {
    cert: tls.cert,
    key: tls.key,
    // An empty list, and not the whole list of public authorities, where nobody is verified.
    ca: tls.clientCa === null ? [] : [tls.clientCa],
    minVersion: tls.minVersion,
    maxVersion: tls.maxVersion,
    honorCipherOrder: tls.preferServerCiphers,
    ...(tls.ciphers !== null && { ciphers: tls.ciphers }),
    ...(tls.curves !== null && { ecdhCurve: tls.curves }),
  };
}
