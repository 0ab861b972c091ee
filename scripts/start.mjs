// `npm start -- ARGS`: sets up what is missing and runs the agent with ARGS.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { failed } from "./lib/exec.mjs";
import { inRoot } from "./lib/paths.mjs";
import { setUpForStart } from "./lib/setup.mjs";

try {
  await setUpForStart();
  const agent = spawn(process.execPath, [inRoot("dist/main.js"), "run", ...process.argv.slice(2)], { stdio: "inherit" });
  // The terminal sends Ctrl-C to the whole group; the agent ends itself, and its exit status is ours.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => agent.kill(signal));
  agent.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
} catch (error) {
  process.exitCode = failed(error);
}
