import { dense, flatten, relu, sequence } from './layer.ts';

/** Two hidden layers of 256 and 128 units on the flattened image. */
export const mlp = sequence(flatten, dense('dense1', 256, 'relu'), relu, dense('dense2', 128, 'relu'), relu);
