/**
 * The page's way to the engine. It starts the worker, falls back to the page's own thread where a frame forbids workers, and
 * turns a crash into an error that stays until `restart()`. To stop a run its thread is terminated: the wasm never has to ask.
 */
import * as Comlink from 'comlink';
import { ProblemError, type Problem, type Result } from '../base/result.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Machine } from '../sim/cost.ts';
import type { FleetBatch, FleetReport } from '../sim/fleet/fleet-log.ts';
import type { PlannedMigration, RunBatch, RunReport } from '../sim/run-log.ts';
import EngineWorker from './engine.worker.ts?worker&inline';
import { crashProblem, ENGINE_CRASHED, type EngineApi, type EngineFigures, type Hello } from './protocol.ts';
import { wasmBytes } from './wasm-bytes.ts';

export interface ClientOptions {
  /** The engine's program. Fetched once where it lies beside the page; the one-file page has it inside. */
  readonly wasm?: () => Promise<ArrayBuffer>;
  /** Throws where the page may not start workers. */
  readonly makeWorker?: () => Worker;
  /** A worker that has not answered by then counts as refused: some browsers block one without saying so. */
  readonly helloMs?: number;
}

export interface RunOptions {
  readonly onPlan?: (migrations: PlannedMigration[]) => void;
  readonly onBatch?: (batch: RunBatch) => void;
  readonly signal?: AbortSignal;
}

/** One engine on one thread, from its hello to its end. */
interface Link {
  readonly api: EngineApi | Comlink.Remote<EngineApi>;
  readonly hello: Hello;
  /** Rejects when the thread dies; never resolves. */
  readonly gone: Promise<never>;
  /** More threads that follow migrations for this one. */
  readonly crew: Link[];
  end(): void;
}

export interface FleetRunOptions {
  readonly onBatch?: (batch: FleetBatch) => void;
  readonly signal?: AbortSignal;
  /** Most threads; as many as the machine has cores, and eight at most, where absent. */
  readonly threads?: number;
}

const HELLO_MS = 3_000;
const MOST_THREADS = 8;
const mostThreads = () => Math.min(MOST_THREADS, navigator.hardwareConcurrency || 1);

export class EngineClient {
  #link: Promise<Link> | null = null;
  #hello: Hello | null = null;
  #figures: EngineFigures | null = null;
  #crash: ProblemError | null = null;
  #call: Call | null = null;
  #disposed = false;
  #workersAllowed = true;
  /** Kept: every worker that replaces one which was stopped needs the same bytes again. */
  #wasm: Promise<ArrayBuffer> | null = null;
  readonly #loadWasm: () => Promise<ArrayBuffer>;
  readonly #makeWorker: () => Worker;
  readonly #helloMs: number;

  private constructor(options: ClientOptions) {
    this.#loadWasm = options.wasm ?? wasmBytes;
    this.#makeWorker = options.makeWorker ?? (() => new EngineWorker());
    this.#helloMs = options.helloMs ?? HELLO_MS;
  }

  /** Rejects with a ProblemError only where not even the page's own thread can run the engine. */
  static async start(options: ClientOptions = {}): Promise<EngineClient> {
    const client = new EngineClient(options);
    await client.#connected();
    return client;
  }

