import { fork } from 'node:child_process';
import type { EngineReport } from '../http/schemas/doctor.ts';
import { builtProgram } from '../training/built-program.ts';

/** The report of the reference cases, reduced to counts and largest errors. */
type CountedCases = NonNullable<EngineReport['lossCases']>;

/** The text of a file of reference cases, which may be a pipe and is read once. */
export interface LossCaseFile {
  file: string;
  text: string;
}

/**
 * Computes reference cases on an engine, in a process of its own, because a process can have one engine only.
 */
export function checkEngine(engine: string, { file, text }: LossCaseFile): Promise<CountedCases> {
  return new Promise((resolve, reject) => {
    const child = fork(builtProgram('cli/loss-cases-process'), [engine, file], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    child.send(text, () => {}); // a process that cannot take it ends, which is told below
    let printed = '';
    let report: CountedCases | undefined;
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (printed += text));
    child.on('message', (message) => (report = message as CountedCases));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (report) resolve(report);
      else
        reject(
          new Error(
            `Cannot compute the reference cases on ${engine}: its process ended with ${signal ?? `status ${code}`}\n` +
              printed.trim(),
          ),
        );
    });
  });
}
