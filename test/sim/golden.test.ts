import { describe, expect, it } from 'vitest';
import { PRESETS } from '../../web/scenario/presets/index.ts';
import { planRun } from '../../web/sim/plan.ts';
import { sentence } from '../../web/sim/sentences.ts';
import type { SimEvent } from '../../web/sim/events.ts';
import { expectGolden } from '../support/golden.ts';
import { runHeadless } from '../support/run.ts';

/** `[  1.234567890] code numbers` and the sentence below it. */
function line(event: SimEvent, names: Parameters<typeof sentence>[1]): string {
  const seconds = `${Math.floor(event.atNs / 1e9)}.${String(event.atNs % 1e9).padStart(9, '0')}`;
  const numbers = Object.entries(event.n).map(([key, value]) => `${key}=${value}`);
  const { strong, text } = sentence(event, names);
  return `[${seconds.padStart(14)}] ${event.code} ${numbers.join(' ')}\n${' '.repeat(17)}${[strong, text].filter(Boolean).join(' ')}`;
}

describe('the event log of each preset', () => {
  for (const preset of PRESETS) {
    it(`${preset.id} is the one somebody looked at`, async () => {
      const plan = planRun(preset.scenario);
      if (!plan.ok) throw new Error(JSON.stringify(plan.error));
      const { events, report } = await runHeadless(preset.scenario);
      const lines = events.map((event) => line(event, plan.value[event.migration]!));
      expectGolden(`${preset.id}.log`, `${lines.join('\n')}\nlogHash ${report.logHash}\n`);
      for (let i = 1; i < events.length; i++)
        expect(events[i]!.atNs).toBeGreaterThanOrEqual(events[i - 1]!.atNs);
    });
  }
});
