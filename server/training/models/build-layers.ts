import type { LaidLayer } from '../../sweep/network/laid-layer.ts';
import { averagePool } from './average-pool.ts';
import { batchNorm } from './batch-norm.ts';
import { conv } from './conv.ts';
import { dense } from './dense.ts';
import { depthwise } from './depthwise.ts';
import { flatten } from './flatten.ts';
import { globalAveragePool } from './global-average-pool.ts';
import type { Layer } from './layer.ts';
import { maxPool } from './max-pool.ts';
import { relu } from './relu.ts';
import { residual } from './residual.ts';
import { sequence } from './sequence.ts';

/** The layers of a network as one function. `isFrozen` is asked about the name of each layer of batch norm. */
export function buildLayers(laid: readonly LaidLayer[], isFrozen: (name: string) => boolean): Layer {
  return sequence(laid.map((layer) => buildLayer(layer, isFrozen)));
}

function buildLayer(laid: LaidLayer, isFrozen: (name: string) => boolean): Layer {
  switch (laid.kind) {
    case 'conv':
      return conv(laid);
    case 'depthwise':
      return depthwise(laid);
    case 'dense':
      return dense(laid);
    case 'batchNorm':
      return batchNorm(laid, isFrozen(laid.name));
    case 'relu':
      return relu;
    case 'maxPool':
      return maxPool(laid);
    case 'averagePool':
      return averagePool(laid);
    case 'globalAveragePool':
      return globalAveragePool;
    case 'flatten':
      return flatten(laid);
    case 'residual':
      return residual(buildLayers(laid.branch, isFrozen), buildLayers(laid.shortcut, isFrozen));
  }
}
