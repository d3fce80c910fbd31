import type { RunState } from '../../sweep/results.ts';
import type { RunTask, StageTask } from '../../store/training/identify-runs.ts';
import type { BitClass } from '../../store/training/same-bits.ts';
import { noTrunk, type TrunkBeside } from './trunk-beside.ts';
import { SeedClasses, type Standings } from './seed-classes.ts';
import { everything, type Wanted } from './trunks-only.ts';

/** A stage to train, for the runs of a sweep that need it. */
export interface StageJob {
  readonly stage: StageTask;
  /** The runs that wait for the stage, in the sweep's order. Where there are several, it is a trunk. */
  readonly runs: readonly RunTask[];
  /** Those of the runs that end with the stage. */
  readonly ending: readonly RunTask[];
  /**
   * The stage is at its end, but the state there is not kept. It is trained once more for that state alone, and nothing
   * is recorded again.
   */
  readonly restores: boolean;
}

/** Where stages are trained. */
interface Places {
  readonly size: number;
}

/** The queue alone changes tasks: elsewhere they are readonly. */
type Changing<Task> = { -readonly [Key in keyof Task]: Task[Key] };

interface Node extends StageJob {
  runs: RunTask[];
  ending: RunTask[];
  /**
   * Position of the first seed that needs it: a seed's runs are trained before the next one's, so that half a sweep is
   * a table.
   */
  seed: number;
  /** Batches of the longest way from here to the end of a run: the critical path is followed first. */
  longest: number;
  state: 'blocked' | 'ready' | 'training' | 'done' | 'dropped';
  /** Ids of the trunk's stages beside this one: once those are trained, there may be less to train here. */
  beside: number[];
}

/**
 * The stages of a sweep that are still to be trained, and how far its runs and stages are: while a sweep is trained, it
 * is the one place that changes them. A stage is ready when the one before it is at its end; where nothing is ready,
 * whoever asks waits for a stage in training.
 */
export class StageQueue {
  readonly #nodes: Map<number, Node>;
  readonly #beside: TrunkBeside;
  readonly #places: Places;
  readonly #classes: SeedClasses;
  readonly #over = new AbortController();
  #waiting: (() => void)[] = [];

