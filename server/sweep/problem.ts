import { UserError } from './user-error.ts';

/** One mistake of a definition: its place, what was found there and what is wanted. */
export interface Problem {
  /**
   * JSON path, `parameters.alpha.values[1]`; for text that is not JSON `line 3, column 14`; empty for the file as a
   * whole.
   */
  path: string;
  message: string;
}

/** No message is longer for a key or a value than this. */
const MAX_SHOWN = 60;

/** The most problems that one message lists. */
const MAX_LISTED = 100;

/** `['parameters', 'loss.m', 'values', 1]` → `parameters["loss.m"].values[1]` */
export function toPath(parts: readonly PropertyKey[]): string {
  let path = '';
  for (const part of parts) {
    if (typeof part === 'number') path += `[${part}]`;
    else if (/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(String(part))) path += path === '' ? String(part) : `.${String(part)}`;
    else path += `[${toVisible(JSON.stringify(cut(String(part))))}]`;
  }
  return path;
}

/** A value as a message shows it: JSON, cut where it is long. */
export function toFound(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  return toVisible(cut(JSON.stringify(value)));
}

/** Controls and format characters as escapes: some of them turn what follows them around on the screen. */
export function toVisible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}

const cut = (text: string) => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 3)}…` : text);

/** All mistakes of one definition as one message: one line where there is one mistake, else a line for each. */
export function toMessage(attempted: string, problems: readonly Problem[]): string {
  const lines = listed(problems).map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return lines.length === 1
    ? `${attempted}: ${lines[0]}`
    : `${attempted}: ${problems.length} problems\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

/** The first problems, and how many more there are. */
function listed(problems: readonly Problem[]): readonly Problem[] {
  const more = problems.length - MAX_LISTED;
  return more > 0 ? [...problems.slice(0, MAX_LISTED), { path: '', message: `and ${more} more problems` }] : problems;
}

/**
 * A definition cannot be read or planned. `problems` holds the mistakes as data, for callers that do not want the text:
 * all of them, or the first hundred and how many more there are.
 */
export class DefinitionError extends UserError {
  override name = 'DefinitionError';
  readonly problems: readonly Problem[];

  /** @param attempted `Cannot plan sweep "switch-batch"` */
  constructor(attempted: string, problems: readonly Problem[]) {
    super(toMessage(attempted, problems));
    this.problems = listed(problems);
  }
}
