import * as z from "zod";
import { interfaceNameProblem } from "../../lib/interface-names.ts";
import { err, ok } from "../../lib/result.ts";
import { address, listOf, oneOf, parsed, text, whole } from "../fields.ts";
import { conditionOverrides } from "./conditions.ts";
import { downTimerAdverts } from "./tracking.ts";

/** One interface; patterns are refused. */
export const interfaceName = parsed((name) => {
  const problem = interfaceNameProblem(name);
  if (problem !== null) return err(problem);
  return /[*?!]/.test(name) ? err("must be one interface name, not a pattern: leave the key out to mean every interface") : ok(name);
}, "an interface name, such as eth0");

/** What is known about one virtual router. */
const entry = z.strictObject({
  interface: interfaceName.optional().describe("The interface it is heard on. Left out: every interface."),
  vlan: whole(1, 4_094).optional().describe("VLAN id, where the frames are tagged and no device of this host owns the tag. Left out: any."),
  inner_vlan: whole(1, 4_094).optional().describe("Inner VLAN id of frames with two tags."),
  family: oneOf(["ipv4", "ipv6"]).optional().describe("Left out: both."),
  vrid: whole(1, 255).describe("Virtual router id. The only key that an entry must have."),
  name: text(100).optional().describe("What people call it."),
  instance: text(255)
    .optional()
    .describe("Name of its vrrp_instance in keepalived.conf: needed only where the agent may not read that file."),
  senders: listOf(address(), { min: 1, max: 255 }).optional().describe("The only addresses that may send adverts for it."),
  addresses: listOf(address(), { min: 1, max: 255 }).optional().describe("The addresses that it must advertise."),
  segment: text(100).optional().describe("Name of the network segment, the same on every host that is connected to it."),
  down_timer_adverts: downTimerAdverts.optional().describe("Overrides tracking.down_timer_adverts."),
  conditions: conditionOverrides.optional().describe("Overrides keys of conditions for this virtual router."),
});

/** Expectations and names; everything on the wire is watched with or without an entry. */
export const virtualRoutersSection = listOf(entry, { min: 0, max: 4_096 })
  .prefault([])
  .describe(
    "What you know about your virtual routers: names and expectations. All optional; what is heard is watched without an entry too.",
  )
  .meta({
    examples: [
      [
        {
          interface: "eth0",
          family: "ipv6",
          vrid: 60,
          name: "web",
          senders: ["fe80::1", "fe80::2"],
          addresses: ["2001:db8:1::100"],
          segment: "dc1-front",
        },
      ],
    ],
  });
