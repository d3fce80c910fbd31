import { readFileSync } from 'node:fs';
import type { DatasetReport, DoctorResponse, EngineReport } from '../http/schemas/doctor.ts';
import { reportDatabase } from '../store/database/report-database.ts';
import { listDatasets, type DatasetListing } from '../training/datasets/list.ts';
import { probeCards } from '../training/engines/cards/probe-cards.ts';
import { probeEngines } from '../training/engines/choose.ts';
import { hintOf } from '../training/engines/hint.ts';
import { parseLossCases } from '../training/loss-cases.ts';
import { explainFileError } from '../sweep/file-error.ts';
import { checkEngine, type LossCaseFile } from './loss-cases.ts';

/**
 * What works on this machine.
 *
 * @param lossCases a file of reference cases to compute on every engine that works
 */
export async function examine(db: string, lossCases: string | null): Promise<DoctorResponse> {
  const cases = lossCases === null ? null : readCases(lossCases);
  const engines: EngineReport[] = [];
  for (const probe of await probeEngines()) {
    engines.push({
      ...probe,
      cards: await probeCards(probe),
      hint: hintOf(probe),
      lossCases: cases !== null && probe.works ? await checkEngine(probe.name, cases) : null,
    });
  }
  const datasets = (await listDatasets({ baseFolder: process.cwd() })).map(toDatasetReport);
  return { engines, datasets, database: await reportDatabase(db) };
}

/** A mistake in the file is reported here once, and not once by every engine. */
function readCases(file: string): LossCaseFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw explainFileError(error, `read reference cases from ${file}`);
  }
  parseLossCases(text, file);
  return { file, text };
}

function toDatasetReport({ name, state, folder, looksIn, files }: DatasetListing): DatasetReport {
  return {
    name,
    available: state !== 'missing',
    where: folder === null ? looksIn : [folder],
    remedy: state === 'missing' ? `cosweep datasets get ${name}, or put ${files.join(', ')} there` : null,
  };
}
