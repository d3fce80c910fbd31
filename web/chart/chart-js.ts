import {
  Chart,
  Filler,
  LineController,
  LineElement,
  LinearScale,
  LogarithmicScale,
  PointElement,
  Tooltip,
} from 'chart.js';
import { FONT_FAMILY } from './drawing.ts';
import { marksPlugin } from './marks.ts';
import './nearest-named.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Filler, Tooltip, marksPlugin);
// Ticks and titles of scales ask for their font here and nowhere else.
Chart.defaults.font.family = FONT_FAMILY;
Chart.defaults.font.size = 11;

export { Chart };
