import type { Ink } from '../series/chart-spec.ts';

/** Colours of a chart. Kept here and not in the style sheet because an exported picture is always the light one. */
export interface Palette {
  text: string;
  quiet: string;
  grid: string;
  axis: string;
  surface: string;
  shade: string;
  control: string;
  faint: string;
  series: readonly string[];
  /** Nine steps from worse to better, orange to blue, which every common colour blindness tells apart. */
  tones: readonly string[];
}

/**
 * The series are Okabe and Ito's colours (distinct under every common colour blindness), ordered for contrast and
 * darkened or lightened where the surface needs it; two more of Tol's follow, since ten classes are the usual number.
 */
export const LIGHT_PALETTE: Palette = {
  text: '#1b2430',
  quiet: '#5b6776',
  grid: '#e6eaef',
  axis: '#9aa5b1',
  surface: '#ffffff',
  shade: '#eef1f5',
  control: '#46515e',
  faint: '#b5bec9',
  series: [
    '#0072b2',
    '#d55e00',
    '#00896a',
    '#b6468b',
    '#c78500',
    '#3792cf',
    '#8c6d00',
    '#6a4c93',
    '#882255',
    '#5f7a1f',
  ],
  tones: ['#b35806', '#e08214', '#fdb863', '#fee0b6', '#f4f5f7', '#d1e5f0', '#92c5de', '#4393c3', '#2166ac'],
};

export const DARK_PALETTE: Palette = {
  text: '#e6ebf2',
  quiet: '#9fadbd',
  grid: '#2a3441',
  axis: '#566373',
  surface: '#171e27',
  shade: '#202a36',
  control: '#c3ccd7',
  faint: '#4d5a69',
  series: [
    '#5cb3ec',
    '#ff8d4d',
    '#3ecfa6',
    '#ec8bc4',
    '#f2b632',
    '#9ad4fb',
    '#d8c04a',
    '#b49ae0',
    '#e0709c',
    '#a9c95b',
  ],
  tones: ['#ff9f4f', '#d97a2b', '#a35d28', '#5e4332', '#2a3441', '#2b4a63', '#2f6a94', '#3f8fc9', '#74c0f7'],
};

export function toColour(ink: Ink, palette: Palette): string {
  if (ink === 'control') return palette.control;
  if (ink === 'faint') return palette.faint;
  if (typeof ink === 'object') return palette.tones[ink.tone + (palette.tones.length - 1) / 2]!;
  return palette.series[ink % palette.series.length]!;
}

/** `#0072b2` at an opacity from 0 to 1. */
export function withOpacity(colour: string, opacity: number): string {
  return `${colour}${Math.round(opacity * 255)
    .toString(16)
    .padStart(2, '0')}`;
}
