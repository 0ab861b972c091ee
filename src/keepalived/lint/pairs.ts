import type { ConfiguredInstance } from "../../core/keepalived-config.ts";
import { readKeepalivedConfig } from "../conf/config.ts";
import type { ParsedConf } from "../conf/statement.ts";
import type { Report } from "./finding.ts";

/** The instances of one file, found by what names them on the wire and by what they advertise. */
interface Node {
  readonly instances: readonly ConfiguredInstance[];
  readonly byRouter: ReadonlyMap<string, readonly ConfiguredInstance[]>;
  readonly byAddress: ReadonlyMap<string, ConfiguredInstance>;
}

function nodeOf(parsed: ParsedConf): Node {
  const { instances } = readKeepalivedConfig(parsed.statements).config;
  const byRouter = new Map<string, ConfiguredInstance[]>();
  const byAddress = new Map<string, ConfiguredInstance>();
  for (const instance of instances) {
    const same = byRouter.get(routerOf(instance));
    if (same === undefined) byRouter.set(routerOf(instance), [instance]);
    else same.push(instance);
    for (const address of advertised(instance)) byAddress.set(address, instance);
  }
  return { instances, byRouter, byAddress };
}

const routerOf = ({ family, vrid }: ConfiguredInstance): string => `${family} ${vrid}`;

/** Several files as the nodes of one cluster: each is compared with those before it that have the same virtual router. */
export function checkPairs(files: readonly ParsedConf[], report: Report): void {
  const nodes = files.map(nodeOf);
  nodes.forEach((node, at) => {
    for (const instance of node.instances) {
      if (!nodes.some((other, index) => index !== at && counterpart(instance, other) !== undefined)) lonely(instance, nodes, at, report);
      // Told once for each pair, at the later file.
      for (const other of nodes.slice(0, at).flatMap((before) => counterpart(instance, before) ?? [])) compare(instance, other, report);
    }
  });
}

/** The same virtual router on another node; interfaces may have other names there. */
function counterpart(instance: ConfiguredInstance, { byRouter }: Node): ConfiguredInstance | undefined {
  const candidates = byRouter.get(routerOf(instance)) ?? [];
  return candidates.find((one) => one.interface === instance.interface) ?? (candidates.length === 1 ? candidates[0] : undefined);
}

function lonely(instance: ConfiguredInstance, nodes: readonly Node[], at: number, report: Report): void {
  for (const [index, { byAddress }] of nodes.entries()) {
    if (index === at) continue;
    const shared = advertised(instance).find((address) => byAddress.has(address));
    const other = shared === undefined ? undefined : byAddress.get(shared);
    // An address that the same virtual router has on another interface is no other identifier.
    if (other === undefined || other.vrid === instance.vrid) continue;
    // Both are without a counterpart; told once, at the later file.
    if (index < at) {
      const message = `${shared} has virtual router ID ${instance.vrid} here and ${other.vrid} in ${place(other)}`;
      report("pair_vrid", instance, message, instance.name);
    }
    return;
  }
  const family = instance.family === "ipv4" ? "IPv4" : "IPv6";
  report("pair_lonely", instance, `no other file has an instance with virtual router ID ${instance.vrid} of ${family}`, instance.name);
}

const place = ({ file, line }: ConfiguredInstance): string => `${file}:${line}`;
const advertised = ({ addresses }: ConfiguredInstance): string[] => addresses.filter((one) => one.advertised).map(({ address }) => address);

function compare(one: ConfiguredInstance, other: ConfiguredInstance, report: Report): void {
  const tell = (code: Parameters<Report>[0], message: string): void => report(code, one, `${message} ${place(other)}`, one.name);
  if (one.version !== other.version) tell("pair_version", `version ${one.version} here, ${other.version} in`);
  if (one.interval !== other.interval) tell("pair_interval", `advert_int ${one.interval / 1e6} s here, ${other.interval / 1e6} s in`);
  if (one.auth !== other.auth) tell("pair_authentication", `authentication ${one.auth} here, ${other.auth} in`);
  if (one.priority === other.priority) tell("pair_priority", `priority ${one.priority} here and in`);
  comparePeers(one, other, tell);
  const missing = advertised(other).filter((address) => !advertised(one).includes(address));
  const extra = advertised(one).filter((address) => !advertised(other).includes(address));
  if (missing.length + extra.length === 0) return;
  const parts = [extra.length > 0 ? `only here: ${some(extra)}` : "", missing.length > 0 ? `missing here: ${some(missing)}` : ""];
  tell("pair_addresses", `other virtual addresses (${parts.filter(Boolean).join("; ")}) than in`);
}

const some = (addresses: readonly string[]): string =>
  addresses.length > 4 ? `${addresses.slice(0, 4).join(", ")} and ${addresses.length - 4} more` : addresses.join(", ");

function comparePeers(
  one: ConfiguredInstance,
  other: ConfiguredInstance,
  tell: (code: "pair_transport" | "pair_peer", message: string) => void,
): void {
  if (one.unicastPeers.length > 0 !== other.unicastPeers.length > 0) {
    tell("pair_transport", `${transport(one)} here, ${transport(other)} in`);
    return;
  }
  if (one.unicastPeers.length === 0) return;
  if (one.sourceAddress !== null && !other.unicastPeers.includes(one.sourceAddress))
    tell("pair_peer", `unicast_src_ip ${one.sourceAddress} is no peer of`);
  if (other.sourceAddress !== null && !one.unicastPeers.includes(other.sourceAddress))
    tell("pair_peer", `no peer ${other.sourceAddress} here, which is the unicast_src_ip of`);
}

const transport = ({ unicastPeers }: ConfiguredInstance): string => (unicastPeers.length > 0 ? "unicast" : "multicast");
