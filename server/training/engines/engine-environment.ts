/**
 * For glibc, of which others take no notice. A batch's activations are megabytes each, freed and asked for again in every step. In huge pages
 * the processor finds them faster, which is 2 to 4 % of a step; kept by the process, they need not be blanked by the system each time.
 */
const MALLOC = 'glibc.malloc.hugetlb=1:glibc.malloc.trim_threshold=1073741824:glibc.malloc.mmap_threshold=1073741824';

/** The environment of a process that is to open an engine: this one's own, with what is read when a process starts. */
export function engineEnvironment(own: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const tunables = own['GLIBC_TUNABLES'] ?? '';
  if (tunables.includes('glibc.malloc.')) return own; // the user knows better
  return { ...own, GLIBC_TUNABLES: [tunables, MALLOC].filter(Boolean).join(':') };
}
