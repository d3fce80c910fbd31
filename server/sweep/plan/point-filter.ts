import type { Assignment } from '../arm.ts';
import { type Constraint, holds } from '../space/constraint.ts';
import type { Definition } from '../space/definition.ts';

export interface Rule {
  name: string;
  keeps: (point: Assignment) => boolean;
  /** Parameters that the rule looks at. */
  names: string[];
}

/** Decides which points of the search stay, and counts the others at the first rule that they break. */
export class PointFilter {
  readonly #rules: Rule[];
  readonly #counts: number[];
  readonly #examples: string[] = [];
  points = 0;

  /** @param further rules that come before those of the definition */
  constructor(definition: Pick<Definition, 'constraints' | 'exclude'>, further: Rule[] = []) {
    this.#rules = [
      ...further,
      ...definition.constraints.map((constraint) => ({
        name: constraint.text,
        keeps: (point: Assignment) => holds(constraint, point),
        names: namesIn(constraint),
      })),
      ...definition.exclude.map((entry, i) => ({
        name: `exclude[${i}]`,
        keeps: (point: Assignment) => !matches(point, Object.entries(entry)),
        names: Object.keys(entry),
      })),
    ];
    this.#counts = this.#rules.map(() => 0);
  }

  keeps(point: Assignment): boolean {
    this.points++;
    const broken = this.#rules.findIndex((rule) => !rule.keeps(point));
    if (broken < 0) return true;
    this.#counts[broken]!++;
    this.#examples[broken] ??= toValues(point, this.#rules[broken]!.names);
    return false;
  }

  /** Why nothing is left: every rule that dropped points, how many, and an example of one. */
  describe(): string {
    const parts = this.#rules.flatMap(({ name }, i) =>
      this.#counts[i]! > 0 ? [`${name} drops ${this.#counts[i]!} (one had ${this.#examples[i]})`] : [],
    );
    return parts.join('; ');
  }

  get dropped(): { constraint: string; count: number }[] {
    return this.#rules.map(({ name }, i) => ({ constraint: name, count: this.#counts[i]! }));
  }

  /** Points that broke no rule. */
  get passed(): number {
    return this.points - this.#counts.reduce((sum, count) => sum + count, 0);
  }
}

function matches(point: Assignment, entry: [name: string, value: unknown][]): boolean {
  return entry.every(([name, value]) => point[name] === value);
}

/** Parameters of a constraint, in the order in which it names them. */
export function namesIn({ sides }: Constraint): string[] {
  return [...new Set(sides.flatMap(({ terms }) => terms.map(([name]) => name)))];
}

/** `gamma = 0.2, alpha = 0.5` */
export function toValues(point: Assignment, names: readonly string[]): string {
  return names.map((name) => `${name} = ${JSON.stringify(point[name])}`).join(', ');
}
