import { dirname, join } from 'node:path';
import type { Storage } from '../../store/database/storage.ts';
import { explainFileError, fileReason } from '../../sweep/file-error.ts';
import { OutsideError, UserError } from '../../sweep/user-error.ts';
import { startAnsweringProcess } from '../start-answering-process.ts';
import { doctorAsker } from '../ask-doctor.ts';
import type { CliCommand } from '../command.ts';
import { openBrowser } from '../open-browser.ts';
import { projectFolder } from '../../training/project-folder.ts';
import type { Session } from '../session.ts';
import { SIGNAL_EXIT_CODES, waitForSignal } from '../signals.ts';
import { spawnRun } from '../spawn-run.ts';
import { withStorage } from '../with-storage.ts';
import { wholeOption } from '../number-options.ts';

interface Options {
  port: number;
  host: string;
  basePath: string;
  allowHost: string[];
  token: boolean;
  open?: true;
  readOnly?: true;
  allowPrograms?: true;
}

export const serveCommand: CliCommand = {
  define(program, run) {
    program
      .command('serve')
      .description('the dashboard and the API')
      .option('--port <port>', 'the port to listen on; if it is taken, the next free one', wholeOption(0, 65_535), 7070)
      .option(
        '--host <address>',
        'the address to listen on; every request needs the token that is printed (or COSWEEP_TOKEN)',
        '127.0.0.1',
      )
      .option('--base-path <path>', 'the path that a proxy serves the dashboard under, such as /cosweep', '')
      .option('--allow-host <name...>', 'a further host name that the server may be addressed by', [])
      .option('--no-token', 'ask for no token: every account of this machine can then start training as you')
      .option('--open', 'open the dashboard in the browser')
      .option('--read-only', 'change nothing: neither the database, nor its schema, nor by a request')
      .option(
        '--allow-programs',
        "let whoever has the token start users' own programs: a definition is then a command line",
      )
      .action(run(serve));
  },
};

/** Serves until a signal ends it. Requests that are being answered then are finished first. */
function serve(session: Session, options: Options): Promise<number> {
  const readOnly = options.readOnly === true;
  return withStorage(session, { access: readOnly ? 'read' : 'maybe', create: !readOnly }, (storage) =>
    serveStorage(session, storage, options),
  );
}

async function serveStorage({ output, json }: Session, storage: Storage, options: Options): Promise<number> {
  const { explainFailure } = await import('../../store/database/explain-failure.ts');
  const { completeWhenIdle } = await import('../../store/database/complete-file.ts');
  const { startServer } = await import('../../http/server.ts');
  const { RunStarter } = await import('../run-starter.ts');
  const { planningActions } = await import('../plan-text.ts');
  const allowPrograms = options.allowPrograms === true;
  const { file: db } = storage;
  const idle = completeWhenIdle(storage);
  let forget = (): void => {};
  try {
    const starter = new RunStarter({
      storage,
      spawn: (sweepId) =>
        spawnRun(db, sweepId, allowPrograms).catch((error: unknown) => {
          throw new OutsideError(`Cannot start the training of ${sweepId}: ${fileReason(error)}`, { cause: error });
        }),
      say: (text) => output.say(text),
    });
    const stopped = waitForSignal();
    const server = await startServer({
      context: {
        storage,
        actions: {
          startRun: (sweepId) => starter.start(sweepId),
          ...planningActions(storage, allowPrograms),
          allowPrograms,
          ...doctorAsker(db),
        },
      },
      startProcess: (kind) => startAnsweringProcess(storage, kind, allowPrograms),
      webFolder: join(projectFolder(), 'dist', 'web'),
      host: options.host,
      port: options.port,
      basePath: options.basePath,
      allowHosts: options.allowHost,
      token: process.env['COSWEEP_TOKEN'] || null,
      noToken: !options.token,
      report: reporter(
        (error) => explainFailure(storage, error),
        (text) => output.complain(text),
      ),
    });
    if (options.port !== 0 && server.port !== options.port)
      output.complain(`Port ${options.port} is taken: serving on port ${server.port} instead`);
    if (json) output.json({ url: server.url, port: server.port, token: server.token, db });
    else output.data(`Dashboard: ${server.url}\nDatabase: ${db}\nCtrl-C ends it.`);
    if (options.open === true) forget = openBrowser(server.url, dirname(db));

    const signal = await stopped;
    output.say('Ending: new requests are refused, requests at work are finished.');
    await server.close();
    return SIGNAL_EXIT_CODES[signal];
  } finally {
    forget();
    idle.end();
  }
}

/** Says failures that nobody asked for an answer to. What lasts is met several times a second, and said once. */
function reporter(explain: (error: unknown) => unknown, complain: (text: string) => void): (error: unknown) => void {
  let last = '';
  return (thrown) => {
    const error = explainFileError(explain(thrown));
    const isKnown = error instanceof UserError || error instanceof OutsideError;
    const text = isKnown
      ? error.message
      : `${error instanceof Error ? error.stack : String(error)}\nThis is a bug of Cosweep, not a mistake of yours.`;
    if (!isKnown || text !== last) complain(text);
    last = text;
  };
}
