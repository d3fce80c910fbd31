import { existsSync, readFileSync } from 'node:fs';

/**
 * What oneDNN may be kept to here (`ONEDNN_MAX_CPU_ISA`) so that it has fewer instructions than the processor, and
 * computes other bits; null where the processor is none that it knows fewer for.
 */
export const fewerInstructions = ((): string | null => {
  const flags = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  if (/\bavx512f\b/.test(flags)) return 'AVX2';
  return /\bavx\b/.test(flags) ? 'SSE41' : null;
})();
