import type { DataTransformerConfig, DynamicConfigValue } from "@grafana/grafana-foundation-sdk/dashboard";
import type { PanelBuilder } from "@grafana/grafana-foundation-sdk/table";
import { routerLink } from "./links.ts";
import { table } from "./panels.ts";
import { maxByRouter, minByRouter, named, ofRouters, ROUTER, withMaster } from "./promql.ts";
import { rows } from "./target.ts";
import { exactlyOne, steps } from "./thresholds.ts";

/** One row for what has the same labels in several queries, names for the columns, and without those that say nothing. */
export const mergedAs = (names: Readonly<Record<string, string>>, ...without: readonly string[]): DataTransformerConfig[] => [
  { id: "merge", options: {} },
  {
    id: "organize",
    options: {
      excludeByName: Object.fromEntries(["Time", ...without].map((name) => [name, true])),
      indexByName: {},
      renameByName: names,
    },
  },
];

/** What the columns that name a virtual router are called. */
export const ROUTER_COLUMNS = {
  cluster: "Cluster",
  site: "Site",
  segment: "Segment",
  family: "Family",
  vrid: "VRID",
  vlan: "VLAN",
  inner_vlan: "Inner VLAN",
};

/** What the columns that name an agent are called. */
export const AGENT_COLUMNS = { cluster: "Cluster", site: "Site", instance: "Agent" };

/** Colours the text of a column by thresholds of its own. */
const columnColours = (thresholds: ReturnType<typeof steps>): DynamicConfigValue[] => [
  { id: "custom.cellOptions", value: { type: "color-text" } },
  { id: "thresholds", value: thresholds.build() },
];

/**
 * Agents that name different masters give a row each. Rows are merged by the columns that all queries have, and without a tagged
 * virtual router one has no VLAN: the name as a whole is in each.
 */
export function mastersTable(): PanelBuilder {
  const conditions = `sum by (${ROUTER}) (${maxByRouter(ofRouters("vrrp_condition_active"), "condition")})`;
  return table({
    title: "Virtual routers and their masters",
    description:
      "Who is master and since when, as the first agent heard that agrees. Two rows for one virtual router are two masters: a split brain, or agents on both sides of a partition; or two unicast pairs that share a number.",
    unit: "short",
    thresholds: steps("text"),
    width: 24,
    height: 10,
    targets: [
      rows(named(maxByRouter(ofRouters("vrrp_masters")))),
      rows(named(maxByRouter(withMaster(ofRouters("vrrp_master_priority")), "master"))),
      rows(named(`${minByRouter(withMaster(ofRouters("vrrp_last_master_transition_timestamp_seconds")), "master")} * 1000`)),
      rows(named(conditions)),
    ],
  })
    .transformations(
      mergedAs(
        {
          ...ROUTER_COLUMNS,
          master: "Master",
          "Value #A": "Masters",
          "Value #B": "Priority",
          "Value #C": "Since",
          "Value #D": "Conditions",
        },
        "router",
      ),
    )
    .overrideByName("Masters", columnColours(exactlyOne()))
    .overrideByName("Since", [{ id: "unit", value: "dateTimeAsIso" }])
    .overrideByName("Conditions", columnColours(steps("green", [1, "red"])))
    .dataLinks([routerLink("__data.fields")]);
}