  /** What the engine said when it last started. */
  get hello(): Hello {
    if (!this.#hello) throw problem('engine.not-ready', 'The engine has not answered yet.');
    return this.#hello;
  }

  /** What the last finished run cost this machine; null before. */
  get figures(): EngineFigures | null {
    return this.#figures;
  }

  /**
   * Resolves with the report or with why the scenario was refused. Rejects with the signal's reason, with what a listener threw,
   * or with a ProblemError: `engine.crashed` (as does every later call until `restart()`), `engine.busy`, `engine.ended`.
   */
  run(scenario: Scenario, options: RunOptions = {}): Promise<Result<RunReport, Problem[]>> {
    return this.#alone(options.signal, (call) => this.#runOnLink(scenario, options, call));
  }

  /** Many migrations at once, on as many threads as help. Resolves and rejects as `run` does. */
  runFleet(scenario: Scenario, options: FleetRunOptions = {}): Promise<Result<FleetReport, Problem[]>> {
    return this.#alone(options.signal, (call) => this.#fleetOnLink(scenario, options, call));
  }

  /** One call at a time. */
  async #alone<T>(signal: AbortSignal | undefined, work: (call: Call) => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    if (this.#disposed) throw ended();
    if (this.#crash) throw this.#crash;
    if (this.#call)
      throw problem('engine.busy', 'The engine is running another scenario. Stop that one first.');
    const call = new Call(signal);
    this.#call = call;
    try {
      return await work(call);
    } catch (error) {
      this.#lost(call, error);
      throw error;
    } finally {
      call.close();
      if (this.#call === call) this.#call = null;
    }
  }

  /** Ends whatever is under way and starts a fresh engine, which forgets the crash. */
  async restart(): Promise<void> {
    if (this.#disposed) throw ended();
    this.#drop();
    this.#crash = null;
    await this.#connected();
  }

  dispose(): void {
    this.#disposed = true;
    this.#drop();
  }

  async #runOnLink(
    scenario: Scenario,
    options: RunOptions,
    call: Call,
  ): Promise<Result<RunReport, Problem[]>> {
    const link = await Promise.race([this.#connected(), call.broken]);
    const report = link.api.run(scenario, call.listener(options.onPlan), call.listener(options.onBatch));
    const result = await Promise.race([report, link.gone, call.broken]);
    if (!result.ok && result.error.some((one) => one.code === ENGINE_CRASHED))
      throw new ProblemError(result.error);
    if (result.ok) this.#figures = await Promise.race([link.api.figures(), link.gone, call.broken]);
    return result;
  }

  async #fleetOnLink(
    scenario: Scenario,
    { onBatch, threads = mostThreads() }: FleetRunOptions,
    call: Call,
  ): Promise<Result<FleetReport, Problem[]>> {
    const link = await Promise.race([this.#connected(), call.broken]);
    const wanted = await Promise.race([link.api.threadsFor(scenario, threads), link.gone, call.broken]);
    await Promise.race([this.#enlarge(link, wanted), link.gone, call.broken]);
    const report = link.api.runFleet(scenario, call.listener(onBatch));
    const gone = link.crew.map((one) => one.gone);
    const result = await Promise.race([report, link.gone, ...gone, call.broken]);
    if (!result.ok && result.error.some((one) => one.code === ENGINE_CRASHED))
      throw new ProblemError(result.error);
    return result;
  }

  /** Gives an engine in a worker more threads of its kind. Where a browser gives no more, the run only takes longer. */
  async #enlarge(link: Link, threads: number): Promise<void> {
    const wasm = await this.#bytes();
    while (link.hello.thread === 'worker' && link.crew.length + 1 < threads) {
      const machine = link.hello.machine;
      const more = await workerLink(this.#makeWorker(), wasm, machine, this.#helloMs).catch(() => null);
      if (!more) return;
      link.crew.push(more);
      const { port1, port2 } = new MessageChannel();
      await more.api.serve(Comlink.transfer(port1, [port1]));
      await link.api.join(Comlink.transfer(port2, [port2]));
    }
  }

  /** After a call that did not end by itself its thread computes for nobody. `restart()` may have replaced it already. */
  #lost(call: Call, error: unknown): void {
    if (this.#call !== call) return;
    if (isCrash(error)) this.#crash = error;
    this.#drop();
  }

  /** The engine that is there, or a fresh one after a run was stopped. */
  #connected(): Promise<Link> {
    this.#link ??= this.#connect();
    return this.#link;
  }

  async #connect(): Promise<Link> {
    const wasm = await this.#bytes();
    const link = (await this.#tryWorker(wasm)) ?? (await mainThreadLink(wasm, this.#hello?.machine));
    this.#hello = link.hello;
    return link;
  }

  /** What did not arrive is asked for again the next time. */
  async #bytes(): Promise<ArrayBuffer> {
    try {
      return await (this.#wasm ??= this.#loadWasm());
    } catch (error) {
      this.#wasm = null;
      throw error;
    }
  }

  /** Null where this page gets no worker; it is then not asked for again, because waiting for one may take seconds. */
  async #tryWorker(wasm: ArrayBuffer): Promise<Link | null> {
    if (!this.#workersAllowed) return null;
    try {
      return await workerLink(this.#makeWorker(), wasm, this.#hello?.machine, this.#helloMs);
    } catch {
      this.#workersAllowed = false;
      return null;
    }
  }

  #drop(): void {
    this.#call?.break(ended());
    this.#call = null;
    // A link that never came about has nothing to end.
    this.#link?.then((link) => link.end()).catch(() => undefined);
    this.#link = null;
  }
}

/** One call of `run`: ties the signal and the listeners to it, and cuts them off when it is over. */
class Call {
  /** Rejects where the call must end before the engine has answered. */
  readonly broken: Promise<never>;
  break!: (reason: unknown) => void;
  #over = false;
  readonly #signal: AbortSignal | undefined;
  readonly #abort = () => this.break(this.#signal?.reason);

  constructor(signal: AbortSignal | undefined) {
    this.broken = promiseToReject((reject) => (this.break = reject));
    this.#signal = signal;
    signal?.addEventListener('abort', this.#abort);
  }

  /** What a listener throws ends the run: told to the engine it would look like a defect there. */
  listener<T>(listen: ((value: T) => void) | undefined): (value: T) => void {
    return Comlink.proxy((value: T) => {
      // Messages that were under way when the run was stopped arrive all the same.
      if (this.#over) return;
      try {
        listen?.(value);
      } catch (error) {
        this.break(error);
      }
    });
  }

  close(): void {
    this.#over = true;
    this.#signal?.removeEventListener('abort', this.#abort);
  }
}

async function workerLink(
  worker: Worker,
  wasm: ArrayBuffer,
  machine: Machine | undefined,
  helloMs: number,
): Promise<Link> {
  let lose!: (reason: unknown) => void;
  const gone = promiseToReject((reject) => (lose = reject));
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    lose(crashed(event.message || 'its thread ended without a word'));
  });
  worker.addEventListener('messageerror', () => lose(crashed('a message could not be read')));
  const timer = setTimeout(() => lose(problem('engine.silent', 'The worker did not answer.')), helloMs);
  try {
    const api = Comlink.wrap<EngineApi>(worker);
    // A copy, not a transfer: the next worker needs the bytes as well.
    const hello = await Promise.race([api.hello(wasm, machine), gone]);
    if (!hello.ok) throw new ProblemError(hello.error);
    const crew: Link[] = [];
    const end = () => {
      worker.terminate();
      for (const one of crew) one.end();
    };
    return { api, hello: hello.value, gone, crew, end };
  } catch (error) {
    worker.terminate();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Hardly any page needs the engine a second time, so it is fetched when one does; the one-file page has it inside. */
async function mainThreadLink(wasm: ArrayBuffer, machine: Machine | undefined): Promise<Link> {
  const [{ breathe }, { EngineHost, measuringParts }] = await Promise.all([
    import('./breathe.ts'),
    import('./engine-host.ts'),
  ]);
  const host = new EngineHost(measuringParts, { thread: 'main', breathe });
  const hello = await host.hello(wasm, machine);
  if (!hello.ok) throw new ProblemError(hello.error);
  const gone = new Promise<never>(() => undefined);
  return { api: host, hello: hello.value, gone, crew: [], end: () => host.stop() };
}

/** A promise that can only reject, and that nobody has to listen to. */
function promiseToReject(give: (reject: (reason: unknown) => void) => void): Promise<never> {
  const promise = new Promise<never>((_, reject) => give(reject));
  promise.catch(() => undefined);
  return promise;
}

const problem = (code: string, message: string) => new ProblemError([{ code, message, path: '' }]);
const ended = () => problem('engine.ended', 'The engine was ended before it was done.');
const crashed = (cause: string) => new ProblemError([crashProblem(cause)]);

const isCrash = (error: unknown): error is ProblemError =>
  error instanceof ProblemError && error.problems.some((one) => one.code === ENGINE_CRASHED);
