/* A disk as slow as many are: adds 2 ms to every fsync and fdatasync of the process that preloads this. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>

static int later(const char *name, int descriptor) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    usleep(2000);
    return real(descriptor);
}

int fsync(int descriptor) { return later("fsync", descriptor); }

int fdatasync(int descriptor) { return later("fdatasync", descriptor); }
