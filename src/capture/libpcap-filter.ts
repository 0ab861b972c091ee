/**
 * What the addon's filter (native/packet_filter.c) lets through, as a pcap filter. `vlan` moves the offsets of all that
 * follows it, so what is meant for tagged frames stands inside.
 */
const untagged = [
  "ip proto 112",
  "(ip proto 51 and (ip[16:4] = 0xe0000012 or ip[(ip[0] & 0xf) * 4] = 112))",
  "(ip proto 2 and (ip[16:4] = 0xe0000016 or ip[16:4] = 0xe0000012))",
  "arp",
  "ip6[6] = 112",
  "(ip6[6] = 51 and ((ip6[24:4] = 0xff020000 and ip6[36:4] = 0x12) or ip6[40] = 112))",
  "(ip6[6] = 58 and (ip6[40] = 136 or ip6[40] = 143 or ip6[40] = 131))",
  "((ip6[6] = 0 or ip6[6] = 43 or ip6[6] = 44 or ip6[6] = 60) and (ip6[40] = 112 or ip6[40] = 51))",
  "(ip6[6] = 0 and ip6[40] = 58 and (ip6[ip6[41] * 8 + 48] = 143 or ip6[ip6[41] * 8 + 48] = 131))",
].join(" or ");

export const libpcapFilter = `${untagged} or (vlan and (${untagged} or (vlan and (${untagged}))))`;
