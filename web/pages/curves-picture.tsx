import { useMemo } from 'preact/hooks';
import type { Group, Picture } from '../../server/http/schemas/picture.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { ChartView } from '../chart/chart.tsx';
import type { Figure, LegendItem } from '../figure/figure.ts';
import { ExportMenu } from '../parts/export-menu.tsx';
import { FirstOf } from '../parts/first-of.tsx';
import { Legend } from '../parts/legend.tsx';
import { PointsDrawn } from '../parts/points-drawn.tsx';
import { ofGroup } from '../series/points-drawn.ts';
import { PICTURE_MARKS, toPicture, type PicturePanel } from '../series/pair-picture.ts';

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
  const items: LegendItem[] = [...drawn.legend, ...PICTURE_MARKS];
  return (
    <section class="card picture" aria-labelledby="answer">
      <div class="picture-head">
        <h2 id="answer">{picture.title}</h2>
        <ExportMenu
          figure={() => toFigure(picture.title, drawn.panels, items)}
          name={`${sweep.name}-${picture.metric.name.replaceAll('/', '-')}`}
        />
      </div>
      <Legend items={items} />
      <FirstOf items={drawn.panels} most={12} noun="panels">
        {(panels) => (
          <>
            <div class="panels">
              {panels.map(({ label, spec }) => (
                <figure key={label} class="panel">
                  <figcaption>{label}</figcaption>
                  <ChartView spec={spec} size="picture" />
                </figure>
              ))}
            </div>
            <PointsDrawn lines={groupsOf(picture, panels).map(ofGroup)} />
          </>
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

function groupsOf({ panels }: Picture, shown: readonly PicturePanel[]): Group[] {
  const labels = new Set(shown.map(({ label }) => label));
  return panels.filter(({ label }) => labels.has(label)).flatMap(({ groups }) => groups);
}

async function toFigure(title: string, panels: PicturePanel[], legend: LegendItem[]): Promise<Figure> {
  const { chartPanel } = await import('../figure/chart-panel.ts');
  return { title, panels: panels.map(({ label, spec }) => chartPanel(label, spec, 1.05)), legend };
}
