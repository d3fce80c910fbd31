import { useMemo, useState } from 'preact/hooks';
import type { Picture } from '../../server/http/schemas/picture.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { ChartView } from '../chart/chart.tsx';
import { downloadPng, downloadSvg, type Figure } from '../chart/export-figure.ts';
import { FirstOf } from '../parts/first-of.tsx';
import { Legend, type LegendItem } from '../parts/legend.tsx';
import { toPicture } from '../series/pair-picture.ts';

/** The picture that answers the question: its title is the answer. */
export function PictureSection({
  picture,
  sweep,
  late,
}: {
  picture: Picture | null;
  sweep: SweepDetail;
  late: boolean;
}) {
  const drawn = useMemo(() => (picture === null ? null : toPicture(picture, late)), [picture, late]);
  if (picture === null || drawn === null) {
    return (
      <section class="card">
        <h2>With and without the intra-class phase</h2>
        <p class="quiet">No pair has been evaluated yet.</p>
      </section>
    );
  }
  const items: LegendItem[] = [...drawn.legend, ...explanations];
  const figure: Figure = { title: picture.title, panels: drawn.panels, legend: drawn.legend };
  return (
    <section class="card picture" aria-labelledby="answer">
      <div class="picture-head">
        <h2 id="answer">{picture.title}</h2>
        <ExportButtons figure={figure} name={`${sweep.name}-${picture.metric.name.replaceAll('/', '-')}`} />
      </div>
      <Legend items={items} />
      <FirstOf items={drawn.panels} most={12} noun="panels">
        {(panels) => (
          <div class="panels">
            {panels.map(({ label, spec }) => (
              <figure key={label} class="panel">
                <figcaption>{label}</figcaption>
                <ChartView spec={spec} size="picture" />
              </figure>
            ))}
          </div>
        )}
      </FirstOf>
      <p class="small quiet">
        Thin lines: one per seed, with − without. Bold: their mean with Student's 95 % interval by batch. At the right
        of each panel the final differences per seed, their mean and interval (unadjusted). Below: the truncated
        intra-class term and the intra-class cosine, means over seeds.
      </p>
    </section>
  );
}

const explanations: LegendItem[] = [
  { label: "control's spread over seeds (± sd)", ink: 'faint', look: 'shade' },
  { label: 'interval leaves zero for good', ink: 'control', look: 'tick' },
  { label: 'truncated term dead on every seed', ink: 'control', look: 'hatch' },
];

function ExportButtons({ figure, name }: { figure: Figure; name: string }) {
  const [error, setError] = useState<string | null>(null);
  const save = (download: (figure: Figure, name: string) => Promise<void>) => (): void => {
    setError(null);
    download(figure, name).catch((problem: Error) => setError(`Cannot export the picture: ${problem.message}`));
  };
  return (
    <div class="actions">
      <button type="button" onClick={save(downloadSvg)}>
        SVG
      </button>
      <button type="button" onClick={save(downloadPng)}>
        PNG
      </button>
      {error !== null && (
        <span class="problem" role="alert">
          {error}
        </span>
      )}
    </div>
  );
}
