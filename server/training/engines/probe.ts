import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EngineName } from '../engine.ts';

/** Whether an engine works on this machine. */
export interface EngineProbe {
  name: EngineName;
  works: boolean;
  /** The processor it runs on; null where it does not work. */
  device: string | null;
  versions: Record<string, string>;
  /** Milliseconds of the reference step, where it was asked for. */
  stepMs: number | null;
  /** Why it does not work; null where it does. */
  reason: string | null;
  /** What to do about it; null where there is nothing to do. */
  remedy: string | null;
}

export interface ProbeOptions {
  /** Also time the reference step, which takes a few seconds. */
  timeStep?: boolean;
  /** Which device of the engine; null leaves it to the engine. */
  device?: string | null;
  /** A program that passes itself off as a GPU does not count. */
  hardware?: boolean;
}

/** What the probing process is asked, as JSON in its argument. */
export type ProbeRequest = { name: EngineName } & Required<ProbeOptions>;

/** What the probing process tells. */
export type ProbeMessage = Omit<EngineProbe, 'name'>;

/** An engine that hangs does not work, in milliseconds. */
const ANSWER_WITHIN = 120_000;

/** Opens an engine in a process of its own, where a native library that crashes does no harm. */
export function probeEngine(name: EngineName, { timeStep = false, device = null, hardware = false }: ProbeOptions = {}): Promise<EngineProbe> {
  return new Promise((resolve) => {
    const request: ProbeRequest = { name, timeStep, device, hardware };
    const child = fork(fileURLToPath(new URL('./probe-process.js', import.meta.url)), [name, JSON.stringify(request)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      timeout: ANSWER_WITHIN,
      killSignal: 'SIGKILL',
    });
    let printed = '';
    let answer: ProbeMessage | undefined;
    child.stderr!.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    child.on('message', (message: ProbeMessage) => (answer = message));
    child.on('error', (error) => resolve(failed(name, error.message)));
    child.on('close', (code, signal) => {
      if (answer) resolve({ name, ...answer });
      else resolve(failed(name, `a process that opened it ended with ${signal ?? `status ${code}`}${lastLine(printed)}`));
    });
  });
}

function failed(name: EngineName, reason: string): EngineProbe {
  return { name, works: false, device: null, versions: {}, stepMs: null, reason, remedy: null };
}

function lastLine(printed: string): string {
  const line = printed.trim().split('\n').at(-1);
  return line ? ` (${line})` : '';
}