  /**
   * @param tasks the runs of a sweep in their order; runs that do not wait are left alone
   * @param wanted says which stages are to be trained now; the others are left for another time
   * @param beside gives the trunk's stages that may spare a stage its training
   * @param places how many will ask at the same time; there may come more
   * @param standings of the seeds, where workers of several classes of bits ask
   */
  constructor(
    tasks: RunTask[],
    wanted: Wanted = everything,
    beside: TrunkBeside = noTrunk,
    places: Places = { size: 1 },
    standings: Standings | null = null,
  ) {
    this.#nodes = buildNodes(tasks, wanted, beside);
    this.#beside = beside;
    this.#places = places;
    this.#classes = new SeedClasses(standings);
    if (this.#open().length === 0) this.#over.abort();
  }

  /** Aborted: nothing is left to train, and nothing is in training. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  get size(): number {
    return this.#nodes.size;
  }

  /** Parents before children. A loop over them also meets the jobs that are split off while it goes on. */
  get jobs(): Iterable<StageJob> {
    return this.#nodes.values();
  }

  /** Batches that are still to be trained. */
  get batches(): number {
    let total = 0;
    for (const node of this.#nodes.values()) total += batchesOf(node);
    return total;
  }

  /**
   * The next stage to train, or null when there will be none any more.
   *
   * @param ended aborted: none from then on
   * @param bits the class that asks: it gets stages of its own seeds, and of those that nobody has taken
   */
  async next(ended: AbortSignal, bits: BitClass | null = null): Promise<StageJob | null> {
    const wake = (): void => this.#wake();
    ended.addEventListener('abort', wake);
    try {
      for (;;) {
        const open = this.#open();
        if (ended.aborted || open.length === 0) return null;
        const node = this.#choose(
          open.filter((each) => this.#classes.allows(seedOf(each), bits)),
          bits,
        );
        if (node) {
          node.state = 'training';
          this.#classes.take(seedOf(node), bits);
          return node;
        }
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    } finally {
      ended.removeEventListener('abort', wake);
    }
  }

  /**
   * The stage stands at this batch now, and what is before it is stored.
   *
   * @param kept whether the state there is stored too
   */
  advance(stage: StageTask, { batch, kept }: Pick<StageTask, 'batch' | 'kept'>): void {
    const changing: Changing<StageTask> = stage;
    changing.batch = batch;
    changing.kept = kept;
  }

  /** What was stored of the stage after this batch is not there any more. */
  rewind(stage: StageTask, batch: number): void {
    const changing: Changing<StageTask> = stage;
    changing.batch = batch;
  }

  /** A run is in this state now: it has ended, or waits for its next stage. */
  setState(run: RunTask, state: RunState): void {
    const changing: Changing<RunTask> = run;
    changing.state = state;
  }

  /** What is left of the stage is still to be trained, by whoever asks next. */
  giveBack({ stage }: StageJob): void {
    this.#nodes.get(stage.stageId)!.state = 'ready';
    this.#wake();
  }

  /** The stage is at its end: the stages that fork from it are ready. */
  complete({ stage }: StageJob): void {
    this.#nodes.get(stage.stageId)!.state = 'done';
    for (const node of this.#nodes.values())
      if (node.stage.parentId === stage.stageId && node.state === 'blocked') node.state = 'ready';
    this.#wake();
  }

  /**
   * The runs of the stage are not one computation any more: each group of them goes on by itself.
   *
   * @param paths of the stage's runs, as they are now
   * @returns by how many batches there is more to train than before
   */
  split(job: StageJob, paths: ReadonlyMap<number, StageTask[]>): number {
    const { seed } = this.#nodes.get(job.stage.stageId)!;
    this.#nodes.delete(job.stage.stageId);
    let batches = 0;
    for (const run of job.runs) {
      (run as Changing<RunTask>).stages = paths.get(run.runId)!;
      const stage = run.stages.at(-1)!;
      let node = this.#nodes.get(stage.stageId);
      if (!node) {
        this.#nodes.set(
          stage.stageId,
          (node = {
            stage,
            runs: [],
            ending: [],
            restores: false,
            seed,
            longest: stage.to - stage.batch,
            state: 'ready',
            beside: idsOf(this.#beside(run, stage)),
          }),
        );
        batches += stage.to - stage.batch;
      }
      node.runs.push(run);
      node.ending.push(run);
    }
    this.#wake();
    return batches - (job.stage.to - job.stage.batch);
  }

  /** Nobody of a class is there any more: what it has not begun of its seeds is anybody's. */
  release(bits: BitClass): void {
    const begun = [...this.#nodes.values()].filter(
      // What is done may not be stored yet.
      ({ state, stage }) => state === 'training' || state === 'done' || stage.batch > stage.from,
    );
    this.#classes.release(bits, (seed) => begun.some((node) => seedOf(node) === seed));
    this.#wake();
  }

  /** The seeds of which something is left to train, and none of these classes may train it. */
  waiting(present: readonly BitClass[]): number[] {
    const open = [...new Set(this.#open().map(seedOf))];
    return open.filter((seed) => !present.some((bits) => this.#classes.allows(seed, bits)));
  }

  /** The stage will not come to its end (it diverged, or failed for good): nothing that follows it can be trained. */
  drop({ stage }: StageJob): void {
    const node = this.#nodes.get(stage.stageId);
    if (!node) return;
    node.state = 'dropped';
    for (const child of this.#nodes.values()) if (child.stage.parentId === stage.stageId) this.drop(child);
    this.#wake();
  }

  /**
   * A seed's stages come before those of the next seed. There is one exception: where a seed's last stages are too few
   * for all workers, a stage of the next seed that others wait for comes before them. For a trunk has to be trained
   * before there is work for every worker again. A class finishes its own seeds before it takes another.
   */
  #choose(open: Node[], bits: BitClass | null): Node | null {
    const ready = open.filter(({ state }) => state === 'ready').map((node) => ({ node, later: this.#mayShrink(node) }));
    const first =
      best(ready.filter(({ node, later }) => !later && this.#classes.isOwn(seedOf(node), bits))) ?? best(ready);
    if (!first) return null;
    const ofSeed = open.filter(({ seed }) => seed === first.seed);
    if (ofSeed.some(({ state }) => state === 'blocked')) return first;
    const awaited = new Set(open.filter(({ state }) => state === 'blocked').map(({ stage }) => stage.parentId));
    const next = best(
      ready.filter(({ node, later }) => node.seed > first.seed && !later && awaited.has(node.stage.stageId)),
    );
    const left = ofSeed.filter(({ state }) => state === 'ready').length;
    const begun = open.filter(({ seed, state }) => seed > first.seed && state === 'training').length;
    return next && left + begun < this.#places.size ? next : first;
  }

  /**
   * Whether a stage of the trunk beside the node is still to be trained. Once there is none, there never will be one.
   */
  #mayShrink(node: Node): boolean {
    const isOpen = (id: number): boolean =>
      ['blocked', 'ready', 'training'].includes(this.#nodes.get(id)?.state ?? 'done');
    if (node.beside.findLast(isOpen) === undefined) node.beside = [];
    return node.beside.length > 0;
  }

  #open(): Node[] {
    return [...this.#nodes.values()].filter(
      ({ state }) => state === 'ready' || state === 'training' || state === 'blocked',
    );
  }

  #wake(): void {
    if (this.#open().length === 0) this.#over.abort();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

function seedOf({ runs }: Node): number {
  return runs[0]!.seed;
}

interface Ready {
  node: Node;
  later: boolean;
}

function best(ready: Ready[]): Node | null {
  return ready.length > 0 ? ready.reduce((first, other) => (compare(first, other) <= 0 ? first : other)).node : null;
}

/**
 * Below 0 where `a` is trained first. A stage that may turn out to equal its trunk comes after all others.
 */
function compare({ node: a, later: isLater }: Ready, { node: b, later }: Ready): number {
  return (
    Number(isLater) - Number(later) ||
    a.seed - b.seed ||
    b.longest - a.longest ||
    b.runs.length - a.runs.length ||
    a.stage.stageId - b.stage.stageId
  );
}

function buildNodes(tasks: readonly RunTask[], wanted: Wanted, beside: TrunkBeside): Map<number, Node> {
  const nodes = new Map<number, Node>();
  const seeds = [...new Set(tasks.map(({ seed }) => seed))];
  const distinct = new Map(tasks.map((task) => [task.runId, task]));
  for (const task of distinct.values()) {
    if (task.state !== 'waiting') continue;
    const way = wayOf(task, wanted);
    for (const [i, step] of way.entries()) {
      const { stage } = step;
      let node = nodes.get(stage.stageId);
      if (!node)
        nodes.set(
          stage.stageId,
          (node = {
            ...step,
            runs: [],
            ending: [],
            seed: seeds.indexOf(task.seed),
            longest: 0,
            state: i === 0 ? 'ready' : 'blocked',
            beside: idsOf(beside(task, stage)),
          }),
        );
      node.runs.push(task);
      if (stage.stageId === task.stages.at(-1)!.stageId) node.ending.push(task);
      node.longest = Math.max(
        node.longest,
        way.slice(i).reduce((total, next) => total + batchesOf(next), 0),
      );
    }
  }
  return nodes;
}

const idsOf = (stages: StageTask[]): number[] => stages.map(({ stageId }) => stageId);

type Step = Pick<StageJob, 'stage' | 'restores'>;

/**
 * What has to be trained for a run, first to last: the states on the way that are not kept any more, then what it has
 * not got.
 */
function wayOf(task: RunTask, wanted: Wanted): Step[] {
  const todo = task.stages.filter((stage) => stage.batch < stage.to && wanted(task, stage));
  const way: Step[] = todo.map((stage) => ({ stage, restores: false }));
  const [first] = todo;
  if (!first || first.kept) return way;
  for (const stage of task.stages.slice(0, task.stages.indexOf(first)).reverse()) {
    if (stage.kept) break;
    way.unshift({ stage, restores: true });
  }
  return way;
}

function batchesOf({ stage, restores }: Step): number {
  return stage.to - (restores ? stage.from : stage.batch);
}
