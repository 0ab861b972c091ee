import * as z from "zod";
import { patternProblem } from "../../lib/interface-names.ts";
import { err, ok } from "../../lib/result.ts";
import { listOf, oneOf, onlyAtStart, parsed, shown } from "../fields.ts";

export const interfacePattern = parsed((pattern) => {
  const problem = patternProblem(pattern);
  return problem === null ? ok(pattern) : err(problem);
}, 'an interface name or pattern, such as "eth0" or "!docker*"');

const joinGroups = z.union([z.literal("auto"), z.boolean()], {
  error: ({ input }) => `must be auto, true or false (without quotes), not ${shown(input)}`,
});

/** How frames reach us. */
export const captureSection = z.strictObject({
  backend: onlyAtStart(
    oneOf(["af_packet", "libpcap"])
      .default("af_packet")
      .describe(
        "How frames are captured: af_packet (Linux, all interfaces through one socket), or libpcap (needs the optional package pcap).",
      ),
  ),
  interfaces: listOf(interfacePattern, { min: 1, max: 256 })
    .prefault(["*"])
    .describe('Interfaces to listen on: names or patterns with * and ?; "!docker*" excludes. Interfaces that appear later are picked up.'),
  join_groups: joinGroups
    .default("auto")
    .describe(
      "Whether to join the VRRP multicast groups, so that a snooping switch sends us the adverts. auto: on interfaces that keepalived.conf, this file or heard adverts name; true: on all; false: never send IGMP or MLD.",
    ),
});
