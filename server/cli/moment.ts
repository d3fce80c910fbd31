/** A time as the terminal shows it: here, with the offset from UTC, to the minute, as `2026-11-29 18:33 +01:00`. */
export function toMoment(time: Date): string {
  const minutes = -time.getTimezoneOffset();
  const here = new Date(time.getTime() + minutes * 60_000).toISOString().slice(0, 16).replace('T', ' ');
  const two = (count: number): string => String(Math.floor(count)).padStart(2, '0');
  const offset = Math.abs(minutes);
  return `${here} ${minutes < 0 ? '-' : '+'}${two(offset / 60)}:${two(offset % 60)}`;
}
