import { metricLabel } from '../format/metric.ts';
import { Select } from './field.tsx';

interface MetricSelectProps {
  metrics: string[];
  value: string;
  onChange: (metric: string) => void;
  label?: string;
}

export function MetricSelect({ metrics, value, onChange, label = 'Metric' }: MetricSelectProps) {
  const all = metrics.includes(value) ? metrics : [value, ...metrics];
  return (
    <Select
      label={label}
      value={value}
      onChange={onChange}
      options={all.map((metric) => ({ value: metric, label: metricLabel(metric) }))}
    />
  );
}
