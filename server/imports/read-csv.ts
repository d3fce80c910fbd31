import { DefinitionError, type Problem, toFound } from '../sweep/problem.ts';
import type { ParamValue } from '../sweep/arm.ts';
import { toMetricValue, toParameterValues, toWhole } from './cells.ts';
import { readCsvRows, type CsvRow } from './csv-rows.ts';
import { CurveBuilders } from './curve-builder.ts';
import { judgeHeading, type Heading } from './heading.ts';
import type { Names } from './names.ts';
import type { Source, SourceRun } from './source.ts';

/** More problems than a message lists are not looked for. */
const MAX_PROBLEMS = 1_000;

/**
 * Reads a table of results: long, a row for each value (parameters, seed, metric, batch, value), or wide, a column for
 * each metric.
 *
 * @throws DefinitionError with every wrong row
 */
export async function readCsv(path: string, names: Names): Promise<Source> {
  const table = new Table(names);
  await readCsvRows(path, (row) => table.take(row));
  const runs = table.finish();
  if (table.problems.length > 0) throw new DefinitionError(`Cannot import ${path}`, table.problems);
  return { runs, goals: {}, notes: table.notes };
}

interface OpenRun {
  line: number;
  /** Cells of the heading's parameters, in their order. */
  cells: string[];
  state: string;
  curves: CurveBuilders;
}

class Table {
  readonly problems: Problem[];
  readonly #names: Names;
  #heading: Heading | null = null;
  readonly #runs = new Map<string, OpenRun>();

  constructor(names: Names) {
    this.#names = names;
    this.problems = [...names.problems];
  }

  get notes(): string[] {
    return this.#heading?.notes ?? [];
  }

  take(row: CsvRow): void {
    if (this.#heading === null) {
      this.#heading = judgeHeading(row.cells, this.#names);
      this.problems.push(...this.#heading.problems);
    } else if (this.#heading.problems.length === 0 && this.problems.length < MAX_PROBLEMS) {
      this.#takeRow(this.#heading, row);
    }
  }

  finish(): SourceRun[] {
    if (this.#heading === null) this.#say('', 'found an empty file, wanted a heading and rows');
    else if (this.#runs.size === 0 && this.problems.length === 0)
      this.#say('', 'found a heading alone, wanted rows below it');
    return this.problems.length > 0 ? [] : this.#build(this.#heading!);
  }

  #takeRow(heading: Heading, { line, cells }: CsvRow): void {
    if (cells.length !== heading.width)
      return this.#say(`line ${line}`, `found ${cells.length} cells, wanted ${heading.width} as in the heading`);
    const run = this.#runOf(heading, line, cells);
    const batch = this.#batchOf(heading, line, cells);
    if (run === null || batch === null) return;
    if (heading.state !== null) run.state = cells[heading.state]!.trim();
    for (const [column, metric] of heading.metricsOf(cells)) {
      const value = toMetricValue(cells[column]!);
      if (metric === '') this.#say(`line ${line}`, 'found no name in column "metric", wanted the name of a metric');
      else if (value === null)
        this.#say(`line ${line}`, `found ${toFound(cells[column])} for ${metric}, wanted a number`);
      // A cell is empty where its metric was not measured.
      else if (!heading.hasGaps || cells[column]!.trim() !== '') run.curves.add(metric, batch, value, line);
    }
  }

  /** null where the row contradicts an earlier one of its run. */
  #runOf({ run, parameters }: Heading, line: number, cells: string[]): OpenRun | null {
    const values = parameters.map(({ column }) => cells[column]!.trim());
    const key = run === null ? JSON.stringify(values) : cells[run]!;
    const known = this.#runs.get(key);
    if (known === undefined) {
      const made = { line, cells: values, state: '', curves: new CurveBuilders() };
      this.#runs.set(key, made);
      return made;
    }
    const differs = values.findIndex((value, i) => value !== known.cells[i]);
    if (differs < 0) return known;
    const { name } = parameters[differs]!;
    this.#say(
      `line ${line}`,
      `found ${name} = ${toFound(values[differs])} for run ${toFound(key)}, ` +
        `wanted ${toFound(known.cells[differs])} as in line ${known.line}`,
    );
    return null;
  }

  /** A wide table without batches has the last value of each run. */
  #batchOf({ batch }: Heading, line: number, cells: string[]): number | null {
    if (batch === null) return 1;
    const value = toWhole(cells[batch]!);
    if (value === null) this.#say(`line ${line}`, `found ${toFound(cells[batch])} as batch, wanted a whole number ≥ 0`);
    return value;
  }

  #build({ parameters, run }: Heading): SourceRun[] {
    const runs = [...this.#runs.values()];
    const keys = [...this.#runs.keys()];
    const columns = parameters.map((_, i) => toParameterValues(runs.map(({ cells }) => cells[i]!)));
    return runs.map(({ line, state, curves }, row) => ({
      place: `line ${line}`,
      id: run === null ? null : keys[row]!,
      parameters: Object.fromEntries(parameters.map(({ name }, i): [string, ParamValue] => [name, columns[i]![row]!])),
      curves: curves.build((problem) => this.problems.push(problem)),
      failure: failureOf(state),
      startedAt: null,
      seconds: null,
    }));
  }

  #say(path: string, message: string): void {
    this.problems.push({ path, message });
  }
}

/** The words of W&B and of others for a run that came to its end. */
function failureOf(state: string): string | null {
  return /^(|finished|complete|completed|done|success|succeeded)$/i.test(state)
    ? null
    : `The table says that it is ${state}`;
}
