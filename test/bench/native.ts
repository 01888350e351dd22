// The native twin as a co-process that is asked one line at a time.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cacheFolder, type Twin } from './build.ts';
import type { Arg, Timed } from './suite.ts';

export class Native {
  private readonly child: ChildProcessWithoutNullStreams;
  private waiting: { resolve(line: string): void; reject(error: Error): void } | undefined;

  constructor(readonly twin: Twin) {
    this.child = spawn(twin.file);
    this.child.stderr.pipe(process.stderr);
    createInterface({ input: this.child.stdout }).on('line', (line) => this.waiting?.resolve(line));
    this.child.on('exit', () => this.waiting?.reject(new Error('The native twin has ended.')));
  }

  private ask(...words: (string | number)[]): Promise<string> {
    const answer = new Promise<string>((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
    this.child.stdin.write(`${words.join(' ')}\n`);
    return answer;
  }

  private async timed(...words: (string | number)[]): Promise<Timed> {
    const [ns, sum] = (await this.ask(...words)).split(' ');
    return { ns: Number(ns), sum: sum ?? '' };
  }

  async reset(buffers: Readonly<Record<string, number>>): Promise<void> {
    await this.ask('reset');
    for (const [name, bytes] of Object.entries(buffers)) await this.ask('alloc', name, bytes);
  }

  /** Gives a buffer the bytes it has in the engines, through a file. */
  async load(name: string, bytes: Uint8Array): Promise<void> {
    const file = join(cacheFolder, 'buffer.bin');
    writeFileSync(file, bytes);
    await this.ask('load', name, file);
  }

  run(round: string, reps: number, args: readonly Arg[], restore?: readonly Arg[]): Promise<Timed> {
    return restore
      ? this.timed('time', round, reps, ...restore, ...args)
      : this.timed('run', round, reps, ...args);
  }

  async hash(name: string, bytes: number): Promise<string> {
    return (await this.timed('hash', name, bytes)).sum;
  }

  async sum(name: string, count: number): Promise<number> {
    return Number(BigInt(`0x${(await this.timed('sum', name, count)).sum}`));
  }

  close(): void {
    this.child.stdin.end();
  }
}
