import * as z from "zod";
import { defaultEngineOptions } from "../../core/options.ts";
import { formatDuration } from "../../lib/duration.ts";
import { seconds } from "../../lib/time.ts";
import { duration, onlyAtStart, whole } from "../fields.ts";

/** How many adverts a backup waits for: keepalived's `vrrp_down_timer_adverts` has the same bounds. */
export const downTimerAdverts = whole(1, 100);

/** Bounds and timing of what is remembered about the wire. Beyond a bound the least recently heard is evicted and counted. */
export const trackingSection = z.strictObject({
  max_virtual_routers: onlyAtStart(
    whole(1, 65_536)
      .default(defaultEngineOptions.maxVirtualRouters)
      .describe("Virtual routers remembered at once. Those of this host's keepalived and of `virtual_routers` are let in above it."),
  ),
  max_senders: onlyAtStart(
    whole(2, 255)
      .default(defaultEngineOptions.maxSenders)
      .describe("Senders remembered for each virtual router. The master is never evicted."),
  ),
  max_addresses: onlyAtStart(
    whole(1, 255).default(defaultEngineOptions.maxAddresses).describe("Addresses remembered for each virtual router."),
  ),
  down_timer_adverts: downTimerAdverts
    .default(3)
    .describe("Adverts that may be missing before a backup takes over (RFC 9568 says 3). Set it to what your routers use."),
  forget_after: duration(seconds(60), seconds(365 * 86_400))
    .prefault(formatDuration(defaultEngineOptions.forgetAfter))
    .describe("A virtual router or sender that has been silent for this long is forgotten, and its series end."),
});
