import type { FastifyInstance } from "fastify";
import type { AlertControl } from "../alerts/control.ts";
import { addAlertControl } from "./alert-routes.ts";
import { addIncidentRoutes, type IncidentSource } from "./incidents-routes.ts";
import { addReloadRoute, type ReloadControl } from "./reload-route.ts";
import { addSilenceControl, type SilenceControl } from "./silence-routes.ts";

/** What the control socket changes or shows beyond the other listeners. Each part brings its own routes and has one line in each place here. */
export interface ControlDeps {
  readonly silences: SilenceControl;
  /** null where incidents are not recorded. */
  readonly incidents: IncidentSource | null;
  /** null where nobody is told of anything. */
  readonly alerts: AlertControl | null;
  /** Left out where nothing can be taken up anew. */
  readonly configuration?: ReloadControl;
}

/** All routes that exist on the control socket only. */
export function addControlRoutes(app: FastifyInstance, deps: ControlDeps): void {
  addSilenceControl(app, deps.silences);
  if (deps.incidents !== null) addIncidentRoutes(app, deps.incidents);
  if (deps.alerts !== null) addAlertControl(app, deps.alerts);
  if (deps.configuration !== undefined) addReloadRoute(app, deps.configuration);
}
