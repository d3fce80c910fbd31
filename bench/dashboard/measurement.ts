export interface Measurement {
  /** The database: a, b or c. */
  database: string;
  what: string;
  figure: number;
  goal: number;
  unit: 'ms' | 'MB' | 'kB';
}

export function toLine({ database, what, figure, goal, unit }: Measurement): string {
  const cells = [`${figure.toFixed(0)} ${unit}`, `goal ${goal} ${unit}`].map((cell) => cell.padStart(14));
  return `${database}  ${what.padEnd(38)}${cells.join('')}   ${figure <= goal ? 'met' : 'MISSED'}`;
}
