import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkProgram } from '../runner/exactness/check-program.ts';
import { foreignModules } from '../runner/exactness/foreign-modules.ts';
import { keepVerdict, verdictKey } from '../runner/exactness/kept-verdicts.ts';
import type { Verdict } from '../runner/exactness/verdict.ts';
import { fingerprintData } from '../runner/programs/data-fingerprint.ts';
import { clearLeftovers } from '../runner/programs/leftovers.ts';
import { programFolder, stagesFolder } from '../runner/programs/program-files.ts';
import { subjectsOf, type Subject } from '../runner/programs/subject.ts';
import { onProgram } from '../runner/workers/hire-worker.ts';
import { findSeats } from '../runner/workers/program-seats.ts';
import type { Trainer } from '../runner/workers/trainer.ts';
import { WorkerProcess } from '../runner/workers/worker-process.ts';
import { readDefinition } from '../sweep/definition/parse-definition.ts';
import type { Plan } from '../sweep/plan/plan.ts';
import { isProgram } from '../sweep/settings.ts';
import { UserError } from '../sweep/user-error.ts';
import { goOnWhereNobodyReads } from './nobody-reads.ts';
import type { Output } from './output.ts';
import { planDefinition } from './plan-definition.ts';
import { readDefinitionFile } from './read-definition-file.ts';
import { watchStopSignals } from './stop-signals.ts';

/** So many programs are at work at the same time. */
const WORKERS = 2;

/**
 * Checks whether the forks of a definition's program are exact, in a temporary folder and without a database. It is
 * checked anew, whatever is known of it; what is found holds for `run` too.
 *
 * @param file a path, or `-` for the standard input
 * @returns `interrupted`: the exit code of the signal that broke the check off; then there is no verdict
 */
export async function checkEngine(
  file: string,
  output: Output,
): Promise<{ verdict: Verdict | null; interrupted: number | null }> {
  const { text, source, folder } = await readDefinitionFile(file);
  const definition = readDefinition(text, source);
  const scratch = await mkdtemp(join(tmpdir(), 'cosweep-check-'));
  const stages = stagesFolder(scratch);
  goOnWhereNobodyReads();
  const signals = watchStopSignals(() => {});
  try {
    const subjects = toSubjects(await planDefinition(definition, folder, { programs: scratch }), source);
    await mkdir(stages, { mode: 0o700 });
    const verdicts: Verdict[] = [];
    for (const subject of subjects) {
      const verdict = await check(subject, { folder, scratch, stages }, output, signals.stop);
      if (verdict === null) return { verdict, interrupted: signals.exitCode() };
      keepVerdict(verdictKey(subject, await fingerprintData(subject.arm.training.program, folder)), verdict);
      if (verdict.kind !== 'exact') return { verdict, interrupted: null };
      verdicts.push(verdict);
    }
    return { verdict: together(verdicts), interrupted: null };
  } finally {
    signals.end();
    await clearLeftovers(stages);
    await rm(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** What was found of several arms, all of them exact. */
function together(verdicts: readonly Verdict[]): Verdict {
  return {
    ...verdicts[0]!,
    arm: verdicts.map(({ arm }) => arm).join(', '),
    seconds: verdicts.reduce((sum, { seconds }) => sum + seconds, 0),
    warnings: [...new Set(verdicts.flatMap(({ warnings }) => warnings))],
  };
}

function toSubjects({ name, arms, seeds, metric, engine }: Plan, source: string): Subject[] {
  const { training } = arms[0]!;
  const cannot = `Cannot check the program of ${JSON.stringify(name)} (${source})`;
  if (engine === undefined || !isProgram(training))
    throw new UserError(`${cannot}: found no training.program, wanted a definition whose runs a program trains`);
  if (!training.program.fork)
    throw new UserError(
      `${cannot}: found no "fork": true in training.program, so every run is trained in one piece; wanted a program ` +
        'that saves and loads checkpoints',
    );
  const subjects = subjectsOf({ armList: arms, plan: { seeds }, metric, share: true }, engine);
  if (subjects.length === 0)
    throw new UserError(`${cannot}: found runs of one batch, wanted at least two to fork between`);
  return subjects;
}

interface Folders {
  /** Of the definition. */
  folder: string;
  scratch: string;
  stages: string;
}

async function check(
  subject: Subject,
  { folder, scratch, stages }: Folders,
  output: Output,
  ended: AbortSignal,
): Promise<Verdict | null> {
  const { engine, arm } = subject;
  const copy = programFolder(scratch, engine);
  const asked = { workers: arm.training.program.gpus === 0 ? WORKERS : ('auto' as const) };
  const { seats, placeOf } = await findSeats({ copy, folder, stages }, arm.training.program, asked);
  const hire = (seat: number): Trainer => new WorkerProcess(onProgram(engine, placeOf(seat)));
  return checkProgram(subject, {
    hire,
    seats,
    folder: join(scratch, 'checkpoints'),
    foreignModules: (modules) => foreignModules(modules, folder, copy),
    ended,
    tell: (message) => (output.live ? output.say(message) : undefined),
  });
}
