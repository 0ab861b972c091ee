/*
 * Sends VRRPv3 adverts at a steady rate through one AF_PACKET socket, as many keepalived masters would:
 * up to 255 IPv4 and 255 IPv6 virtual routers in turn, checksums right, an IP identification counter for each.
 * With --hostile every advert has another VRID, source, MAC, VLAN, priority and address, all with valid checksums
 * except every sixteenth. Prints one JSON line at the end (or on SIGTERM): what was sent, what failed, how long it took.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_ROUTERS = 510, MAX_FRAME = 128, MAX_BATCH = 64, MAX_SECONDS = 600, MIN_ETHERNET = 60 };

struct router {
	uint8_t frame[MAX_FRAME];
	unsigned length;
	unsigned l3; /* offset of the IP header */
	int family;
	uint16_t ip_id;
};

static struct router routers[MAX_ROUTERS];
static volatile sig_atomic_t stopped;
static uint64_t random_state = 0x9e3779b97f4a7c15u;

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
}

/* xorshift64*: repeatable for a given seed, fast enough not to be what is measured. */
static uint64_t next_random(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 0x2545f4914f6cdd1du;
}

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static uint32_t sum16(const uint8_t *bytes, unsigned length, uint32_t sum)
{
	for (unsigned i = 0; i + 1 < length; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void ip_checksum(uint8_t *ip)
{
	put16(ip + 10, 0);
	put16(ip + 10, fold(sum16(ip, 20, 0)));
}

/* RFC 9568 section 5.2.8: over the message and a pseudo-header, in both families. */
static void vrrp_checksum(uint8_t *vrrp, unsigned length, const uint8_t *addresses, unsigned addresses_length)
{
	put16(vrrp + 6, 0);
	put16(vrrp + 6, fold(sum16(vrrp, length, sum16(addresses, addresses_length, 112 + length))));
}

struct advert {
	int family, vlan, inner_vlan; /* VLAN 0 = untagged */
	uint8_t mac[6], source[16], address[16];
	unsigned vrid, priority, centiseconds;
};

static void build(struct router *r, const struct advert *a)
{
	static const uint8_t group4[6] = {0x01, 0, 0x5e, 0, 0, 0x12}, group6[6] = {0x33, 0x33, 0, 0, 0, 0x12};
	uint8_t *p = r->frame;

	memset(r, 0, sizeof *r);
	r->family = a->family;
	memcpy(p, a->family == AF_INET ? group4 : group6, 6);
	memcpy(p + 6, a->mac, 6);
	p += 12;
	if (a->vlan) {
		put16(p, a->inner_vlan ? 0x88a8 : 0x8100);
		put16(p + 2, (unsigned)a->vlan);
		p += 4;
		if (a->inner_vlan) {
			put16(p, 0x8100);
			put16(p + 2, (unsigned)a->inner_vlan);
			p += 4;
		}
	}
	put16(p, a->family == AF_INET ? 0x0800 : 0x86dd);
	p += 2;
	r->l3 = (unsigned)(p - r->frame);

	unsigned header = a->family == AF_INET ? 20 : 40, body = a->family == AF_INET ? 12 : 40;
	uint8_t *vrrp = p + header;
	vrrp[0] = 0x31;
	vrrp[1] = (uint8_t)a->vrid;
	vrrp[2] = (uint8_t)a->priority;
	vrrp[3] = a->family == AF_INET ? 1 : 2;
	put16(vrrp + 4, a->centiseconds);
	if (a->family == AF_INET) {
		p[0] = 0x45;
		p[1] = 0xc0;
		put16(p + 2, header + body);
		p[8] = 255;
		p[9] = 112;
		memcpy(p + 12, a->source, 4);
		memcpy(p + 16, (const uint8_t[]){224, 0, 0, 18}, 4);
		memcpy(vrrp + 8, a->address, 4);
		ip_checksum(p);
		vrrp_checksum(vrrp, body, p + 12, 8);
	} else {
		p[0] = 0x6c;
		put16(p + 4, body);
		p[6] = 112;
		p[7] = 255;
		memcpy(p + 8, a->source, 16);
		p[24] = 0xff;
		p[25] = 0x02;
		p[39] = 0x12;
		/* keepalived sends a link-local address first, then the routed ones. */
		vrrp[8] = 0xfe;
		vrrp[9] = 0x80;
		memcpy(vrrp + 16, a->address + 8, 8);
		memcpy(vrrp + 24, a->address, 16);
		vrrp_checksum(vrrp, body, p + 8, 32);
	}
	r->length = r->l3 + header + body;
	if (r->length < MIN_ETHERNET)
		r->length = MIN_ETHERNET;
}

static void steady_router(struct router *r, int family, unsigned vrid, unsigned centiseconds)
{
	struct advert a = {.family = family, .vrid = vrid, .priority = 100, .centiseconds = centiseconds, .mac = {2, 0, 0, 0, 0, 1}};

	if (family == AF_INET) {
		memcpy(a.source, (const uint8_t[]){192, 0, 2, 1}, 4);
		memcpy(a.address, (const uint8_t[]){198, 51, 100, (uint8_t)vrid}, 4);
	} else {
		inet_pton(AF_INET6, "fe80::ff:fe00:1", a.source);
		inet_pton(AF_INET6, "2001:db8::1:0", a.address);
		a.address[15] = (uint8_t)vrid;
	}
	build(r, &a);
}

static void hostile_router(struct router *r)
{
	uint64_t x = next_random(), y = next_random(), z = next_random();
	struct advert a = {
		.family = x & 1 ? AF_INET : AF_INET6,
		.vlan = (x >> 1 & 3) ? 1 + (int)((x >> 8) % 4094) : 0,
		.inner_vlan = (x >> 3 & 3) ? 0 : 1 + (int)((x >> 24) % 4094),
		.vrid = 1 + (unsigned)((x >> 40) % 255),
		.priority = (unsigned)(x >> 48) & 0xff,
		.centiseconds = 1 + (unsigned)((x >> 52) & 0xffe),
	};

	memcpy(a.mac, &y, 6);
	a.mac[0] = 2;
	if (a.family == AF_INET) {
		static const uint8_t nets[2][3] = {{192, 0, 2}, {198, 51, 100}};
		memcpy(a.source, nets[y >> 48 & 1], 3);
		a.source[3] = (uint8_t)(y >> 56);
		memcpy(a.address, nets[z & 1], 3);
		a.address[3] = (uint8_t)(z >> 8);
	} else {
		a.source[0] = 0xfe;
		a.source[1] = 0x80;
		memcpy(a.source + 8, &z, 8);
		inet_pton(AF_INET6, "2001:db8::", a.address);
		memcpy(a.address + 8, &y, 8);
	}
	build(r, &a);
	r->ip_id = (uint16_t)(z >> 16);
	if ((z >> 60) == 0)
		r->frame[r->l3 + (a.family == AF_INET ? 20 : 40) + 6] ^= 0x5a;
}

/* keepalived numbers the IPv4 adverts of each instance 1, 2, 3 ... and never uses 0. */
static void count_up(struct router *r)
{
	if (r->family != AF_INET)
		return;
	if (++r->ip_id == 0)
		r->ip_id = 1;
	put16(r->frame + r->l3 + 4, r->ip_id);
	ip_checksum(r->frame + r->l3);
}

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void sleep_until(int64_t ns)
{
	struct timespec t = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static long option(int argc, char **argv, const char *name, long fallback)
{
	for (int i = 1; i + 1 < argc; i++)
		if (!strcmp(argv[i], name))
			return atol(argv[i + 1]);
	return fallback;
}

static int flag(int argc, char **argv, const char *name)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], name))
			return 1;
	return 0;
}

