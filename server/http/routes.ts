import { getAblationRoute } from './handlers/get-ablation.ts';
import { getArmCurvesRoute } from './handlers/get-arm-curves.ts';
import { getComparisonRoute } from './handlers/get-comparison.ts';
import { getConfirmationRoute } from './handlers/get-confirmation.ts';
import { getConfusedRoute } from './handlers/get-confused.ts';
import { getConfusionRoute } from './handlers/get-confusion.ts';
import { getCurvesRoute } from './handlers/get-curves.ts';
import { getDoctorRoute } from './handlers/get-doctor.ts';
import { getFactorsRoute } from './handlers/get-factors.ts';
import { getMatrixRoute } from './handlers/get-matrix.ts';
import { getLogRoute } from './handlers/get-log.ts';
import { getLossesRoute } from './handlers/get-losses.ts';
import { getPairsRoute } from './handlers/get-pairs.ts';
import { getProbeRoute } from './handlers/get-probe.ts';
import { getFailuresRoute } from './handlers/get-failures.ts';
import { getProjectionRoute } from './handlers/get-projection.ts';
import { getReportRoute } from './handlers/get-report.ts';
import { getRunRoute } from './handlers/get-run.ts';
import { getRunDiffRoute } from './handlers/get-run-diff.ts';
import { getSweepRoute } from './handlers/get-sweep.ts';
import { getVerdictRoute } from './handlers/get-verdict.ts';
import { getWorkerLogRoute } from './handlers/get-worker-log.ts';
import { listLogsRoute } from './handlers/list-logs.ts';
import { listMachinesRoute } from './handlers/list-machines.ts';
import { listRunsRoute } from './handlers/list-runs.ts';
import { listStagesRoute } from './handlers/list-stages.ts';
import { listSweepsRoute } from './handlers/list-sweeps.ts';
import { listTagsRoute } from './handlers/list-tags.ts';
import { listWorkersRoute } from './handlers/list-workers.ts';
import { postArchiveRoute } from './handlers/post-archive.ts';
import { postCancelRoute } from './handlers/post-cancel.ts';
import { postConfirmRoute } from './handlers/post-confirm.ts';
import { postDeleteRoute } from './handlers/post-delete.ts';
import { postDoctorRoute } from './handlers/post-doctor.ts';
import { postExtendRoute } from './handlers/post-extend.ts';
import { postExtensionRoute } from './handlers/post-extension.ts';
import { postKillRoute } from './handlers/post-kill.ts';
import { postMarkArmRoute } from './handlers/post-mark-arm.ts';
import { postMarkRunRoute } from './handlers/post-mark-run.ts';
import { postMarkSweepRoute } from './handlers/post-mark-sweep.ts';
import { postPlanRoute } from './handlers/post-plan.ts';
import { postPromoteRoute } from './handlers/post-promote.ts';
import { postRenameRoute } from './handlers/post-rename.ts';
import { postResumeRoute } from './handlers/post-resume.ts';
import { postRetryRoute } from './handlers/post-retry.ts';
import { postSweepRoute } from './handlers/post-sweep.ts';
import type { Route } from './route.ts';

/** The whole API below `/api`, besides `/events` and `/openapi.json`. */
export const routes: readonly Route[] = [
  listSweepsRoute,
  getSweepRoute,
  getVerdictRoute,
  getFactorsRoute,
  listRunsRoute,
  getFailuresRoute,
  getPairsRoute,
  getArmCurvesRoute,
  getAblationRoute,
  getReportRoute,
  getComparisonRoute,
  listStagesRoute,
  getMatrixRoute,
  getProbeRoute,
  getConfirmationRoute,
  getLossesRoute,
  listTagsRoute,
  getRunRoute,
  getRunDiffRoute,
  listLogsRoute,
  getLogRoute,
  getConfusionRoute,
  getConfusedRoute,
  getProjectionRoute,
  getCurvesRoute,
  listWorkersRoute,
  listMachinesRoute,
  getWorkerLogRoute,
  getDoctorRoute,
  postDoctorRoute,
  postPlanRoute,
  postSweepRoute,
  postCancelRoute,
  postKillRoute,
  postResumeRoute,
  postRetryRoute,
  postConfirmRoute,
  postExtensionRoute,
  postExtendRoute,
  postPromoteRoute,
  postMarkSweepRoute,
  postMarkArmRoute,
  postMarkRunRoute,
  postRenameRoute,
  postArchiveRoute,
  postDeleteRoute,
];
