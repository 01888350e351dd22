/** The pictures of a real run beside each other, for looking at them while they are made. Not part of the product. */
import { mount } from 'svelte';
import '../../../web/view/tokens.css';
import '../../../web/view/base.css';
import { findPreset, PRESETS } from '../../../web/scenario/presets/index.ts';
import { EngineClient } from '../../../web/worker/client.ts';
import type { PlannedMigration, RunBatch, RunLog } from '../../../web/sim/run-log.ts';
import Views from './Views.svelte';

const query = new URLSearchParams(location.search);
document.documentElement.dataset.theme = query.get('theme') ?? 'light';
const font = query.get('font');
if (font) document.documentElement.style.setProperty('--font', font);

async function run(): Promise<RunLog> {
  const preset = findPreset(query.get('preset') ?? 'database') ?? PRESETS[0];
  if (!preset) throw new Error('no preset');
  const scenario = structuredClone(preset.scenario);
  const cancelMs = query.get('cancel');
  if (cancelMs)
    scenario.actions.push({ kind: 'cancel', atNs: Number(cancelMs) * 1e6, vm: scenario.vms[0]?.id ?? '' });
  const client = await EngineClient.start();
  let migrations: PlannedMigration[] = [];
  const batches: RunBatch[] = [];
  const result = await client.run(scenario, {
    onPlan: (plan) => (migrations = plan),
    onBatch: (batch) => batches.push(batch),
  });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return {
    scenario,
    migrations,
    events: batches.flatMap((batch) => batch.events),
    frames: batches.flatMap((batch) => batch.frames),
    service: batches.flatMap((batch) => batch.service),
    report: result.value,
  };
}

const target = document.getElementById('views');
if (!target) throw new Error('no place for the views');
void run().then((log) => mount(Views, { target, props: { log, query } }));
