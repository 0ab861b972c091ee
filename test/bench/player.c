/*
 * Sends frames at given times through one AF_PACKET socket. Arguments: the interface, a file with a line "MICROSECONDS HEX" for each
 * frame in the order of time, and the file to write: for each frame a line "MONOTONIC REALTIME", in microseconds, read just before it
 * was handed to the kernel.
 */
#define _GNU_SOURCE
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

enum { MAX_FRAMES = 65536, MAX_FRAME = 128, LEAD_NS = 200000000 };

static struct frame {
	int64_t offset_us, monotonic_us, realtime_us;
	unsigned length;
	uint8_t bytes[MAX_FRAME];
} frames[MAX_FRAMES];

static int64_t now_ns(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void sleep_until(int64_t ns)
{
	struct timespec t = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static int read_frames(const char *name)
{
	FILE *file = fopen(name, "r");
	long long offset;
	char hex[2 * MAX_FRAME + 1];
	int count = 0;

	if (!file)
		return -1;
	while (count < MAX_FRAMES && fscanf(file, "%lld %256s", &offset, hex) == 2) {
		struct frame *f = &frames[count++];
		unsigned byte;
		f->offset_us = offset;
		for (f->length = 0; f->length < MAX_FRAME && sscanf(hex + 2 * f->length, "%2x", &byte) == 1; f->length++)
			f->bytes[f->length] = (uint8_t)byte;
	}
	fclose(file);
	return count;
}

int main(int argc, char **argv)
{
	unsigned index = argc == 4 ? if_nametoindex(argv[1]) : 0;
	int count = index ? read_frames(argv[2]) : -1;
	if (count < 0) {
		fprintf(stderr, "usage: player INTERFACE FRAMES STAMPS\n");
		return 2;
	}

	int fd = socket(AF_PACKET, SOCK_RAW, 0), one = 1;
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)index};
	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof to) < 0) {
		perror("player: AF_PACKET socket (needs CAP_NET_RAW)");
		return 3;
	}
	setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one);
	prctl(PR_SET_TIMERSLACK, 1);

	int64_t start = now_ns(CLOCK_MONOTONIC) + LEAD_NS;
	for (int i = 0; i < count; i++) {
		struct frame *f = &frames[i];
		sleep_until(start + f->offset_us * 1000);
		f->realtime_us = now_ns(CLOCK_REALTIME) / 1000;
		f->monotonic_us = now_ns(CLOCK_MONOTONIC) / 1000;
		if (send(fd, f->bytes, f->length, 0) < 0) {
			perror("player: send");
			return 3;
		}
	}

	FILE *stamps = fopen(argv[3], "w");
	if (!stamps) {
		perror("player: stamps");
		return 3;
	}
	for (int i = 0; i < count; i++)
		fprintf(stamps, "%lld %lld\n", (long long)frames[i].monotonic_us, (long long)frames[i].realtime_us);
	return fclose(stamps) ? 3 : 0;
}
