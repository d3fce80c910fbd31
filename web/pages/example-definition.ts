/** A small study on the built-in data: six seeds, because fewer can show nothing. */
export const EXAMPLE_DEFINITION = `{
  "name": "my-first-sweep",
  "description": "Does the intra-class phase help, and from when on?",
  "method": "grid",
  "metric": { "name": "val/accuracy", "goal": "maximize" },
  "parameters": {
    "gamma":   { "value": 1 },
    "alpha":   { "value": 0.5 },
    "beta":    { "values": [0.2, 0.49] },
    "epsilon": { "value": 0.02 },
    "N":       { "values": [0, 0.5], "unit": "fraction" }
  },
  "constraints": ["gamma > alpha > beta"],
  "ablations": ["noIntra"],
  "seeds": 6,
  "training": {
    "dataset": { "name": "glyphs" },
    "model": { "name": "cnn-small" },
    "batches": 200,
    "evalEvery": 50
  }
}
`;
