import { spawn } from "node:child_process";
import { aptInstallStopped } from "./apt.mjs";
import { tsc } from "./build.mjs";
import { failed, StepError } from "./exec.mjs";
import { inRoot, root } from "./paths.mjs";
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
      await aptInstallStopped(packages);
    }
    await setUpForStart();
    await tsc("tsconfig.test.json");
    const lab = spawn(process.execPath, [inRoot(".build/test/lab", program), ...process.argv.slice(2)], { cwd: root, stdio: "inherit" });
    // The lab tears itself down, and its exit status is ours. Ctrl-C in a terminal reaches it twice, which it can bear.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => lab.kill(signal));
    process.exitCode = await new Promise((resolve) => lab.on("exit", (code) => resolve(code ?? 1)));
  } catch (error) {
    process.exitCode = failed(error);
  }
}
