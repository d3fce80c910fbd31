/**
 * Classification measures, on the host in float64. NaN in logits never wins a comparison, so a row of NaN counts as
 * class 0.
 */

/**
 * The class with the largest logit in each row; of equal ones the lowest.
 *
 * @param logits rows × classes, row-major
 */
export function predict(logits: Float32Array | Float64Array, rows: number, classes: number): Int32Array {
  const predictions = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    let best = 0;
    for (let k = 1; k < classes; k++) if (logits[i * classes + k]! > logits[i * classes + best]!) best = k;
    predictions[i] = best;
  }
  return predictions;
}

/** matrix[k][l]: how many samples of class k were taken for class l. */
export function confusionMatrix(labels: Int32Array, predictions: Int32Array, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  labels.forEach((label, i) => matrix[label]![predictions[i]!]!++);
  return matrix;
}

/** Share of samples on the diagonal. */
export function accuracy(confusion: number[][]): number {
  return sum(confusion.map((row, k) => row[k]!)) / sum(confusion.map(sum));
}

/** F1 averaged over the classes that occur, as labels or as predictions; 2·tp/(labelled + predicted). */
export function macroF1(confusion: number[][]): number {
  const scores = confusion.flatMap((row, k) => {
    const occurrences = sum(row) + sum(confusion.map((other) => other[k]!));
    return occurrences > 0 ? [(2 * row[k]!) / occurrences] : [];
  });
  return sum(scores) / scores.length;
}

/** (n_{k→l} + n_{l→k}) / (n_k + n_l): how often two classes are taken for each other. */
export function pairError(confusion: number[][], k: number, l: number): number {
  return (confusion[k]![l]! + confusion[l]![k]!) / (sum(confusion[k]!) + sum(confusion[l]!));
}

/** The largest pair error over all unordered pairs of classes that occur. */
export function mostConfusedError(confusion: number[][]): number {
  let largest = 0;
  for (let k = 0; k < confusion.length; k++) {
    for (let l = 0; l < k; l++) {
      const error = pairError(confusion, k, l);
      if (error > largest) largest = error;
    }
  }
  return largest;
}

/**
 * −mean_i log softmax(scale·z_i)[y_i].
 *
 * @param logits z, rows × classes
 */
export function crossEntropy(
  logits: Float32Array | Float64Array,
  labels: Int32Array,
  classes: number,
  scale: number,
): number {
  let total = 0;
  for (let i = 0, row = 0; i < labels.length; i++, row += classes) {
    let largest = -Infinity;
    for (let k = 0; k < classes; k++) largest = Math.max(largest, scale * logits[row + k]!);
    let exponentials = 0;
    for (let k = 0; k < classes; k++) exponentials += Math.exp(scale * logits[row + k]! - largest);
    total += Math.log(exponentials) + largest - scale * logits[row + labels[i]!]!;
  }
  return total / labels.length;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
