import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { agentPanels } from "./agent-panels.ts";
import { assemble } from "./assemble.ts";
import { capturePanels } from "./capture-panels.ts";
import { deliveryPanels } from "./delivery-panels.ts";
import { agentName } from "./names.ts";
import { capturedInterfaceVariable, datasourceVariable, instanceVariable, runbooksVariable } from "./variables.ts";
import { webPanels } from "./web-panels.ts";

/** Whether the agents themselves can be believed, and whether anybody hears what they say. */
export const agentHealth = (): Dashboard =>
  assemble({
    name: agentName,
    description: "Whether the agents capture everything, are quick enough, and get their alerts delivered.",
    variables: [datasourceVariable(), capturedInterfaceVariable(), instanceVariable(), runbooksVariable()],
    annotations: [],
    sections: [
      { title: "Capture", panels: capturePanels() },
      { title: "The process", panels: agentPanels() },
      { title: "Alerts, silences and incidents", panels: deliveryPanels() },
      { title: "Web server", panels: webPanels() },
    ],
  });
