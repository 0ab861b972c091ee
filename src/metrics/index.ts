import { addresses } from "./addresses.ts";
import { adverts } from "./adverts.ts";
import { cadence } from "./cadence.ts";
import { compatibility } from "./compatibility.ts";
import { conditions } from "./conditions.ts";
import { failover } from "./failover.ts";
import { interfaces } from "./interfaces.ts";
import { keepalived } from "./keepalived.ts";
import { mastership } from "./masters.ts";
import type { Metric } from "./metric.ts";
import { self } from "./self.ts";
import { web } from "./web.ts";
import { webhooks } from "./webhooks.ts";

/** The metrics of one topic, under the heading that the reference gives them. */
export interface Topic {
  readonly title: string;
  readonly metrics: readonly Metric[];
}

export const topics: readonly Topic[] = [
  { title: "Virtual routers and masters", metrics: mastership },
  { title: "Adverts", metrics: adverts },
  { title: "Cadence", metrics: cadence },
  { title: "Failover", metrics: failover },
  { title: "Conditions", metrics: conditions },
  { title: "Virtual addresses on this host and their announcements", metrics: addresses },
  { title: "Interfaces", metrics: interfaces },
  { title: "keepalived on this host", metrics: keepalived },
  { title: "Series of other keepalived exporters (`compat.keepalived_exporter: true`)", metrics: compatibility },
  { title: "Alerts and their delivery", metrics: webhooks },
  { title: "Who reads over HTTP", metrics: web },
  { title: "The agent itself", metrics: self },
];

/** Every metric that is exported, but those of Node and the process, in the order of the exposition. */
export const catalogue: readonly Metric[] = topics.flatMap((topic) => topic.metrics);
