import { useState } from 'preact/hooks';
import type { ConfusedClasses, ConfusionMatrix, EvaluatedPart } from '../../server/http/schemas/evaluation.ts';
import type { RunDetail } from '../../server/http/schemas/run.ts';
import { useResource } from '../data/use-resource.ts';
import { formatCount } from '../format/number.ts';
import { BatchSlider } from '../parts/batch-slider.tsx';
import { ConfusedPairs } from '../parts/confused-pairs.tsx';
import { ConfusionTable } from '../parts/confusion-table.tsx';
import { Select } from '../parts/field.tsx';
import { Loaded } from '../parts/loaded.tsx';

const parts: { value: EvaluatedPart; label: string }[] = [
  { value: 'val', label: 'validation' },
  { value: 'test', label: 'test' },
];

/** Which classes are taken for which, in the validation part and, at the end of a run, in the test part. */
export function RunConfusion({ run }: { run: RunDetail }) {
  const [part, setPart] = useState<EvaluatedPart>('val');
  const [chosen, setChosen] = useState(Infinity);
  const batchesOf = (has: 'confusion' | 'testConfusion'): number[] =>
    run.evaluations.filter((evaluation) => evaluation[has]).map(({ batch }) => batch);
  const isTested = batchesOf('testConfusion').length > 0;
  const shown = isTested ? part : 'val';
  const batches = batchesOf(shown === 'test' ? 'testConfusion' : 'confusion');
  if (batches.length === 0) return null;
  // Until the reader chooses, the page stays on the newest evaluation of a run that trains.
  const place = Math.min(chosen, batches.length - 1);
  return (
    <div class="panel">
      <h3>Confusion matrix at batch {formatCount(batches[place]!)}</h3>
      <div class="chart-tools">
        {isTested && (
          <Select
            label="Part"
            value={part}
            options={parts}
            onChange={(value) => setPart(value === 'test' ? 'test' : 'val')}
          />
        )}
        <BatchSlider label="Evaluation" batches={batches} place={place} onChoose={setChosen} />
      </div>
      <Evaluated run={run} query={`batch=${batches[place]!}&part=${shown}`} />
    </div>
  );
}

function Evaluated({ run: { id, classes }, query }: { run: RunDetail; query: string }) {
  const matrix = useResource<ConfusionMatrix>(`runs/${id}/confusion?${query}`);
  const confused = useResource<ConfusedClasses>(`runs/${id}/confused?${query}`);
  return (
    <>
      <Loaded resource={matrix} what="the confusion matrix">
        {({ counts }) => <ConfusionTable counts={counts} classes={classes} />}
      </Loaded>
      <Loaded resource={confused} what="the most confused pairs">
        {(value) => <ConfusedPairs confused={value} classes={classes} />}
      </Loaded>
    </>
  );
}