int main(int argc, char **argv)
{
	long rate = option(argc, argv, "--rate", 1000), count = option(argc, argv, "--count", 0), seconds = option(argc, argv, "--seconds", 0);
	long wanted = option(argc, argv, "--routers", 2), centiseconds = option(argc, argv, "--centiseconds", 100);
	int hostile = flag(argc, argv, "--hostile");
	unsigned index = argc > 1 ? if_nametoindex(argv[1]) : 0;

	if (!index || rate < 1 || wanted < 1 || wanted > MAX_ROUTERS || seconds > MAX_SECONDS || (count < 1 && seconds < 1) || centiseconds < 1 || centiseconds > 4095) {
		fprintf(stderr, "usage: sender INTERFACE --rate PER_SECOND (--count N | --seconds S) [--routers 1..510] [--centiseconds N] [--hostile] [--seed N]\n");
		return 2;
	}
	if (count < 1)
		count = rate * seconds;
	random_state ^= (uint64_t)option(argc, argv, "--seed", 1) * 0xbf58476d1ce4e5b9u;

	int fd = socket(AF_PACKET, SOCK_RAW, 0), one = 1;
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)index};
	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof to) < 0) {
		perror("sender: AF_PACKET socket (needs CAP_NET_RAW)");
		return 3;
	}
	setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one);
	prctl(PR_SET_TIMERSLACK, 1);
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);

	for (long i = 0; i < wanted; i++)
		steady_router(&routers[i], i % 2 ? AF_INET6 : AF_INET, (unsigned)(i / 2 + 1), (unsigned)centiseconds);

	static struct router scratch[MAX_BATCH];
	static uint8_t frames[MAX_BATCH][MAX_FRAME];
	struct iovec iov[MAX_BATCH];
	struct mmsghdr messages[MAX_BATCH];
	memset(messages, 0, sizeof messages);
	for (int i = 0; i < MAX_BATCH; i++) {
		iov[i].iov_base = frames[i];
		messages[i].msg_hdr.msg_iov = &iov[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}

	/* A batch every 250 us at the highest rates, single packets at low ones. Time lost is caught up for 20 ms, not longer. */
	long batch = rate / 4000 < 1 ? 1 : rate / 4000 > MAX_BATCH ? MAX_BATCH : rate / 4000;
	long sent = 0, failed = 0, turn = 0;
	int64_t start = now_ns(), due = start;
	while (sent + failed < count && !stopped) {
		int64_t now = now_ns();
		if (now - due > 20000000)
			due = now - 20000000;
		if (due > now)
			sleep_until(due);
		int n = 0;
		for (; n < batch && sent + failed + n < count; n++) {
			struct router *r = hostile ? &scratch[n] : &routers[turn++ % wanted];
			if (hostile)
				hostile_router(r);
			count_up(r);
			memcpy(frames[n], r->frame, r->length);
			iov[n].iov_len = r->length;
		}
		due += (int64_t)n * 1000000000 / rate;
		for (int done = 0; done < n;) {
			int r = sendmmsg(fd, messages + done, (unsigned)(n - done), 0);
			if (r > 0) {
				sent += r;
				done += r;
			} else if (r < 0 && errno == EINTR) {
				continue;
			} else {
				failed++;
				done++;
			}
		}
	}
	printf("{\"sent\":%ld,\"failed\":%ld,\"seconds\":%.6f}\n", sent, failed, (double)(now_ns() - start) / 1e9);
	return 0;
}
