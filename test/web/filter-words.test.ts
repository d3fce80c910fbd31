import { describe, expect, it } from 'vitest';
import { FLAGS, NUMBERS, OTHERS, TEXTS } from '../../server/sweep/filter/filter-words.ts';
import { completions, filterOf, FIXED_WORDS } from '../../web/series/filter-words.ts';

describe('words of filters', () => {
  it('are those that the server reads', () => {
    expect([...FIXED_WORDS].sort()).toEqual([...FLAGS, ...NUMBERS, ...OTHERS, ...TEXTS, 'and', 'not', 'or'].sort());
  });

  it('complete the last word, not what is in quotes', () => {
    const words = ['beta', 'batch', 'last(val/accuracy)', 'and'];
    expect(completions('be', words)).toEqual(['beta']);
    expect(completions('beta > 0.1 and la', words)).toEqual(['beta > 0.1 and last(val/accuracy)']);
    expect(completions('last(val/a', words)).toEqual(['last(val/accuracy)']);
    expect(completions('tag = "be', words)).toEqual([]);
    expect(completions('beta > 0.1 ', words)).toEqual(words.map((word) => `beta > 0.1 ${word}`));
  });
});

describe('the filter of an address', () => {
  const of = (text: string) => filterOf(new URLSearchParams(text));
  it('is the written one, and the choices of links', () => {
    expect(of('filter=beta+%3E+0')).toBe('beta > 0');
    expect(of('arm=3&seed=1')).toBe('arm = 3 and seed = 1');
    expect(of('state=failed,diverged&filter=beta+%3E+0')).toBe(
      '(beta > 0) and (state = "failed" or state = "diverged")',
    );
    expect(of('q=beta+0.2')).toBe('arm ~ "beta 0.2"');
    expect(of('page=2')).toBe('');
  });
});
