import type { HostInput } from "../input.ts";
import type { HostView } from "./view.ts";

/** What this host says of itself, beside what its segments show. */
export class HostState {
  handle(_input: HostInput): void {}

  view(): HostView {
    return {
      routers: [],
      instances: [],
      syncGroups: [],
      process: null,
      restarts: 0,
      config: null,
      notifies: new Map(),
      unparsable: { fifo: 0, socket: 0, spool: 0 },
    };
  }
}
