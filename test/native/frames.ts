/** Frames for the tests, in hexadecimal. Only the checksum of the IPv4 header is right: a bridge that snoops drops the others. */
const MAC_A = "020000000001";
const MAC_B = "020000000002";
const zeros = (bytes: number): string => "00".repeat(bytes);
const hex = (value: number, bytes: number): string => value.toString(16).padStart(bytes * 2, "0");

const ethernet = (type: string, payload: string, destination = "01005e000012", source = MAC_A): string =>
  `${destination}${source}${type}${payload}`;

const ipv4 = (protocol: number, payload: string, options: { destination?: string; header?: string; fragment?: string } = {}): string => {
  const { destination = "e0000012", header = "", fragment = "0000" } = options;
  const words = 5 + header.length / 8;
  const length = words * 4 + payload.length / 2;
  const before = `4${words.toString(16)}c0${hex(length, 2)}0001${fragment}ff${hex(protocol, 1)}`;
  const behind = `c0000201${destination}${header}`;
  return before + headerChecksum(before + behind) + behind + payload;
};

function headerChecksum(header: string): string {
  let sum = 0;
  for (let i = 0; i < header.length; i += 4) sum += Number.parseInt(header.slice(i, i + 4), 16);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return hex(~sum & 0xffff, 2);
}

const ipv6 = (next: number, payload: string, destination = "ff020000000000000000000000000012"): string =>
  `60000000${hex(payload.length / 2, 2)}${hex(next, 1)}fffe800000000000000000000000000001${destination}${payload}`;

const unicast6 = "fe800000000000000000000000000002";
const vrrp = (vrid: number): string => `31${hex(vrid, 1)}6401006400 00c0000264`.replaceAll(" ", "");
const ah = (next: number, payload: string): string => `${hex(next, 1)}0400000000000100000001${zeros(12)}${payload}`;
const extension = (next: number, payload: string, blocks = 0): string =>
  `${hex(next, 1)}${hex(blocks, 1)}${zeros(6 + blocks * 8)}${payload}`;
const tag = (type: string, vid: number, inner: string): string => `${type}${hex(vid, 2)}${inner}`;

/** An advert of VRID `vrid` over IPv4, from the MAC of side a or b. */
export const advert = (vrid = 51, side: "a" | "b" = "a"): string =>
  ethernet("0800", ipv4(112, vrrp(vrid)), "01005e000012", side === "a" ? MAC_A : MAC_B);

/** The same with tags in its bytes, the outer one first. */
export const taggedAdvert = (tags: readonly { readonly type: "8100" | "88a8"; readonly vid: number }[], vrid = 51): string => {
  const plain = advert(vrid);
  return plain.slice(0, 24) + tags.map(({ type, vid }) => tag(type, vid, "")).join("") + plain.slice(24);
};

