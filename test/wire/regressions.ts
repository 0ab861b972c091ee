import type { Decoded } from "../../src/wire/decoded.ts";

/** A frame that a decoder could get wrong, kept for good. Add what a fuzzer or a network finds. */
export interface Regression {
  readonly name: string;
  readonly hex: string;
  readonly linkType?: number;
  readonly kind: Decoded["kind"];
}

export const regressions: readonly Regression[] = [
  { name: "no bytes at all", hex: "", kind: "other" },
  { name: "nothing behind an EtherType", hex: "01005e000012020000000001" + "0800", kind: "other" },
  { name: "a tag announced but not there", hex: "01005e000012020000000001" + "81000064", kind: "other" },
  { name: "an empty raw packet", hex: "", linkType: 101, kind: "other" },
  { name: "a loopback header and nothing else", hex: "02000000", linkType: 0, kind: "other" },
  {
    name: "an IPv4 header that ends behind its protocol",
    hex: "01005e000012020000000001" + "0800" + "45c0002000010000ff70",
    kind: "rejected",
  },
  {
    name: "an AH whose length reaches behind the packet",
    hex: "01005e000012020000000001" + "0800" + "45c0001c00010000ff3318dac0000201e0000012" + "70ff000000000000",
    kind: "rejected",
  },
  {
    name: "IPv6 with hop-by-hop options and no payload length (a jumbogram)",
    hex: "333300000012020000000001" + "86dd" + "60000000000000fffe800000000000000000000000000001ff020000000000000000000000000012",
    kind: "rejected",
  },
  {
    name: "an MLD report whose record count is far beyond the packet",
    hex:
      "333300000016020000000001" +
      "86dd" +
      "6000000000083a01fe800000000000000000000000000001ff0200000000000000000000000000168f00000000" +
      "00ffff",
    kind: "other",
  },
];
