import type { Builder } from "@grafana/grafana-foundation-sdk/cog";

/** What is to stand above the panels: the SDK's builders put it into a menu, and have no way to say otherwise. */
export const shown = <Model extends { placement?: unknown }>(builder: Builder<Model>): Builder<Omit<Model, "placement">> => ({
  build: () => {
    const { placement: _, ...rest } = builder.build();
    return rest;
  },
});
