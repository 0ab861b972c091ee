import type { Statement } from "../conf/statement.ts";
import { quoted, type Report } from "./finding.ts";
import { named } from "./keywords.ts";
import { decimal, lastOf, plainAddress, whole } from "./values.ts";
import { type ConfView, type InstanceView, versionAfterIpv6 } from "./view.ts";

/** The settings of one instance, and what does not go together. */
export function checkInstances(view: ConfView, report: Report): void {
  for (const instance of view.instances) {
    checkIdentity(instance, report);
    checkState(instance, report);
    checkVersion(instance, report);
    checkStrict(instance, report);
    checkInterval(instance, report);
    checkVmac(instance, report);
  }
  checkDuplicateVrids(view, report);
  checkVmacNames(view, report);
}

/** Every statement of a keyword that has a value, for keepalived complains of each. */
const valued = (instance: InstanceView, keyword: string): readonly Statement[] =>
  named(instance.block, keyword).filter(({ words }) => words[1] !== undefined);

function checkIdentity(instance: InstanceView, report: Report): void {
  const { name, statement, block } = instance;
  if (lastOf(block, "virtual_router_id") === undefined) report("vrid_missing", statement, `${name} has no virtual_router_id`, name);
  for (const line of valued(instance, "virtual_router_id"))
    if (whole(line.words[1], 1, 255) === undefined)
      report("vrid_out_of_range", line, `virtual_router_id ${quoted(line.words[1] ?? "")} is not a number from 1 to 255`, name);
  if (lastOf(block, "priority") === undefined) report("priority_missing", statement, `${name} has no priority`, name);
  for (const line of valued(instance, "priority"))
    if (whole(line.words[1], 1, 255) === undefined)
      report("priority_out_of_range", line, `priority ${quoted(line.words[1] ?? "")} is not a number from 1 to 255`, name);
  const device = lastOf(block, "interface");
  if (instance.interface === null) report("interface_missing", statement, `${name} names no interface`, name);
  for (const line of valued(instance, "interface"))
    if (line.words[1] === "lo") report("interface_loopback", line, `${name} cannot run on lo`, name);
  const vrf = lastOf(block, "vrf");
  if (vrf !== undefined && device !== undefined) report("vrf_interface", vrf, `${name} has an interface besides this vrf`, name);
}

function checkState(instance: InstanceView, report: Report): void {
  const { name, block, state, statement } = instance;
  for (const line of valued(instance, "state")) {
    const word = line.words[1] ?? "";
    if (word !== "MASTER" && word !== "BACKUP")
      report("state_unknown", line, `${quoted(word)} is no state of keepalived, which has MASTER and BACKUP`, name);
  }
  const nopreempt = lastOf(block, "nopreempt");
  const delay = lastOf(block, "preempt_delay");
  for (const line of valued(instance, "preempt_delay"))
    if ((decimal(line.words[1]) ?? 1_001) > 1_000)
      report("preempt_delay_out_of_range", line, `preempt_delay ${quoted(line.words[1] ?? "")} is not between 0 and 1000 s`, name);
  const owner =
    whole(lastOf(block, "priority")?.words[1], 1, 255) === 255 || (state === "MASTER" && lastOf(block, "priority") === undefined);
  // What strict mode makes a BACKUP is judged as one.
  const master = state === "MASTER" && !(instance.strict && !owner);
  if (state === "MASTER" && !master)
    report("strict_master", lastOf(block, "state") ?? statement, "state MASTER with a priority below 255 in strict mode", name);
  const delayed = delay !== undefined && (decimal(delay.words[1]) ?? 0) > 0 && (decimal(delay.words[1]) ?? 0) <= 1_000;
  if (nopreempt !== undefined && owner) report("nopreempt_owner", nopreempt, "nopreempt does not work with priority 255", name);
  else if (nopreempt !== undefined && master) report("master_nopreempt", nopreempt, "nopreempt does not work with state MASTER", name);
  else if (nopreempt !== undefined && delayed) report("nopreempt_preempt_delay", delay, "preempt_delay has no effect with nopreempt", name);
  if (delayed && master) report("master_preempt_delay", delay, "preempt_delay does not work with state MASTER", name);
}

function checkVersion(instance: InstanceView, report: Report): void {
  const { name, block, family, version, strict, statement } = instance;
  for (const line of valued(instance, "version"))
    if (whole(line.words[1], 2, 3) === undefined)
      report("version_unknown", line, `there is no VRRP version ${quoted(line.words[1] ?? "")}`, name);
  const late = versionAfterIpv6(block);
  if (late !== undefined) report("version_after_ipv6", late, "version 2 in an instance that is one of IPv6 already", name);
  if (family === "ipv6" && version === 2) {
    const line = lastOf(block, "version") ?? statement;
    if (strict) report("strict_version_2_ipv6", line, "IPv6 with version 2 in strict mode", name);
    else report("version_2_ipv6", line, `${name} speaks version 2 over IPv6`, name);
  }
  const native = lastOf(block, "native_ipv6");
  if (native === undefined) return;
  if (family === "ipv6") report("native_ipv6", native, "native_ipv6 is not needed", name);
  else report("native_ipv6_late", native, `native_ipv6, and ${name} is an instance of IPv4`, name);
}

