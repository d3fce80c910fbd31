/**
 * Settings of glibc's malloc; other C libraries do not read them. A batch's activations are megabytes each, and every
 * step frees them and asks for them again. In huge pages the processor finds them faster. Activations of up to 32 MB
 * stay with the process; glibc takes no more than that here.
 */
const MALLOC = 'glibc.malloc.hugetlb=1:glibc.malloc.trim_threshold=1073741824:glibc.malloc.mmap_threshold=33554432';

/**
 * The environment of a process that trains: this process's own, with the settings that are read when a process starts.
 */
export function engineEnvironment(own: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const tunables = own['GLIBC_TUNABLES'] ?? '';
  const isChosen = tunables.includes('glibc.malloc.') || Object.keys(own).some((name) => name.startsWith('MALLOC_'));
  return isChosen ? own : { ...own, GLIBC_TUNABLES: [tunables, MALLOC].filter(Boolean).join(':') };
}
