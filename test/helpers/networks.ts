import type { ModelName } from '../../server/sweep/settings.ts';

export const networks: readonly ModelName[] = ['mlp', 'cnn-small', 'cnn', 'resnet8', 'resnet20'];
