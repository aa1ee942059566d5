/*
 * wanlink: a long link between two network namespaces, emulated in user space.
 *
 * Why not the kernel's own netem: it is missing in many kernels of virtual machines. This needs nothing but TUN devices.
 *
 *   namespace A                                                  namespace B
 *   wan0 --read--> loss? queue full? --> ring of waiting packets --write--> wan0
 *   wan0 <--write-- ring of waiting packets <-- loss? queue full? <--read-- wan0
 *
 * Each direction is a wire of a given rate behind a queue of a given size, then a delay: a packet leaves the queue when
 * all before it have been put on the wire, and arrives one delay later. What does not fit into the queue is dropped, as a
 * router does, and so is a given part of all packets at random, as a bad line does.
 *
 * SIGUSR1 cuts the link: packets vanish, both interfaces stay up, nobody is told. SIGUSR2 mends it.
 *
 * usage: wanlink NAMESPACE_A NAMESPACE_B DELAY_MS RATE_MBIT LOSS_PERCENT QUEUE_BYTES STATISTICS_FILE
 * DELAY_MS is one way. RATE_MBIT 0 is without limit. Says "up" when both devices are there; ends by a signal.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* Room for what is under way: more than 1 Gbit/s x 0.5 s of full packets. A power of two. */
#define WAITING (1u << 16)
#define PACKET_BYTES 2048

/* What Ethernet adds to a packet on the wire: header, checksum, preamble and the gap after it. */
#define FRAMING_BYTES 38

struct packet {
    uint64_t due_ns;
    uint16_t bytes;
    uint8_t content[PACKET_BYTES];
};

/* One reader fills the ring at `tail`, one writer empties it at `head`; neither is ever reset. */
struct direction {
    int from, to;
    struct packet *ring;
    _Atomic uint64_t head, tail;

    uint64_t delay_ns, queue_bytes;
    double ns_per_byte, loss;

    uint64_t wire_free_ns; /* when all that was taken is on the wire */
    uint64_t random;

    _Atomic uint64_t packets, bytes, lost, overflowed, unwritten;
};

static atomic_bool is_cut;

static void give_up(const char *what) {
    perror(what);
    exit(1);
}

static uint64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void pause_ns(uint64_t ns) {
    struct timespec time = {0, (long)ns};
    nanosleep(&time, NULL);
}

/* Marsaglia's xorshift: from 0 to below 1. */
static double next_random(struct direction *link) {
    link->random ^= link->random << 13;
    link->random ^= link->random >> 7;
    link->random ^= link->random << 17;
    return (double)(link->random >> 11) * 0x1.0p-53;
}

/* A device belongs to the namespace in which it was made; its file can be used from anywhere. */
static int make_device(const char *namespace) {
    char path[256];
    snprintf(path, sizeof path, "/run/netns/%s", namespace);
    int entrance = open(path, O_RDONLY | O_CLOEXEC);
    if (entrance < 0 || setns(entrance, CLONE_NEWNET) != 0) {
        give_up(path);
    }
    close(entrance);
    int device = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (device < 0) {
        give_up("/dev/net/tun");
    }
    struct ifreq request = {.ifr_name = "wan0", .ifr_flags = IFF_TUN | IFF_NO_PI};
    if (ioctl(device, TUNSETIFF, &request) != 0) {
        give_up("wan0");
    }
    return device;
}

static void *take_packets(void *argument) {
    struct direction *link = argument;
    for (;;) {
        uint64_t tail = atomic_load_explicit(&link->tail, memory_order_relaxed);
        while (tail - atomic_load_explicit(&link->head, memory_order_acquire) >= WAITING) {
            pause_ns(100000);
        }
        struct packet *packet = &link->ring[tail % WAITING];
        ssize_t bytes = read(link->from, packet->content, PACKET_BYTES);
        if (bytes <= 0) {
            if (bytes < 0 && errno == EINTR) {
                continue;
            }
            give_up("read");
        }
        if (is_cut || (link->loss > 0 && next_random(link) < link->loss)) {
            link->lost++;
            continue;
        }
        uint64_t now = now_ns();
        uint64_t starts = link->wire_free_ns > now ? link->wire_free_ns : now;
        if (link->ns_per_byte > 0
                && (double)(starts - now) / link->ns_per_byte + (double)bytes > (double)link->queue_bytes) {
            link->overflowed++;
            continue;
        }
        link->wire_free_ns = starts + (uint64_t)((double)(bytes + FRAMING_BYTES) * link->ns_per_byte);
        packet->bytes = (uint16_t)bytes;
        packet->due_ns = link->wire_free_ns + link->delay_ns;
        link->packets++;
        link->bytes += (uint64_t)bytes;
        atomic_store_explicit(&link->tail, tail + 1, memory_order_release);
    }
    return NULL;
}

