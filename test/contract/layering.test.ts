import assert from "node:assert/strict";
import { test } from "node:test";
import { importsOf, layeringViolations } from "./layering.ts";
import { sourceFiles } from "./repository.ts";

test("every import of the source points the way that the layering table allows", () => {
  const files = sourceFiles();
  assert.ok(files.size > 50, "the source was found");
  assert.deepEqual(layeringViolations(files), []);
});

test("static, type-only, re-exporting, bare and dynamic imports are all seen", () => {
  const text = `
    import { a } from "./a.ts";
    import type { B } from './b.ts';
    export * from "./c.ts";
    import "./d.ts";
    import {
      e,
    } from "./e.ts";
    const f = await import("./f.ts");
    // import { g } from "./g.ts";
    /* import { h } from "./h.ts"; */
    const label = text.startsWith("# EOF") ? from("x") : "from " + "y";
  `;
  assert.deepEqual(importsOf(text), ["./a.ts", "./b.ts", "./c.ts", "./d.ts", "./e.ts", "./f.ts"]);
});

const planted: ReadonlyArray<readonly [name: string, files: Record<string, string>, message: RegExp]> = [
  [
    "the core imports the metrics",
    { "src/core/a.ts": 'import type { M } from "../metrics/m.ts";' },
    /core may not import src\/metrics\/m\.ts/,
  ],
  [
    "a detector deep in the core imports Node",
    { "src/core/detectors/a.ts": 'import { readFileSync } from "node:fs";' },
    /Node module node:fs/,
  ],
  ["the wire uses a package", { "src/wire/a.ts": 'import { z } from "zod";' }, /wire may not use the package zod/],
  ["the wire uses a timer", { "src/wire/a.ts": "setTimeout(() => {}, 1);" }, /the global setTimeout/],
  ["the wire makes its own key", { "src/wire/a.ts": "crypto.getRandomValues(words);" }, /the global crypto/],
  ["the core reads the clock", { "src/core/a.ts": "const now = Date.now();" }, /the global Date\.now/],
  [
    "the core reaches Node through lib",
    {
      "src/core/a.ts": 'import { l } from "../lib/l.ts";',
      "src/lib/l.ts": 'import { m } from "./m.ts";',
      "src/lib/m.ts": 'import "node:fs";',
    },
    /src\/core\/a\.ts: reaches node:fs in src\/lib\/m\.ts/,
  ],
  [
    "capture imports the engine",
    { "src/capture/a.ts": 'import { Engine } from "../core/engine.ts";' },
    /capture may not import src\/core\/engine/,
  ],
  ["lib imports the wire", { "src/lib/a.ts": 'import { decode } from "../wire/decode.ts";' }, /lib may not import/],
  ["a command imports a dashboard", { "src/commands/a.ts": 'import { d } from "../dashboards/d.ts";' }, /commands may not import/],
  [
    "the http side uses Grafana's SDK",
    { "src/http/a.ts": 'import { D } from "@grafana/grafana-foundation-sdk/dashboard";' },
    /may not use/,
  ],
  ["the agent imports a command", { "src/agent/a.ts": 'import { run } from "../commands/run.ts";' }, /agent may not import/],
  ["the source imports a test", { "src/agent/a.ts": 'import { x } from "../../test/x.ts";' }, /from outside src/],
  ["a file imports compiled code", { "src/lib/a.ts": 'import { x } from "./x.js";' }, /without the ending \.ts/],
  ["an unknown folder", { "src/misc/a.ts": "" }, /misc has no place/],
];

for (const [name, files, message] of planted) {
  test(`a planted violation is caught: ${name}`, () => {
    assert.match(layeringViolations(new Map(Object.entries(files))).join("\n"), message);
  });
}

test("what the table allows is no violation", () => {
  const files = {
    "src/capture/a.ts": 'import type { Input } from "../core/input.ts";\nimport { readFileSync } from "node:fs";',
    "src/metrics/a.ts": 'import type { V } from "../core/view.ts";\nimport { Registry } from "prom-client";',
    "src/core/detectors/a.ts": 'import { plus } from "../../lib/time.ts";\nimport { v } from "../view.ts";\nobject.process();',
    "src/main.ts": 'import { run } from "./commands/run.ts";',
  };
  assert.deepEqual(layeringViolations(new Map(Object.entries(files))), []);
});
