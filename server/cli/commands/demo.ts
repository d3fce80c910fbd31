import { join, resolve } from 'node:path';
import type { CliCommand } from '../command.ts';
import type { Companion, Companions } from '../companions.ts';
import { launcher } from '../launcher.ts';
import type { Verdict } from '../../report/verdict/verdict.ts';
import { projectFolder } from '../../training/project-folder.ts';
import type { Session } from '../session.ts';

/** What the demo's sweep is called, in its file too. */
const NAME = 'demo';

export const demoCommand: CliCommand = {
  define(program, run) {
    program
      .command('demo')
      .description(
        'trains a small sweep with the dashboard live and prints its table; ' +
          'in demo.db of the current folder, made anew each time, unless --db names another',
      )
      .action(run((session) => demo(session, resolve(program.opts<{ db?: string }>().db ?? 'demo.db'))));
  },
};

/**
 * In a terminal the dashboard stays until Ctrl-C; elsewhere all ends with the table. A sweep that was interrupted or
 * that failed ends it with its exit code.
 */
async function demo({ output, json }: Session, db: string): Promise<number> {
  const { companions } = await import('../companions.ts');
  const { freshDemo } = await import('../fresh-demo.ts');
  freshDemo(db, NAME);
  const { start } = companions();
  const cosweep: Companions['start'] = (args, onOutput) => start(launcher(db, ...args), onOutput);
  const say = (text: string) => json || output.data(text);

  const dashboard = await serve(cosweep);
  say(`\nDashboard: ${dashboard.url}\nTraining sweeps/${NAME}.json; the dashboard shows it live.\n`);
  const run = await cosweep(['--json', 'run', join(projectFolder(), 'sweeps', `${NAME}.json`)]).ended;
  if (run.status !== 0) return end(dashboard, run.status);
  const summary = JSON.parse(run.printed.trim().split('\n').at(-1)!) as Summary;

  const table = await cosweep(['export', 'latest', '--format', json ? 'json' : output.columns === null ? 'md' : 'text'])
    .ended;
  if (table.status !== 0) return end(dashboard, table.status);
  const shown = await cosweep(['--json', 'show', 'latest']).ended;
  if (shown.status !== 0) return end(dashboard, shown.status);
  const { id, answer } = JSON.parse(shown.printed) as { id: string; answer: Verdict };
  if (json) output.json({ db, run: summary, table: JSON.parse(table.printed) as unknown, answer });
  const { answerText } = await import('../answer.ts');
  say(`\n${table.printed}\n${answerText(answer, id)}\n\n${toText(summary, db)}`);
  if (!process.stdout.isTTY) return end(dashboard, 0);

  say(`\nThe dashboard stays at ${dashboard.url}; Ctrl-C ends it.`);
  await dashboard.ended;
  return 0;
}

interface Dashboard extends Companion {
  url: string;
}

/** Resolves as soon as the dashboard can be opened. */
function serve(cosweep: Companions['start']): Promise<Dashboard> {
  return new Promise((resolve, reject) => {
    const server = cosweep(['--json', 'serve'], (printed) => {
      if (printed.endsWith('\n')) resolve({ ...server, url: (JSON.parse(printed) as { url: string }).url });
    });
    server.ended.then(
      ({ status }) => reject(new Error(`The dashboard ended with status ${status} (see above)`)),
      reject,
    );
  });
}

async function end(dashboard: Dashboard, status: number): Promise<number> {
  await dashboard.stop();
  return status;
}

/** Of what `run --json` prints. */
interface Summary {
  engine: string;
  seconds: number;
}

function toText({ engine, seconds }: Summary, db: string): string {
  return (
    `Trained in ${Math.round(seconds)} s by the engine ${engine}.\n` +
    `More from this database: npx cosweep --db ${db} --help`
  );
}
