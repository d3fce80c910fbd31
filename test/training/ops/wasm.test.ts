import { describe } from 'vitest';
import { openWasm } from '../../../server/training/engines/wasm/open-wasm.ts';
import { suite } from './suite.ts';

describe('operations of the models on wasm', () => suite(openWasm));
