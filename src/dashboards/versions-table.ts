import type { PanelBuilder } from "@grafana/grafana-foundation-sdk/table";
import { AGENT_COLUMNS, mergedAs } from "./masters-table.ts";
import { table } from "./panels.ts";
import { AGENT, ofAgents, ofProcess, onlyAgents } from "./promql.ts";
import { rows } from "./target.ts";
import { neutral } from "./thresholds.ts";

interface Versions {
  readonly title: string;
  readonly description: string;
  /** What else there is to say of each agent, in this order. */
  readonly columns: readonly { readonly name: string; readonly expression: string }[];
}

/** A row for each agent: its version, its start, and more. */
export function versions({ title, description, columns }: Versions): PanelBuilder {
  const first = [
    rows(`max by (${AGENT}, version, revision, nodeversion) (${ofAgents("vrrpwatch_build_info")})`),
    rows(`max by (${AGENT}) (${onlyAgents(ofProcess("process_start_time_seconds"))}) * 1000`),
  ];
  const names = columns.map(({ name }, index): [string, string] => [`Value #${String.fromCharCode(67 + index)}`, name]);
  return table({
    title,
    description,
    unit: "short",
    thresholds: neutral(),
    width: 12,
    height: 8,
    targets: [...first, ...columns.map(({ expression }) => rows(expression))],
  })
    .transformations(
      mergedAs(
        {
          ...AGENT_COLUMNS,
          version: "Version",
          revision: "Revision",
          nodeversion: "Node",
          "Value #B": "Started",
          ...Object.fromEntries(names),
        },
        "Value #A",
      ),
    )
    .overrideByName("Started", [{ id: "unit", value: "dateTimeAsIso" }]);
}
