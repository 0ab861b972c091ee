/*
 * Sends raw frames for the tests: sender INTERFACE COUNT PER_SECOND < frames, one frame a line in hexadecimal.
 * Cycles through the frames until COUNT are sent; PER_SECOND 0 = as fast as possible. Prints how many left.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { FRAMES = 64, FRAME_BYTES = 2048, BURST = 32 };

static unsigned char frames[FRAMES][FRAME_BYTES];
static size_t lengths[FRAMES];

static int read_frames(void) {
  static char line[2 * FRAME_BYTES + 2];
  int count = 0;

  while (count < FRAMES && fgets(line, sizeof line, stdin) != NULL) {
    size_t length = 0;
    unsigned int byte;
    while (length < FRAME_BYTES && sscanf(line + 2 * length, "%2x", &byte) == 1) frames[count][length++] = (unsigned char)byte;
    if (length > 0) lengths[count++] = length;
  }
  return count;
}

static void wait_until(const struct timespec *start, double seconds) {
  struct timespec due = *start;

  due.tv_sec += (time_t)seconds;
  due.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
  if (due.tv_nsec >= 1000000000) {
    due.tv_sec++;
    due.tv_nsec -= 1000000000;
  }
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR) continue;
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  long count = atol(argv[2]), rate = atol(argv[3]), sent = 0;
  int available = read_frames();
  int fd = socket(AF_PACKET, SOCK_RAW, 0);
  struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_protocol = 0, .sll_ifindex = (int)if_nametoindex(argv[1])};
  long burst = rate == 0 || rate >= 10000 ? BURST : 1;
  struct timespec start;

  if (available == 0 || fd < 0 || to.sll_ifindex == 0 || bind(fd, (struct sockaddr *)&to, sizeof to) < 0) {
    perror("sender");
    return 1;
  }
  clock_gettime(CLOCK_MONOTONIC, &start);
  while (sent < count) {
    struct mmsghdr messages[BURST];
    struct iovec parts[BURST];
    int n = 0, done;

    for (; n < burst && sent + n < count; n++) {
      long which = (sent + n) % available;
      parts[n] = (struct iovec){.iov_base = frames[which], .iov_len = lengths[which]};
      memset(&messages[n], 0, sizeof messages[n]);
      messages[n].msg_hdr.msg_iov = &parts[n];
      messages[n].msg_hdr.msg_iovlen = 1;
    }
    done = sendmmsg(fd, messages, (unsigned int)n, 0);
    if (done < 0 && errno != ENOBUFS && errno != EAGAIN) {
      perror("sendmmsg");
      return 1;
    }
    if (done > 0) sent += done;
    if (rate > 0) wait_until(&start, (double)sent / (double)rate);
  }
  printf("%ld\n", sent);
  return 0;
}
