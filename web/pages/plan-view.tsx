import type { PlanJsonWithArms } from '../../server/sweep/plan/plan-json.ts';
import { droppedWords } from '../format/dropped.ts';
import { formatCount, formatNumber } from '../format/number.ts';
import { formatParameter, parameterLabel } from '../format/parameter.ts';
import { Facts } from '../parts/facts.tsx';

const SHOWN_ARMS = 200;

/** What a definition would train: its numbers, and its arms. */
export function PlanView({ plan }: { plan: PlanJsonWithArms }) {
  return (
    <>
      <PlanFacts plan={plan} />
      {plan.smallestP.maxT > 0.05 && (
        <p class="banner">
          With so few seeds no difference can be significant: p cannot be under {formatNumber(plan.smallestP.maxT, 2)}.
        </p>
      )}
      <ArmTable arms={plan.armList.slice(0, SHOWN_ARMS)} />
      {plan.armList.length > SHOWN_ARMS && (
        <p class="small quiet">
          The first {SHOWN_ARMS} of {formatCount(plan.armList.length)} arms.
        </p>
      )}
    </>
  );
}

function PlanFacts({ plan }: { plan: PlanJsonWithArms }) {
  return (
    <Facts
      facts={[
        ['Name', plan.name],
        ['Arms', formatCount(plan.arms)],
        ['Runs', formatCount(plan.runs)],
        ['Dropped', droppedWords(plan.dropped)],
        ['Folded duplicates', formatCount(plan.folded)],
        ['Batches', `${formatCount(plan.batches)} with shared prefixes, ${formatCount(plan.batchesUnshared)} without`],
        [
          'Smallest p',
          `${formatNumber(plan.smallestP.maxT, 2)} (max-T), ${formatNumber(plan.smallestP.holm, 2)} (Holm)`,
        ],
      ]}
    />
  );
}

function ArmTable({ arms }: { arms: PlanJsonWithArms['armList'] }) {
  const keys = Object.keys(arms[0] ?? {}).filter((key) => !['index', 'name', 'ablation', 'control'].includes(key));
  return (
    <div class="scroll" tabIndex={0}>
      <table class="data">
        <thead>
          <tr>
            <th class="number">#</th>
            <th>Arm</th>
            {keys.map((key) => (
              <th key={key} class="number" title={key}>
                {parameterLabel(key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {arms.map((arm) => (
            <tr key={arm.index}>
              <td class="number quiet">{arm.index}</td>
              <td>
                {arm.name}
                {arm.control && <span class="tag">control</span>}
              </td>
              {keys.map((key) => (
                <td key={key} class="number">
                  {formatParameter(arm[key])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
