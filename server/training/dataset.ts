/** Images of one part of a data set, in the order of their source. */
export interface Part {
  count: number;
  /** count × height × width × channels, channels last, as read from the source (before normalisation). */
  pixels: Uint8Array | Float32Array;
  /** count class indices, 0 … classes − 1. */
  labels: Int32Array;
}

/** A data set as training sees it: split, limited, with the numbers that normalise it. */
export interface Dataset {
  name: string;
  /** [height, width, channels] */
  shape: [number, number, number];
  /** Names of the classes by index. */
  classes: string[];
  train: Part;
  validation: Part;
  /** Never used to choose anything; null where the source has none. */
  test: Part | null;
  /** Per channel, of the training part only, in units of `pixels`. */
  mean: Float32Array;
  std: Float32Array;
  /** SHA-256 of the source's pixels and labels (before the split), in hex. */
  fingerprint: string;
}
