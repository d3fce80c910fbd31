import type { NUnit } from '../space/definition.ts';
import { isLossParameter } from '../parameter-names.ts';
import type { Problem } from '../problem.ts';
import { IMPORT_KEYS } from '../schema/imported-schema.ts';
import { UNKNOWN_KEY } from '../schema/issues.ts';
import { type Judge, makeJudge } from './judge.ts';
import { controlProblems, phaseProblems } from './program-problems.ts';
import type { Sections } from './settings-assignment.ts';
import type { WrittenParameter } from './written-parameter.ts';

/** What would draw, drop or change arms: those of an import are the ones that its results have. */
const SEARCH_KEYS = ['method', 'constraints', 'exclude', 'ablations', 'runCap', 'run_cap', 'samplerSeed', 'loss'];

/** What is wrong with the definition of an import, whose arms are those of `include`. */
export function problemsOfImport(raw: Record<string, unknown>, parameters: readonly WrittenParameter[]): Problem[] {
  const names = new Set(parameters.map(({ name }) => name));
  const searched = SEARCH_KEYS.filter((key) => raw[key] !== undefined);
  return [
    ...searched.map((key) => ({
      path: key,
      message: 'found it beside training.imported, wanted include alone: nothing is searched where all is trained',
    })),
    ...phaseProblems(names),
    ...controlProblems(raw.control, names),
  ];
}

/** Any single value may have been trained with. */
export function makeImportJudge(sections: Sections, unit: NUnit): Judge {
  const judgeOthers = makeJudge(sections, unit);
  return (name, value) => {
    if (isLossParameter(name)) return judgeOthers(name, value);
    const [section, key] = name.split('.');
    if (section === 'training' && !IMPORT_KEYS.includes(key!)) return [];
    return [{ below: '', message: `${UNKNOWN_KEY}, wanted a key of training beside ${IMPORT_KEYS.join(', ')}` }];
  };
}
