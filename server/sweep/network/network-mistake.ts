import type { Problem } from '../problem.ts';

/** A network that cannot be: layers that do not fit each other, or the images. */
export class NetworkMistake extends Error {
  readonly problem: Problem;

  /** @param path of the layer in the settings of the model, `layers[3].residual[0]` */
  constructor(path: string, message: string) {
    super(`Cannot build the network: ${path}: ${message}`);
    this.problem = { path: `training.model.${path}`, message };
  }
}
