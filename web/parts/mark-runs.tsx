import { useState } from 'preact/hooks';
import type { Mark, MarkRequest } from '../../server/http/schemas/mark.ts';
import type { RunRow } from '../../server/http/schemas/run.ts';
import { post } from '../data/api.ts';
import { formatAmount } from '../format/number.ts';

/** Tags or stars all of the chosen runs with one press, and says what came of it. */
export function MarkRuns({ runs }: { runs: readonly RunRow[] }) {
  const [tag, setTag] = useState('');
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const mark = async (request: MarkRequest, deed: string): Promise<void> => {
    setBusy(true);
    const found = await markAll(runs, request, deed);
    setOutcome(found);
    if (!found.failed && request.add) setTag('');
    setBusy(false);
  };
  return (
    <>
      <form
        class="tag-field"
        onSubmit={(event) => {
          event.preventDefault();
          void mark({ add: [tag] }, `tagged “${tag.trim()}”`);
        }}
      >
        <input
          type="text"
          aria-label="Tag for the chosen runs"
          placeholder="a tag"
          maxLength={64}
          value={tag}
          onInput={(event) => setTag(event.currentTarget.value)}
        />
        <button type="submit" disabled={busy || tag.trim() === ''}>
          Tag
        </button>
      </form>
      <button type="button" disabled={busy} onClick={() => void mark({ star: true }, 'starred')}>
        Star
      </button>
      {outcome !== null && (
        <span class={outcome.failed ? 'problem' : 'quiet'} role={outcome.failed ? 'alert' : 'status'}>
          <bdi>{outcome.text}</bdi>
        </span>
      )}
    </>
  );
}

interface Outcome {
  failed: boolean;
  text: string;
}

/** One after the other up to the first refusal: the others would be refused for the same reason. */
async function markAll(runs: readonly RunRow[], request: MarkRequest, deed: string): Promise<Outcome> {
  let done = 0;
  try {
    for (const { id } of runs) {
      await post<Mark>(`runs/${id}/mark`, request);
      done += 1;
    }
    return { failed: false, text: `${formatAmount(done, 'run')} ${deed}.` };
  } catch (problem) {
    return {
      failed: true,
      text: `${done} of ${formatAmount(runs.length, 'run')} ${deed}. ${(problem as Error).message}`,
    };
  }
}
