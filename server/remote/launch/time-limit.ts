/**
 * So long before its limit a worker is to be done by itself: a tenth of the limit, but neither less nor more than this,
 * in seconds.
 */
const [LEAST_MARGIN, MOST_MARGIN] = [150, 600];

/** sbatch's own options: `--time=4:00:00`, `--time 4:00:00`, `-t 4:00:00`, `-t4:00:00`. The last one counts. */
export function findTimeLimit(options: readonly string[]): number | null {
  const found = options.flatMap((option, i) => {
    if (option === '--time' || option === '-t') return [options[i + 1] ?? ''];
    const [, text] = /^(?:--time=|-t)(.+)$/s.exec(option) ?? [];
    return text === undefined ? [] : [text];
  });
  return found.length === 0 ? null : parseTimeLimit(found.at(-1)!);
}

/**
 * Slurm's forms: minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes and
 * days-hours:minutes:seconds.
 *
 * @returns seconds; null where it is none of these (UNLIMITED)
 */
function parseTimeLimit(text: string): number | null {
  const [, days, rest] = /^(?:(\d+)-)?(\d+(?::\d+){0,2})$/.exec(text) ?? [];
  if (rest === undefined) return null;
  const parts = rest.split(':').map(Number);
  const [hours, minutes, seconds] = days === undefined ? (parts.length === 3 ? parts : [0, ...parts]) : parts;
  return Number(days ?? 0) * 86_400 + hours! * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
}

/** How long a worker may begin stages within a limit, as `--for` takes it; null where the limit is too short. */
export function workFor(limit: number): string | null {
  const margin = Math.min(MOST_MARGIN, Math.max(LEAST_MARGIN, Math.round(limit / 10)));
  const seconds = limit - margin;
  if (seconds <= 0) return null;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return [hours, ...[minutes, seconds % 60].map((part) => String(part).padStart(2, '0'))].join(':');
}
