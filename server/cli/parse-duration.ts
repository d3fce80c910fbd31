import { InvalidArgumentError } from 'commander';

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Milliseconds of `3:50:00` (hours, minutes, seconds), `1-00:00:00` (with days), `90m` or `30` (seconds). */
export function parseDuration(text: string): number {
  const clock = /^(?:(\d+)-)?(\d+):([0-5]?\d)(?::([0-5]?\d))?$/.exec(text);
  const short = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text);
  const seconds = clock ? ofClock(clock) : short ? Number(short[1]) * UNITS[short[2] || 's']! : NaN;
  if (seconds > 0 && seconds < 1e8) return 1000 * seconds;
  throw new InvalidArgumentError(
    'Want a time like 3:50:00 (hours, minutes, seconds), 90m, 2h, or a number of seconds.',
  );
}

function ofClock([, days = '0', hours, minutes, seconds = '0']: RegExpExecArray): number {
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
}
