import { Option } from 'commander';
import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';
import { READING, withStorage } from '../with-storage.ts';
import { writeOutput } from '../write-output.ts';

interface Options {
  metric?: string;
  at: 'last' | 'best';
  out?: string;
}

export const reportCommand: CliCommand = {
  define(program, run) {
    program
      .command('report')
      .description('a sweep as one HTML file: answer, table, figures, definition, versions')
      .argument('<sweep>', 'id, name, definition or "latest"')
      .option('--metric <name>', "default: the sweep's own")
      .addOption(
        new Option('--at <which>', 'the value of a run: its last evaluation or its best')
          .choices(['last', 'best'])
          .default('last'),
      )
      .option('--out <file>', 'write there instead of stdout')
      .action(run(report));
  },
};

function report(session: Session, what: string, { metric, at, out }: Options): Promise<void> {
  return withStorage(session, READING, async (storage) => {
    const { findSweep } = await import('../../store/sweeps/find-sweep.ts');
    const { readSweep } = await import('../../store/reading/read-sweep.ts');
    const { readReport } = await import('../../http/answers/report.ts');
    const { checkOutput } = await import('../check-output.ts');
    const place = out === undefined ? null : checkOutput(out, storage);
    const sweep = (await readSweep(storage, await findSweep(storage, what)))!;
    const text = await readReport(storage, sweep, { metric, at }, new Date());
    if (place === null) return session.output.data(text);
    writeOutput(place, text, 'the report');
    session.output.say(`Written to ${place}`);
  });
}
