import type { ComponentChildren } from 'preact';
import type { RunDetail } from '../../server/http/schemas/run.ts';
import { aboutRun, useResource } from '../data/use-resource.ts';
import { formatMetric, learnMetrics, metricLabel } from '../format/metric.ts';
import { formatAmount, formatBytes, formatCount } from '../format/number.ts';
import { formatParameter, parameterLabel } from '../format/parameter.ts';
import { formatDuration } from '../format/time.ts';
import { usageLines } from '../format/usage.ts';
import { Facts, Moment } from '../parts/facts.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Marks } from '../parts/marks.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { Link } from '../routing/link.tsx';
import { RunCurves } from './run-curves.tsx';
import { RunDifference } from './run-difference.tsx';
import { RunLog } from './run-log.tsx';
import { RunEvaluation } from './run-evaluation.tsx';

export function RunPage({ id }: { id: string }) {
  const run = useResource<RunDetail>(`runs/${id}`, aboutRun(id));
  return (
    <Loaded resource={run} what={`run ${id}`} isPage>
      {(detail) => <Run run={detail} />}
    </Loaded>
  );
}

function Run({ run }: { run: RunDetail }) {
  learnMetrics(run.metricList);
  const sweep = run.sweeps[0];
  const carries = run.sweeps.length === 1;
  return (
    <>
      <header class="page-head">
        <p class="crumbs">
          <Link to="">Sweeps</Link>
          {sweep !== undefined && (
            <>
              {' '}
              /{' '}
              <Link to={`sweeps/${sweep.id}`} carries={carries}>
                {sweep.name}
              </Link>{' '}
              /{' '}
              <Link to={`sweeps/${sweep.id}/runs`} carries={carries}>
                Runs
              </Link>
            </>
          )}{' '}
          / {run.id}
        </p>
        <h1>
          {run.arm?.name ?? run.id}, seed {run.seed} <StateBadge state={run.state} />
        </h1>
        <Marks path={`runs/${run.id}`} what={`run ${run.id}`} mark={run.mark} />
        <p class="links">
          {run.controlRun !== null && run.controlRun !== run.id && (
            <Link to={`runs/${run.controlRun}`}>Its control, {run.controlRun}</Link>
          )}
          {sweep !== undefined && (
            <>
              {' '}
              <Link
                to={`sweeps/${sweep.id}/curves?arms=${sweep.arm}&pair=${sweep.arm}&pairSeed=${run.seed}`}
                carries={carries}
              >
                Curves
              </Link>
            </>
          )}
        </p>
      </header>
      {run.intraDead === true && (
        <p class="banner">The truncated term was 0 from N to the end: the intra-class phase never acted.</p>
      )}
      {run.error !== null && (
        <p class="banner banner-bad reason" role="alert">
          {run.error}
        </p>
      )}
      <RunCurves run={run} />
      <RunEvaluation run={run} />
      <div class="columns">
        <ValuesCard run={run} />
        <RecordCard run={run} />
        <StagesCard run={run} />
        <EnvironmentCard environment={run.environment} />
        <RunDifference run={run} />
        <RunLog run={run} />
        <section class="card wide">
          <h2>Configuration</h2>
          <p class="small quiet">Resolved: what was computed, defaults filled in.</p>
          {run.config === null ? (
            <p class="quiet">No sweep refers to this run any more.</p>
          ) : (
            <pre class="definition" tabIndex={0}>
              <code>{JSON.stringify(run.config, null, 2)}</code>
            </pre>
          )}
        </section>
      </div>
    </>
  );
}

