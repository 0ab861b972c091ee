import { aptInstall, aptInstallStopped } from "./apt.mjs";
import { build, isBuilt } from "./build.mjs";
import { dependenciesMatch, ensureDependencies, ensurePcap } from "./dependencies.mjs";
import { StepError } from "./exec.mjs";
import { buildTools, isDebian, isRoot, missingTools, testTools } from "./tools.mjs";

/** Everything that `npm start` needs. Installs no more than build tools: this may be a production host. */
export async function setUpForStart() {
  if (dependenciesMatch() && isBuilt()) return;
  const missing = missingTools(buildTools);
  if (missing.length > 0) {
    const packages = names(missing);
    if (!canInstall()) throw new StepError(`to build the native addon, install first: ${packages.join(" ")}`);
    console.log(
      `This host lacks build tools for the native addon; installing them and nothing else: apt-get install ${packages.join(" ")}`,
    );
    await aptInstall(packages);
  }
  await ensureDependencies();
  await build();
}

/** Everything that `npm test` needs, and `more`. Where it may not install, it says what is missing and goes on with what is there. */
export async function setUpForTests(more = []) {
  const missing = missingTools([...buildTools, ...testTools, ...more]);
  if (missing.length > 0) {
    const packages = names(missing);
    if (canInstall()) {
      console.log(`installing what the tests need (no service is started): ${packages.join(" ")}`);
      await aptInstallStopped(packages);
    } else {
      console.log(`missing here, so some tests will be skipped: ${packages.join(" ")}`);
      if (missing.some((tool) => buildTools.includes(tool)))
        throw new StepError(`to build the native addon, install first: ${packages.join(" ")}`);
    }
  }
  await ensureDependencies();
  await ensurePcap();
}

const canInstall = () => isRoot() && isDebian();
const names = (tools) => [...new Set(tools.map((tool) => tool.debian))];
