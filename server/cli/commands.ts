import type { CliCommand } from './command.ts';
import { archiveCommand, unarchiveCommand } from './commands/archive.ts';
import { cancelCommand } from './commands/cancel.ts';
import { cloneCommand } from './commands/clone.ts';
import { confirmCommand } from './commands/confirm.ts';
import { curvesCommand } from './commands/curves.ts';
import { datasetsCommand } from './commands/datasets.ts';
import { demoCommand } from './commands/demo.ts';
import { diffCommand } from './commands/diff.ts';
import { doctorCommand } from './commands/doctor.ts';
import { engineCommand } from './commands/engine.ts';
import { exportCommand } from './commands/export.ts';
import { extendCommand } from './commands/extend.ts';
import { figureCommand } from './commands/figure.ts';
import { importCommand } from './commands/import.ts';
import { listCommand } from './commands/list.ts';
import { mergeCommand } from './commands/merge.ts';
import { modelCommand } from './commands/model.ts';
import { noteCommand } from './commands/note.ts';
import { planCommand } from './commands/plan.ts';
import { probeCommand } from './commands/probe.ts';
import { promoteCommand } from './commands/promote.ts';
import { pythonCommand } from './commands/python.ts';
import { renameCommand } from './commands/rename.ts';
import { reportCommand } from './commands/report.ts';
import { retryCommand } from './commands/retry.ts';
import { rmCommand } from './commands/rm.ts';
import { runCommand } from './commands/run.ts';
import { runsCommand } from './commands/runs.ts';
import { serveCommand } from './commands/serve.ts';
import { showCommand } from './commands/show.ts';
import { splitCommand } from './commands/split.ts';
import { starCommand, unstarCommand } from './commands/star.ts';
import { syncCommand } from './commands/sync.ts';
import { tagCommand } from './commands/tag.ts';
import { weightsCommand } from './commands/weights.ts';
import { workerCommand } from './commands/worker.ts';
import { workersCommand } from './commands/workers.ts';

/** In the order in which `cosweep --help` lists them. */
export const commands: readonly CliCommand[] = [
  demoCommand,
  planCommand,
  probeCommand,
  runCommand,
  confirmCommand,
  extendCommand,
  promoteCommand,
  importCommand,
  splitCommand,
  mergeCommand,
  serveCommand,
  listCommand,
  showCommand,
  exportCommand,
  syncCommand,
  figureCommand,
  reportCommand,
  runsCommand,
  diffCommand,
  curvesCommand,
  weightsCommand,
  workerCommand,
  workersCommand,
  cancelCommand,
  retryCommand,
  cloneCommand,
  tagCommand,
  noteCommand,
  starCommand,
  unstarCommand,
  renameCommand,
  archiveCommand,
  unarchiveCommand,
  rmCommand,
  doctorCommand,
  engineCommand,
  datasetsCommand,
  modelCommand,
  pythonCommand,
];
