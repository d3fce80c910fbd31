import { join } from 'node:path';
import { startAnsweringThread } from '../start-answering-thread.ts';
import { doctorAsker } from '../ask-doctor.ts';
import type { CliCommand } from '../command.ts';
import { openBrowser } from '../open-browser.ts';
import { projectFolder } from '../../training/project-folder.ts';
import type { Session } from '../session.ts';
import { SIGNAL_EXIT_CODES, waitForSignal } from '../signals.ts';
import { spawnRun } from '../spawn-run.ts';
import { wholeOption } from '../number-options.ts';

interface Options {
  port: number;
  host: string;
  basePath: string;
  allowHost: string[];
  open?: true;
}

export const serveCommand: CliCommand = {
  define(program, run) {
    program
      .command('serve')
      .description('the dashboard and the API')
      .option('--port <port>', 'the port to listen on; if it is taken, the next free one', wholeOption(0, 65_535), 7070)
      .option(
        '--host <address>',
        'the address to listen on; other machines need the token that is printed (or COSWEEP_TOKEN)',
        '127.0.0.1',
      )
      .option('--base-path <path>', 'the path that a proxy serves the dashboard under, such as /cosweep', '')
      .option('--allow-host <name...>', 'a further host name that the server may be addressed by', [])
      .option('--open', 'open the dashboard in the browser')
      .action(run(serve));
  },
};

/** Serves until a signal ends it. Requests that are being answered then are finished first. */
async function serve({ output, db, json }: Session, options: Options): Promise<number> {
  const { openStorage } = await import('../../store/database/storage.ts');
  const { startServer } = await import('../../http/server.ts');
  const { planText } = await import('../plan-text.ts');
  const storage = await openStorage({ file: db, create: true });
  try {
    const stopped = waitForSignal();
    const server = await startServer({
      context: {
        storage,
        actions: {
          startRun: async (sweepId) =>
            output.say(`${sweepId}: training in a process of its own, log in ${await spawnRun(db, sweepId)}`),
          plan: planText,
          doctor: doctorAsker(db),
        },
      },
      startThread: (kind) => startAnsweringThread(db, kind),
      webFolder: join(projectFolder(), 'dist', 'web'),
      host: options.host,
      port: options.port,
      basePath: options.basePath,
      allowHosts: options.allowHost,
      token: process.env['COSWEEP_TOKEN'] || null,
      report: (error) =>
        output.complain(
          `${error instanceof Error ? error.stack : String(error)}\nThis is a bug of Cosweep, not a mistake of yours.`,
        ),
    });
    if (options.port !== 0 && server.port !== options.port)
      output.complain(`Port ${options.port} is taken: serving on port ${server.port} instead`);
    if (json) output.json({ url: server.url, port: server.port, token: server.token, db });
    else output.data(`Dashboard: ${server.url}\nDatabase: ${db}\nCtrl-C ends it.`);
    if (options.open === true) openBrowser(server.url);

    const signal = await stopped;
    output.say('Ending: new requests are refused, requests at work are finished.');
    await server.close();
    return SIGNAL_EXIT_CODES[signal];
  } finally {
    await storage.close();
  }
}
