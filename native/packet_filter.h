#ifndef VRRPWATCH_PACKET_FILTER_H
#define VRRPWATCH_PACKET_FILTER_H

#include <linux/filter.h>

/* Longest frame that the filter lets through whole: a jumbo frame. A VRRP advert has at most 4,142 bytes. */
enum { PACKET_FILTER_SNAP = 9216 };

enum { PACKET_FILTER_MAX = 256 };

/* Writes the classic BPF program into `program` (room for PACKET_FILTER_MAX) and returns its length. */
unsigned short packet_filter_build(struct sock_filter *program);

#endif
