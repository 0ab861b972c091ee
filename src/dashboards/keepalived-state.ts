import type { PanelBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { routerStates } from "../core/host/view.ts";
import { runbookOf } from "./links.ts";
import { words } from "./mappings.ts";
import { timeline } from "./panels.ts";
import { inSegment, ON_HOST_LEGEND, ofRouters, ROUTER_ON_HOST } from "./promql.ts";
import { line } from "./target.ts";
import { type Colour, neutral } from "./thresholds.ts";

const colours: Readonly<Record<(typeof routerStates)[number], Colour>> = {
  master: "green",
  backup: "blue",
  fault: "red",
  stop: "orange",
  init: "yellow",
  unknown: "text",
};

/** States as numbers, for a timeline: the place in the list of them. */
export const stateWords = words(Object.fromEntries(routerStates.map((state, index) => [index, [state, colours[state]]])));

/** The one state that holds, as its number, for each host and virtual router. */
const stateNumber = (): string => {
  const summands = routerStates.map((state, index) => `${index} * ${ofRouters("vrrp_router_state", { where: `state="${state}"` })}`);
  const number = summands.join(" + ignoring (state) ");
  return `max by (${ROUTER_ON_HOST}) (${inSegment(`(${number})`)})`;
};

export const statesOnHosts = (): PanelBuilder =>
  timeline({
    title: "State of keepalived on each host",
    description:
      "By keepalived's own word, its process, or what addresses and adverts let conclude. Hosts without an instance have no row.",
    unit: "short",
    thresholds: neutral(),
    mappings: stateWords,
    width: 24,
    targets: [line(stateNumber(), ON_HOST_LEGEND)],
  }).dataLinks([runbookOf("state_inconsistent"), runbookOf("keepalived_down")]);
