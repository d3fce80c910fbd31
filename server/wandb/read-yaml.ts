import { isMap, LineCounter, parseDocument } from 'yaml';
import { type Problem, toVisible } from '../sweep/problem.ts';

/**
 * Reads YAML as W&B does, which is YAML 1.1: `yes` is true, and `<<` merges. A whole number is a bigint, so that 1 is
 * told from 1.0, which W&B takes for another kind of range.
 */
export function readYaml(text: string): { value: Record<string, unknown> } | { problem: Problem } {
  try {
    const lines = new LineCounter();
    const document = parseDocument(text, { version: '1.1', intAsBigInt: true, lineCounter: lines });
    const [error] = document.errors;
    if (error !== undefined) {
      const { line, col } = lines.linePos(error.pos[0]);
      return { problem: { path: `line ${line}, column ${col}`, message: firstLine(error.message) } };
    }
    if (!isMap(document.contents)) return { problem: wantedKeys };
    return { value: document.toJS() as Record<string, unknown> };
  } catch (error) {
    // Aliases of aliases that would fill the memory, or more levels than the stack has.
    return { problem: { path: '', message: firstLine((error as Error).message) } };
  }
}

const wantedKeys: Problem = {
  path: '',
  message: "found no keys, wanted a sweep of W&B's: program, method, metric, parameters",
};

/** The parser goes on with a picture of the place. */
function firstLine(message: string): string {
  return `it is no YAML: ${toVisible(message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, ''))}`;
}
