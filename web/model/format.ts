/** How components write quantities: the formatters of the scenario, so that a knob and a picture show the same text. */
export {
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatIec,
  formatPercent,
  formatRate,
} from '../scenario/quantity.ts';
