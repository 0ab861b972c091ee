import { lstatSync, readdirSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, normalize } from "node:path";
import type { Statement } from "../conf/statement.ts";
import { quoted, type Report } from "./finding.ts";
import { named, notifyKeywords } from "./keywords.ts";
import { lastOf } from "./values.ts";
import type { ConfView } from "./view.ts";

export interface PathFacts {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly kind: "file" | "folder" | "other";
}

/** What the rules ask of this host. */
export interface HostProbe {
  readonly interfaces: ReadonlySet<string>;
  /** The path with all links resolved; null where it does not exist. */
  resolve(path: string): string | null;
  facts(path: string): PathFacts | null;
}

/** The host that this process runs on. */
export function thisHost(): HostProbe {
  return {
    interfaces: new Set(interfaceNames()),
    resolve(path) {
      try {
        return realpathSync(path);
      } catch {
        return null;
      }
    },
    facts(path) {
      try {
        const stat = lstatSync(path);
        return { uid: stat.uid, gid: stat.gid, mode: stat.mode, kind: stat.isFile() ? "file" : stat.isDirectory() ? "folder" : "other" };
      } catch {
        return null;
      }
    },
  };
}

/** As the kernel lists them for this network namespace; interfaces that are down and have no address included. */
function interfaceNames(): string[] {
  try {
    return readdirSync("/sys/class/net");
  } catch {
    return [];
  }
}

export function checkHost(view: ConfView, host: HostProbe, report: Report): void {
  if (lastOf(view.globals, "dynamic_interfaces") === undefined) checkInterfaces(view, host, report);
  const security = lastOf(view.globals, "enable_script_security") !== undefined;
  for (const script of scriptsOf(view)) checkScript(script, security, host, report);
}

function checkInterfaces({ instances }: ConfView, host: HostProbe, report: Report): void {
  const vmacs = new Set(
    instances.flatMap(({ block, vrid }) => lastOf(block, "use_vmac")?.words[1] ?? (vrid === null ? [] : `vrrp.${vrid}`)),
  );
  const exists = (name: string): boolean => host.interfaces.has(name) || vmacs.has(name);
  for (const { name, block, statement, interface: device } of instances) {
    if (device !== null && !exists(device))
      report("interface_absent", lastOf(block, "interface") ?? statement, `this host has no interface ${quoted(device)}`, name);
    for (const list of [...named(block, "virtual_ipaddress"), ...named(block, "virtual_ipaddress_excluded")]) {
      for (const line of list.block ?? []) {
        const at = line.words.indexOf("dev");
        const dev = at > 0 ? line.words[at + 1] : undefined;
        if (dev !== undefined && !exists(dev)) report("interface_absent", line, `this host has no interface ${quoted(dev)}`, name);
      }
    }
    for (const line of named(block, "track_interface").flatMap((list) => list.block ?? [])) {
      const [tracked = ""] = line.words;
      if (!exists(tracked)) report("interface_absent", line, `this host has no interface ${quoted(tracked)}`, name);
    }
  }
}

interface ConfiguredScript {
  readonly statement: Statement;
  readonly instance: string | null;
  /** Of a vrrp_script, and not one that is told of changes. */
  readonly tracked: boolean;
}

function scriptsOf({ statements, instances, groups, globals }: ConfView): ConfiguredScript[] {
  const scripts: ConfiguredScript[] = [];
  const add = (statement: Statement | undefined, instance: string | null, tracked = false): void => {
    if (statement?.words[1] !== undefined) scripts.push({ statement, instance, tracked });
  };
  for (const { block } of named(statements, "vrrp_script")) add(lastOf(block ?? [], "script"), null, true);
  for (const { name, block } of instances) for (const keyword of notifyKeywords) add(lastOf(block, keyword), name);
  for (const { block } of groups) for (const keyword of notifyKeywords) add(lastOf(block ?? [], keyword), null);
  for (const keyword of ["notify_fifo_script", "vrrp_notify_fifo_script"]) add(lastOf(globals, keyword), null);
  return scripts;
}

const GROUP_WRITE = 0o020;
const OTHER_WRITE = 0o002;
const STICKY = 0o1000;
const EXECUTE = 0o111;

/** The checks of keepalived's check_script_secure() for a script that runs as root (lib/notify.c). */
function checkScript({ statement, instance, tracked }: ConfiguredScript, security: boolean, host: HostProbe, report: Report): void {
  const [command = ""] = (statement.words[1] ?? "").split(/\s+/);
  // Names without a path are looked up in PATH, which belongs to keepalived's environment and not to ours.
  if (!isAbsolute(command)) return;
  const path = host.resolve(command);
  const file = path === null ? null : host.facts(path);
  if (path === null || file === null || file.kind !== "file") {
    const why = file === null ? "does not exist" : "is no file";
    report(tracked ? "script_absent" : "notify_absent", statement, `the script ${quoted(command)} ${why}`, instance);
    return;
  }
  if ((file.mode & EXECUTE) === 0)
    report("script_not_executable", statement, `the script ${quoted(command)} may not be executed`, instance);
  const folder = dirname(normalize(command));
  if (tracked && host.resolve(folder) !== folder)
    report("script_through_link", statement, `${quoted(command)}: ${quoted(folder)} is ${quoted(host.resolve(folder) ?? "")}`, instance);
  for (const part of partsOf(path)) {
    const facts = host.facts(part);
    const why = facts === null ? null : insecurity(facts);
    if (why === null) continue;
    const refused = tracked ? "script_refused" : "notify_refused";
    report(security ? refused : "script_insecure", statement, `${quoted(command)}: ${quoted(part)} ${why}`, instance);
    return;
  }
}

/** A path and every folder above it, the root first. */
function partsOf(path: string): string[] {
  const parts = [path];
  for (let part = path; part !== dirname(part); part = dirname(part)) parts.unshift(dirname(part));
  return parts;
}

function insecurity({ uid, gid, mode, kind }: PathFacts): string | null {
  if (uid !== 0) return `belongs to user ${uid}, not to root`;
  const sticky = kind === "folder" && (mode & STICKY) !== 0;
  if ((mode & OTHER_WRITE) !== 0 && !sticky) return "may be written by everyone";
  return (mode & GROUP_WRITE) !== 0 && gid !== 0 && !sticky ? `may be written by group ${gid}` : null;
}
