/**
 * For glibc's malloc; other libraries do not read it. A batch's activations are megabytes each, freed and asked for
 * again in every step: in huge pages the processor finds them faster, and up to 32 MB, more than which glibc does not
 * take here, they stay with the process.
 */
const MALLOC = 'glibc.malloc.hugetlb=1:glibc.malloc.trim_threshold=1073741824:glibc.malloc.mmap_threshold=33554432';

/** The environment of a process that trains: this one's own, with what is read when a process starts. */
export function engineEnvironment(own: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const tunables = own['GLIBC_TUNABLES'] ?? '';
  const isChosen = tunables.includes('glibc.malloc.') || Object.keys(own).some((name) => name.startsWith('MALLOC_'));
  return isChosen ? own : { ...own, GLIBC_TUNABLES: [tunables, MALLOC].filter(Boolean).join(':') };
}
