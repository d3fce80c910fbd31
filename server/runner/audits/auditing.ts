import type { StageJob } from '../order/stage-queue.ts';
import type { ProgramOrder, SegmentReport, StageOrder } from '../workers/messages.ts';
import type { BitClass, Whose } from '../workers/seat.ts';
import type { Trainer } from '../workers/trainer.ts';

/** What came of the audits of a sweep. */
export interface AuditResult {
  /** How many stages were trained again on another machine. */
  audited: number;
  /** How many of them gave something else: a sentence for each. */
  different: string[];
  /** The class of bits of each stage that was to be trained again, and had nobody to do it. */
  left: string[];
}

/** What is said of a sweep when all is over. */
export function auditInWords({ audited, different: { length: different }, left }: AuditResult): string {
  if (audited === 0)
    return (
      'was not audited: nobody else was there who computes the same bits, or nothing was trained in one piece; ' +
      'wanted two machines or cards of one class'
    );
  const stages = audited === 1 ? '1 stage was' : `${audited} stages were`;
  const found =
    different === 0 ? 'with the same bits' : `${different === audited ? 'all' : different} of them with other bits`;
  return `was audited: ${stages} trained again on another machine, ${found}${leftInWords(left)}`;
}

function leftInWords(left: readonly string[]): string {
  if (left.length === 0) return '';
  const names = [...new Set(left)];
  const classes = `${names.length === 1 ? 'class' : 'classes'} ${names.join(', ')}`;
  return `; ${left.length} of ${classes} ${left.length === 1 ? 'was' : 'were'} not: nobody else computes the same bits`;
}

/** A stage that is to be trained again. */
export interface Audit {
  /** As it is shown. */
  readonly stage: string;
  /**
   * Has it trained again, and compares. Nothing of it is stored. Fails as `Trainer.train` does.
   *
   * @param stopping aborted: it need not come to its end
   */
  train(trainer: Trainer, whose: Whose, stopping: AbortSignal): Promise<void>;
}

/** Looks at a stage that is trained for the first time. It is to see each segment before that is delivered. */
export type Witness = (segment: SegmentReport) => void;

/** Who sees to it that some stages are trained a second time, on another machine of the same bits. */
export interface Auditing {
  /** Aborted: nothing is left to train, and nothing to train again. */
  readonly over: AbortSignal;
  /** A stage begins. */
  watch(job: StageJob, order: StageOrder | ProgramOrder, bits: BitClass, whose: Whose | null): Witness;
  /**
   * The next stage for this machine to train again, when nothing else is left. It waits for those that others may give
   * back.
   *
   * @returns null where there will be none, or it was ended
   */
  next(bits: BitClass, whose: Whose | null, ended: AbortSignal): Promise<Audit | null>;
  /** A stage that was not trained again after all: somebody else tries it. */
  giveBack(audit: Audit, why: string): void;
  /** When all is over. */
  result(): AuditResult | null;
}

/** Nothing is trained again. @param over of the stages */
export function noAudits(over: AbortSignal): Auditing {
  return { over, watch: () => () => {}, next: async () => null, giveBack: () => {}, result: () => null };
}
