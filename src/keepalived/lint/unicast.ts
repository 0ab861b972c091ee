import { familyOf } from "../../lib/addresses.ts";
import type { Statement } from "../conf/statement.ts";
import { quoted, type Report } from "./finding.ts";
import { named } from "./keywords.ts";
import { lastOf, plainAddress, whole } from "./values.ts";
import { type ConfView, type InstanceView, isMulticast } from "./view.ts";

/** Source addresses, peers and groups. */
export function checkUnicast(view: ConfView, report: Report): void {
  for (const instance of view.instances) {
    checkSources(instance, report);
    checkPeers(instance, report);
  }
}

function checkSources({ name, block, family, peers }: InstanceView, report: Report): void {
  for (const keyword of ["mcast_src_ip", "unicast_src_ip"]) {
    for (const line of named(block, keyword)) {
      const text = line.words[1];
      if (text === undefined) continue;
      const address = plainAddress(text);
      if (address === null) report("source_bad", line, `${keyword} ${quoted(text)} is no IP address`, name);
      else if (familyOf(address) !== family)
        report("source_family", line, `${keyword} ${address} is of the other family than ${name}`, name);
    }
  }
  const group = lastOf(block, "mcast_dst_ip");
  const text = group?.words[1];
  if (group === undefined || text === undefined) return;
  if (!isMulticast(text, family))
    report("mcast_group_bad", group, `mcast_dst_ip ${quoted(text)} is no multicast address of the instance's family`, name);
  else if (peers.length > 0) report("mcast_group_unicast", group, "mcast_dst_ip with unicast peers", name);
}

function checkPeers({ name, block, family, peers }: InstanceView, report: Report): void {
  const own = plainAddress(lastOf(block, "unicast_src_ip")?.words[1] ?? "");
  let usable = 0;
  for (const line of peers) {
    const text = line.words[0] ?? "";
    const address = plainAddress(text);
    if (address === null) report("peer_bad", line, `the peer ${quoted(text)} is no IP address`, name);
    else if (familyOf(address) !== family) report("peer_family", line, `the peer ${address} is of the other family than ${name}`, name);
    else usable += 1;
    if (address !== null && address === own) report("peer_is_self", line, `the peer ${address} is this node's own unicast_src_ip`, name);
    checkPeerWords(line, name, report);
  }
  if (usable > 0) return;
  for (const keyword of ["unicast_src_ip", "unicast_peer", "unicast_ttl", "check_unicast_src", "old_unicast_checksum"]) {
    const line = lastOf(block, keyword);
    if (line === undefined) continue;
    report("unicast_without_peers", line, `${keyword}, but no unicast peer`, name);
    return;
  }
}

/** `min_ttl N` and `max_ttl N` after a peer. */
function checkPeerWords({ words, file, line }: Statement, instance: string, report: Report): void {
  for (let at = 1; at < words.length; at += 2) {
    const [word = "", value] = words.slice(at, at + 2);
    if ((word !== "min_ttl" && word !== "max_ttl") || whole(value, 0, 255) === undefined)
      report(
        "peer_bad",
        { file, line },
        `after a peer stands min_ttl or max_ttl with a number from 0 to 255, not ${quoted(word)}`,
        instance,
      );
  }
}