function checkInterval(instance: InstanceView, report: Report): void {
  const { name, version } = instance;
  const statements = valued(instance, "advert_int");
  for (const line of statements) {
    const value = decimal(line.words[1]);
    if (value === undefined || value < 0.01 || value > 255) {
      report("interval_out_of_range", line, `advert_int ${quoted(line.words[1] ?? "")} is not between 0.01 and 255 s`, name);
      continue;
    }
    if (line !== statements.at(-1)) continue;
    if (version === 2 && !Number.isInteger(value))
      report("interval_fraction_v2", line, `advert_int ${value} has a fraction, which version 2 cannot send`, name);
    if (version === 3 && value > 40.95) report("interval_too_long_v3", line, `advert_int ${value} is above 40.95 s`, name);
    else if (version === 3 && Math.round(value * 1e6) % 10_000 !== 0)
      report("interval_unit_v3", line, `advert_int ${value} is no multiple of 0.01 s`, name);
  }
}

const LONGEST_INTERFACE_NAME = 15;

/** What strict mode puts back, and complains of (vrrp.c, vrrp_complete_instance). */
function checkStrict({ name, block, version, strict }: InstanceView, report: Report): void {
  if (!strict) return;
  const accept = lastOf(block, "accept");
  if (version === 2 && accept !== undefined) report("strict_accept", accept, "accept with version 2 in strict mode", name);
  const clashes = (keyword: string, clash: (word: string | undefined) => boolean): void => {
    const line = lastOf(block, keyword);
    if (line !== undefined && clash(line.words[1]))
      report("strict_setting", line, `${line.words.slice(0, 2).join(" ")} in strict mode`, name);
  };
  const off = (word: string | undefined): boolean => ["off", "false", "no"].includes(word ?? "");
  clashes("vmac_xmit_base", () => true);
  clashes("preempt_delay", (word) => (decimal(word) ?? 0) > 0);
  clashes("down_timer_adverts", (word) => (whole(word, 1, 100) ?? 3) !== 3);
  clashes("lower_prio_no_advert", off);
  clashes("higher_prio_send_advert", (word) => !off(word));
}

function checkVmac({ name, block, family, peers }: InstanceView, report: Report): void {
  const ipvlan = lastOf(block, "use_ipvlan");
  if (ipvlan !== undefined && family === "ipv4" && !ipvlan.words.slice(1).some((word) => plainAddress(word) !== null))
    report("ipvlan_source", ipvlan, "use_ipvlan without a source address", name);
  const vmac = lastOf(block, "use_vmac");
  const base = lastOf(block, "vmac_xmit_base");
  if (vmac === undefined) {
    if (base !== undefined) report("vmac_base_alone", base, "vmac_xmit_base without use_vmac", name);
    return;
  }
  if (peers.length > 0 && base === undefined) report("vmac_unicast", vmac, "use_vmac with unicast peers, but without vmac_xmit_base", name);
  const interfaceName = vmac.words[1] ?? "";
  if (Buffer.byteLength(interfaceName) > LONGEST_INTERFACE_NAME && !interfaceName.includes(":"))
    report("vmac_name", vmac, `${quoted(interfaceName)} is longer than ${LONGEST_INTERFACE_NAME} characters`, name);
}

/** keepalived compares family, interface and multicast group; unicast instances only where they have a peer in common. */
function checkDuplicateVrids({ instances }: ConfView, report: Report): void {
  const group = ({ block }: InstanceView): string => lastOf(block, "mcast_dst_ip")?.words[1] ?? "";
  const peersOf = ({ peers }: InstanceView): string[] => peers.map(({ words }) => words[0] ?? "");
  const seen = new Map<string, InstanceView>();
  for (const one of instances) {
    if (one.vrid === null) continue;
    const own = `${one.vrid} ${one.family} ${one.interface}`;
    const keys = one.peers.length === 0 ? [`${own} group ${group(one)}`] : peersOf(one).map((peer) => `${own} peer ${peer}`);
    const other = keys.map((key) => seen.get(key)).find((before) => before !== undefined);
    for (const key of keys) if (!seen.has(key)) seen.set(key, one);
    if (other === undefined) continue;
    const message = `${one.name} and ${other.name} (${other.statement.file}:${other.statement.line}) both use virtual router ID ${one.vrid} on ${one.interface}`;
    report("duplicate_vrid", lastOf(one.block, "virtual_router_id") ?? one.statement, message, one.name);
  }
}

function checkVmacNames({ instances }: ConfView, report: Report): void {
  const taken = new Map<string, string>();
  for (const { name, block } of instances) {
    for (const line of [...named(block, "use_vmac"), ...named(block, "use_ipvlan")]) {
      const device = line.words[1];
      if (device === undefined || device.includes(":") || plainAddress(device) !== null) continue;
      const other = taken.get(device);
      if (other === undefined) taken.set(device, name);
      else report("vmac_name_taken", line, `${quoted(device)} is already the virtual interface of ${other}`, name);
    }
  }
}
