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
};

export function toColour(ink: Ink, palette: Palette): string {
  if (ink === 'control') return palette.control;
  if (ink === 'faint') return palette.faint;
  return palette.series[ink % palette.series.length]!;
}

/** `#0072b2` at an opacity from 0 to 1. */
export function withOpacity(colour: string, opacity: number): string {
  return `${colour}${Math.round(opacity * 255)
    .toString(16)
    .padStart(2, '0')}`;
}
