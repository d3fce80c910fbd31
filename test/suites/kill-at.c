/*
 * Preloaded into a program: counts the system calls by which data become lasting, and kills the program with SIGKILL
 * before the one with the number KILL_AT. Writes how many there were to the file KILL_COUNT when the program ends. The
 * workers of the program are left alone: only a process whose command line holds KILL_IN counts.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int counts, limit, calls;

__attribute__((constructor)) static void begin(void) {
  char line[4096] = {0};
  int file = open("/proc/self/cmdline", O_RDONLY);
  ssize_t size = read(file, line, sizeof line - 1);
  close(file);
  for (ssize_t i = 0; i < size; i++)
    if (!line[i]) line[i] = ' ';
  const char *in = getenv("KILL_IN"), *at = getenv("KILL_AT");
  counts = in && strstr(line, in) != NULL;
  limit = at ? atoi(at) : 0;
}

__attribute__((destructor)) static void end(void) {
  const char *path = getenv("KILL_COUNT");
  FILE *file = counts && path ? fopen(path, "w") : NULL;
  if (!file) return;
  fprintf(file, "%d", calls);
  fclose(file);
}

static void count(void) {
  if (counts && __sync_add_and_fetch(&calls, 1) == limit) kill(getpid(), SIGKILL);
}

#define LAST(name, parameters, arguments)                         \
  int name parameters {                                           \
    static int(*real) parameters;                                 \
    if (!real) real = (int(*) parameters)dlsym(RTLD_NEXT, #name); \
    count();                                                      \
    return real arguments;                                        \
  }

LAST(fsync, (int file), (file))
LAST(fdatasync, (int file), (file))
LAST(ftruncate, (int file, off_t size), (file, size))
LAST(ftruncate64, (int file, off64_t size), (file, size))
LAST(rename, (const char *from, const char *to), (from, to))
LAST(unlink, (const char *path), (path))
