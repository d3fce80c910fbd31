import { type Problem, toFound } from '../problem.ts';

const MAX_NAME = 100;

/** Controls, format characters (those that change the direction of writing too), line ends, half characters. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** What is wrong with a name that people read in tables and type into a command line. */
export function problemsOfName(name: string, path: string): Problem[] {
  if (name.trim() !== name || name.length > MAX_NAME || /[\n\r]/.test(name))
    return [
      {
        path,
        message:
          `found ${toFound(name)}, ` +
          `wanted at most ${MAX_NAME} characters without line breaks and without spaces around them`,
      },
    ];
  const hidden = HIDDEN.exec(name);
  return hidden === null
    ? []
    : [
        {
          path,
          message:
            `found ${toFound(name)}, wanted a name without control and format characters, ` +
            `which ${toFound(hidden[0])} is`,
        },
      ];
}
