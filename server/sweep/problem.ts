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

/** `['parameters', 'loss.m', 'values', 1]` → `parameters["loss.m"].values[1]` */
export function toPath(parts: readonly PropertyKey[]): string {
  let path = '';
  for (const part of parts) {
    if (typeof part === 'number') path += `[${part}]`;
    else if (/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(String(part))) path += path === '' ? String(part) : `.${String(part)}`;
    else path += `[${JSON.stringify(String(part))}]`;
  }
  return path;
}

/** A value as a message shows it: JSON, cut where it is long. */
export function toFound(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** All mistakes of one definition as one message: one line where there is one mistake, else a line for each. */
export function toMessage(attempted: string, problems: readonly Problem[]): string {
  const lines = problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return lines.length === 1
    ? `${attempted}: ${lines[0]}`
    : `${attempted}: ${lines.length} problems\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

/**
 * A definition cannot be read or planned. `problems` holds every mistake as data, for callers that do not want the
 * text.
 */
export class DefinitionError extends UserError {
  override name = 'DefinitionError';
  readonly problems: readonly Problem[];

  /** @param attempted `Cannot plan sweep "switch-batch"` */
  constructor(attempted: string, problems: readonly Problem[]) {
    super(toMessage(attempted, problems));
    this.problems = problems;
  }
}
