/**
 * Everything the page asks for at once: engines on one trace, the formulas beside them, or one engine under changed conditions. A
 * generator, so that whoever drives it may show progress, breathe or stop; plain data in and out, so that it may run on another thread.
 */
import type { Problem } from '../../base/result.ts';
import type { BytesPerSecond } from '../../base/units.ts';
import type { Given } from '../policy/parameters.ts';
import type { EngineFault, EngineRun } from './engine-run.ts';
import { startEngine } from './index.ts';
import type { CompareLink } from './link.ts';
import { predictions, type Prediction } from './predictions.ts';
import { WriteTrace, type TraceBounds, type TraceSpec } from './trace.ts';

export interface CompareJob {
  readonly engine: string;
  readonly parameters: Given;
  readonly trace: TraceSpec;
  readonly link: CompareLink;
  /** Jobs of one group are tried in order, until one completes. */
  readonly group?: string;
}

export interface CompareRequest {
  readonly jobs: readonly CompareJob[];
  readonly bounds: TraceBounds;
  readonly faults: readonly EngineFault[];
  /** For the formulas; null where nobody asks for them. */
  readonly formulas: {
    readonly trace: TraceSpec;
    readonly bytesPerSecond: BytesPerSecond;
    readonly goalSeconds: number;
  } | null;
}

export type CompareMessage =
  | { readonly kind: 'progress'; readonly job: number; readonly doneShare: number }
  | { readonly kind: 'run'; readonly job: number; readonly run: EngineRun; readonly pagesPerEntry: number }
  | { readonly kind: 'refused'; readonly job: number; readonly problems: readonly Problem[] }
  /** Another of its group has completed. */
  | { readonly kind: 'left-out'; readonly job: number }
  | { readonly kind: 'predictions'; readonly predictions: readonly Prediction[] };

/** Results come in the order of the jobs, the formulas last. */
export function* compareJobs(request: CompareRequest): Generator<CompareMessage> {
  const { jobs, bounds, faults, formulas } = request;
  const traces = new Traces(bounds);
  const ended = new Set<string>();
  for (const [job, asked] of jobs.entries()) {
    if (asked.group !== undefined && ended.has(asked.group)) {
      yield { kind: 'left-out', job };
      continue;
    }
    const trace = traces.of(asked.trace);
    const steps = startEngine(asked.engine, asked.parameters, trace, asked.link, { faults });
    if (!steps.ok) {
      yield { kind: 'refused', job, problems: steps.error };
      continue;
    }
    let step = steps.value.next();
    for (; !step.done; step = steps.value.next())
      yield { kind: 'progress', job, doneShare: Math.min(1, step.value / bounds.horizonNs) };
    if (step.value.outcome === 'completed' && asked.group !== undefined) ended.add(asked.group);
    yield { kind: 'run', job, run: step.value, pagesPerEntry: trace.pagesPerEntry };
  }
  if (!formulas) return;
  const { trace, bytesPerSecond, goalSeconds } = formulas;
  yield { kind: 'predictions', predictions: predictions(traces.of(trace), bytesPerSecond, goalSeconds) };
}

/** One trace for all jobs that share it; the last one alone is kept. */
class Traces {
  private spec: TraceSpec | null = null;
  private trace: WriteTrace | null = null;

  constructor(private readonly bounds: TraceBounds) {}

  of(spec: TraceSpec): WriteTrace {
    const isSame = this.spec !== null && JSON.stringify(this.spec) === JSON.stringify(spec);
    this.trace = isSame && this.trace ? this.trace : new WriteTrace(spec, this.bounds);
    this.spec = spec;
    return this.trace;
  }
}
