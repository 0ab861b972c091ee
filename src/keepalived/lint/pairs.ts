import type { ConfiguredInstance } from "../../core/keepalived-config.ts";
import { configOf } from "../conf/config.ts";
import type { ParsedConf } from "../conf/tree.ts";
import type { Report } from "./finding.ts";

interface Node {
  readonly file: string;
  readonly instances: readonly ConfiguredInstance[];
}

/** Several files as the nodes of one cluster: each is compared with the first that has the same virtual router. */
export function checkPairs(files: readonly ParsedConf[], report: Report): void {
  const nodes = files.map((parsed): Node => ({ file: parsed.files[0] ?? "", instances: configOf(parsed).instances }));
  nodes.forEach((node, at) => {
    for (const instance of node.instances) {
      const others = nodes.flatMap((other, index) => (index === at ? [] : (counterpart(instance, other) ?? [])));
      if (others.length === 0) lonely(instance, nodes, at, report);
      // Told once for each pair, at the later file.
      for (const other of nodes.slice(0, at).flatMap((before) => counterpart(instance, before) ?? [])) compare(instance, other, report);
    }
  });
}

/** The same virtual router on another node; interfaces may have other names there. */
function counterpart({ family, vrid, interface: device }: ConfiguredInstance, { instances }: Node): ConfiguredInstance | undefined {
  const candidates = instances.filter((one) => one.family === family && one.vrid === vrid);
  return candidates.find((one) => one.interface === device) ?? (candidates.length === 1 ? candidates[0] : undefined);
}

function lonely(instance: ConfiguredInstance, nodes: readonly Node[], at: number, report: Report): void {
  const own = advertised(instance);
  for (const other of nodes.filter((_, index) => index !== at).flatMap(({ instances }) => instances)) {
    const shared = advertised(other).find((address) => own.includes(address));
    if (shared === undefined) continue;
    // Both are without a counterpart; told once, at the later file.
    if (nodes.findIndex(({ instances }) => instances.includes(other)) > at) return;
    report(
      "pair_vrid",
      instance,
      `${shared} has virtual router ID ${instance.vrid} here and ${other.vrid} in ${place(other)}`,
      instance.name,
    );
    return;
  }
  report(
    "pair_lonely",
    instance,
    `no other file has an instance with virtual router ID ${instance.vrid} of ${instance.family === "ipv4" ? "IPv4" : "IPv6"}`,
    instance.name,
  );
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
