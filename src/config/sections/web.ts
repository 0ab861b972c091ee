import * as z from "zod";
import { parseListen } from "../../lib/listen.ts";
import { listOf, onlyAtStart, parsed, path } from "../fields.ts";

export const listenAddress = parsed(parseListen, 'a listen address in quotes, such as ":10112"');

/** Metrics, API and control. */
export const webSection = z.strictObject({
  listen: onlyAtStart(
    listOf(listenAddress, { min: 1, max: 16 })
      .prefault([":10112"])
      .describe(
        'Where to serve HTTP: ":10112" (all addresses), "127.0.0.1:10112", "[::1]:10112" or "unix:/run/vrrpwatch/http.sock" (mode 0660).',
      ),
  ),
  config_file: onlyAtStart(
    path()
      .nullable()
      .default(null)
      .describe(
        "Web configuration in the format of the Prometheus exporter-toolkit: TLS, client certificates, users, headers, rate limit; see docs/web-configuration.md. null: plain HTTP without users.",
      ),
  ),
  control_socket: onlyAtStart(
    path().default("/run/vrrpwatch/control.sock").describe("Socket (mode 0600) for the commands that change the running agent."),
  ),
});
