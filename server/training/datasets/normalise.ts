import type { Part } from '../dataset.ts';

interface Moments {
  mean: number;
  deviation: number;
  /** Largest absolute value. */
  largest: number;
}

/**
 * Mean and standard deviation of each channel over all images of the part, in float64. A channel that is constant (its
 * deviation is rounding, under a millionth of its largest value) gets the deviation 1, so that it becomes 0 and not
 * noise.
 */
export function channelStatistics({ pixels }: Part, channels: number): { mean: Float32Array; std: Float32Array } {
  const moments = pixels instanceof Uint8Array ? momentsOfBytes(pixels, channels) : momentsOfFloats(pixels, channels);
  return {
    mean: Float32Array.from(moments, ({ mean }) => mean),
    std: Float32Array.from(moments, ({ deviation, largest }) => (deviation > 1e-6 * largest ? deviation : 1)),
  };
}

/** Bytes have 256 values: counting them is several times faster than adding them up. */
function momentsOfBytes(pixels: Uint8Array, channels: number): Moments[] {
  const counts = Array.from({ length: channels }, () => new Float64Array(256));
  for (let channel = 0; channel < channels; channel++) {
    const times = counts[channel]!;
    for (let i = channel; i < pixels.length; i += channels) times[pixels[i]!]!++;
  }
  const count = pixels.length / channels;
  return counts.map((times) => {
    const mean = times.reduce((total, n, value) => total + n * value, 0) / count;
    const squares = times.reduce((total, n, value) => total + n * (value - mean) ** 2, 0);
    return { mean, deviation: Math.sqrt(squares / count), largest: times.findLastIndex((n) => n > 0) };
  });
}

function momentsOfFloats(pixels: Float32Array, channels: number): Moments[] {
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
  return Array.from({ length: channels }, (_, channel) => ({
    mean: mean[channel]!,
    deviation: Math.sqrt(squares[channel]! / count),
    largest: largest[channel]!,
  }));
}
