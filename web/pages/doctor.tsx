import { useState } from 'preact/hooks';
import type {
  CardReport,
  DatabaseReport,
  DatasetReport,
  DoctorKept,
  DoctorResponse,
  EngineReport,
} from '../../server/http/schemas/doctor.ts';
import { useResource } from '../data/use-resource.ts';
import { formatAmount, formatBytes, formatNumber } from '../format/number.ts';
import { Facts, Moment } from '../parts/facts.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { PostButton } from '../parts/post-button.tsx';

export function DoctorPage() {
  const kept = useResource<DoctorKept>('doctor');
  const [measured, setMeasured] = useState<DoctorKept | null>(null);
  return (
    <>
      <header class="page-head">
        <h1>Doctor</h1>
        <p class="lead">What works on the machine of this server. For the rest: why not, and what to do.</p>
      </header>
      <Loaded resource={measured === null ? kept : { value: measured, error: null, loading: false }} what="the report">
        {({ measuredAt, report }) => (
          <>
            <p class="controls">
              <PostButton<DoctorKept> path="doctor" kind="primary" then={setMeasured}>
                {report === null ? 'Examine this machine' : 'Examine it again'}
              </PostButton>
              <span class="small">
                Every engine is tried, which takes a while.
                {measuredAt !== null && (
                  <>
                    {' '}
                    Last examined <Moment at={measuredAt} />.
                  </>
                )}
              </span>
            </p>
            {report !== null && <Report report={report} />}
          </>
        )}
      </Loaded>
    </>
  );
}

function Report({ report }: { report: DoctorResponse }) {
  return (
    <div class="columns">
      <section class="card wide">
        <h2>Engines</h2>
        <div class="panels">
          {report.engines.map((engine) => (
            <EngineView key={engine.name} engine={engine} />
          ))}
        </div>
      </section>
      <section class="card">
        <h2>Data sets</h2>
        {report.datasets.map((dataset) => (
          <DatasetView key={dataset.name} dataset={dataset} />
        ))}
      </section>
      <section class="card">
        <h2>Database</h2>
        <DatabaseView database={report.database} />
      </section>
    </div>
  );
}

function EngineView({ engine }: { engine: EngineReport }) {
  return (
    <article class="panel checked">
      <h3>
        {engine.name} <Works yes={engine.works} />
      </h3>
      <Facts
        facts={[
          ['Device', engine.device],
          ['Training step', engine.stepMs === null ? null : `${formatNumber(engine.stepMs, 3)} ms`],
          [
            'Loss cases',
            engine.lossCases === null ? null : `${engine.lossCases.passed} of ${engine.lossCases.cases} passed`,
          ],
          ['Signature', engine.bits === null ? null : <code class="break">{engine.bits}</code>],
          ...Object.entries(engine.versions).map(([name, version]): [string, string] => [name, version]),
        ]}
      />
      <Trouble reason={engine.reason} remedy={engine.remedy ?? engine.hint} />
      {(engine.cards.length > 1 || engine.cards.some(({ works }) => !works)) && <Cards cards={engine.cards} />}
    </article>
  );
}

/** Numbered as `--device` takes them. */
function Cards({ cards }: { cards: CardReport[] }) {
  return (
    <>
      <h4>Cards</h4>
      <ol start={0} class="small">
        {cards.map(({ device, works, stepMs, reason, remedy }) => (
          <li key={device}>
            {device} <Works yes={works} />
            {stepMs !== null && <> {formatNumber(stepMs, 3)} ms a training step</>}
            <Trouble reason={reason} remedy={remedy} />
          </li>
        ))}
      </ol>
    </>
  );
}

function DatasetView({ dataset }: { dataset: DatasetReport }) {
  return (
    <article class="checked">
      <h3>
        {dataset.name} <Works yes={dataset.available} />
      </h3>
      {dataset.where.length > 0 && (
        <ul class="small places">
          {dataset.where.map((place) => (
            <li key={place}>
              <code>{place}</code>
            </li>
          ))}
        </ul>
      )}
      <Trouble reason={null} remedy={dataset.remedy} />
    </article>
  );
}

function DatabaseView({ database }: { database: DatabaseReport }) {
  return (
    <article class="checked">
      <h3>
        <code class="break">{database.path}</code> <Works yes={database.works} />
      </h3>
      <Facts
        facts={[
          ['Schema', database.schema],
          ['Size', database.bytes === null ? null : formatBytes(database.bytes)],
          [
            'Holds',
            database.sweeps === null || database.runs === null
              ? null
              : `${formatAmount(database.sweeps, 'sweep')}, ${formatAmount(database.runs, 'run')}`,
          ],
        ]}
      />
      <Trouble reason={database.reason} remedy={database.remedy} />
    </article>
  );
}

function Works({ yes }: { yes: boolean }) {
  return <span class={yes ? 'works' : 'works works-not'}>{yes ? '✓ works' : '✕ not here'}</span>;
}

function Trouble({ reason, remedy }: { reason: string | null; remedy: string | null }) {
  return (
    <>
      {reason !== null && <p class="small reason">{reason}</p>}
      {remedy !== null && (
        <p class="small reason">
          <strong>What to do:</strong> {remedy}
        </p>
      )}
    </>
  );
}