static void *deliver_packets(void *argument) {
    struct direction *link = argument;
    prctl(PR_SET_TIMERSLACK, 1000); /* ns; the default of 50 us would make bursts of four packets */
    for (;;) {
        uint64_t head = atomic_load_explicit(&link->head, memory_order_relaxed);
        if (head == atomic_load_explicit(&link->tail, memory_order_acquire)) {
            pause_ns(50000); /* nothing under way: whatever comes is due later than this */
            continue;
        }
        struct packet *packet = &link->ring[head % WAITING];
        uint64_t now = now_ns();
        if (packet->due_ns > now) {
            uint64_t wait = packet->due_ns - now;
            pause_ns(wait > 1000000 ? 1000000 : wait < 30000 ? 30000 : wait);
            continue;
        }
        if (is_cut || write(link->to, packet->content, packet->bytes) < 0) {
            link->unwritten++;
        }
        atomic_store_explicit(&link->head, head + 1, memory_order_release);
    }
    return NULL;
}

static void open_direction(struct direction *link, int from, int to, char **arguments, uint64_t seed) {
    double rate_mbit = atof(arguments[4]);
    link->from = from;
    link->to = to;
    link->delay_ns = (uint64_t)(atof(arguments[3]) * 1e6);
    link->ns_per_byte = rate_mbit > 0 ? 8e3 / rate_mbit : 0;
    link->loss = atof(arguments[5]) / 100;
    link->queue_bytes = (uint64_t)atoll(arguments[6]);
    link->random = seed;
    link->ring = calloc(WAITING, sizeof *link->ring); /* memory is used only as far as packets ever waited */
    if (link->ring == NULL) {
        give_up("ring");
    }
    pthread_t thread;
    if (pthread_create(&thread, NULL, take_packets, link) != 0
            || pthread_create(&thread, NULL, deliver_packets, link) != 0) {
        give_up("thread");
    }
}

static void write_statistics(const char *name, struct direction *links) {
    FILE *file = fopen(name, "w");
    if (file == NULL) {
        return;
    }
    const char *way[] = {"there", "back"};
    for (int i = 0; i < 2; i++) {
        fprintf(file, "%s packets=%lu bytes=%lu lost=%lu overflowed=%lu unwritten=%lu\n", way[i],
            (unsigned long)links[i].packets, (unsigned long)links[i].bytes, (unsigned long)links[i].lost,
            (unsigned long)links[i].overflowed, (unsigned long)links[i].unwritten);
    }
    fclose(file);
}

static void cut(int signal) {
    is_cut = signal == SIGUSR1;
}

int main(int count, char **arguments) {
    if (count != 8) {
        fputs("usage: wanlink NAMESPACE_A NAMESPACE_B DELAY_MS RATE_MBIT LOSS_PERCENT QUEUE_BYTES STATISTICS_FILE\n",
            stderr);
        return 2;
    }
    static struct direction links[2];
    struct sigaction action = {.sa_handler = cut, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
    /* A line is not slower when the hosts at its ends are busy. Where this is refused, the line is as slow as we are. */
    if (setpriority(PRIO_PROCESS, 0, -15) != 0) {
        perror("priority");
    }
    int a = make_device(arguments[1]);
    int b = make_device(arguments[2]);
    open_direction(&links[0], a, b, arguments, now_ns() | 1);
    open_direction(&links[1], b, a, arguments, now_ns() * 2654435761u | 1);
    puts("up");
    fflush(stdout);
    for (;;) {
        pause_ns(999999999);
        write_statistics(arguments[7], links);
    }
}
