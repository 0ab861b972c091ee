import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import path from "node:path";

/** What the scripts need from the system: a command or a file that shows it is there, and Debian's package for it. */
export const buildTools = [
  { command: "python3", debian: "python3", why: "node-gyp" },
  { command: "make", debian: "make", why: "the native addon" },
  { command: "g++", debian: "g++", why: "the native addon" },
];

export const testTools = [
  { command: "git", debian: "git", why: "the revision in the build information" },
  { command: "ip", debian: "iproute2", why: "the lab" },
  { command: "bridge", debian: "iproute2", why: "the lab" },
  { command: "ps", debian: "procps", why: "the lab" },
  { command: "setpriv", debian: "util-linux", why: "the lab" },
  { command: "keepalived", debian: "keepalived", why: "the lab" },
  { file: "/usr/lib/frr/vrrpd", debian: "frr", why: "the lab" },
  { command: "tcpdump", debian: "tcpdump", why: "the lab and the benchmark" },
  { command: "tshark", debian: "tshark", why: "the lab and the comparison of decoders" },
  { command: "prometheus", debian: "prometheus", why: "the lab" },
  { command: "prometheus-alertmanager", debian: "prometheus-alertmanager", why: "the lab" },
  { command: "amtool", debian: "prometheus-alertmanager", why: "the check of the routing example" },
  { command: "victoria-metrics", debian: "victoria-metrics", why: "the lab: the dashboards' queries" },
  { command: "jsonnet", debian: "jsonnet", why: "the check of the mixin" },
  { command: "promtool", debian: "prometheus", why: "the check of the exposition" },
  { command: "nft", debian: "nftables", why: "the lab" },
  { command: "strace", debian: "strace", why: "the lab" },
  { command: "haproxy", debian: "haproxy", why: "the lab: a balancer's health check" },
  { command: "shellcheck", debian: "shellcheck", why: "the check of the shell scripts in deploy/" },
  { command: "setcap", debian: "libcap2-bin", why: "the lab: file capabilities" },
  { command: "curl", debian: "curl", why: "the lab" },
  { command: "openssl", debian: "openssl", why: "certificates for the tests" },
  { command: "systemd-analyze", debian: "systemd", why: "the check of the systemd unit" },
  { command: "iperf3", debian: "iperf3", why: "the benchmark" },
  { file: "/usr/include/pcap.h", debian: "libpcap-dev", why: "npm pcap, the second capture backend" },
];

/** For the tests in fresh systems besides. */
export const rootsTools = [
  { command: "debootstrap", debian: "debootstrap", why: "a fresh Debian to install the package in, and the container's base" },
  { command: "lintian", debian: "lintian", why: "the check of the Debian package" },
  { command: "buildah", debian: "buildah", why: "the container image" },
  { command: "capsh", debian: "libcap2-bin", why: "the container's capabilities" },
];

/** Folders that hold administrators' commands and are missing from the PATH of many ordinary users. */
const folders = [...(process.env.PATH ?? "").split(":"), "/usr/local/sbin", "/usr/sbin", "/sbin"].filter(Boolean);

export function findCommand(name) {
  for (const folder of folders) {
    try {
      accessSync(path.join(folder, name), constants.X_OK);
      return path.join(folder, name);
    } catch {
      // Not here: the next folder.
    }
  }
  return null;
}

export const missingTools = (tools) => tools.filter((t) => (t.file ? !existsSync(t.file) : findCommand(t.command) === null));

export const isRoot = () => process.getuid?.() === 0;

export function isDebian() {
  try {
    const release = readFileSync("/etc/os-release", "utf8");
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release) && findCommand("apt-get") !== null;
  } catch {
    return false;
  }
}
