import { relative } from 'node:path';
import { MOST_PARTS } from '../store/merging/part.ts';
import { plural } from '../report/number-format.ts';
import { shellWord } from '../remote/shell-word.ts';

interface WrittenPart {
  file: string;
  db: string;
  seeds: readonly number[];
}

/** The lines that train the parts of a split definition, each of them anywhere, and those that merge them. */
export function linesToRun(parts: readonly WrittenPart[], merged: string, arms: number): string {
  const lines = parts.map(
    ({ file, db, seeds }) =>
      `cosweep run ${word(file)} --db ${word(db)}  # ${listed(seeds)}, ${plural(seeds.length * arms, 'run')}`,
  );
  const groups = Array.from({ length: Math.ceil(parts.length / MOST_PARTS) }, (_, i) =>
    parts.slice(i * MOST_PARTS, (i + 1) * MOST_PARTS),
  );
  const merging = groups.map((some) => `cosweep merge ${word(merged)} ${some.map(({ db }) => word(db)).join(' ')}`);
  return [...lines, ...merging].join('\n');
}

/** As the user would write it here. */
function word(path: string): string {
  const near = relative('', path);
  return shellWord(near.startsWith('..') ? path : near);
}

const MOST_LISTED = 6;

function listed(seeds: readonly number[]): string {
  const some = seeds.slice(0, MOST_LISTED).join(', ');
  return `${seeds.length === 1 ? 'seed' : 'seeds'} ${some}${seeds.length > MOST_LISTED ? ', …' : ''}`;
}
