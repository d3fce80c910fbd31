import type { EngineProbe } from './probe.ts';
import { slowerThanWheels } from './tensorflow/slower-than-wheels.ts';

/**
 * What would make an engine that works faster, or its bits those of other machines; null where there is nothing to
 * say.
 */
export function hintOf({
  name,
  works,
  versions,
  device,
}: Pick<EngineProbe, 'name' | 'works' | 'versions' | 'device'>): string | null {
  if (!works || name !== 'tensorflow') return null;
  const slow = slowerThanWheels(versions['libtensorflow'] ?? '');
  const onProcessor = device?.startsWith('CPU') && process.arch === 'x64';
  const hints = [
    ...(slow === null ? [] : [slow]),
    ...(onProcessor && !process.env['ONEDNN_MAX_CPU_ISA'] ? [ALIKE] : []),
  ];
  return hints.length === 0 ? null : hints.join('. ');
}

const ALIKE =
  'Where one sweep is trained on several x86 machines whose signatures differ, ' +
  'ONEDNN_MAX_CPU_ISA=AVX2 on all of them can make the signatures equal';
