import { Option } from 'commander';
import type { ProbeReport } from '../../report/probe/probe-report.ts';
import type { Storage } from '../../store/database/storage.ts';
import { PROBE_SEEDS } from '../../sweep/plan/plan.ts';
import { printable } from '../../sweep/printable.ts';
import { toColumns } from '../columns.ts';
import type { CliCommand } from '../command.ts';
import type { WantedDefinition } from '../queue-definition.ts';
import { withStorage } from '../with-storage.ts';
import type { Session } from '../session.ts';
import { addEngineOptions, type TrainOptions } from '../train-options.ts';

interface Options extends Pick<TrainOptions, 'engine' | 'device' | 'workers' | 'perDevice'> {
  format?: 'text' | 'markdown';
}

export const probeCommand: CliCommand = {
  define(program, run) {
    addEngineOptions(
      program
        .command('probe')
        .description(
          `trains the trunks only (${PROBE_SEEDS} seeds) and shows which arms would be dead, weak or the same; ` +
            '`run` goes on from there',
        )
        .argument('<file>', 'the sweep definition; "-": on stdin')
        .addOption(
          new Option('--format <format>', 'default: text on a terminal and markdown in a pipe').choices([
            'text',
            'markdown',
          ]),
        ),
    ).action(run(probe));
  },
};

async function probe(session: Session, file: string, options: Options): Promise<number> {
  const { readWanted } = await import('../queue-definition.ts');
  const wanted = await readWanted(session.db, file);
  return withStorage(session, { access: 'write', create: true }, (storage) =>
    probeFile(session, storage, wanted, options),
  );
}

async function probeFile(
  session: Session,
  storage: Storage,
  wanted: WantedDefinition,
  options: Options,
): Promise<number> {
  const { queueDefinition } = await import('../queue-definition.ts');
  const { trainAndShow } = await import('../train.ts');
  const { probeOf } = await import('../../http/answers/probe-of.ts');
  const { engine } = options;
  const asked = { engine: engine === 'auto' ? null : engine, share: true, probeSeeds: PROBE_SEEDS };
  const sweepId = await queueDefinition(storage, wanted, asked, session.output.say);
  const { ended, interrupted } = await trainAndShow(session, storage, sweepId, {
    ...options,
    wait: true,
    fresh: false,
  });
  if (ended === null || interrupted !== null) return interrupted!;
  await show(session, probeOf(storage, sweepId), options.format);
  return ended.state === 'cancelled' || ended.runs.failed > 0 ? 1 : 0;
}

async function show({ output, json }: Session, report: ProbeReport, format: Options['format']): Promise<void> {
  const { probeToText } = await import('../../report/probe/probe-text.ts');
  if (json) return output.json(report);
  const isText = format === undefined ? output.columns !== null : format === 'text';
  const text = isText ? probeToText(report, toColumns) : probeToText(report);
  output.data(text.split('\n').map(printable).join('\n'));
}
