import { useMemo } from 'preact/hooks';
import type { ProbeReport, ProbeTrunk } from '../../server/http/schemas/probe.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { ChartView } from '../chart/chart.tsx';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { formatAmount, formatCount, formatExact, formatNumber } from '../format/number.ts';
import { FirstOf } from '../parts/first-of.tsx';
import { Legend } from '../parts/legend.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Message } from '../parts/message.tsx';
import { SweepFrame } from '../parts/sweep-frame.tsx';
import { Link } from '../routing/link.tsx';
import {
  betaLegend,
  countWords,
  epsilonLegend,
  sameWords,
  spreadWords,
  toQuantileChart,
  toRatioChart,
  verdictWords,
} from '../series/probe.ts';
import { isProbing } from '../series/probe-standing.ts';
import { ProbeStanding } from './probe-standing.tsx';

export function ProbePage({ id }: { id: string }) {
  return (
    <SweepFrame id={id} page="probe">
      {(sweep) => <Probe sweep={sweep} />}
    </SweepFrame>
  );
}

/** What the trunks say about the arms: a forecast before the arms are trained, an explanation afterwards. */
function Probe({ sweep }: { sweep: SweepDetail }) {
  const probe = useResource<ProbeReport>(`sweeps/${sweep.id}/probe`, aboutSweep(sweep.id));
  return (
    <Loaded resource={probe} what="the probe">
      {(report) => (
        <>
          <ProbeStanding sweep={sweep} />
          {report.trunks.length === 0 ? (
            <Message kind="empty" title="No trunk to look at">
              <p>No arm of this sweep has the intra-class phase.</p>
            </Message>
          ) : (
            <Findings report={report} sweep={sweep} />
          )}
        </>
      )}
    </Loaded>
  );
}

function Findings({ report, sweep }: { report: ProbeReport; sweep: SweepDetail }) {
  return (
    <>
      {!isProbing(sweep) &&
        report.notes.map((note) => (
          <p key={note} class="banner">
            {note}
          </p>
        ))}
      <ArmsCard report={report} sweep={sweep} />
      <FirstOf items={report.trunks} most={8} noun="trunks">
        {(trunks) => trunks.map((trunk, index) => <TrunkCard key={index} trunk={trunk} report={report} />)}
      </FirstOf>
    </>
  );
}

function ArmsCard({ report, sweep }: { report: ProbeReport; sweep: SweepDetail }) {
  const { arms, weakRatio } = report;
  const striking = arms.filter(({ verdict, weak, sameAs }) => verdict === 'dead' || weak === true || sameAs !== null);
  return (
    <section class="card">
      <h2>Arms</h2>
      <p class="numbers">{countWords(arms, weakRatio)}</p>
      {striking.length > 0 && (
        <details class="more">
          <summary>
            The {formatAmount(striking.length, 'arm')} that would be dead, weak, or the same as a neighbour
          </summary>
          <FirstOf items={striking} most={60} noun="arms">
            {(shown) => (
              <div class="scroll" tabIndex={0}>
                <table class="data findings">
                  <thead>
                    <tr>
                      <th>Arm</th>
                      <th>Term</th>
                      <th class="number">Gradient ratio</th>
                      <th>Would be</th>
                    </tr>
                  </thead>
                  <tbody>
                    {shown.map((arm) => (
                      <tr key={arm.arm}>
                        <td>
                          <Link to={`sweeps/${sweep.id}/runs?arm=${arm.arm}`}>{arm.name}</Link>
                        </td>
                        <td>{verdictWords(arm)}</td>
                        <td class="number">
                          {formatNumber(arm.ratio, 3)}
                          {arm.weak === true && <span class="tag">weak</span>}
                        </td>
                        <td>{sameWords(arm)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </FirstOf>
        </details>
      )}
    </section>
  );
}

function TrunkCard({ trunk, report: { window, weakRatio } }: { trunk: ProbeTrunk; report: ProbeReport }) {
  const quantiles = useMemo(() => toQuantileChart(trunk), [trunk]);
  const ratios = useMemo(() => toRatioChart(trunk, weakRatio), [trunk, weakRatio]);
  return (
    <section class="card">
      <h2>Trunk {trunk.name}</h2>
      <p class="small quiet">
        {formatCount(trunk.end)} batches, shared by {formatAmount(trunk.arms, 'arm')};{' '}
        {trunk.seeds.length === 0
          ? 'no seed is trained to its end'
          : `means over ${trunk.seeds.length === 1 ? 'seed' : 'seeds'} ${trunk.seeds.join(', ')}`}
        .
      </p>
      <div class="panels panels-wide">
        {quantiles !== null && (
          <figure class="panel">
            <figcaption>
              L2 around every N <span class="quiet">5 to 95 %, 25 to 75 %, median, largest</span>
            </figcaption>
            <Legend
              items={[
                { label: `at most ${window} batches before N`, ink: 'control', look: 'dot' },
                { label: 'from N on', ink: 0, look: 'dot' },
                ...epsilonLegend(trunk).map((entry) => ({ ...entry, look: 'dashed' as const })),
              ]}
            />
            <ChartView spec={quantiles} size="medium" />
          </figure>
        )}
        {ratios !== null && (
          <figure class="panel">
            <figcaption>
              Gradient ratio at the features <span class="quiet">median before N; lowest to highest seed</span>
            </figcaption>
            <Legend
              items={[
                ...betaLegend(trunk).map((entry) => ({ ...entry, look: 'dot' as const })),
                { label: `under about ${weakRatio} no effect was found`, ink: 'control', look: 'dashed' },
              ]}
            />
            <ChartView spec={ratios} size="medium" />
          </figure>
        )}
      </div>
      {trunk.candidates.some(({ epsilons }) => epsilons.length > 0) && <VerdictTable trunk={trunk} />}
    </section>
  );
}

function VerdictTable({ trunk }: { trunk: ProbeTrunk }) {
  const rows = trunk.candidates.flatMap(({ N, epsilons }) => epsilons.map((each) => ({ N, ...each })));
  return (
    <FirstOf items={rows} most={60} noun="rows">
      {(shown) => (
        <div class="scroll" tabIndex={0}>
          <table class="data findings">
            <thead>
              <tr>
                <th class="number">N</th>
                <th class="number">ε</th>
                <th>Term on the trunk</th>
                <th class="number">Live batches</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((row) => (
                <tr key={`${row.N}/${row.epsilon}`}>
                  <td class="number">{formatCount(row.N)}</td>
                  <td class="number">{formatExact(row.epsilon)}</td>
                  <td>{verdictWords(row)}</td>
                  <td class="number">{spreadWords(row.liveShare, true)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </FirstOf>
  );
}
