import { runbookOf } from "./links.ts";
import { words } from "./mappings.ts";
import { mergedAs, ROUTER_COLUMNS } from "./masters-table.ts";
import { table, timeline, timeSeries } from "./panels.ts";
import {
  ADDRESS_LEGEND,
  ADDRESS_ON_HOST_LEGEND,
  increaseOfRouters as increase,
  inSegment,
  maxByRouter,
  ofRouters,
  ROUTER,
  ROUTER_ON_HOST,
  withMaster,
} from "./promql.ts";
import { line, rows } from "./target.ts";
import { exactlyOne, neutral, noneIsGood, noneIsUsual, steps } from "./thresholds.ts";

const perHost = (name: string, ...labels: string[]): string =>
  `max by (${[ROUTER_ON_HOST, "address", ...labels].join(", ")}) (${inSegment(ofRouters(name))})`;

/** Where the virtual addresses are, and who says so. */
export const addressPanels = () => [
  timeline({
    title: "Virtual addresses on each host",
    description:
      "Whether the kernel of the agent's host has the address. It should be on the master and nowhere else; hosts without an agent are not seen.",
    unit: "short",
    thresholds: steps("text", [1, "green"]),
    mappings: words({ 0: ["not here", "text"], 1: ["here", "green"] }),
    width: 24,
    height: 9,
    targets: [line(perHost("vrrp_vip_present", "dev"), `${ADDRESS_ON_HOST_LEGEND} on {{dev}}`)],
  }).dataLinks([runbookOf("master_without_vip"), runbookOf("backup_with_vip")]),
  timeSeries({
    title: "Hosts that hold each virtual address",
    description:
      "Of those with an agent: 1 is as it should be where all nodes have one; 2 is a split brain, also one that no agent can see alone. Not on lo, where real servers of a balancer have it.",
    unit: "short",
    thresholds: exactlyOne(),
    width: 12,
    targets: [
      line(
        `sum by (${ROUTER}, address) (max by (${ROUTER_ON_HOST}, address) (${inSegment(ofRouters("vrrp_vip_present", { where: 'dev!="lo"' }))}))`,
        ADDRESS_LEGEND,
      ),
    ],
  }),
  timeSeries({
    title: "Addresses gained and lost",
    description: "By each host, as the kernel tells it.",
    unit: "short",
    thresholds: neutral(),
    width: 12,
    targets: [
      line(
        `sum by (${ROUTER_ON_HOST}, address, action) (${inSegment(increase("vrrp_vip_changes_total"))})`,
        `${ADDRESS_ON_HOST_LEGEND} {{action}}`,
      ),
    ],
  }),
  timeSeries({
    title: "Announcements by role of the sender",
    description:
      "Gratuitous ARP and unsolicited neighbour advertisements: from the master after a takeover is right, from a backup or a stranger it is not.",
    unit: "short",
    thresholds: noneIsUsual(),
    width: 12,
    targets: [line(maxByRouter(increase("vrrp_vip_announcements_total"), "address", "role"), `${ADDRESS_LEGEND}: {{role}}`)],
  }).dataLinks([runbookOf("vip_conflict")]),
  timeline({
    title: "Owner of the addresses",
    description:
      "Whether the last ARP or ND claim of the address came from another MAC than the master's: then the network may send to the wrong host.",
    unit: "short",
    thresholds: steps("green", [1, "red"]),
    mappings: words({ 0: ["the master's", "green"], 1: ["another's", "red"] }),
    width: 12,
    targets: [line(maxByRouter(ofRouters("vrrp_vip_owner_mismatch"), "address"), ADDRESS_LEGEND)],
  }).dataLinks([runbookOf("vip_arp_stale"), runbookOf("vip_conflict")]),
  timeSeries({
    title: "Time with the wrong owner",
    description: "As a share of time in which the last claim of the address was not the master's.",
    unit: "percentunit",
    thresholds: noneIsGood(),
    width: 12,
    targets: [
      line(
        maxByRouter(`rate(${ofRouters("vrrp_vip_owner_mismatch_seconds_total", { over: "$__rate_interval" })})`, "address"),
        ADDRESS_LEGEND,
      ),
    ],
  }),
  timeline({
    title: "Duplicate address detection",
    description: "IPv6 addresses that are here and do not answer: another holder was found (2), or the detection has not ended well (1).",
    unit: "short",
    thresholds: steps("green", [1, "yellow"], [2, "red"]),
    mappings: words({ 0: ["usable", "green"], 1: ["tentative", "yellow"], 2: ["duplicate", "red"] }),
    width: 12,
    targets: [
      line(
        `${perHost("vrrp_vip_dad_failed")} * 2 + ${perHost("vrrp_vip_tentative")} * (1 - ${perHost("vrrp_vip_dad_failed")})`,
        ADDRESS_ON_HOST_LEGEND,
      ),
    ],
  }).dataLinks([runbookOf("dad_failed")]),
  table({
    title: "Advertised addresses",
    description: "What the master advertises, and how: version, cast and authentication.",
    unit: "short",
    thresholds: neutral(),
    width: 24,
    height: 8,
    targets: [
      rows(
        `max by (${ROUTER}, address, master, mac, version, mode, auth) (${inSegment(
          withMaster(ofRouters("vrrp_advertised_address_info"), "mac", "version", "mode", "auth"),
        )})`,
      ),
    ],
  }).transformations(
    mergedAs(
      {
        ...ROUTER_COLUMNS,
        address: "Address",
        master: "Master",
        mac: "MAC",
        version: "Version",
        mode: "Cast",
        auth: "Authentication",
      },
      "Value",
    ),
  ),
];
