type Section = Record<string, unknown>;

/** A rule that several settings break together. */
export interface BrokenRule {
  /**
   * Settings that the rule is about. Where one of them is swept, the rule is judged for every arm instead of for the
   * definition.
   */
  keys: string[];
  path: string;
  message: string;
}

const isObject = (value: unknown): value is Section =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const section = (value: unknown): Section => (isObject(value) ? value : {});

/**
 * The rules that several settings break together, though each setting is fine by itself. The settings are taken as
 * written: some may be wrong or missing.
 */
export function brokenRules(loss: unknown, training: unknown): BrokenRule[] {
  return [
    ...distanceRule(section(loss)),
    ...(isObject(training) && 'program' in training ? [] : trainingRules(section(training))),
  ];
}

/** A program's own keys go by no rule of these. */
function trainingRules(training: Section): BrokenRule[] {
  return [
    ...lengthRule(training),
    ...modelRules(training.model),
    ...optimizerRules(section(training.optimizer)),
    ...idxRules(section(training.dataset)),
  ];
}

function distanceRule({ distance, centerSpace = 'unit' }: Section): BrokenRule[] {
  if (distance !== 'euclidean' || centerSpace !== 'unit') return [];
  return [
    {
      keys: ['loss.distance', 'loss.centerSpace'],
      path: 'loss.distance',
      message:
        'found "euclidean" with centerSpace "unit", wanted centerSpace "raw": ' +
        'the distance is between raw features and raw centers',
    },
  ];
}

function lengthRule({ batches, epochs }: Section): BrokenRule[] {
  if ((batches === undefined) !== (epochs === undefined)) return [];
  const found = batches === undefined ? 'neither batches nor epochs' : 'both batches and epochs';
  return [
    { keys: ['training.batches', 'training.epochs'], path: 'training', message: `found ${found}, wanted one of them` },
  ];
}

function modelRules(model: unknown): BrokenRule[] {
  if (!isObject(model)) return [];
  const { name, layers, weights, fresh } = model;
  const path = 'training.model';
  const broken: BrokenRule[] = [];
  if ((name === undefined) === (layers === undefined)) {
    broken.push({
      keys: [`${path}.name`, `${path}.layers`],
      path,
      message: `found ${name === undefined ? 'neither name nor layers' : 'both name and layers'}, wanted one of them`,
    });
  }
  if (fresh !== undefined && weights === undefined) {
    broken.push({
      keys: [`${path}.weights`, `${path}.fresh`],
      path: `${path}.fresh`,
      message: 'found layers to draw without "weights", wanted a file that has the others: without one all are drawn',
    });
  }
  return broken;
}

function optimizerRules({ name = 'momentum', nesterov, schedule, steps = [] }: Section): BrokenRule[] {
  const broken: BrokenRule[] = [];
  const path = 'training.optimizer';
  if (nesterov === true && name !== 'momentum') {
    broken.push({
      keys: [`${path}.name`, `${path}.nesterov`],
      path: `${path}.nesterov`,
      message: `found true with the optimizer ${JSON.stringify(name)}, wanted the optimizer "momentum"`,
    });
  }
  if (schedule === 'step' && Array.isArray(steps) && steps.length === 0) {
    broken.push({
      keys: [`${path}.schedule`, `${path}.steps`],
      path: `${path}.steps`,
      message: 'found no batches, wanted at least one for the schedule "step"',
    });
  }
  if (Array.isArray(steps) && steps.some((step, i) => i > 0 && !(step > steps[i - 1]))) {
    broken.push({
      keys: [`${path}.steps`],
      path: `${path}.steps`,
      message: `found ${JSON.stringify(steps)}, wanted batches in rising order`,
    });
  }
  return broken;
}

function idxRules(dataset: Section): BrokenRule[] {
  if (dataset.name !== 'idx') return [];
  const broken: BrokenRule[] = [];
  const path = 'training.dataset';
  for (const part of ['validation', 'test']) {
    const [given, missing] = dataset[`${part}Images`]
      ? [`${part}Images`, `${part}Labels`]
      : [`${part}Labels`, `${part}Images`];
    if (dataset[given] && !dataset[missing]) {
      broken.push({
        keys: [`${path}.${given}`, `${path}.${missing}`],
        path: `${path}.${missing}`,
        message: `found nothing, wanted a file: ${given} is given`,
      });
    }
  }
  if (dataset.validationImages && dataset.validation !== undefined) {
    broken.push({
      keys: [`${path}.validation`, `${path}.validationImages`],
      path: `${path}.validation`,
      message: `found ${JSON.stringify(dataset.validation)} beside validationImages, wanted one of them`,
    });
  }
  return broken;
}
