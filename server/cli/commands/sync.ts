import { Option } from 'commander';
import type { Synced } from '../../export/mlflow/sync-mlflow.ts';
import type { CliCommand } from '../command.ts';
import { checkMetrics } from '../metric-option.ts';
import type { Session } from '../session.ts';
import { READING, withStorage } from '../with-storage.ts';
import { wordsOption } from '../words-option.ts';

interface Options {
  to: 'mlflow';
  experiment?: string;
  metric?: string[];
}

export const syncCommand: CliCommand = {
  define(program, run) {
    program
      .command('sync')
      .description('brings a sweep to an MLflow server, and what is new of it the next time')
      .usage('[options] <sweep> --to mlflow [url]')
      .argument('<sweep>', 'id, name, definition or "latest"')
      .argument('[url]', 'address of the server; default: MLFLOW_TRACKING_URI')
      .addOption(new Option('--to <service>', 'what it is brought to').choices(['mlflow']).makeOptionMandatory())
      .option('--experiment <name>', "the experiment there; default: the sweep's name")
      .option('--metric <names>', 'these alone, with commas between; default: all that are recorded', wordsOption)
      .action(run(sync));
  },
};

function sync(session: Session, what: string, url: string | undefined, options: Options): Promise<void> {
  const { output, json } = session;
  return withStorage(session, READING, async (storage) => {
    const { readAddress } = await import('../../export/mlflow/address.ts');
    const { MlflowClient } = await import('../../export/mlflow/client.ts');
    const { syncMlflow } = await import('../../export/mlflow/sync-mlflow.ts');
    const { findSweep } = await import('../../store/sweeps/find-sweep.ts');
    const { readSweep } = await import('../../store/reading/read-sweep.ts');
    const address = readAddress(url, process.env);
    const sweep = (await readSweep(storage, await findSweep(storage, what)))!;
    const { metric: metrics = null, experiment = null } = options;
    checkMetrics(metrics ?? [], sweep.plan.metrics, `sync ${what}`);
    const progress = new Progress(output.say);
    const synced = await syncMlflow(storage, sweep, new MlflowClient(address), {
      experiment,
      metrics,
      progress: (...state) => progress.tell(...state),
    });
    if (json) return output.json({ sweep: sweep.id, url: address.url, ...synced });
    for (const [ours, theirs] of Object.entries(synced.renamed)) output.say(`${ours} is called ${theirs} there`);
    output.say(summary(synced, sweep.id, `${address.url}/#/experiments/${synced.experiment}`));
  });
}

function summary({ runs, created, points, deleted, replaced }: Synced, sweep: string, place: string): string {
  const gone = deleted === 0 ? '' : `; ${count(deleted, 'run')} deleted there stay so`;
  const old = replaced === 0 ? '' : `; ${count(replaced, 'run')} there that the sweep has no more`;
  const sent = `${count(created, 'new run')}, ${count(points, 'new point')}`;
  return `${sweep} is at ${place}: ${count(runs, 'run')} (${sent})${gone}${old}`;
}

/** Says how far it is, every few seconds. */
class Progress {
  readonly #say: (text: string) => void;
  #next = Date.now() + EVERY_MS;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  tell(done: number, of: number, points: number): void {
    if (Date.now() < this.#next || done === of) return;
    this.#next = Date.now() + EVERY_MS;
    this.#say(`${done} of ${count(of, 'run')}, ${count(points, 'point')} sent`);
  }
}

const EVERY_MS = 3_000;

function count(number: number, what: string): string {
  return `${number.toLocaleString('en-US')} ${what}${number === 1 ? '' : 's'}`;
}
