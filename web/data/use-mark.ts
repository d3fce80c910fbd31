import { useEffect, useState } from 'preact/hooks';
import type { Mark, MarkRequest } from '../../server/http/schemas/mark.ts';
import { post } from './api.ts';

export interface OwnMark {
  mark: Mark;
  /** Why the last change was refused. */
  error: string | null;
  /** @returns whether it was stored */
  change(request: MarkRequest): Promise<boolean>;
}

/**
 * A mark that can be changed. What the server answered is shown at once, until the page's own copy says something else.
 *
 * @param path of what is marked: `sweeps/s3`, `sweeps/s3/arms/17`, `runs/r41`
 */
export function useMark(path: string, given: Mark): OwnMark {
  const [answered, setAnswered] = useState<{ mark: Mark; before: string } | null>(null);
  const [error, setError] = useState<string | null>(null);
  const before = JSON.stringify(given);
  // Somebody else may change it back to what it was here before.
  useEffect(() => setAnswered(null), [before]);
  return {
    mark: answered !== null && answered.before === before ? answered.mark : given,
    error,
    change: (request) =>
      post<Mark>(`${path}/mark`, request).then(
        (mark) => {
          setAnswered({ mark, before });
          setError(null);
          return true;
        },
        (problem: Error) => {
          setError(problem.message);
          return false;
        },
      ),
  };
}
