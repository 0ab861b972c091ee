/*
 * Frames that are no good: noise INTERFACE SECONDS SEED. As fast as the device takes them, in turn
 * random bytes behind protocol 112, a random ARP body, neighbour discovery with random options, IPv4 fragments of protocol 112,
 * frames cut off anywhere, and all of that behind up to eight VLAN tags. Prints one JSON line at the end.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 32, MAX_FRAME = 1514, MAX_TAGS = 8, KINDS = 6 };

static uint64_t state = 0x9e3779b97f4a7c15u;

/* xorshift64*: repeatable for a given seed. */
static uint64_t next_random(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1du;
}

static unsigned below(unsigned limit)
{
	return (unsigned)(next_random() >> 32) % limit;
}

static void fill(uint8_t *at, unsigned length)
{
	for (unsigned i = 0; i < length; i++)
		at[i] = (uint8_t)(next_random() >> 40);
}

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void ip_checksum(uint8_t *ip)
{
	uint32_t sum = 0;
	put16(ip + 10, 0);
	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)ip[i] << 8 | ip[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	put16(ip + 10, ~sum & 0xffff);
}

static unsigned ipv4(uint8_t *p, unsigned fragment, unsigned body)
{
	p[0] = 0x45;
	p[1] = 0xc0;
	put16(p + 2, 20 + body);
	put16(p + 4, below(65536));
	put16(p + 6, fragment);
	p[8] = below(4) ? 255 : (uint8_t)below(256);
	p[9] = 112;
	memcpy(p + 12, (const uint8_t[]){192, 0, 2, (uint8_t)below(256)}, 4);
	memcpy(p + 16, (const uint8_t[]){224, 0, 0, 18}, 4);
	ip_checksum(p);
	fill(p + 20, body);
	/* Every second one begins as an advert does. */
	if (below(2))
		p[20] = below(2) ? 0x31 : 0x21;
	return 20 + body;
}

static unsigned ipv6(uint8_t *p, unsigned next, unsigned body)
{
	p[0] = 0x60;
	p[1] = p[2] = p[3] = 0;
	put16(p + 4, body);
	p[6] = (uint8_t)next;
	p[7] = 255;
	fill(p + 8, 32);
	p[8] = 0xfe;
	p[9] = 0x80;
	memcpy(p + 24, (const uint8_t[]){0xff, 2}, 2);
	fill(p + 40, body);
	return 40 + body;
}

/* Returns the length of the frame. */
static unsigned build(uint8_t *frame)
{
	static const unsigned tag_types[] = {0x8100, 0x88a8, 0x9100};
	uint8_t *p = frame;
	unsigned kind = below(KINDS), tags = below(3) ? 0 : 1 + below(MAX_TAGS), length;

	fill(p, 12);
	p[0] = 1 | 0x32;
	p[6] = 2;
	p += 12;
	for (unsigned i = 0; i < tags; i++, p += 4) {
		put16(p, tag_types[below(3)]);
		put16(p + 2, below(65536));
	}
	uint8_t *type = p;
	p += 2;
	switch (kind) {
	case 0: /* random bytes behind protocol 112 */
		put16(type, 0x0800);
		length = ipv4(p, 0, 1 + below(256));
		break;
	case 1:
		put16(type, 0x86dd);
		length = ipv6(p, 112, 1 + below(256));
		break;
	case 2: /* ARP */
		put16(type, 0x0806);
		length = 28;
		fill(p, length);
		if (below(4))
			memcpy(p, (const uint8_t[]){0, 1, 8, 0, 6, 4, 0, 1}, 8);
		break;
	case 3: /* neighbour solicitation, advertisement, and other ICMPv6 */
		put16(type, 0x86dd);
		length = ipv6(p, 58, 24 + below(128));
		p[40] = (uint8_t)(below(4) ? 133 + below(5) : below(256));
		p[41] = 0;
		break;
	case 4: /* a fragment: the first, one in the middle, the last */
		put16(type, 0x0800);
		length = ipv4(p, below(2) ? 0x2000 | below(0x2000) : below(0x2000), 8 + below(128));
		break;
	default: /* any type, any bytes */
		fill(type, 2);
		length = below(MAX_FRAME - 64);
		fill(p, length);
	}
	length += (unsigned)(p - frame);
	/* One in four is cut off; below a header's length the kernel takes none. */
	return below(4) ? length : 14 + below(length - 13);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	static uint8_t frames[BATCH][MAX_FRAME + 256];
	struct iovec parts[BATCH];
	struct mmsghdr messages[BATCH];
	long sent = 0, failed = 0;

	if (argc < 4 || atol(argv[2]) < 1) {
		fprintf(stderr, "usage: noise INTERFACE SECONDS SEED\n");
		return 2;
	}
	int fd = socket(AF_PACKET, SOCK_RAW, 0), one = 1;
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(argv[1])};
	if (fd < 0 || to.sll_ifindex == 0 || bind(fd, (struct sockaddr *)&to, sizeof to) < 0) {
		perror("noise: AF_PACKET socket (needs CAP_NET_RAW)");
		return 3;
	}
	setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one);
	state ^= (uint64_t)atol(argv[3]) * 0xbf58476d1ce4e5b9u;
	double start = now(), end = start + (double)atol(argv[2]);
	while (now() < end) {
		memset(messages, 0, sizeof messages);
		for (int i = 0; i < BATCH; i++) {
			parts[i] = (struct iovec){.iov_base = frames[i], .iov_len = build(frames[i])};
			messages[i].msg_hdr.msg_iov = &parts[i];
			messages[i].msg_hdr.msg_iovlen = 1;
		}
		for (int done = 0; done < BATCH;) {
			int n = sendmmsg(fd, messages + done, (unsigned)(BATCH - done), 0);
			if (n > 0) {
				sent += n;
				done += n;
			} else if (n < 0 && errno == EINTR) {
				continue;
			} else { /* too long for the device, or no buffer: the next one */
				failed++;
				done++;
			}
		}
	}
	printf("{\"sent\":%ld,\"failed\":%ld,\"seconds\":%.3f}\n", sent, failed, now() - start);
	return 0;
}
