import { openTensorflow } from '../../../server/training/engines/tensorflow/open.ts';
import { describeWithTensorflow } from '../../helpers/engines.ts';
import { suite } from './suite.ts';

describeWithTensorflow('operations of the models on tensorflow', () => suite(openTensorflow));
