import { chmodSync, existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { capture, must } from "./exec.mjs";

const policyFile = "/usr/sbin/policy-rc.d";
const asideFile = "/usr/sbin/policy-rc.d.before-vrrpwatch";

/** Installs Debian packages, with services kept from starting: keepalived or FRR must not come up on this host. */
export async function aptInstall(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const restore = keepServicesStopped();
  try {
    await must("the update of Debian's package lists", "apt-get", ["-q", "update"], { env });
    await must("the installation of Debian packages", "apt-get", ["-q", "-y", "--no-install-recommends", "install", ...packages], { env });
  } finally {
    restore();
  }
}

/** Puts a policy-rc.d in place that forbids every start. Returns what puts the former state back. */
function keepServicesStopped() {
  if (existsSync(policyFile)) {
    if (forbidsEverything()) return () => {};
    renameSync(policyFile, asideFile);
  }
  const restore = () => {
    rmSync(policyFile, { force: true });
    if (existsSync(asideFile)) renameSync(asideFile, policyFile);
  };
  const interrupted = () => {
    restore();
    process.exit(130);
  };
  process.once("SIGINT", interrupted);
  process.once("SIGTERM", interrupted);
  writeFileSync(policyFile, "#!/bin/sh\nexit 101\n");
  chmodSync(policyFile, 0o755);
  return () => {
    process.removeListener("SIGINT", interrupted);
    process.removeListener("SIGTERM", interrupted);
    restore();
  };
}

/** Whether the policy that is there answers 101 (forbidden) for the services in question. */
function forbidsEverything() {
  return ["keepalived", "frr", "prometheus", "prometheus-alertmanager", "victoria-metrics"].every(
    (service) => !capture(policyFile, [service, "start"]).ok,
  );
}
