import type { Assignment, ParamValue } from '../arm.ts';
import { compileConstraint, type Constraint } from '../space/constraint.ts';
import { type Definition, singleValue } from '../space/definition.ts';
import { MAX_CHECKS, PlanMistake } from './plan-limits.ts';

/** The values of a point by the position of their parameters in the definition. */
type Point = readonly ParamValue[];

export interface Rule {
  name: string;
  keeps: (point: Point) => boolean;
  /** Parameters that the rule looks at. */
  names: string[];
  /** How much work it is to look at a point; 1 for a rule as people write it. */
  cost: number;
}

/** Comparisons and terms that count as one check. */
const AT_ONCE = 6;

export function costOf(comparisons: number, terms: number): number {
  return Math.max(1, Math.ceil((comparisons + terms) / AT_ONCE));
}

/** Rules that a message lists. */
const MAX_DESCRIBED = 10;

/** Decides which points of the search stay, and counts the others at the first rule that they break. */
export class PointFilter {
  readonly #names: string[];
  readonly #rules: Rule[];
  /** By rule: the last position at which it or a rule before it looks at a value that varies. */
  readonly #reach: number[] = [];
  /** By rule: what it and the rules before it cost. */
  readonly #costs: number[] = [];
  readonly #counts: number[];
  readonly #examples: string[] = [];
  #checks = 0;
  points = 0;

  /** @param further rules that come before those of the definition */
  constructor(definition: Pick<Definition, 'parameters' | 'constraints' | 'exclude'>, further: Rule[] = []) {
    this.#names = definition.parameters.map(({ name }) => name);
    this.#rules = [
      ...further,
      ...definition.constraints.map((constraint) => ({
        name: constraint.text,
        keeps: compileConstraint(constraint, this.#names),
        names: namesIn(constraint),
        cost: costOf(
          constraint.sides.length - 1,
          constraint.sides.reduce((sum, { terms }) => sum + terms.length, 0),
        ),
      })),
      ...definition.exclude.map((entry, i) => ({
        name: `exclude[${i}]`,
        keeps: differsFrom(entry, this.#names),
        names: Object.keys(entry),
        cost: costOf(Object.keys(entry).length, 0),
      })),
    ];
    this.#counts = this.#rules.map(() => 0);
    const varies = new Set(
      definition.parameters.filter((parameter) => singleValue(parameter) === undefined).map(({ name }) => name),
    );
    let reach = -1;
    for (const { names } of this.#rules) {
      for (const name of names) if (varies.has(name)) reach = Math.max(reach, this.#names.indexOf(name));
      this.#reach.push(reach);
    }
    let cost = 0;
    for (const rule of this.#rules) this.#costs.push((cost += rule.cost));
  }

  /**
   * Judges a point and counts it.
   *
   * @returns null where it stays; else the position up to which its values decide that it goes
   */
  judge(point: Point): { upTo: number; rule: number } | null {
    const broken = this.#rules.findIndex((rule) => !rule.keeps(point));
    this.points++;
    this.#checks += this.#costs.at(broken) ?? 0;
    if (this.#checks > MAX_CHECKS)
      throw new PlanMistake(
        'constraints',
        `found more than ${MAX_CHECKS} checks of points against ${this.#rules.length} constraints and excludes, ` +
          'wanted fewer points or fewer constraints',
      );
    if (broken < 0) return null;
    this.#counts[broken]!++;
    this.#examples[broken] ??= this.#describePoint(point, this.#rules[broken]!.names);
    return { upTo: this.#reach[broken]!, rule: broken };
  }

  /** Counts points that go by the same rule as the one before them. */
  dropAlike(rule: number, points: number): void {
    this.points += points;
    this.#counts[rule]! += points;
  }

  /** Why nothing is left: the rules that dropped points, how many, and an example of one. */
  describe(): string {
    const parts = this.#rules.flatMap(({ name }, i) =>
      this.#counts[i]! > 0 ? [`${name} drops ${this.#counts[i]!} (one had ${this.#examples[i]})`] : [],
    );
    const more = parts.length - MAX_DESCRIBED;
    return (more > 0 ? [...parts.slice(0, MAX_DESCRIBED), `and ${more} more`] : parts).join('; ');
  }

  get dropped(): { constraint: string; count: number }[] {
    return this.#rules.map(({ name }, i) => ({ constraint: name, count: this.#counts[i]! }));
  }

  /** Points that broke no rule. */
  get passed(): number {
    return this.points - this.#counts.reduce((sum, count) => sum + count, 0);
  }

  #describePoint(point: Point, names: readonly string[]): string {
    return toValues(Object.fromEntries(names.map((name) => [name, point[this.#names.indexOf(name)]!])), names);
  }
}

function differsFrom(entry: Assignment, names: readonly string[]): (point: Point) => boolean {
  const wanted = Object.entries(entry).map(([name, value]) => [names.indexOf(name), value] as const);
  return (point) => !wanted.every(([position, value]) => point[position] === value);
}

/** Parameters of a constraint, in the order in which it names them. */
export function namesIn({ sides }: Constraint): string[] {
  return [...new Set(sides.flatMap(({ terms }) => terms.map(([name]) => name)))];
}

/** `gamma = 0.2, alpha = 0.5` */
export function toValues(point: Assignment, names: readonly string[]): string {
  return names.map((name) => `${name} = ${JSON.stringify(point[name])}`).join(', ');
}
