import type { Config } from "../config/schema.ts";
import { systemClock } from "../lib/clock.ts";

/**
 * Whether the agent of this configuration is reached by HTTPS: links to it begin with that. A web configuration that cannot be used is no
 * matter of whoever asks: `run` and `check` tell of it.
 */
export async function speaksHttps({ web: { config_file: file } }: Config): Promise<boolean> {
  if (file === null) return false;
  const { readWebConfig } = await import("../config/web-file/read.ts");
  const { config } = await readWebConfig(file, systemClock.wall());
  return config.ok && config.value.tls !== null;
}
