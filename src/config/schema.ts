import * as z from "zod";
import { account, onlyAtStart, path } from "./fields.ts";
import { alertsSection } from "./sections/alerts.ts";
import { captureSection } from "./sections/capture.ts";
import { compatSection } from "./sections/compat.ts";
import { conditionsSection } from "./sections/conditions.ts";
import { incidentsSection } from "./sections/incidents.ts";
import { keepalivedSection } from "./sections/keepalived.ts";
import { logSection } from "./sections/log.ts";
import { silencesSection } from "./sections/silences.ts";
import { trackingSection } from "./sections/tracking.ts";
import { virtualRoutersSection } from "./sections/virtual-routers.ts";
import { webSection } from "./sections/web.ts";

/** The whole configuration, composed of each part's own options. Every key has a default, a description and a bound. */
export const configSchema = z.strictObject({
  capture: captureSection.prefault({}).describe("How frames reach the agent."),
  keepalived: keepalivedSection.prefault({}).describe("What keepalived on this host tells us."),
  web: webSection.prefault({}).describe("Metrics, API and control."),
  state_directory: onlyAtStart(
    path().default("/var/lib/vrrpwatch").describe("Where alerts wait for delivery, and incidents and silences are kept."),
  ),
  user: onlyAtStart(
    account()
      .nullable()
      .default(null)
      .describe(
        'Whom an agent that was started as root becomes once its sockets are open: a name, an id, or "1000:1000". null: vrrpwatch where there is such an account, else it stays root, without capabilities. root: it stays root, as you say.',
      ),
  ),
  tracking: trackingSection.prefault({}).describe("Bounds and timing of what is remembered about the wire."),
  virtual_routers: virtualRoutersSection,
  conditions: conditionsSection
    .prefault({})
    .describe("Per condition: enabled (whether it is judged), severity (critical, warning or info), and its own options."),
  silences: silencesSection,
  incidents: incidentsSection.prefault({}).describe("The evidence that is kept of each time that something went wrong."),
  compat: compatSection.prefault({}).describe("Series under the names that other exporters gave them."),
  alerts: alertsSection.prefault({}).describe("Who is told."),
  log: logSection.prefault({}).describe("What the agent says about itself, as JSON lines on standard output."),
});

type DeepReadonly<T> = T extends string | number | boolean | null | undefined | ((...given: never[]) => unknown)
  ? T
  : T extends ReadonlyArray<infer Item>
    ? ReadonlyArray<DeepReadonly<Item>>
    : { readonly [Key in keyof T]: DeepReadonly<T[Key]> };

/** The keys are spelled as in the file: one name for one thing. Durations are in microseconds, addresses in canonical text. */
export type Settings = DeepReadonly<z.output<typeof configSchema>>;

export interface Config extends Settings {
  /** Paths of the settings that the file or a flag gave, such as `web.listen`: tells them from defaults. */
  readonly given: readonly string[];
}

export type VirtualRouterExpectation = Config["virtual_routers"][number];

/** What runs without a file. */
export function defaultConfig(): Config {
  return { ...configSchema.parse({}), given: [] };
}
