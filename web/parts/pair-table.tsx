import type { PairItem } from '../../server/http/schemas/pairs.ts';
import { formatMetric, formatMetricDifference } from '../format/metric.ts';
import { Link } from '../routing/link.tsx';

/** Every pair with its two values and their difference, linked to its runs. */
export function PairTable({ pairs, metric }: { pairs: PairItem[]; metric: string }) {
  return (
    <div class="scroll" tabIndex={0}>
      <table class="data">
        <caption class="visually-hidden">Values with and without the phase, by seed</caption>
        <thead>
          <tr>
            <th class="number">Seed</th>
            <th class="number">Difference</th>
            <th>With</th>
            <th class="number">Value</th>
            <th>Without</th>
            <th class="number">Value</th>
          </tr>
        </thead>
        <tbody>
          {pairs.map((pair) => (
            <tr key={`${pair.arm}/${pair.seed}`}>
              <td class="number">{pair.seed}</td>
              <td class="number">{formatMetricDifference(metric, pair.difference)}</td>
              <td>
                <Link to={`runs/${pair.run}`}>{pair.run}</Link>
              </td>
              <td class="number">{formatMetric(metric, pair.value)}</td>
              <td>
                <Link to={`runs/${pair.controlRun}`}>{pair.controlRun}</Link>
              </td>
              <td class="number">{formatMetric(metric, pair.controlValue)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
