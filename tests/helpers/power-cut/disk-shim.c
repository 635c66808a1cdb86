/*
 * Preloaded into a process that writes a store: logs what the system is told of the store and of its log, in order with
 * what the process acknowledged, and makes a chosen call fail or be its last. The log is read by images.ts.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE = 1, TRUNCATE, SYNC, UNLINK, CREATE, SAID, INDEX };
enum { NONE, STORE, WAL, FOLDER, SHM };
enum { MAX_FD = 4096, INDEX_BYTES = 136 };

struct head {
  uint8_t kind, file, unused[2];
  uint32_t length;
  uint64_t at;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint8_t files[MAX_FD];
static char names[SHM + 1][4096];
static int journal = -1, shm = -1;
static int fault = 0;
static long first = -1, last = -1, calls = 0;

static void record(int kind, int file, uint64_t at, const void *bytes, uint32_t length) {
  if (journal < 0) return;
  struct head head = {.kind = kind, .file = file, .length = length, .at = at};
  struct iovec parts[2] = {{&head, sizeof head}, {(void *)bytes, length}};
  pthread_mutex_lock(&lock);
  if (syscall(SYS_writev, journal, parts, length > 0 ? 2 : 1) < 0) abort();
  pthread_mutex_unlock(&lock);
}

/* The wal-index lies in shared memory, which the system writes to the disk whenever it likes. */
static void record_index(void) {
  char bytes[INDEX_BYTES];
  if (shm >= 0 && syscall(SYS_pread64, shm, bytes, sizeof bytes, 0) == sizeof bytes)
    record(INDEX, SHM, 0, bytes, sizeof bytes);
}

static int fails(int file) {
  if (file != STORE && file != WAL) return 0;
  long call = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
  if (fault == 0 || call < first || call > last) return 0;
  if (fault == -SIGKILL) raise(SIGKILL);
  errno = fault;
  return 1;
}

static int file_of(const char *path) {
  for (int file = STORE; file <= SHM; file += 1)
    if (names[file][0] != 0 && strcmp(path, names[file]) == 0) return file;
  return NONE;
}

static int kind_of(int fd) { return fd >= 0 && fd < MAX_FD ? files[fd] : NONE; }

__attribute__((constructor)) static void begin(void) {
  const char *folder = getenv("PAPHOS_DISK_FOLDER"), *log = getenv("PAPHOS_DISK_LOG"), *failing = getenv("PAPHOS_DISK_FAULT");
  if (folder == NULL) return;
  snprintf(names[STORE], sizeof names[STORE], "%s/store.db", folder);
  snprintf(names[WAL], sizeof names[WAL], "%s/store.db-wal", folder);
  snprintf(names[SHM], sizeof names[SHM], "%s/store.db-shm", folder);
  snprintf(names[FOLDER], sizeof names[FOLDER], "%s", folder);
  if (log != NULL) journal = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (failing != NULL && sscanf(failing, "%d %ld %ld", &fault, &first, &last) != 3) abort();
}

/* Says how many calls there were, so that a test can choose among them. */
__attribute__((destructor)) static void end(void) {
  const char *log = getenv("PAPHOS_DISK_CALLS");
  int out = log == NULL ? -1 : open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (out >= 0) dprintf(out, "%ld", calls);
}

static int opened(int fd, const char *path, int existed) {
  if (fd < 0 || fd >= MAX_FD) return fd;
  files[fd] = file_of(path);
  if (files[fd] == SHM) shm = fd;
  if (!existed && (files[fd] == STORE || files[fd] == WAL)) record(CREATE, files[fd], 0, NULL, 0);
  return fd;
}

#define OPEN(name, real_flags)                                                     \
  int name(const char *path, int flags, ...) {                                     \
    va_list rest;                                                                  \
    va_start(rest, flags);                                                         \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;        \
    va_end(rest);                                                                  \
    int existed = syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;               \
    int failed = errno;                                                            \
    int fd = syscall(SYS_openat, AT_FDCWD, path, flags | real_flags, mode);        \
    if (fd >= 0) errno = failed;                                                   \
    return opened(fd, path, existed);                                              \
  }
OPEN(open, 0)
OPEN(open64, O_LARGEFILE)

int close(int fd) {
  if (fd >= 0 && fd < MAX_FD) files[fd] = NONE;
  if (fd == shm) shm = -1;
  return syscall(SYS_close, fd);
}

static ssize_t written(int fd, uint64_t at, const void *bytes, ssize_t count) {
  if (count > 0 && kind_of(fd) != NONE) record(WRITE, kind_of(fd), at, bytes, count);
  return count;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  if (fails(kind_of(fd))) return -1;
  return written(fd, at, bytes, syscall(SYS_pwrite64, fd, bytes, count, at));
}
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) { return pwrite64(fd, bytes, count, at); }

ssize_t write(int fd, const void *bytes, size_t count) {
  if (fails(kind_of(fd))) return -1;
  ssize_t done = syscall(SYS_write, fd, bytes, count);
  if (fd == STDOUT_FILENO && done > 0) {
    record_index();
    record(SAID, NONE, 0, bytes, done);
  }
  if (kind_of(fd) != NONE && done > 0) return written(fd, syscall(SYS_lseek, fd, 0, SEEK_CUR) - done, bytes, done);
  return done;
}

int ftruncate64(int fd, off64_t size) {
  if (fails(kind_of(fd))) return -1;
  int result = syscall(SYS_ftruncate, fd, size);
  if (result == 0 && kind_of(fd) != NONE && kind_of(fd) != SHM) record(TRUNCATE, kind_of(fd), size, NULL, 0);
  return result;
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int synced(int fd, int call) {
  if (fails(kind_of(fd))) return -1;
  int result = syscall(call, fd);
  if (result == 0 && kind_of(fd) != NONE) {
    record(SYNC, kind_of(fd), 0, NULL, 0);
    record_index();
  }
  return result;
}
int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

int unlink(const char *path) {
  int result = syscall(SYS_unlink, path);
  if (result == 0 && (file_of(path) == STORE || file_of(path) == WAL)) record(UNLINK, file_of(path), 0, NULL, 0);
  return result;
}
