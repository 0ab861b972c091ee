import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { allEnded, capture, StepError } from "./exec.mjs";

const policyOfDebian = "/usr/sbin/policy-rc.d";
const signals = ["SIGHUP", "SIGINT", "SIGTERM"];
const services = ["keepalived", "frr", "prometheus", "prometheus-alertmanager", "victoria-metrics"];

/** The second line says whose it is, and of which process: a run that was killed leaves it. */
const mark = /^# vrrpwatch put this here while it installs packages, process (\d+)$/m;
const text = (pid) => `#!/bin/sh\n# vrrpwatch put this here while it installs packages, process ${pid}\nexit 101\n`;
/** What earlier versions left, without a word: theirs where another's was put aside for it. */
const unmarked = "#!/bin/sh\nexit 101\n";

/**
 * Puts a policy-rc.d in place that forbids every start, after it took away what a killed run left. Returns what puts the former state
 * back, which a signal that ends this process does as well, once the installation has ended: a package that is unpacked is still configured.
 * @throws StepError while another run's is in place
 */
export function keepServicesStopped(policyFile = policyOfDebian) {
  const asideFile = `${policyFile}.before-vrrpwatch`;
  const restore = () => {
    rmSync(policyFile, { force: true });
    if (existsSync(asideFile)) renameSync(asideFile, policyFile);
  };
  takeAwayLeftover(policyFile, asideFile, restore);
  if (existsSync(policyFile)) {
    if (forbidsEverything(policyFile)) return () => {};
    renameSync(policyFile, asideFile);
  }
  let isInterrupted = false;
  const interrupted = async () => {
    if (isInterrupted) return;
    isInterrupted = true;
    await allEnded();
    restore();
    process.exit(130);
  };
  for (const signal of signals) process.on(signal, interrupted);
  writeFileSync(policyFile, text(process.pid));
  chmodSync(policyFile, 0o755);
  return () => {
    for (const signal of signals) process.removeListener(signal, interrupted);
    restore();
  };
}

function takeAwayLeftover(policyFile, asideFile, restore) {
  const there = existsSync(policyFile) ? readFileSync(policyFile, "utf8") : null;
  const pid = there === null ? undefined : mark.exec(there)?.[1];
  if (pid !== undefined && Number(pid) !== process.pid && isAlive(Number(pid)))
    throw new StepError(
      `process ${pid} installs packages and keeps services stopped: wait for it, or remove ${policyFile} if it is something else`,
    );
  // Killed between putting the other's aside and writing its own.
  const between = there === null && existsSync(asideFile);
  if (pid === undefined && !between && !(there === unmarked && existsSync(asideFile))) return;
  console.log(`a run that was killed left its ${policyFile}: the former state is put back`);
  restore();
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Whether the policy that is there answers 101 (forbidden) for the services in question. */
function forbidsEverything(policyFile) {
  return services.every((service) => !capture(policyFile, [service, "start"]).ok);
}
