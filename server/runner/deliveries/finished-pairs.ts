import { readLastValue } from '../../store/reading/read-last-value.ts';
import type { Storage } from '../../store/database/storage.ts';
import type { RunTask } from '../../store/training/identify-runs.ts';
import type { Arm } from '../../sweep/arm.ts';
import type { RunResult } from '../events.ts';

interface Parts {
  storage: Storage;
  arms: readonly Pick<Arm, 'name' | 'control' | 'controlIndex'>[];
  tasks: readonly RunTask[];
  metric: string;
}

/** What the complete runs of a sweep came to, and by how much they differ from their controls. */
export class FinishedPairs {
  readonly #parts: Omit<Parts, 'tasks'>;
  readonly #tasks: Map<string, RunTask>;
  readonly #values = new Map<number, number | null>();

  constructor({ tasks, ...parts }: Parts) {
    this.#parts = parts;
    this.#tasks = new Map(tasks.map((task) => [`${task.arm} ${task.seed}`, task]));
  }

  /** Of a run that has just become complete; null where the metric has no finite value. */
  resultOf(task: RunTask): RunResult | null {
    const { arms, metric } = this.#parts;
    const value = this.#valueOf(task);
    if (value === null) return null;
    const { name, controlIndex } = arms[task.arm]!;
    const control = controlIndex === null ? null : this.#completeOf(controlIndex, task.seed);
    if (control !== null) return { metric, value, changes: [{ arm: name, change: value - control }] };
    const waiting = arms.flatMap((arm, index) => {
      if (arm.controlIndex !== task.arm) return [];
      const other = this.#completeOf(index, task.seed);
      return other === null ? [] : [{ arm: arm.name, change: other - value }];
    });
    return { metric, value, changes: waiting };
  }

  #completeOf(arm: number, seed: number): number | null {
    const task = this.#tasks.get(`${arm} ${seed}`);
    return task?.state === 'complete' ? this.#valueOf(task) : null;
  }

  /** A complete run does not change any more: its value is read once. */
  #valueOf({ runId }: RunTask): number | null {
    let value = this.#values.get(runId);
    if (value === undefined) {
      value = readLastValue(this.#parts.storage, runId, this.#parts.metric);
      this.#values.set(runId, value);
    }
    return value;
  }
}
