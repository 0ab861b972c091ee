import path from "node:path";
import { projectFile } from "../../lab/framework/agent.ts";
import { run } from "../../lab/framework/shell.ts";
import { defineScenario, fact } from "../scenario.ts";

/** The tests of a stepped clock, by the injected one: the lab has the machine's, which others use as well. */
const files = ["agent/pump", "agent/never", "capture/clock", "capture/rebase", "alerts/lifecycle/lifecycle", "silences/table"];

export const clock = defineScenario({
  name: "clock",
  done: `the wall clock stepped back and forth by seconds to hours: by the injected clock, in the suite (${files.map((file) => `\`test/${file}.test.ts\``).join(", ")})`,
  holds: "a step raises nothing, hides nothing, and moves no silence that was given a length",
  short: { files: files.slice(0, 1) },
  full: { files },
  run: async (_station, { files: chosen }) => {
    const tests = chosen.map((file) => projectFile(path.join(".build/test", `${file}.test.js`)));
    // As a test of its own, not as a part of one that may be running this.
    const report = await run(
      "env",
      ["-u", "NODE_TEST_CONTEXT", process.execPath, "--test", "--test-reporter=tap", "--test-name-pattern=clock", ...tests],
      { timeout: 120_000 },
    );
    const passed = Number(/^# pass (\d+)/m.exec(report)?.[1] ?? 0);
    if (passed < chosen.length || !/^# fail 0$/m.test(report)) throw new Error(report.slice(-2_000));
    return [fact("tests passed", passed)];
  },
});
