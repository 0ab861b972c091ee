import { aptInstall } from "./apt.mjs";
import { tsc } from "./build.mjs";
import { failed, run, StepError } from "./exec.mjs";
import { inRoot } from "./paths.mjs";
import { setUpForStart } from "./setup.mjs";
import { isDebian, isRoot, missingTools, testTools } from "./tools.mjs";

/** Sets up what is missing, and runs a program of test/lab with this program's arguments. */
export async function runInLab(program, commands) {
  try {
    if (!isRoot()) throw new StepError("the lab makes network namespaces, so it needs root: sudo npm run lab, sudo npm run demo");
    const packages = [...new Set(missingTools(testTools.filter(({ command }) => commands.includes(command))).map(({ debian }) => debian))];
    if (packages.length > 0) {
      if (!isDebian()) throw new StepError(`install first: ${packages.join(" ")}`);
      console.log(`installing what the lab needs (no service is started): ${packages.join(" ")}`);
      await aptInstall(packages);
    }
    await setUpForStart();
    await tsc("tsconfig.test.json");
    // Ctrl-C reaches the lab too, which tears itself down; its exit status is ours.
    process.on("SIGINT", () => {});
    process.exitCode = await run(process.execPath, [inRoot(".build/test/lab", program), ...process.argv.slice(2)], { stdio: "inherit" });
  } catch (error) {
    process.exitCode = failed(error);
  }
}
