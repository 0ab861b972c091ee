import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { HttpService } from "../../src/agent/http-service.ts";
import { defaultConfig } from "../../src/config/schema.ts";
import type { ControlDeps } from "../../src/http/control-routes.ts";
import { createLogger } from "../../src/lib/log.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { sampleDeps } from "../http/harness.ts";

test("the privilege for a port below 1024 may go as soon as the port is had, before the control socket is waited for", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "vw-http-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const control = join(folder, "control.sock");
  const web = join(folder, "web.sock");
  const config = { ...defaultConfig().web, listen: [{ kind: "unix", path: web }] as const, control_socket: control };
  const log = createLogger({ level: "fatal" });
  const service = await HttpService.prepare(config, log, new FakeClock(), null, sampleDeps(), {
    silences: {},
    incidents: null,
    alerts: null,
  } as unknown as ControlDeps);
  t.after(() => service.close());
  const seen: boolean[] = [];
  await service.listen(() => void seen.push(existsSync(web), existsSync(control)));
  assert.deepEqual(seen, [true, false]);
  assert.ok(existsSync(control));
});
