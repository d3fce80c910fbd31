import { isMap, LineCounter, parseDocument, type ScalarTag } from 'yaml';
import { type Problem, toVisible } from '../sweep/problem.ts';
import { isObject } from './findings.ts';

/**
 * Reads YAML as W&B does, which is YAML 1.1 as PyYAML has it: `yes` is true, `y` is a text, and `<<` merges. Keys are
 * texts, so that a parameter can be called `on`. A whole number is a bigint, so that 1 is told from 1.0, which W&B
 * takes for another kind of range.
 */
export function readYaml(text: string): { value: Record<string, unknown> } | { problem: Problem } {
  try {
    const lines = new LineCounter();
    const document = parseDocument(text, {
      version: '1.1',
      intAsBigInt: true,
      stringKeys: true,
      customTags: (tags) => [TEXT_OF_PYTHON, ...tags],
      lineCounter: lines,
    });
    const [error] = document.errors;
    if (error !== undefined) {
      const { line, col } = lines.linePos(error.pos[0]);
      return { problem: { path: `line ${line}, column ${col}`, message: firstLine(error.message) } };
    }
    if (!isMap(document.contents)) return { problem: WANTED_KEYS };
    const value = document.toJS() as Record<string, unknown>;
    const endless = findEndless(value, new Set());
    return endless === null ? { value } : { problem: { path: '', message: endless } };
  } catch (error) {
    // Aliases of aliases that would fill the memory, or more levels than the stack has.
    return { problem: { path: '', message: firstLine((error as Error).message) } };
  }
}

/**
 * What YAML 1.1 has for a boolean or a number, and PyYAML for a text: y and n, 08 and 0:30, a dot or e5 without digits.
 * Of 1e-3, which PyYAML takes for a text too, people mean the number.
 */
const TEXT_OF_PYTHON: ScalarTag = {
  tag: 'tag:yaml.org,2002:str',
  default: true,
  test: /^(?:[yYnN]|[-+]?0[\d_]*[89][\d_]*|[-+]?0[\d_]*(?::[0-5]?\d)+|[-+]?\._*(?:[eE][-+]?\d+)?|[-+]?[eE][-+]?\d+)$/,
  resolve: (text) => text,
};

const WANTED_KEYS: Problem = {
  path: '',
  message: "found no keys, wanted a sweep of W&B's: program, method, metric, parameters",
};

/** The parser goes on with a picture of the place. */
function firstLine(message: string): string {
  return `it is no YAML: ${toVisible(message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, ''))}`;
}

/** Whatever reads the sweep goes down it level by level. */
const MAX_LEVELS = 100;

/** An anchor can hold its own alias. */
function findEndless(value: unknown, above: Set<unknown>): string | null {
  if (!Array.isArray(value) && !isObject(value)) return null;
  if (above.has(value)) return 'it is no YAML that can be read: it contains itself';
  if (above.size === MAX_LEVELS) return `it is no YAML that can be read: it has more than ${MAX_LEVELS} levels`;
  above.add(value);
  for (const inner of Object.values(value)) {
    const endless = findEndless(inner, above);
    if (endless !== null) return endless;
  }
  above.delete(value);
  return null;
}
