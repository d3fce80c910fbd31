import { relative } from 'node:path';
import { plural } from '../report/number-format.ts';
import { shellWord } from './shell-word.ts';

interface WrittenPart {
  file: string;
  db: string;
  seeds: readonly number[];
}

/** The lines that train the parts of a split definition, each of them anywhere, and the line that merges them. */
export function linesToRun(parts: readonly WrittenPart[], merged: string, arms: number): string {
  const lines = parts.map(
    ({ file, db, seeds }) =>
      `cosweep run ${word(file)} --db ${word(db)}  # ${listed(seeds)}, ${plural(seeds.length * arms, 'run')}`,
  );
  return [...lines, `cosweep merge ${word(merged)} ${parts.map(({ db }) => word(db)).join(' ')}`].join('\n');
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
