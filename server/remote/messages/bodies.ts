import { z } from 'zod';
import type { Evaluation } from '../../training/evaluate.ts';
import type { SignedStructure } from '../../training/signature.ts';
import type { ProgramOrder, StageOrder } from '../../runner/workers/messages.ts';
import type { ProgramAsked } from '../../runner/workers/remote-workers.ts';
import { fromPlain } from './typed-json.ts';

// What head and workers say to each other, inside of envelopes. Both sides parse what they get.

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
/** Of a program with the batches that it was signed by. */
const Signature = z.string().regex(/^[0-9a-f]{64}(-p[0-9a-f]{16})?$/);
const Batch = z.int().min(0);
const Seconds = z.number().min(0);
/** Of a longer one its beginning counts. */
const Text = z.string().transform((text) => text.slice(0, 20_000));
const Id = z.string().min(1).max(200);
const Versions = z.record(z.string().max(100), z.string().max(100));
export const Blob = z.strictObject({ hash: Hash, size: z.int().min(0) });
const Machine = z.strictObject({ device: Text, versions: Versions });

/** A checkpoint, whose bytes are a blob. */
const Checkpoint = z.strictObject({ batch: Batch, hash: Hash, size: z.int().min(0) });

/** What is said of a place on this machine is said anew on another one. */
type Elsewhere<Order> = Omit<Order, 'start' | 'checkpoints' | 'brought'> & {
  start: z.output<typeof Checkpoint> | null;
};

/** A stage of one of Cosweep's own networks as it is ordered on another machine. */
export type RemoteStageOrder = Elsewhere<StageOrder> & {
  /** The data set, for whoever does not have it. */
  packed: z.output<typeof Blob>;
};

/** A stage of a user's program as it is ordered on another machine. */
export type RemoteProgramOrder = Elsewhere<ProgramOrder>;

export type RemoteOrder = RemoteStageOrder | RemoteProgramOrder;

/** A user's program as it is brought to another machine. */
export type SentProgram = ProgramAsked & {
  /** Its files, as `packProgram` packs them. */
  bundle: z.output<typeof Blob>;
};

/** The head alone makes orders, and they are sealed: what is inside is checked where it is used. */
const Order = z.custom<RemoteOrder>((value) => typeof value === 'object' && value !== null && 'settings' in value);
const Structure = z.custom<SignedStructure>((value) => typeof value === 'object' && value !== null);
const Program = z.custom<SentProgram>((value) => typeof value === 'object' && value !== null && 'bundle' in value);

/** From the head to one worker. */
export const ToWorker = z.discriminatedUnion('kind', [
  /** A sweep begins: open its engine, or its program, and say which bits you compute. */
  z.strictObject({
    kind: z.literal('sweep'),
    sweep: z.int(),
    engine: Id,
    structures: z.array(Structure),
    program: Program.nullable(),
  }),
  /** The queue of your class. */
  z.strictObject({ kind: z.literal('class'), sweep: z.int(), name: Id }),
  /** What the ticket stands for. */
  z.strictObject({ kind: z.literal('train'), ticket: Id, order: Order }),
  /** What the ticket stands for is not known yet. */
  z.strictObject({ kind: z.literal('wait'), ticket: Id }),
  /** The ticket stands for nothing. */
  z.strictObject({ kind: z.literal('nothing'), ticket: Id }),
  /** End the stage of the grant with a checkpoint, at your next look. */
  z.strictObject({ kind: z.literal('stop') }),
  /** Somebody else trains the stage of the grant. */
  z.strictObject({ kind: z.literal('drop') }),
  /** All up to this batch of the grant is stored. */
  z.strictObject({ kind: z.literal('committed'), to: Batch }),
  /** There is nothing more to do, or nothing for you. `reason` is a sentence; null where all is well. */
  z.strictObject({ kind: z.literal('end'), reason: Text.nullable() }),
]);

export type ToWorker = z.output<typeof ToWorker>;

const Series = z
  .strictObject({
    metric: z.string().max(200),
    epsilon: z.number().nullable(),
    batches: z.instanceof(Int32Array),
    values: z.instanceof(Float64Array),
  })
  .refine(({ batches, values }) => batches.length === values.length, 'wanted a value for each batch');

const Result = z.strictObject({
  outcome: z.enum(['complete', 'stopped', 'diverged', 'split']),
  batch: Batch,
  intraDead: z.boolean().nullable(),
  groups: z.array(z.array(z.number())).optional(),
});

const Usage = z.strictObject({ processorSeconds: Seconds, peakMemory: z.number().min(0) });

/** What a stretch of a stage gave. Evaluations are what `evaluate` makes of them. */
const Segment = z.strictObject({
  from: Batch,
  to: Batch,
  points: z.array(Series),
  evaluations: z.array(z.custom<Evaluation>((value) => typeof value === 'object' && value !== null)),
  checkpoint: Checkpoint.nullable(),
  seconds: z.strictObject({ training: Seconds, evaluation: Seconds }),
  usage: Usage.nullable(),
  result: Result.nullable(),
});

export type Segment = z.output<typeof Segment>;

/** @param plain typed JSON. @returns a sentence on what is wrong where it is none, or no segment */
export function parseSegment(plain: unknown): Segment | string {
  try {
    const { data, error } = Segment.safeParse(fromPlain(plain));
    if (!error) return data;
    const { path, message } = error.issues[0]!;
    return `${path.join('.') || 'the whole'}: ${message}`;
  } catch (error) {
    return (error as Error).message;
  }
}

const Loaded = z.strictObject({
  classes: z.array(z.string()).nullable(),
  evaluated: z.strictObject({ val: z.int(), test: z.int() }).nullable(),
  /** What a user's program says of it. */
  machine: Machine.nullable(),
});

/** Of what a stage's process writes a message takes so many characters. */
export const LONGEST_OUTPUT = 32_768;

const Output = z.strictObject({ stream: z.enum(['stdout', 'stderr']), text: z.string().max(LONGEST_OUTPUT) });

/** From a worker to the head. */
export const ToHead = z.discriminatedUnion('kind', [
  /** Said at the beginning, and every few seconds from then on. */
  z.strictObject({
    kind: z.literal('hello'),
    cosweep: Id,
    host: Text,
    pid: z.int(),
    /** The fastest that works there, or the one that it was told; null where none does. */
    engine: Id.nullable(),
    /** Grants that it trains. */
    grants: z.array(z.string().max(64)),
  }),
  z.strictObject({
    kind: z.literal('ready'),
    sweep: z.int(),
    machine: Machine,
    signatures: z.array(Signature.nullable()),
    /** How many stages it trains at the same time. */
    slots: z.int().min(1).max(1024),
    /** How a user's program is not exact there; null where it is, or where that was not asked. */
    inexact: Text.nullable(),
  }),
  /** It cannot train this sweep. */
  z.strictObject({ kind: z.literal('unable'), sweep: z.int(), reason: Text }),
  z.strictObject({ kind: z.literal('claim'), ticket: Id }),
  z.strictObject({ kind: z.literal('loaded'), loaded: Loaded }),
  z.strictObject({ kind: z.literal('progress'), batch: Batch }),
  /** What the process of a stage has written, for its log. */
  z.strictObject({ kind: z.literal('output'), pieces: z.array(Output).max(1000) }),
  /** A `Segment` as typed JSON. */
  z.strictObject({ kind: z.literal('segment'), segment: z.unknown() }),
  z.strictObject({ kind: z.literal('failed'), message: Text, lost: z.boolean() }),
  z.strictObject({ kind: z.literal('bye') }),
]);

export type ToHead = z.output<typeof ToHead>;
