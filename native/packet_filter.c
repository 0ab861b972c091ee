/*
 * The kernel filter: runs for every frame of the host, so the common frame (IPv4 TCP or UDP) leaves after six instructions.
 * Offsets are absolute in the Ethernet frame. The outermost VLAN tag is no part of the bytes of a received frame (the
 * kernel strips it into metadata); inner tags, and tags of frames on their way out, are, so the same tests are
 * repeated behind one and two tags.
 *
 * Passes, on Ethernet devices only:
 *   IPv4   VRRP and CARP (112, fragments too: the decoder refuses and counts them), AH around 112, AH of any content to 224.0.0.18,
 *          IGMPv3 reports, IGMPv2 joins of 224.0.0.18
 *   IPv6   112, AH around 112, AH of any content to ff02::12, 112 and AH also behind one extension header, neighbour advertisements, MLD reports
 *   ARP    all
 * A load beyond the end of a frame ends the program with "drop": the kernel's rule for classic BPF.
 */
#include "packet_filter.h"

#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <stdbool.h>
#include <string.h>

enum {
  PROTO_IGMP = 2,
  PROTO_AH = 51,
  PROTO_ICMPV6 = 58,
  PROTO_VRRP = 112,
  EXT_HOP_BY_HOP = 0,
  EXT_ROUTING = 43,
  EXT_FRAGMENT = 44,
  EXT_DESTINATION = 60,
  MLD_V1_REPORT = 131,
  MLD_V2_REPORT = 143,
  NEIGHBOR_ADVERTISEMENT = 136,
};

#define IGMP_V3_ROUTERS 0xe0000016u /* 224.0.0.22 */
#define VRRP_GROUP 0xe0000012u      /* 224.0.0.18 */
#define VRRP_GROUP6_FIRST 0xff020000u
#define VRRP_GROUP6_LAST 0x00000012u

/* Jump targets by name; `resolve` turns them into distances. */
enum label {
  NEXT, /* the following instruction */
  ACCEPT,
  DROP,
  IPV4,
  IPV4_AH,
  IGMP,
  IPV6,
  IPV6_AH,
  IPV6_AH_INSIDE,
  ICMPV6,
  EXTENSION,
  HOP_BY_HOP,
  TAGGED,
  LABELS,
};

struct assembler {
  struct sock_filter *program;
  unsigned short length;
  unsigned short first; /* of the layer that is being written */
  struct {
    enum label yes, no;
  } jumps[PACKET_FILTER_MAX];
  unsigned short position[LABELS];
};

static void statement(struct assembler *a, unsigned short code, unsigned int k) {
  a->jumps[a->length].yes = NEXT;
  a->jumps[a->length].no = NEXT;
  a->program[a->length++] = (struct sock_filter)BPF_STMT(code, k);
}

static void jump_if_equal(struct assembler *a, unsigned int k, enum label yes, enum label no) {
  a->program[a->length] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, 0, 0);
  a->jumps[a->length].yes = yes;
  a->jumps[a->length++].no = no;
}

static void label(struct assembler *a, enum label name) { a->position[name] = a->length; }

static void load8(struct assembler *a, unsigned int at) { statement(a, BPF_LD | BPF_B | BPF_ABS, at); }
static void load16(struct assembler *a, unsigned int at) { statement(a, BPF_LD | BPF_H | BPF_ABS, at); }
static void load32(struct assembler *a, unsigned int at) { statement(a, BPF_LD | BPF_W | BPF_ABS, at); }

static unsigned char distance(const struct assembler *a, unsigned short from, enum label to) {
  return to == NEXT ? 0 : (unsigned char)(a->position[to] - from - 1);
}

static void resolve(struct assembler *a) {
  for (unsigned short i = a->first; i < a->length; i++) {
    a->program[i].jt = distance(a, i, a->jumps[i].yes);
    a->program[i].jf = distance(a, i, a->jumps[i].no);
  }
}

