import { accessSync, constants } from "node:fs";
import path from "node:path";
import { foldersOf } from "./daemons.ts";
import { environment, runSync } from "./shell.ts";

/** For `test(title, { skip: labSkip("keepalived") }, ...)`: why the lab cannot run here, or false where it can. */
export function labSkip(...tools: readonly string[]): string | false {
  if (process.getuid?.() !== 0) return "the lab needs root";
  const missing = ["ip", "bridge", ...tools].filter((tool) => !isThere(tool));
  if (missing.length > 0) return `missing: ${missing.join(", ")}`;
  return canMakeNamespaces() ? false : "this machine does not allow network namespaces with a bridge and veth pairs";
}

function isThere(tool: string): boolean {
  return foldersOf(tool, (environment.PATH ?? "").split(":")).some((folder) => {
    try {
      accessSync(path.join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

let namespacesWork: boolean | undefined;

/** Tries it in a namespace of its own that ends with the process. */
function canMakeNamespaces(): boolean {
  namespacesWork ??=
    runSync("unshare", [
      "--net",
      "sh",
      "-c",
      "ip link add br0 type bridge && ip link add v0 type veth peer name v1 && ip link set v0 master br0",
    ]) !== null;
  return namespacesWork;
}

/** Why the libpcap backend cannot run here, or false where it can. */
export async function pcapSkip(): Promise<string | false> {
  try {
    await import("pcap" as string);
    return false;
  } catch {
    return "the optional package pcap is not compiled";
  }
}
