import { openWebgpu } from '../../../server/training/engines/webgpu/open-webgpu.ts';
import { describeWithWebgpu } from '../../helpers/engines.ts';
import { suite } from './suite.ts';

describeWithWebgpu('operations of the models on webgpu', () => suite(openWebgpu));
