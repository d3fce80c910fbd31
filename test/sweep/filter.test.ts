import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type FilteredRun, passes } from '../../server/sweep/filter/filter.ts';
import type { FilterVocabulary } from '../../server/sweep/filter/filter-words.ts';
import { parseFilter } from '../../server/sweep/filter/parse-filter.ts';
import { parseRunColumn } from '../../server/sweep/filter/run-column.ts';

interface WrittenRun {
  id: string;
  arm: number;
  armName: string;
  params: Record<string, number | string | null>;
  seed: number;
  state: string;
  seconds?: number;
  error?: string;
  note?: string;
  tags: string[];
  starred?: boolean;
  control?: boolean;
  last?: number;
  best?: number;
  delta?: number;
}

const { runs, good, bad } = JSON.parse(readFileSync(new URL('../fixtures/filters.json', import.meta.url), 'utf8')) as {
  runs: WrittenRun[];
  good: [string, string[]][];
  bad: [string, string][];
};

const vocabulary: FilterVocabulary = {
  parameters: { alpha: 'number', beta: 'number', N: 'number', 'loss.truncation': 'text' },
  own: [{ name: 'val/ece', better: 'lower', when: 'evaluation', unit: null }],
};

/** As the store would give it; every metric but val/ece has the same numbers. */
function toRun({ id, arm, armName, params, seed, state, tags, ...rest }: WrittenRun): FilteredRun {
  const is = (name: string) => name === state;
  return {
    params,
    arm,
    armName,
    numbers: { seed, seconds: rest.seconds ?? null, batch: 0, batches: 40 },
    texts: {
      state,
      engine: 'wasm',
      device: null,
      error: rest.error ?? null,
      note: rest.note ?? null,
      run: id,
      ablation: null,
    },
    flags: {
      waiting: is('waiting'),
      running: is('running'),
      complete: is('complete'),
      failed: is('failed'),
      diverged: is('diverged'),
      cancelled: is('cancelled'),
      control: rest.control === true,
      starred: rest.starred === true,
      reused: false,
      dead: false,
    },
    tags,
    metric: (which, name) => (name === 'val/ece' ? null : (rest[which] ?? null)),
  };
}

describe('a filter of runs', () => {
  it.each(good)('%s', (text, wanted) => {
    const parsed = parseFilter(text, vocabulary);
    if ('problem' in parsed) throw new Error(parsed.problem);
    expect(runs.filter((run) => passes(parsed.filter, toRun(run))).map(({ id }) => id)).toEqual(wanted);
  });

  it.each(bad)('refuses %s', (text, problem) => {
    expect(parseFilter(text, vocabulary)).toMatchObject({ problem });
  });

  it('says where the mistake is', () => {
    expect(parseFilter('beta > 0.3 and tg = "x"', vocabulary)).toMatchObject({ at: 15, length: 2 });
    expect(parseFilter('beta > ', vocabulary)).toMatchObject({ at: 7, length: 0 });
  });

  it('is of a bounded length and depth', () => {
    expect(parseFilter('('.repeat(900), vocabulary)).toMatchObject({ problem: expect.stringContaining('levels') });
    expect(parseFilter('not '.repeat(200), vocabulary)).toMatchObject({ problem: expect.stringContaining('levels') });
    expect(parseFilter('beta > 0 or '.repeat(100), vocabulary)).toMatchObject({
      problem: expect.stringContaining('at most 1000 characters'),
    });
  });
});

describe('a column of runs', () => {
  it('has one key however it is written', () => {
    const keyOf = (text: string) => {
      const parsed = parseRunColumn(text, vocabulary);
      return 'column' in parsed ? parsed.column.key : parsed.problem;
    };
    expect(['β', 'seed', 'last(val/accuracy)', 'last:val/accuracy', 'delta( val/ece )'].map(keyOf)).toEqual([
      'beta',
      'seed',
      'last:val/accuracy',
      'last:val/accuracy',
      'delta:val/ece',
    ]);
    expect(keyOf('val_acc')).toBe('found "val_acc", wanted a column — did you mean last(val/accuracy)?');
    expect(keyOf('last(val/acuracy)')).toContain('did you mean "val/accuracy"?');
    expect(keyOf('sed')).toContain('did you mean "seed"?');
  });
});
