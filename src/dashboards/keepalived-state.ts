import { routerStates } from "../core/host/view.ts";
import { words } from "./mappings.ts";
import { inSegment, ofRouters, ROUTER } from "./promql.ts";
import type { Colour } from "./thresholds.ts";

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
export const stateNumber = (): string => {
  const summands = routerStates.map((state, index) => `${index} * ${ofRouters("vrrp_router_state", { where: `state="${state}"` })}`);
  const number = summands.join(" + ignoring (state) ");
  return `max by (instance, ${ROUTER}) (${inSegment(`(${number})`)})`;
};