/* The tests for a frame whose ethertype is at 12 + `tags`; `deeper`: another set follows for one more tag. */
static void layer(struct assembler *a, unsigned int tags, bool deeper) {
  const unsigned int ip = ETH_HLEN + tags;
  const unsigned int payload6 = ip + 40; /* first byte behind the fixed IPv6 header */

  a->first = a->length;
  load16(a, 12 + tags);
  jump_if_equal(a, ETH_P_IP, IPV4, NEXT);
  jump_if_equal(a, ETH_P_IPV6, IPV6, NEXT);
  jump_if_equal(a, ETH_P_ARP, ACCEPT, NEXT);
  jump_if_equal(a, ETH_P_8021Q, deeper ? TAGGED : DROP, NEXT);
  jump_if_equal(a, ETH_P_8021AD, deeper ? TAGGED : DROP, DROP);

  label(a, IPV4);
  load8(a, ip + 9);
  jump_if_equal(a, PROTO_VRRP, ACCEPT, NEXT);
  jump_if_equal(a, PROTO_AH, IPV4_AH, NEXT);
  jump_if_equal(a, PROTO_IGMP, IGMP, DROP);

  label(a, IPV4_AH); /* ordinary IPsec may be most of a host's traffic: look at the group and at the next header, behind the IP options */
  load32(a, ip + 16);
  jump_if_equal(a, VRRP_GROUP, ACCEPT, NEXT);
  statement(a, BPF_LDX | BPF_B | BPF_MSH, ip);
  statement(a, BPF_LD | BPF_B | BPF_IND, ip);
  jump_if_equal(a, PROTO_VRRP, ACCEPT, DROP);

  label(a, IGMP); /* by destination */
  load32(a, ip + 16);
  jump_if_equal(a, IGMP_V3_ROUTERS, ACCEPT, NEXT);
  jump_if_equal(a, VRRP_GROUP, ACCEPT, DROP);

  label(a, IPV6);
  load8(a, ip + 6);
  jump_if_equal(a, PROTO_VRRP, ACCEPT, NEXT);
  jump_if_equal(a, PROTO_ICMPV6, ICMPV6, NEXT);
  jump_if_equal(a, PROTO_AH, IPV6_AH, NEXT);
  jump_if_equal(a, EXT_HOP_BY_HOP, HOP_BY_HOP, NEXT);
  jump_if_equal(a, EXT_FRAGMENT, EXTENSION, NEXT);
  jump_if_equal(a, EXT_DESTINATION, EXTENSION, NEXT);
  jump_if_equal(a, EXT_ROUTING, EXTENSION, DROP);

  label(a, IPV6_AH); /* of the group ff02::12 the first and the last word are enough here */
  load32(a, ip + 24);
  jump_if_equal(a, VRRP_GROUP6_FIRST, NEXT, IPV6_AH_INSIDE);
  load32(a, ip + 36);
  jump_if_equal(a, VRRP_GROUP6_LAST, ACCEPT, NEXT);
  label(a, IPV6_AH_INSIDE);
  load8(a, payload6);
  jump_if_equal(a, PROTO_VRRP, ACCEPT, DROP);

  label(a, ICMPV6);
  load8(a, payload6);
  jump_if_equal(a, NEIGHBOR_ADVERTISEMENT, ACCEPT, NEXT);
  jump_if_equal(a, MLD_V2_REPORT, ACCEPT, NEXT);
  jump_if_equal(a, MLD_V1_REPORT, ACCEPT, DROP);

  label(a, EXTENSION);
  load8(a, payload6);
  jump_if_equal(a, PROTO_VRRP, ACCEPT, NEXT);
  jump_if_equal(a, PROTO_AH, ACCEPT, DROP);

  label(a, HOP_BY_HOP); /* a router alert before an MLD report (RFC 3810 section 5), or, oddly, before an advert */
  load8(a, payload6);
  jump_if_equal(a, PROTO_VRRP, ACCEPT, NEXT);
  jump_if_equal(a, PROTO_AH, ACCEPT, NEXT);
  jump_if_equal(a, PROTO_ICMPV6, NEXT, DROP);
  load8(a, payload6 + 1); /* length of the header in units of 8 bytes, the first not counted */
  statement(a, BPF_ALU | BPF_LSH | BPF_K, 3);
  statement(a, BPF_MISC | BPF_TAX, 0);
  statement(a, BPF_LD | BPF_B | BPF_IND, payload6 + 8);
  jump_if_equal(a, MLD_V2_REPORT, ACCEPT, NEXT);
  jump_if_equal(a, MLD_V1_REPORT, ACCEPT, DROP);

  label(a, ACCEPT); /* last, because it costs the common frame nothing here: is it an Ethernet device at all */
  statement(a, BPF_LD | BPF_W | BPF_ABS, (unsigned int)(SKF_AD_OFF + SKF_AD_HATYPE));
  jump_if_equal(a, ARPHRD_ETHER, NEXT, DROP);
  statement(a, BPF_RET | BPF_K, PACKET_FILTER_SNAP);
  label(a, DROP);
  statement(a, BPF_RET | BPF_K, 0);
  label(a, TAGGED);
  resolve(a);
}

unsigned short packet_filter_build(struct sock_filter *program) {
  struct assembler a;

  memset(&a, 0, sizeof a);
  a.program = program;
  layer(&a, 0, true);
  layer(&a, 4, true);
  layer(&a, 8, false);
  return a.length;
}