function ValuesCard({ run }: { run: RunDetail }) {
  const metrics = Object.entries(run.metrics);
  return (
    <section class="card">
      <h2>Values</h2>
      {metrics.length === 0 ? (
        <p class="quiet">Nothing recorded yet.</p>
      ) : (
        <div class="scroll" tabIndex={0}>
          <table class="data">
            <thead>
              <tr>
                <th>Metric</th>
                <th class="number">Last</th>
                <th class="number">Best</th>
                <th class="number">at batch</th>
              </tr>
            </thead>
            <tbody>
              {metrics.map(([metric, { last, best, bestBatch }]) => (
                <tr key={metric}>
                  <td title={metric}>{metricLabel(metric)}</td>
                  <td class="number">{formatMetric(metric, last)}</td>
                  <td class="number">{formatMetric(metric, best)}</td>
                  <td class="number">{bestBatch === null ? '–' : formatCount(bestBatch)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function RecordCard({ run }: { run: RunDetail }) {
  const { training, evaluation } = run.durations;
  return (
    <section class="card">
      <h2>Record</h2>
      <Facts
        facts={[
          ...Object.entries(run.arm?.params ?? {}).map(([key, value]): [string, string] => [
            parameterLabel(key),
            formatParameter(value),
          ]),
          [
            'Batches',
            run.batch < run.batches
              ? `${formatCount(run.batch)} of ${formatCount(run.batches)}`
              : formatCount(run.batches),
          ],
          ['Diverged at batch', run.divergedBatch === null ? null : formatCount(run.divergedBatch)],
          ['Truncated term', run.intraDead === null ? null : run.intraDead ? 'dead: 0 from N to the end' : 'active'],
          ['Engine', run.engine],
          ['Device', run.device],
          ['Training', formatDuration(training)],
          ['Evaluation', formatDuration(evaluation)],
          ...usageLines(run.usage),
          ['Started', run.startedAt === null ? null : <Moment at={run.startedAt} />],
          ['Finished', run.finishedAt === null ? null : <Moment at={run.finishedAt} />],
          ['Data', run.dataFingerprint === null ? null : <code class="break">{run.dataFingerprint}</code>],
          ['Git commit', run.gitCommit === null ? null : <code class="break">{run.gitCommit}</code>],
          ['Signature', run.bits === null ? null : <code class="break">{run.bits}</code>],
          ...Object.entries(run.versions).map(([name, version]): [string, string] => [name, version]),
          ...run.sweeps.map(({ id, name, arm, armName }): [string, ComponentChildren] => [
            `In ${id}`,
            <>
              <Link to={`sweeps/${id}`} carries={run.sweeps.length === 1}>
                {name}
              </Link>
              , arm {arm}: {armName}
            </>,
          ]),
        ]}
      />
    </section>
  );
}

/** Folded: who wonders why a run came out as it did looks here. */
function EnvironmentCard({ environment }: { environment: RunDetail['environment'] }) {
  if (environment === null) return null;
  const { node, os, processor, cores, memory, packages, git } = environment;
  const state = git?.dirty === true ? ', with changes' : git?.dirty === false ? ', clean' : '';
  return (
    <section class="card wide">
      <details>
        <summary>
          <strong>Environment</strong>
        </summary>
        <Facts
          facts={[
            ['Node', node],
            ['System', os],
            ['Processor', `${processor}, ${formatAmount(cores, 'core')}`],
            ['Memory', formatBytes(memory)],
            ['Packages', packages === null ? null : <code class="break">{packages}</code>],
            ['Git', git === null ? null : `${git.commit}${state}`],
          ]}
        />
        {git !== null && git.diff !== null && git.diff !== '' && (
          <pre class="definition" tabIndex={0}>
            <code>{git.diff}</code>
          </pre>
        )}
      </details>
    </section>
  );
}

function StagesCard({ run }: { run: RunDetail }) {
  if (run.stages.length === 0) return null;
  const keys = Object.keys(run.stages[0]!.params);
  const takes = run.stages.some(({ taken }) => taken > 0);
  return (
    <section class="card wide">
      <h2>Stages</h2>
      <div class="scroll" tabIndex={0}>
        <table class="data">
          <thead>
            <tr>
              <th>Stage</th>
              <th class="number">From batch</th>
              <th class="number">to</th>
              <th class="number">Stored up to</th>
              {takes && (
                <th
                  class="number"
                  title="Batches that the trunk has trained already: as long as L2 stays within ε, they are the same"
                >
                  Taken from trunk
                </th>
              )}
              {keys.map((key) => (
                <th key={key} class="number" title={key}>
                  {parameterLabel(key)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {run.stages.map((stage) => (
              <tr key={stage.id}>
                <td>{stage.id}</td>
                <td class="number">{formatCount(stage.from)}</td>
                <td class="number">{formatCount(stage.to)}</td>
                <td class="number">{formatCount(stage.batch)}</td>
                {takes && <td class="number">{formatCount(stage.taken)}</td>}
                {keys.map((key) => (
                  <td key={key} class="number">
                    {formatParameter(stage.params[key])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
