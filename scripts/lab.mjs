// `npm run lab`: two real keepalived nodes and an agent in network namespaces, to look at and to play with.
import { aptInstall } from "./lib/apt.mjs";
import { tsc } from "./lib/build.mjs";
import { failed, run, StepError } from "./lib/exec.mjs";
import { inRoot } from "./lib/paths.mjs";
import { setUpForStart } from "./lib/setup.mjs";
import { isDebian, isRoot, missingTools, testTools } from "./lib/tools.mjs";

const labTools = testTools.filter(({ command }) => ["ip", "bridge", "keepalived"].includes(command));

try {
  if (!isRoot()) throw new StepError("the lab makes network namespaces, so it needs root: sudo npm run lab");
  const packages = [...new Set(missingTools(labTools).map(({ debian }) => debian))];
  if (packages.length > 0) {
    if (!isDebian()) throw new StepError(`install first: ${packages.join(" ")}`);
    console.log(`installing what the lab needs (no service is started): ${packages.join(" ")}`);
    await aptInstall(packages);
  }
  await setUpForStart();
  await tsc("tsconfig.test.json");
  // Ctrl-C reaches the lab too, which tears itself down; its exit status is ours.
  process.on("SIGINT", () => {});
  process.exitCode = await run(process.execPath, [inRoot(".build/test/lab/demo.js")], { stdio: "inherit" });
} catch (error) {
  process.exitCode = failed(error);
}
