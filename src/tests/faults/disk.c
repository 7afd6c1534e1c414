/* A disk that fails: loaded before libc into a real server, it lets chosen calls on chosen files fail
 * as a full or broken disk does. Which, when and how often stands in a small file that the test
 * writes and this maps.
 *
 *   REGCRED_FAULTS     the file: six 64-bit numbers, see `struct orders`
 *   REGCRED_FAULTS_ON  only files whose path has this in it
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE = 1, FLUSH = 2, RESIZE = 4 };

struct orders {
  volatile uint64_t after; /* calls that still succeed, plus one; 0: none fails */
  volatile uint64_t times; /* how many fail then */
  volatile uint64_t error; /* with this errno */
  volatile uint64_t kinds; /* of these kinds */
  volatile uint64_t seen;  /* calls of these files so far */
  volatile uint64_t failed;
};

enum { FILES = 65536 };
static struct orders *orders;
static unsigned char watched[FILES];

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("REGCRED_FAULTS");
  int (*really_open)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
  int file = path ? really_open(path, O_RDWR | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *at = mmap(0, sizeof *orders, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (at != MAP_FAILED) orders = at;
}

static int opened(int file, const char *path) {
  const char *on = getenv("REGCRED_FAULTS_ON");
  if (file >= 0 && file < FILES) watched[file] = on && path && strstr(path, on) != 0;
  return file;
}

static int fails(int file, uint64_t kind) {
  if (!orders || file < 0 || file >= FILES || !watched[file]) return 0;
  __atomic_fetch_add(&orders->seen, 1, __ATOMIC_SEQ_CST);
  if (!(orders->kinds & kind)) return 0;
  for (;;) {
    uint64_t after = orders->after;
    if (after == 0) return 0;
    if (after == 1) break;
    if (__atomic_compare_exchange_n(&orders->after, &after, after - 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
      return 0;
  }
  for (;;) {
    uint64_t times = orders->times;
    if (times == 0) return 0;
    if (__atomic_compare_exchange_n(&orders->times, &times, times - 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
      break;
  }
  __atomic_fetch_add(&orders->failed, 1, __ATOMIC_SEQ_CST);
  errno = (int)orders->error;
  return 1;
}

#define REAL(type, name, ...) \
  static type (*really)(__VA_ARGS__); \
  if (!really) really = dlsym(RTLD_NEXT, #name)

#define OPENS(name) \
  int name(const char *path, int flags, ...) { \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = va_arg(rest, mode_t); \
    va_end(rest); \
    REAL(int, name, const char *, int, ...); \
    return opened(really(path, flags, mode), path); \
  }
OPENS(open)
OPENS(open64)

#define OPENS_AT(name) \
  int name(int folder, const char *path, int flags, ...) { \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = va_arg(rest, mode_t); \
    va_end(rest); \
    REAL(int, name, int, const char *, int, ...); \
    return opened(really(folder, path, flags, mode), path); \
  }
OPENS_AT(openat)
OPENS_AT(openat64)

int close(int file) {
  REAL(int, close, int);
  if (file >= 0 && file < FILES) watched[file] = 0;
  return really(file);
}

ssize_t write(int file, const void *bytes, size_t length) {
  REAL(ssize_t, write, int, const void *, size_t);
  return fails(file, WRITE) ? -1 : really(file, bytes, length);
}

#define WRITES_AT(name, offset) \
  ssize_t name(int file, const void *bytes, size_t length, offset at) { \
    REAL(ssize_t, name, int, const void *, size_t, offset); \
    return fails(file, WRITE) ? -1 : really(file, bytes, length, at); \
  }
WRITES_AT(pwrite, off_t)
WRITES_AT(pwrite64, off64_t)

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t at) {
  REAL(ssize_t, pwritev, int, const struct iovec *, int, off_t);
  return fails(file, WRITE) ? -1 : really(file, parts, count, at);
}

#define FLUSHES(name) \
  int name(int file) { \
    REAL(int, name, int); \
    return fails(file, FLUSH) ? -1 : really(file); \
  }
FLUSHES(fsync)
FLUSHES(fdatasync)

#define RESIZES(name, offset) \
  int name(int file, offset length) { \
    REAL(int, name, int, offset); \
    return fails(file, RESIZE) ? -1 : really(file, length); \
  }
RESIZES(ftruncate, off_t)
RESIZES(ftruncate64, off64_t)
