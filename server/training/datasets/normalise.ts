import type { Part } from '../dataset.ts';

/**
 * Mean and standard deviation of each channel over all images of the part, in float64. A channel that is constant (its
 * deviation is rounding, under a millionth of its largest value) gets the deviation 1, so that it becomes 0 and not noise.
 */
export function channelStatistics({ pixels }: Part, channels: number): { mean: Float32Array; std: Float32Array } {
  const count = pixels.length / channels;
  const sum = new Float64Array(channels);
  const largest = new Float64Array(channels);
  for (let i = 0, channel = 0; i < pixels.length; i++) {
    const value = pixels[i]!;
    sum[channel]! += value;
    largest[channel] = Math.max(largest[channel]!, Math.abs(value));
    if (++channel === channels) channel = 0;
  }
  const mean = sum.map((total) => total / count);

  // A second pass: the one-pass form loses all digits where the mean is large against the deviation.
  const squares = new Float64Array(channels);
  for (let i = 0, channel = 0; i < pixels.length; i++) {
    const deviation = pixels[i]! - mean[channel]!;
    squares[channel]! += deviation * deviation;
    if (++channel === channels) channel = 0;
  }
  const std = squares.map((total, channel) => {
    const deviation = Math.sqrt(total / count);
    return deviation > 1e-6 * largest[channel]! ? deviation : 1;
  });
  return { mean: Float32Array.from(mean), std: Float32Array.from(std) };
}
