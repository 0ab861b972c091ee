#ifndef VRRPWATCH_PACKET_RING_H
#define VRRPWATCH_PACKET_RING_H

#include <stddef.h>
#include <stdint.h>

/*
 * One packet socket for all devices with a TPACKET_V3 receive ring: memory shared with the kernel, in blocks that it
 * hands over when they are full or when `retire_ms` have passed since the first packet. The ring needs CAP_NET_RAW only
 * and is not limited by net.core.rmem_max.
 */
struct packet_ring {
  int fd;
  uint8_t *memory;
  size_t size;
  uint32_t block_size;
  uint32_t block_count;
  uint32_t block;          /* the block to read next */
  uint32_t packets_left;   /* in that block; 0: it has not been begun */
  uint8_t *packet;         /* next packet in that block */
  uint64_t drops;          /* since the socket was opened */
};

/* What precedes each frame in the slab that JavaScript reads: 32 bytes, host byte order, 8-aligned. src/capture/records.ts mirrors it. */
struct packet_record {
  uint32_t seconds; /* CLOCK_REALTIME */
  uint32_t nanoseconds;
  uint32_t interface_index;
  uint32_t captured;
  uint32_t length; /* on the wire */
  uint16_t vlan_tci;
  uint16_t unused;
  uint16_t hardware_type; /* ARPHRD_* */
  uint8_t packet_type;    /* PACKET_HOST 0 ... PACKET_OUTGOING 4 */
  uint8_t vlan_valid;
  uint32_t reserved;
};

/* Returns 0, or an errno value with the failed call's name in `syscall`. On failure nothing stays open. */
int packet_ring_open(struct packet_ring *ring, uint32_t size, uint32_t block_size, uint32_t retire_ms, const char **syscall);

/* Copies packets out of retired blocks into `slab` while they fit, gives finished blocks back, and returns the number copied. */
uint32_t packet_ring_read(struct packet_ring *ring, uint8_t *slab, size_t slab_size);

/* Adds what the kernel dropped since the last call and returns the sum since the socket was opened. */
uint64_t packet_ring_drops(struct packet_ring *ring);

/* Unmaps the ring; the descriptor belongs to somebody else by then. */
void packet_ring_unmap(struct packet_ring *ring);

#endif
