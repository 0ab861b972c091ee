import { must } from "./exec.mjs";
import { keepServicesStopped } from "./service-policy.mjs";

/** Installs Debian packages that hold no service, such as build tools. Nothing of this host but apt's own is touched. */
export async function aptInstall(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await must("the update of Debian's package lists", "apt-get", ["-q", "update"], { env });
  await must("the installation of Debian packages", "apt-get", ["-q", "-y", "--no-install-recommends", "install", ...packages], { env });
}

/** Installs Debian packages, with services kept from starting: keepalived or FRR must not come up on this host. */
export async function aptInstallStopped(packages) {
  const restore = keepServicesStopped();
  try {
    await aptInstall(packages);
  } finally {
    restore();
  }
}