/** Frames that the kernel filter lets through, each with what it is. */
export const wanted: readonly (readonly [string, string])[] = [
  ["IPv4 advert", advert()],
  ["IPv4 advert behind IP options", ethernet("0800", ipv4(112, vrrp(1), { header: "94040000" }))],
  ["first fragment of an IPv4 advert", ethernet("0800", ipv4(112, vrrp(1), { fragment: "2000" }))],
  ["later fragment of an IPv4 advert", ethernet("0800", ipv4(112, vrrp(1), { fragment: "0010" }))],
  ["unicast advert", ethernet("0800", ipv4(112, vrrp(1), { destination: "c0000202" }), "020000000002")],
  ["AH around an advert", ethernet("0800", ipv4(51, ah(112, vrrp(1))))],
  ["AH around an advert behind IP options", ethernet("0800", ipv4(51, ah(112, vrrp(1)), { header: "94040000" }))],
  ["AH around anything to the VRRP group", ethernet("0800", ipv4(51, ah(6, zeros(20))))],
  ["later fragment of AH to the VRRP group", ethernet("0800", ipv4(51, zeros(20), { fragment: "0010" }))],
  ["AH around an advert to one host", ethernet("0800", ipv4(51, ah(112, vrrp(1)), { destination: "c0000202" }))],
  ["IGMPv3 report", ethernet("0800", ipv4(2, `2200${zeros(14)}`, { destination: "e0000016", header: "94040000" }))],
  ["IGMPv2 join of 224.0.0.18", ethernet("0800", ipv4(2, `1600${zeros(2)}e0000012`))],
  ["ARP", ethernet("0806", `0001080006040001${MAC_A}c0000264${zeros(6)}c0000264`, "ffffffffffff")],
  ["IPv6 advert", ethernet("86dd", ipv6(112, vrrp(1)))],
  ["AH around an IPv6 advert", ethernet("86dd", ipv6(51, ah(112, vrrp(1))))],
  ["AH around anything to the IPv6 VRRP group", ethernet("86dd", ipv6(51, ah(6, zeros(20))))],
  ["AH around an IPv6 advert to one host", ethernet("86dd", ipv6(51, ah(112, vrrp(1)), unicast6))],
  ["IPv6 advert behind destination options", ethernet("86dd", ipv6(60, extension(112, vrrp(1))))],
  ["IPv6 advert behind hop-by-hop options", ethernet("86dd", ipv6(0, extension(112, vrrp(1))))],
  ["fragment of an IPv6 advert", ethernet("86dd", ipv6(44, extension(112, vrrp(1))))],
  ["neighbour advertisement", ethernet("86dd", ipv6(58, `8800${zeros(22)}`))],
  ["MLDv2 report", ethernet("86dd", ipv6(0, extension(58, `8f00${zeros(26)}`)))],
  ["MLDv2 report behind longer options", ethernet("86dd", ipv6(0, extension(58, `8f00${zeros(26)}`, 1)))],
  ["MLDv1 report", ethernet("86dd", ipv6(0, extension(58, `8300${zeros(22)}`)))],
  ["tagged advert", taggedAdvert([{ type: "8100", vid: 10 }])],
  ["tagged IPv6 advert", taggedAdvert([{ type: "8100", vid: 10 }]).slice(0, 32) + ethernet("86dd", ipv6(112, vrrp(1))).slice(24)],
  [
    "advert in QinQ",
    taggedAdvert([
      { type: "88a8", vid: 20 },
      { type: "8100", vid: 10 },
    ]),
  ],
  ["priority-tagged advert", taggedAdvert([{ type: "8100", vid: 0 }])],
];

/** Frames that never leave the kernel. */
export const unwanted: readonly (readonly [string, string])[] = [
  ["TCP", ethernet("0800", ipv4(6, zeros(20)))],
  ["UDP", ethernet("0800", ipv4(17, zeros(20)))],
  ["IPsec", ethernet("0800", ipv4(51, ah(6, zeros(20)), { destination: "c0000202" }))],
  ["IGMP query", ethernet("0800", ipv4(2, `1100${zeros(6)}`, { destination: "e0000001" }))],
  ["IGMPv2 join of another group", ethernet("0800", ipv4(2, `1600${zeros(2)}e00000fb`, { destination: "e00000fb" }))],
  ["IPv6 TCP", ethernet("86dd", ipv6(6, zeros(20)))],
  ["IPv6 IPsec", ethernet("86dd", ipv6(51, ah(6, zeros(20)), unicast6))],
  ["IPv6 IPsec to another group", ethernet("86dd", ipv6(51, ah(6, zeros(20)), "ff020000000000000000000000000016"))],
  ["router advertisement", ethernet("86dd", ipv6(58, `8600${zeros(22)}`))],
  ["MLD query", ethernet("86dd", ipv6(0, extension(58, `8200${zeros(22)}`)))],
  ["tagged TCP", taggedAdvert([{ type: "8100", vid: 10 }]).slice(0, 36) + ipv4(6, zeros(20)).slice(4)],
  ["LLDP", ethernet("88cc", zeros(40))],
  ["a frame cut off in its IP header", ethernet("0800", "45000028")],
];
