#include "packet_ring.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "packet_filter.h"

/* Only a hint to the kernel with TPACKET_V3: packets lie in a block one behind the other, whatever their size. */
enum { FRAME_SIZE = 2048 };

_Static_assert(sizeof(struct packet_record) == 32, "src/capture/records.ts reads this layout");

static size_t align8(size_t n) { return (n + 7) & ~(size_t)7; }

static int set_up(struct packet_ring *ring, uint32_t retire_ms, const char **syscall) {
  struct sock_filter program[PACKET_FILTER_MAX];
  struct sock_fprog filter = {.len = packet_filter_build(program), .filter = program};
  struct tpacket_req3 request = {
      .tp_block_size = ring->block_size,
      .tp_block_nr = ring->block_count,
      .tp_frame_size = FRAME_SIZE,
      .tp_frame_nr = ring->block_size / FRAME_SIZE * ring->block_count,
      .tp_retire_blk_tov = retire_ms,
  };
  struct sockaddr_ll everything = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = 0};
  int version = TPACKET_V3;

  *syscall = "setsockopt(SO_ATTACH_FILTER)";
  if (setsockopt(ring->fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) < 0) return errno;
  *syscall = "setsockopt(PACKET_VERSION)";
  if (setsockopt(ring->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) < 0) return errno;
  *syscall = "setsockopt(PACKET_RX_RING)";
  if (setsockopt(ring->fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) < 0) return errno;
  *syscall = "mmap";
  ring->size = (size_t)ring->block_size * ring->block_count;
  ring->memory = mmap(NULL, ring->size, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, 0);
  if (ring->memory == MAP_FAILED) {
    ring->memory = NULL;
    return errno;
  }
  *syscall = "bind";
  if (bind(ring->fd, (struct sockaddr *)&everything, sizeof everything) < 0) return errno;
  return 0;
}

int packet_ring_open(struct packet_ring *ring, uint32_t size, uint32_t block_size, uint32_t retire_ms, const char **syscall) {
  int error;

  memset(ring, 0, sizeof *ring);
  ring->block_size = block_size;
  ring->block_count = size / block_size;
  *syscall = "socket(AF_PACKET)";
  /* Protocol 0 hears nothing: only `bind`, after the filter is in place, opens the ears. */
  ring->fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (ring->fd < 0) return errno;
  error = set_up(ring, retire_ms, syscall);
  if (error != 0) {
    packet_ring_unmap(ring);
    close(ring->fd);
    ring->fd = -1;
  }
  return error;
}

static struct tpacket_block_desc *current_block(const struct packet_ring *ring) {
  return (struct tpacket_block_desc *)(ring->memory + (size_t)ring->block * ring->block_size);
}

/* Steps into the current block if the kernel has handed it over. */
static int begin_block(struct packet_ring *ring) {
  struct tpacket_block_desc *block = current_block(ring);

  if ((__atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) == 0) return 0;
  ring->packets_left = block->hdr.bh1.num_pkts;
  ring->packet = (uint8_t *)block + block->hdr.bh1.offset_to_first_pkt;
  return 1;
}

static void finish_block(struct packet_ring *ring) {
  __atomic_store_n(&current_block(ring)->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
  ring->block = (ring->block + 1) % ring->block_count;
  ring->packets_left = 0;
}

static void copy_packet(const struct tpacket3_hdr *packet, uint8_t *out) {
  const struct sockaddr_ll *link = (const struct sockaddr_ll *)((const uint8_t *)packet + TPACKET_ALIGN(sizeof *packet));
  struct packet_record record = {
      .seconds = packet->tp_sec,
      .nanoseconds = packet->tp_nsec,
      .interface_index = (uint32_t)link->sll_ifindex,
      .captured = packet->tp_snaplen,
      .length = packet->tp_len,
      .vlan_tci = (uint16_t)packet->hv1.tp_vlan_tci,
      .hardware_type = link->sll_hatype,
      .packet_type = link->sll_pkttype,
      .vlan_valid = (packet->tp_status & TP_STATUS_VLAN_VALID) != 0,
  };

  memcpy(out, &record, sizeof record);
  memcpy(out + sizeof record, (const uint8_t *)packet + packet->tp_mac, packet->tp_snaplen);
}

uint32_t packet_ring_read(struct packet_ring *ring, uint8_t *slab, size_t slab_size) {
  uint32_t count = 0;
  size_t used = 0;

  for (;;) {
    if (ring->packets_left == 0 && !begin_block(ring)) return count;
    while (ring->packets_left > 0) {
      const struct tpacket3_hdr *packet = (const struct tpacket3_hdr *)ring->packet;
      size_t need = sizeof(struct packet_record) + align8(packet->tp_snaplen);

      if (need > slab_size - used) return count;
      copy_packet(packet, slab + used);
      used += need;
      count++;
      ring->packets_left--;
      ring->packet += packet->tp_next_offset;
    }
    finish_block(ring);
  }
}

uint64_t packet_ring_drops(struct packet_ring *ring) {
  struct tpacket_stats_v3 statistics;
  socklen_t length = sizeof statistics;

  /* Reading sets the kernel's counters back to zero. */
  if (getsockopt(ring->fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &length) == 0) ring->drops += statistics.tp_drops;
  return ring->drops;
}

void packet_ring_unmap(struct packet_ring *ring) {
  if (ring->memory != NULL) munmap(ring->memory, ring->size);
  ring->memory = NULL;
}
