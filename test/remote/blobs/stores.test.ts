import { describeStore } from './contract.ts';
import { STORES } from './stores.ts';

for (const [name, open] of STORES) describeStore(name, open);
