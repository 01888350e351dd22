/** What a reader can send to whoever can help: the failure, how far the run came, and the scenario that gives it again. */
import type { Scenario } from '../scenario/schema.ts';
import type { CrashReport } from './session.svelte.ts';

export function crashText(crash: CrashReport, scenario: Scenario): string {
  const problems = crash.problems.map(
    ({ code, message, path }) => `${code}${path ? ` at ${path}` : ''}: ${message}`,
  );
  return [
    'V-Motion engine report',
    ...problems,
    `events: ${crash.events}`,
    `virtual time: ${crash.atNs} ns`,
    `scenario: ${JSON.stringify(scenario)}`,
  ].join('\n');
}

/** A browser without what the engine is made of; restarting would not help. */
export function missingFeature(crash: CrashReport): string | null {
  const told = crash.problems.map((problem) => `${problem.code} ${problem.message}`).join(' ');
  if (!/no-wasm|no-simd|CompileError|WebAssembly/.test(told)) return null;
  return 'The engine is a WebAssembly program with SIMD, and this browser does not run it. Any browser from 2023 on does; an administrator may have turned WebAssembly off.';
}
