import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const DEADLINE_MS = 20_000;
/** Each leaves a little behind. */
const LOADS_PER_PROCESS = 150;

export type LoadEnd = { readonly end: 'opened' } | { readonly end: 'refused' | 'died' | 'hung'; readonly why: string };

/** Loads files with the real engine, in processes that may die or hang. */
export class EngineLoads {
  #child: ChildProcess | null = null;
  #loads = 0;

  async load(path: string): Promise<LoadEnd> {
    const child = await this.#ready();
    const answer = await said(child, () => {
      child.send(path);
    });
    if (answer.end === 'died' || answer.end === 'hung' || ++this.#loads >= LOADS_PER_PROCESS) this.close();
    return answer;
  }

  close(): void {
    this.#child?.kill('SIGKILL');
    this.#child = null;
  }

  async #ready(): Promise<ChildProcess> {
    if (this.#child !== null) return this.#child;
    const child = fork(join(import.meta.dirname, 'load-many.ts'), [], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    this.#loads = 0;
    const { end } = await said(child, () => undefined);
    if (end === 'died' || end === 'hung') throw new Error(`the loading process ${end}`);
    return child;
  }
}

function said(child: ChildProcess, ask: () => void): Promise<LoadEnd> {
  return new Promise((resolve) => {
    let errors = '';
    const hear = (chunk: Buffer): void => {
      errors = (errors + chunk.toString()).slice(-2000);
    };
    const finish = (end: LoadEnd): void => {
      clearTimeout(deadline);
      child.stderr?.off('data', hear);
      child.removeAllListeners('message').removeAllListeners('exit');
      resolve(end);
    };
    const deadline = setTimeout(() => {
      finish({ end: 'hung', why: errors });
    }, DEADLINE_MS);
    child.stderr?.on('data', hear);
    child.on('message', (answer) => {
      finish(answer === 'opened' || answer === 'ready' ? { end: 'opened' } : { end: 'refused', why: String(answer) });
    });
    child.on('exit', (code, signal) => {
      finish({ end: 'died', why: `${code ?? ''} ${signal ?? ''} ${errors}` });
    });
    ask();
  });
}
