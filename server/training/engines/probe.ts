import { fork } from 'node:child_process';
import { builtProgram } from '../built-program.ts';
import type { EngineName } from '../engine.ts';
import type { Card, OpenedCard } from './cards/card.ts';
import { engineEnvironment } from './engine-environment.ts';

/** Whether an engine works on this machine. */
export interface EngineProbe {
  name: EngineName;
  works: boolean;
  /** The processor it runs on; null where it does not work. */
  device: string | null;
  versions: Record<string, string>;
  /** The signature of its bits with the small network; null where it does not work, or is not timed. */
  bits: string | null;
  /** Milliseconds of one training step of the small network; null where it does not work. */
  stepMs: number | null;
  /** Why it does not work; null where it does. */
  reason: string | null;
  /** What to do about it; null where there is nothing to do. */
  remedy: string | null;
}

/** What the probing process tells. */
export type ProbeMessage = Omit<EngineProbe, 'name'>;

/** An engine that hangs does not work, in milliseconds. */
const ANSWER_WITHIN = 120_000;

/**
 * Opens and checks an engine in a process of its own, where a native library that crashes does no harm.
 *
 * @param card null leaves the choice to the engine
 * @returns `answered`: false where the process died, which may have been an accident
 */
export function probeEngine(
  name: EngineName,
  card: Card | null = null,
  answerWithin = ANSWER_WITHIN,
): Promise<{ probe: EngineProbe; answered: boolean }> {
  if (card?.trouble) return Promise.resolve({ probe: { ...failed(name, ''), ...card.trouble }, answered: true });
  return new Promise((resolve) => {
    const child = fork(builtProgram('training/engines/probe-process'), [name, ...(card ? [told(card)] : [])], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...engineEnvironment(), ...card?.environment },
    });
    let printed = '';
    let answer: ProbeMessage | undefined;
    let late = false;
    const timer = setTimeout(() => (late = child.kill('SIGKILL')), answerWithin);
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (printed += text));
    child.on('message', (message: ProbeMessage) => (answer = message));
    child.on('error', (error) => resolve({ probe: failed(name, error.message), answered: false }));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (answer) return resolve({ probe: { name, ...answer }, answered: true });
      const how = late ? `did not answer within ${answerWithin / 1000} s` : `ended with ${signal ?? `status ${code}`}`;
      resolve({ probe: failed(name, `a process that opened it ${how}${lastLine(printed)}`), answered: false });
    });
  });
}

function told({ name, label }: Card): string {
  return JSON.stringify({ name, label } satisfies OpenedCard);
}

function failed(name: EngineName, reason: string): EngineProbe {
  return { name, works: false, device: null, versions: {}, bits: null, stepMs: null, reason, remedy: null };
}

function lastLine(printed: string): string {
  const line = printed.trim().split('\n').at(-1);
  return line ? ` (${line})` : '';
}
