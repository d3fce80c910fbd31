import type { ProbeReport } from '../../report/probe/probe-report.ts';
import { PROBE_SEEDS } from '../../sweep/plan/plan.ts';
import { printable } from '../columns.ts';
import type { CliCommand } from '../command.ts';
import type { OpenedDefinition } from '../queue-definition.ts';
import type { Session } from '../session.ts';
import { addEngineOptions, type TrainOptions } from '../train-options.ts';

type Options = Pick<TrainOptions, 'engine' | 'device' | 'workers'>;

export const probeCommand: CliCommand = {
  define(program, run) {
    addEngineOptions(
      program
        .command('probe')
        .description(
          `trains the trunks only (${PROBE_SEEDS} seeds) and shows which arms would be dead, weak or the same; ` +
            '`run` goes on from there',
        )
        .argument('<file>', 'the sweep definition; "-": on stdin'),
    ).action(run(probe));
  },
};

async function probe(session: Session, file: string, options: Options): Promise<number> {
  const { readDefinitionFile } = await import('../read-definition-file.ts');
  const { openForDefinition } = await import('../queue-definition.ts');
  const opened = await openForDefinition(session.db, await readDefinitionFile(file));
  try {
    return await probeFile(session, opened, options);
  } finally {
    await opened.storage.close();
  }
}

async function probeFile(session: Session, opened: OpenedDefinition, options: Options): Promise<number> {
  const { storage } = opened;
  const { queueDefinition } = await import('../queue-definition.ts');
  const { trainAndShow } = await import('../train.ts');
  const { probeOf } = await import('../../http/answers/probe-of.ts');
  const { engine } = options;
  const asked = { engine: engine === 'auto' ? null : engine, share: true, probeSeeds: PROBE_SEEDS };
  const sweepId = await queueDefinition(opened, asked, session.output.say);
  const { ended, interrupted } = await trainAndShow(session, storage, sweepId, {
    ...options,
    wait: true,
    fresh: false,
  });
  if (ended === null || interrupted !== null) return interrupted!;
  await show(session, probeOf(storage, sweepId));
  return ended.state === 'cancelled' || ended.runs.failed > 0 ? 1 : 0;
}

async function show({ output, json }: Session, report: ProbeReport): Promise<void> {
  const { probeToText } = await import('../../report/probe/probe-text.ts');
  if (json) output.json(report);
  else output.data(probeToText(report).split('\n').map(printable).join('\n'));
}
