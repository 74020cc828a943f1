/* A disk that loses power: what was written and not synced is not on it afterwards.
 *
 * Loaded before libc (LD_PRELOAD). Of every file below DRILL_DATA it keeps a second one below
 * DRILL_DURABLE, which takes over what was written only when the program calls fsync or fdatasync on
 * the file. After a kill, DRILL_DURABLE is what a machine would find when its power is back. Names of
 * files (created, renamed, removed) are kept at once, as a journalling file system keeps their order.
 *
 * With DRILL_WITHOUT_FSYNC set, the disk lies: it says that it has synced, and has not.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FILES 64
#define MOST_DESCRIPTORS 4096

struct range { off_t from, to; };

struct file {
    char name[PATH_MAX];   /* below DRILL_DATA; empty: unused */
    int original;          /* opened for reading, and never closed: that would drop SQLite's locks */
    int durable;
    struct range *unsynced;
    size_t count, room;
};

static struct file files[MOST_FILES];
static struct file *of_descriptor[MOST_DESCRIPTORS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char data[PATH_MAX], durable[PATH_MAX];
static int without_fsync;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void stop(const char *what) {
    fprintf(stderr, "power cut: %s\n", what);
    abort();
}

__attribute__((constructor)) static void begin(void) {
    const char *from = getenv("DRILL_DATA"), *to = getenv("DRILL_DURABLE");
    if (!from || !to) stop("DRILL_DATA and DRILL_DURABLE say which folders");
    snprintf(data, sizeof data, "%s/", from);
    snprintf(durable, sizeof durable, "%s/", to);
    without_fsync = getenv("DRILL_WITHOUT_FSYNC") != NULL;
}

/* The name below the data folder, or NULL. The index of the write-ahead log is memory, not disk. */
static const char *below(const char *path) {
    size_t length = strlen(data), end = strlen(path);
    if (strncmp(path, data, length) != 0 || path[length] == 0) return NULL;
    if (end > 4 && strcmp(path + end - 4, "-shm") == 0) return NULL;
    return path + length;
}

static struct file *named(const char *name) {
    for (int i = 0; i < MOST_FILES; i++)
        if (strcmp(files[i].name, name) == 0) return &files[i];
    return NULL;
}

static void opened(int descriptor, const char *path) {
    const char *name = below(path);
    if (descriptor < 0 || !name) return;
    if (descriptor >= MOST_DESCRIPTORS) stop("too many descriptors");
    struct stat status;
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return;
    pthread_mutex_lock(&lock);
    struct file *file = named(name);
    if (!file) {
        file = named("");
        if (!file) stop("too many files");
        char copy[2 * PATH_MAX];
        snprintf(copy, sizeof copy, "%s%s", durable, name);
        snprintf(file->name, sizeof file->name, "%s", name);
        file->original = REAL(open)(path, O_RDONLY | O_CLOEXEC);
        file->durable = REAL(open)(copy, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        file->count = 0;
        if (file->original < 0 || file->durable < 0) stop("a file cannot be followed");
    }
    of_descriptor[descriptor] = file;
    pthread_mutex_unlock(&lock);
}

static struct file *followed(int descriptor) {
    return descriptor >= 0 && descriptor < MOST_DESCRIPTORS ? of_descriptor[descriptor] : NULL;
}

static void written(int descriptor, off_t from, ssize_t length) {
    struct file *file = followed(descriptor);
    if (!file || length <= 0) return;
    pthread_mutex_lock(&lock);
    if (file->count == file->room) {
        file->room = file->room ? 2 * file->room : 64;
        file->unsynced = realloc(file->unsynced, file->room * sizeof *file->unsynced);
        if (!file->unsynced) stop("no memory");
    }
    file->unsynced[file->count++] = (struct range){from, from + length};
    pthread_mutex_unlock(&lock);
}

static void synced(int descriptor) {
    struct file *file = followed(descriptor);
    if (!file || without_fsync) return;
    pthread_mutex_lock(&lock);
    static char block[1 << 16];
    for (size_t i = 0; i < file->count; i++) {
        for (off_t at = file->unsynced[i].from; at < file->unsynced[i].to;) {
            size_t wanted = (size_t)(file->unsynced[i].to - at);
            if (wanted > sizeof block) wanted = sizeof block;
            ssize_t length = REAL(pread)(file->original, block, wanted, at);
            if (length <= 0) break; /* cut off since */
            if (REAL(pwrite)(file->durable, block, (size_t)length, at) != length) stop("disk full");
            at += length;
        }
    }
    file->count = 0;
    struct stat status;
    if (fstat(file->original, &status) == 0 && REAL(ftruncate)(file->durable, status.st_size) != 0)
        stop("a file cannot be cut off");
    pthread_mutex_unlock(&lock);
}

static void forgotten(const char *path, const char *now) {
    const char *name = below(path), *other = now ? below(now) : NULL;
    if (!name) return;
    char copy[2 * PATH_MAX], target[2 * PATH_MAX];
    snprintf(copy, sizeof copy, "%s%s", durable, name);
    pthread_mutex_lock(&lock);
    struct file *replaced = other ? named(other) : NULL;
    if (replaced) replaced->name[0] = 0;
    struct file *file = named(name);
    if (other) {
        snprintf(target, sizeof target, "%s%s", durable, other);
        REAL(rename)(copy, target);
        if (file) snprintf(file->name, sizeof file->name, "%s", other);
    } else {
        REAL(unlink)(copy);
        if (file) file->name[0] = 0;
    }
    pthread_mutex_unlock(&lock);
}

#define OPEN(function) \
    int function(const char *path, int flags, ...) { \
        va_list rest; \
        va_start(rest, flags); \
        mode_t mode = va_arg(rest, mode_t); \
        va_end(rest); \
        int descriptor = REAL(function)(path, flags, mode); \
        opened(descriptor, path); \
        return descriptor; \
    }
OPEN(open)
OPEN(open64)

#define OPEN_AT(function) \
    int function(int folder, const char *path, int flags, ...) { \
        va_list rest; \
        va_start(rest, flags); \
        mode_t mode = va_arg(rest, mode_t); \
        va_end(rest); \
        int descriptor = REAL(function)(folder, path, flags, mode); \
        opened(descriptor, path); \
        return descriptor; \
    }
OPEN_AT(openat)
OPEN_AT(openat64)

int close(int descriptor) {
    if (followed(descriptor)) of_descriptor[descriptor] = NULL;
    return REAL(close)(descriptor);
}

#define PWRITE(function, offset) \
    ssize_t function(int descriptor, const void *bytes, size_t count, offset at) { \
        ssize_t length = REAL(function)(descriptor, bytes, count, at); \
        written(descriptor, (off_t)at, length); \
        return length; \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t write(int descriptor, const void *bytes, size_t count) {
    ssize_t length = REAL(write)(descriptor, bytes, count);
    if (followed(descriptor) && length > 0)
        written(descriptor, lseek(descriptor, 0, SEEK_CUR) - length, length);
    return length;
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    ssize_t length = REAL(writev)(descriptor, parts, count);
    if (followed(descriptor) && length > 0)
        written(descriptor, lseek(descriptor, 0, SEEK_CUR) - length, length);
    return length;
}

int fsync(int descriptor) {
    int result = REAL(fsync)(descriptor);
    if (result == 0) synced(descriptor);
    return result;
}

int fdatasync(int descriptor) {
    int result = REAL(fdatasync)(descriptor);
    if (result == 0) synced(descriptor);
    return result;
}

int unlink(const char *path) {
    int result = REAL(unlink)(path);
    if (result == 0) forgotten(path, NULL);
    return result;
}

int rename(const char *path, const char *now) {
    int result = REAL(rename)(path, now);
    if (result == 0) forgotten(path, now);
    return result;
}
